"""Credit rules, frozen with the terms they belong to; service credits, frozen once accepted."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from journal.triggers import closed_when, frozen_when
from people.together import Together

CLOSED = "EXISTS (SELECT 1 FROM contracts_agreementversion v WHERE v.id = {}.version_id AND v.state <> 'draft')"


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0001_squashed_0003_whole'),
        ('sla', '0005_pausing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='CreditRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('measure', models.CharField(choices=[('response', '按时响应率'), ('solution', '按时提出方案率'), ('restoration', '按时恢复率'), ('availability', '可用率')], max_length=12, verbose_name='指标')),
                    ('basis', models.CharField(choices=[('attainment', '当月比率低于'), ('breach', '每次超时')], max_length=10, verbose_name='触发方式')),
                    ('below', models.DecimalField(blank=True, decimal_places=4, help_text='同一指标可以分档各登记一条；当月只按达到的最低一档减免，不累加。', max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='低于（%）')),
                    ('fee_kind', models.CharField(choices=[('platform', '平台使用费'), ('query', '查询费'), ('download', '数据下载费'), ('other', '其他费用')], max_length=10, verbose_name='冲减的费用')),
                    ('share', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='减免当月费用的（%）')),
                    ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='减免金额（元，不含税）')),
                    ('month_cap', models.DecimalField(blank=True, decimal_places=2, help_text='没有约定就留空。', max_digits=14, null=True, verbose_name='每月上限（元）')),
                    ('month_cap_share', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='每月上限（当月费用的 %）')),
                    ('year_cap', models.DecimalField(blank=True, decimal_places=2, help_text='同一指标各档在一个自然年内合计。', max_digits=14, null=True, verbose_name='每年上限（元）')),
                    ('clause', models.CharField(max_length=20, verbose_name='依据条款')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_rules', to='contracts.agreementversion', verbose_name='协议版本')),
                ],
                options={
                    'verbose_name': '服务减免约定',
                    'verbose_name_plural': '服务减免约定',
                    'ordering': ['version', 'measure', '-below', 'pk'],
                    'default_permissions': ('add', 'change', 'view'),
                },
            ),
            migrations.CreateModel(
                name='HistoricalCreditRule',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('measure', models.CharField(choices=[('response', '按时响应率'), ('solution', '按时提出方案率'), ('restoration', '按时恢复率'), ('availability', '可用率')], max_length=12, verbose_name='指标')),
                    ('basis', models.CharField(choices=[('attainment', '当月比率低于'), ('breach', '每次超时')], max_length=10, verbose_name='触发方式')),
                    ('below', models.DecimalField(blank=True, decimal_places=4, help_text='同一指标可以分档各登记一条；当月只按达到的最低一档减免，不累加。', max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='低于（%）')),
                    ('fee_kind', models.CharField(choices=[('platform', '平台使用费'), ('query', '查询费'), ('download', '数据下载费'), ('other', '其他费用')], max_length=10, verbose_name='冲减的费用')),
                    ('share', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='减免当月费用的（%）')),
                    ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='减免金额（元，不含税）')),
                    ('month_cap', models.DecimalField(blank=True, decimal_places=2, help_text='没有约定就留空。', max_digits=14, null=True, verbose_name='每月上限（元）')),
                    ('month_cap_share', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='每月上限（当月费用的 %）')),
                    ('year_cap', models.DecimalField(blank=True, decimal_places=2, help_text='同一指标各档在一个自然年内合计。', max_digits=14, null=True, verbose_name='每年上限（元）')),
                    ('clause', models.CharField(max_length=20, verbose_name='依据条款')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.TextField(null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.agreementversion', verbose_name='协议版本')),
                ],
                options={
                    'verbose_name': 'historical 服务减免约定',
                    'verbose_name_plural': 'historical 服务减免约定',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalServiceCredit',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('month', models.DateField(help_text='当月第一天。', verbose_name='月份')),
                    ('sequence', models.PositiveSmallIntegerField(default=1, verbose_name='次序')),
                    ('state', models.CharField(choices=[('waiting', '待当月费用出账'), ('proposed', '待认可'), ('lapsed', '已无差额'), ('accepted', '已认可')], default='proposed', max_length=8, verbose_name='状态')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='减免金额（元）')),
                    ('total', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='当月应减免（元）')),
                    ('raw_total', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='不计免责的减免（元）')),
                    ('fee', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='当月费用（元）')),
                    ('computed_at', models.DateTimeField(verbose_name='计算时间')),
                    ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='认可时间')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.TextField(null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('accepted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='认可人')),
                    ('agreement', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.agreement', verbose_name='协议')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('rule', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='sla.creditrule', verbose_name='依据的约定')),
                ],
                options={
                    'verbose_name': 'historical 服务减免',
                    'verbose_name_plural': 'historical 服务减免',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='ServiceCredit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('month', models.DateField(help_text='当月第一天。', verbose_name='月份')),
                    ('sequence', models.PositiveSmallIntegerField(default=1, verbose_name='次序')),
                    ('state', models.CharField(choices=[('waiting', '待当月费用出账'), ('proposed', '待认可'), ('lapsed', '已无差额'), ('accepted', '已认可')], default='proposed', max_length=8, verbose_name='状态')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='减免金额（元）')),
                    ('total', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='当月应减免（元）')),
                    ('raw_total', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='不计免责的减免（元）')),
                    ('fee', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='当月费用（元）')),
                    ('working', models.JSONField(default=dict, verbose_name='计算过程')),
                    ('computed_at', models.DateTimeField(verbose_name='计算时间')),
                    ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='认可时间')),
                    ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='认可人')),
                    ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_credits', to='contracts.agreement', verbose_name='协议')),
                    ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='sla.creditrule', verbose_name='依据的约定')),
                ],
                options={
                    'verbose_name': '服务减免',
                    'verbose_name_plural': '服务减免',
                    'ordering': ['-month', 'agreement', 'rule', 'sequence'],
                    'permissions': [('compute_credits', '计算服务减免'), ('request_credit', '提请认可服务减免'), ('accept_credit', '认可服务减免')],
                    'default_permissions': ('view',),
                },
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.UniqueConstraint(fields=('version', 'measure', 'below'), name='creditrule_once', violation_error_message='这一档已经登记。'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.UniqueConstraint(condition=models.Q(('below__isnull', True)), fields=('version', 'measure'), name='creditrule_breach_once', violation_error_message='这一指标已经登记了按次的减免。'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.CheckConstraint(condition=models.Q(('measure__in', ['response', 'solution', 'restoration', 'availability'])), name='creditrule_measure_known'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.CheckConstraint(condition=models.Q(('fee_kind__in', ['platform', 'query', 'download', 'other'])), name='creditrule_fee_known'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', 'attainment'), ('below__gt', 0), ('below__isnull', False), ('below__lte', 100)), models.Q(('basis', 'breach'), ('below__isnull', True), models.Q(('measure', 'availability'), _negated=True)), _connector='OR'), name='creditrule_trigger_whole', violation_error_message='按比率的须填写“低于多少”；按次的不填，且可用率不能按次。'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('amount__isnull', False), ('share__isnull', True)), models.Q(('amount__isnull', True), ('share__gt', 0), ('share__isnull', False), ('share__lte', 100)), _connector='OR'), name='creditrule_gives_one', violation_error_message='减免填比例或金额其中一项。'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('month_cap__isnull', True), ('month_cap__gt', 0), _connector='OR'), models.Q(('month_cap_share__isnull', True), models.Q(('month_cap_share__gt', 0), ('month_cap_share__lte', 100)), _connector='OR'), models.Q(('year_cap__isnull', True), ('year_cap__gt', 0), _connector='OR')), name='creditrule_caps_positive', violation_error_message='上限须大于 0；没有约定上限的留空。'),
            ),
            migrations.AddConstraint(
                model_name='creditrule',
                constraint=models.CheckConstraint(condition=models.Q(('clause', ''), _negated=True), name='creditrule_clause_said'),
            ),
            migrations.AddIndex(
                model_name='servicecredit',
                index=models.Index(fields=['agreement', 'month'], name='credit_agreement_month'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.UniqueConstraint(fields=('agreement', 'month', 'rule', 'sequence'), name='credit_once'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'accepted'), _negated=True), fields=('agreement', 'month', 'rule'), name='credit_one_open'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='credit_month_first_day'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'proposed', 'lapsed', 'accepted'])), name='credit_state_known'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['proposed', 'accepted']), models.Q(('amount', 0), _negated=True)), models.Q(('amount', 0), ('state__in', ['waiting', 'lapsed'])), _connector='OR'), name='credit_moves_money', violation_error_message='金额为 0 的减免不能提请认可。'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('accepted_at__isnull', True), ('accepted_by__isnull', True)), _connector='OR'), name='credit_accepted_named'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.CheckConstraint(condition=models.Q(('total__gte', 0)), name='credit_total_positive'),
            ),
            migrations.AddConstraint(
                model_name='servicecredit',
                constraint=models.CheckConstraint(condition=models.Q(('sequence__gt', 1), ('amount__gte', 0), _connector='OR'), name='credit_first_gives'),
            ),
        ]),
        *frozen_when("sla_creditrule", CLOSED.format("OLD")),
        *closed_when("sla_creditrule", CLOSED.format("NEW")),
        *frozen_when("sla_servicecredit", "OLD.state = 'accepted'"),
    ]
