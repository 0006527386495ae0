"""Corrections say why and which lines they correct; disputes of bills, frozen once they are closed."""

import billing.fields
import django.db.models.deletion
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from journal.triggers import frozen_when
from people.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0003_service_credits"),
        ('journal', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='BillDispute',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('positions', models.JSONField(blank=True, default=list, verbose_name='有异议的行')),
                    ('amount', billing.fields.MoneyField(verbose_name='有异议的金额')),
                    ('reason', models.CharField(max_length=1000, verbose_name='异议理由')),
                    ('through', models.CharField(choices=[('portal', '门户'), ('phone', '电话'), ('letter', '书面')], max_length=8, verbose_name='提出方式')),
                    ('opened_on', models.DateField(verbose_name='提出日期')),
                    ('opened_at', models.DateTimeField(verbose_name='登记时间')),
                    ('outcome', models.CharField(blank=True, choices=[('upheld', '成立'), ('partly', '部分成立'), ('rejected', '不成立'), ('withdrawn', '已撤回')], max_length=10, verbose_name='处理结果')),
                    ('upheld', billing.fields.MoneyField(default=Decimal('0.00'), verbose_name='成立的金额')),
                    ('decision', models.CharField(blank=True, max_length=1000, verbose_name='处理说明')),
                    ('closed_on', models.DateField(blank=True, null=True, verbose_name='办结日期')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ],
                options={
                    'verbose_name': '账单异议',
                    'verbose_name_plural': '账单异议',
                    'ordering': ['-opened_at', '-pk'],
                    'permissions': [('open_billdispute', '登记账单异议'), ('decide_billdispute', '裁定账单异议')],
                    'default_permissions': ('view',),
                },
            ),
            migrations.CreateModel(
                name='HistoricalBillDispute',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('positions', models.JSONField(blank=True, default=list, verbose_name='有异议的行')),
                    ('amount', billing.fields.MoneyField(verbose_name='有异议的金额')),
                    ('reason', models.CharField(max_length=1000, verbose_name='异议理由')),
                    ('through', models.CharField(choices=[('portal', '门户'), ('phone', '电话'), ('letter', '书面')], max_length=8, verbose_name='提出方式')),
                    ('opened_on', models.DateField(verbose_name='提出日期')),
                    ('opened_at', models.DateTimeField(verbose_name='登记时间')),
                    ('outcome', models.CharField(blank=True, choices=[('upheld', '成立'), ('partly', '部分成立'), ('rejected', '不成立'), ('withdrawn', '已撤回')], max_length=10, verbose_name='处理结果')),
                    ('upheld', billing.fields.MoneyField(default=Decimal('0.00'), verbose_name='成立的金额')),
                    ('decision', models.CharField(blank=True, max_length=1000, verbose_name='处理说明')),
                    ('closed_on', models.DateField(blank=True, null=True, verbose_name='办结日期')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.TextField(null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ],
                options={
                    'verbose_name': 'historical 账单异议',
                    'verbose_name_plural': 'historical 账单异议',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.AddField(
                model_name='billdispute',
                name='closed_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办结人'),
            ),
            migrations.AddField(
                model_name='billdispute',
                name='credit_note',
                field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='dispute', to='billing.document', verbose_name='贷项通知单'),
            ),
            migrations.AddField(
                model_name='billdispute',
                name='document',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='billing.document', verbose_name='账单'),
            ),
            migrations.AddField(
                model_name='billdispute',
                name='opened_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
            ),
            migrations.AddField(
                model_name='historicalbilldispute',
                name='closed_by',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办结人'),
            ),
            migrations.AddField(
                model_name='historicalbilldispute',
                name='credit_note',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='billing.document', verbose_name='贷项通知单'),
            ),
            migrations.AddField(
                model_name='historicalbilldispute',
                name='document',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='billing.document', verbose_name='账单'),
            ),
            migrations.AddField(
                model_name='historicalbilldispute',
                name='history_user',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='historicalbilldispute',
                name='opened_by',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
            ),
            migrations.AddIndex(
                model_name='billdispute',
                index=models.Index(fields=['document', 'closed_on'], name='billdispute_by_document'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount__lte', Decimal('999999999999.99'))), name='billdispute_amount', violation_error_message='有异议的金额须大于 0。'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='billdispute_says_why', violation_error_message='请写明异议理由。'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(('through__in', ['portal', 'phone', 'letter'])), name='billdispute_through'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True), ('closed_on__isnull', True), ('outcome', '')), models.Q(('outcome__in', ['upheld', 'partly', 'rejected', 'withdrawn']), ('closed_at__isnull', False), ('closed_on__gte', models.F('opened_on')), ('closed_on__isnull', False)), _connector='OR'), name='billdispute_closed_whole'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'upheld'), ('upheld', models.F('amount'))), models.Q(('outcome', 'partly'), ('upheld__gt', 0), ('upheld__lt', models.F('amount'))), models.Q(('outcome__in', ['', 'rejected', 'withdrawn']), ('upheld', 0)), _connector='OR'), name='billdispute_upheld_fits', violation_error_message='成立的金额与处理结果不符。'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'withdrawn']), models.Q(('decision', ''), _negated=True), _connector='OR'), name='billdispute_decided_says_why', violation_error_message='请写明处理说明。'),
            ),
            migrations.AddConstraint(
                model_name='billdispute',
                constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'withdrawn']), ('opened_by__isnull', True), models.Q(('closed_by__isnull', False), models.Q(('closed_by', models.F('opened_by')), _negated=True)), _connector='OR'), name='billdispute_two_persons', violation_error_message='裁定人不能是登记人。'),
            ),
        ]),
        migrations.AddField(
            model_name='document',
            name='basis',
            field=models.CharField(blank=True, max_length=400, verbose_name='依据'),
        ),
        migrations.AddField(
            model_name='document',
            name='reason',
            field=models.CharField(blank=True, max_length=400, verbose_name='更正或核销的原因'),
        ),
        migrations.AddField(
            model_name='document',
            name='writes_off',
            field=models.CharField(blank=True, choices=[('principal', '本金'), ('interest', '利息')], max_length=10, verbose_name='核销的部分'),
        ),
        migrations.AddField(
            model_name='documentline',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='billing.documentline', verbose_name='所更正的行'),
        ),
        migrations.AddField(
            model_name='historicaldocument',
            name='basis',
            field=models.CharField(blank=True, max_length=400, verbose_name='依据'),
        ),
        migrations.AddField(
            model_name='historicaldocument',
            name='reason',
            field=models.CharField(blank=True, max_length=400, verbose_name='更正或核销的原因'),
        ),
        migrations.AddField(
            model_name='historicaldocument',
            name='writes_off',
            field=models.CharField(blank=True, choices=[('principal', '本金'), ('interest', '利息')], max_length=10, verbose_name='核销的部分'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['credit_note', 'write_off']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='document_correction_says_why', violation_error_message='更正或核销须写明原因。'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'write_off'), ('writes_off__in', ['principal', 'interest'])), models.Q(models.Q(('kind', 'write_off'), _negated=True), ('writes_off', '')), _connector='OR'), name='document_writes_off_part'),
        ),
        *frozen_when("billing_billdispute", "OLD.closed_on IS NOT NULL", allowed_columns=("credit_note_id",)),
    ]
