"""Data quality reports."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from people.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0001_squashed_0003_whole'),
        ('sla', '0007_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='HistoricalQualityReport',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('untrue', models.BooleanField(default=False, verbose_name='不真实')),
                    ('inaccurate', models.BooleanField(default=False, verbose_name='不准确')),
                    ('incomplete', models.BooleanField(default=False, verbose_name='不完整')),
                    ('untimely', models.BooleanField(default=False, verbose_name='不及时')),
                    ('samples', models.TextField(max_length=4000, verbose_name='涉及的记录')),
                    ('asked', models.TextField(max_length=2000, verbose_name='请求的更正')),
                    ('state', models.CharField(choices=[('reported', '待核实'), ('confirmed', '已核实，待更正'), ('rejected', '核实不成立'), ('corrected', '已更正')], default='reported', max_length=9, verbose_name='状态')),
                    ('described_at', models.DateTimeField(verbose_name='登记时间')),
                    ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='核实时间')),
                    ('verdict', models.TextField(blank=True, max_length=2000, verbose_name='核实结论')),
                    ('forwarded_to', models.CharField(blank=True, max_length=120, verbose_name='转交的提供部门')),
                    ('forwarded_at', models.DateTimeField(blank=True, null=True, verbose_name='转交时间')),
                    ('source_note', models.TextField(blank=True, max_length=2000, verbose_name='转交说明')),
                    ('corrected_at', models.DateTimeField(blank=True, null=True, verbose_name='更正时间')),
                    ('correction', models.TextField(blank=True, max_length=2000, verbose_name='更正内容')),
                    ('evidence', models.TextField(blank=True, max_length=2000, verbose_name='更正凭据')),
                    ('working_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='更正用时（工作日）')),
                    ('support_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='更正用时（支持时间，秒）')),
                    ('provisional', models.BooleanField(default=False, verbose_name='用时暂定')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.TextField(null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('corrected_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记更正的人')),
                    ('described_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ticket', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='sla.ticket', verbose_name='故障报告')),
                    ('verified_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核实人')),
                ],
                options={
                    'verbose_name': 'historical 数据质量报告',
                    'verbose_name_plural': 'historical 数据质量报告',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='QualityReport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('untrue', models.BooleanField(default=False, verbose_name='不真实')),
                    ('inaccurate', models.BooleanField(default=False, verbose_name='不准确')),
                    ('incomplete', models.BooleanField(default=False, verbose_name='不完整')),
                    ('untimely', models.BooleanField(default=False, verbose_name='不及时')),
                    ('samples', models.TextField(max_length=4000, verbose_name='涉及的记录')),
                    ('asked', models.TextField(max_length=2000, verbose_name='请求的更正')),
                    ('state', models.CharField(choices=[('reported', '待核实'), ('confirmed', '已核实，待更正'), ('rejected', '核实不成立'), ('corrected', '已更正')], default='reported', max_length=9, verbose_name='状态')),
                    ('described_at', models.DateTimeField(verbose_name='登记时间')),
                    ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='核实时间')),
                    ('verdict', models.TextField(blank=True, max_length=2000, verbose_name='核实结论')),
                    ('forwarded_to', models.CharField(blank=True, max_length=120, verbose_name='转交的提供部门')),
                    ('forwarded_at', models.DateTimeField(blank=True, null=True, verbose_name='转交时间')),
                    ('source_note', models.TextField(blank=True, max_length=2000, verbose_name='转交说明')),
                    ('corrected_at', models.DateTimeField(blank=True, null=True, verbose_name='更正时间')),
                    ('correction', models.TextField(blank=True, max_length=2000, verbose_name='更正内容')),
                    ('evidence', models.TextField(blank=True, max_length=2000, verbose_name='更正凭据')),
                    ('working_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='更正用时（工作日）')),
                    ('support_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='更正用时（支持时间，秒）')),
                    ('provisional', models.BooleanField(default=False, verbose_name='用时暂定')),
                    ('corrected_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记更正的人')),
                    ('described_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('items', models.ManyToManyField(related_name='quality_reports', to='contracts.agreementitem', verbose_name='涉及的数据')),
                    ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quality', to='sla.ticket', verbose_name='故障报告')),
                    ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核实人')),
                ],
                options={
                    'verbose_name': '数据质量报告',
                    'verbose_name_plural': '数据质量报告',
                    'ordering': ['-described_at', '-pk'],
                    'permissions': [('handle_quality', '办理数据质量报告')],
                    'default_permissions': ('view',),
                    'indexes': [models.Index(fields=['state', '-described_at'], name='quality_by_state')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['reported', 'confirmed', 'rejected', 'corrected'])), name='quality_state_known'), models.CheckConstraint(condition=models.Q(('untrue', True), ('inaccurate', True), ('incomplete', True), ('untimely', True), _connector='OR'), name='quality_says_in_what', violation_error_message='请至少选择一项：不真实、不准确、不完整、不及时。'), models.CheckConstraint(condition=models.Q(models.Q(('samples', ''), _negated=True), models.Q(('asked', ''), _negated=True)), name='quality_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'reported'), ('verified_at__isnull', True), ('verified_by__isnull', True)), models.Q(models.Q(('state', 'reported'), _negated=True), ('verified_at__isnull', False), ('verified_by__isnull', False), models.Q(('verdict', ''), _negated=True)), _connector='OR'), name='quality_verified_whole', violation_error_message='核实须有结论、核实人和时间。'), models.CheckConstraint(condition=models.Q(models.Q(('corrected_at__isnull', False), ('corrected_by__isnull', False), ('state', 'corrected'), ('support_seconds__isnull', False), ('working_days__isnull', False), models.Q(('correction', ''), _negated=True), models.Q(('evidence', ''), _negated=True)), models.Q(models.Q(('state', 'corrected'), _negated=True), ('corrected_at__isnull', True), ('working_days__isnull', True)), _connector='OR'), name='quality_corrected_whole', violation_error_message='登记更正须写明更正内容、凭据和时间。'), models.CheckConstraint(condition=models.Q(models.Q(('forwarded_at__isnull', True), ('forwarded_to', '')), models.Q(models.Q(('forwarded_to', ''), _negated=True), ('forwarded_at__isnull', False)), _connector='OR'), name='quality_forwarded_whole')],
                },
            ),
        ]),
    ]
