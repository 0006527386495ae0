"""Usage statements with Party B's answers, frozen once sent, and invoice runs."""

import billing.fields
import django.db.models.deletion
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from billing.guards import closed_when
from journal.triggers import frozen_when
from people.together import Together

SENT_PARENT = (
    "EXISTS (SELECT 1 FROM billing_usagestatement s WHERE s.id = {}.statement_id AND s.state <> 'draft')"
)
MOVING = ("state", "confirm_by", "confirm_working", "asked_again", "deemed_at", "settled_at")
DECIDING = ("outcome", "decision", "correction_id", "decided_at", "decided_by_id")


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
        ("billing", "0010_ledger_view"),
        ('contracts', '0005_statement_terms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
        migrations.CreateModel(
            name='InvoiceRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('over_on', models.DateField(help_text='这一天已经结束的服务周期。', verbose_name='截至日期')),
                ('state', models.CharField(choices=[('drafting', '拟制中'), ('drafted', '待审核开具'), ('issuing', '开具中'), ('done', '已办结'), ('stopped', '已停止')], default='drafting', max_length=8, verbose_name='状态')),
                ('started_at', models.DateTimeField(verbose_name='发起时间')),
                ('drafted_at', models.DateTimeField(blank=True, null=True, verbose_name='拟制完成时间')),
                ('issue_on', models.DateField(blank=True, null=True, verbose_name='开具日期')),
                ('issue_asked_at', models.DateTimeField(blank=True, null=True, verbose_name='开具时间')),
                ('moved_at', models.DateTimeField(blank=True, null=True, verbose_name='最近进展')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='开具人')),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
            ],
            options={
                'verbose_name': '批量出账',
                'verbose_name_plural': '批量出账',
                'ordering': ['-started_at', '-pk'],
                'permissions': [('start_invoicerun', '发起批量出账')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='InvoiceRunRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('drafting', models.CharField(choices=[('waiting', '等待中'), ('drafted', '已拟制'), ('refused', '未能拟制'), ('skipped', '已跳过')], default='waiting', max_length=8, verbose_name='拟制')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='原因')),
                ('issuing', models.CharField(blank=True, choices=[('', '—'), ('waiting', '等待开具'), ('issued', '已开具'), ('refused', '未能开具')], default='', max_length=8, verbose_name='开具')),
                ('issue_reason', models.CharField(blank=True, max_length=500, verbose_name='未能开具的原因')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='run_rows', to='billing.document', verbose_name='账单')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='run_rows', to='billing.serviceperiod', verbose_name='服务周期')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='billing.invoicerun', verbose_name='批量出账')),
            ],
            options={
                'verbose_name': '批量出账的一期',
                'verbose_name_plural': '批量出账的各期',
                'ordering': ['run', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='UsageStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(default=1, verbose_name='版次')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='重新出具的原因')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('sent', '待乙方答复'), ('disputed', '有异议'), ('confirmed', '已确认'), ('deemed', '视为确认'), ('settled', '异议已办结'), ('superseded', '已由新版代替')], default='draft', max_length=10, verbose_name='状态')),
                ('number', models.CharField(blank=True, max_length=24, null=True, unique=True, verbose_name='编号')),
                ('total', billing.fields.MoneyField(default=Decimal('0.00'), verbose_name='不含税合计')),
                ('confirm_by', models.DateField(blank=True, null=True, verbose_name='答复期限')),
                ('confirm_working', models.JSONField(blank=True, null=True, verbose_name='期限计算过程')),
                ('asked_again', models.PositiveSmallIntegerField(default=0, verbose_name='催请次数')),
                ('snapshot', models.JSONField(blank=True, null=True, verbose_name='冻结内容')),
                ('pdf_sha256', models.CharField(blank=True, max_length=64, verbose_name='PDF 校验值')),
                ('made_at', models.DateTimeField(verbose_name='拟制时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发出时间')),
                ('deemed_at', models.DateTimeField(blank=True, null=True, verbose_name='视为确认时间')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='拟制人')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='billing.serviceperiod', verbose_name='服务周期')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='billing.usagestatement', verbose_name='所代替的对账单')),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发出人')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='contracts.agreementversion', verbose_name='协议版本')),
            ],
            options={
                'verbose_name': '对账单',
                'verbose_name_plural': '对账单',
                'ordering': ['-made_at', '-pk'],
                'permissions': [('make_statement', '拟制和发送对账单'), ('decide_statement', '答复对账异议')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='HistoricalUsageStatement',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(default=1, verbose_name='版次')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='重新出具的原因')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('sent', '待乙方答复'), ('disputed', '有异议'), ('confirmed', '已确认'), ('deemed', '视为确认'), ('settled', '异议已办结'), ('superseded', '已由新版代替')], default='draft', max_length=10, verbose_name='状态')),
                ('number', models.CharField(blank=True, db_index=True, max_length=24, null=True, verbose_name='编号')),
                ('total', billing.fields.MoneyField(default=Decimal('0.00'), verbose_name='不含税合计')),
                ('confirm_by', models.DateField(blank=True, null=True, verbose_name='答复期限')),
                ('asked_again', models.PositiveSmallIntegerField(default=0, verbose_name='催请次数')),
                ('pdf_sha256', models.CharField(blank=True, max_length=64, verbose_name='PDF 校验值')),
                ('made_at', models.DateTimeField(verbose_name='拟制时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发出时间')),
                ('deemed_at', models.DateTimeField(blank=True, null=True, verbose_name='视为确认时间')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='拟制人')),
                ('period', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='billing.serviceperiod', verbose_name='服务周期')),
                ('sent_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发出人')),
                ('version', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.agreementversion', verbose_name='协议版本')),
                ('replaces', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='billing.usagestatement', verbose_name='所代替的对账单')),
            ],
            options={
                'verbose_name': 'historical 对账单',
                'verbose_name_plural': 'historical 对账单',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='UsageStatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='行号')),
                ('description', models.CharField(max_length=200, verbose_name='内容')),
                ('clause', models.CharField(max_length=20, verbose_name='依据条款')),
                ('mode', models.CharField(max_length=20, verbose_name='使用方式')),
                ('quantity', billing.fields.QuantityField(default=Decimal('0'), verbose_name='数量')),
                ('unit', models.CharField(blank=True, max_length=20, verbose_name='计量单位')),
                ('amount', billing.fields.MoneyField(verbose_name='不含税金额')),
                ('trace', models.JSONField(default=dict, verbose_name='计算过程')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stated', to='billing.serviceperiod', verbose_name='用量所属周期')),
                ('rate_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stated', to='billing.rateline', verbose_name='价目')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='billing.usagestatement', verbose_name='对账单')),
            ],
            options={
                'verbose_name': '对账单行',
                'verbose_name_plural': '对账单行',
                'ordering': ['statement', 'position'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='LineAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('confirmed', '确认'), ('disputed', '有异议')], max_length=10, verbose_name='答复')),
                ('reason', models.CharField(blank=True, max_length=1000, verbose_name='异议理由')),
                ('counts', billing.fields.QuantityField(blank=True, null=True, verbose_name='乙方认为的数量')),
                ('at', models.DateTimeField(verbose_name='答复时间')),
                ('outcome', models.CharField(blank=True, choices=[('', '待甲方答复'), ('upheld', '异议成立'), ('rejected', '异议不成立'), ('withdrawn', '乙方已撤回')], default='', max_length=10, verbose_name='处理结果')),
                ('decision', models.CharField(blank=True, max_length=1000, verbose_name='处理说明')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='处理时间')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('correction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.usagerecord', verbose_name='更正的用量记录')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='处理人')),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.paper', verbose_name='证据材料')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='billing.usagestatementline', verbose_name='对账单行')),
            ],
            options={
                'verbose_name': '对账答复',
                'verbose_name_plural': '对账答复',
                'ordering': ['line'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='invoicerun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['drafting', 'drafted', 'issuing', 'done', 'stopped'])), name='run_state_known'),
        ),
        migrations.AddConstraint(
            model_name='invoicerun',
            constraint=models.CheckConstraint(condition=models.Q(('issued_by__isnull', True), models.Q(('issued_by', models.F('started_by')), _negated=True), _connector='OR'), name='run_two_persons', violation_error_message='开具人不能是发起人。'),
        ),
        migrations.AddConstraint(
            model_name='invoicerun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('issue_asked_at__isnull', True), ('issue_on__isnull', True), ('issued_by__isnull', True)), models.Q(('issue_asked_at__isnull', False), ('issue_on__isnull', False), ('issued_by__isnull', False)), _connector='OR'), name='run_issue_whole'),
        ),
        migrations.AddConstraint(
            model_name='invoicerunrow',
            constraint=models.UniqueConstraint(fields=('run', 'period'), name='runrow_period_once'),
        ),
        migrations.AddConstraint(
            model_name='invoicerunrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drafting__in', ['waiting', 'drafted']), ('reason', '')), models.Q(('drafting__in', ['refused', 'skipped']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='runrow_drafting_known'),
        ),
        migrations.AddConstraint(
            model_name='invoicerunrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('issue_reason', ''), ('issuing__in', ['', 'waiting', 'issued'])), models.Q(('issuing', 'refused'), models.Q(('issue_reason', ''), _negated=True)), _connector='OR'), name='runrow_issuing_known'),
        ),
        migrations.AddConstraint(
            model_name='invoicerunrow',
            constraint=models.CheckConstraint(condition=models.Q(('issuing', ''), ('drafting', 'drafted'), _connector='OR'), name='runrow_issues_drafts'),
        ),
        migrations.AddIndex(
            model_name='usagestatement',
            index=models.Index(fields=['state', 'confirm_by'], name='statement_by_deadline'),
        ),
        migrations.AddConstraint(
            model_name='usagestatement',
            constraint=models.UniqueConstraint(fields=('period', 'revision'), name='statement_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='usagestatement',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('period',), name='statement_one_draft', violation_error_message='该服务周期已有一份对账单草稿。'),
        ),
        migrations.AddConstraint(
            model_name='usagestatement',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['sent', 'disputed', 'confirmed', 'deemed', 'settled'])), fields=('period',), name='statement_one_standing', violation_error_message='该服务周期已有一份有效的对账单。'),
        ),
        migrations.AddConstraint(
            model_name='usagestatement',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'sent', 'disputed', 'confirmed', 'deemed', 'settled', 'superseded'])), name='statement_state_known'),
        ),
        migrations.AddConstraint(
            model_name='usagestatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('sent_at__isnull', True), ('snapshot__isnull', True), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), _negated=True), ('number__isnull', False), ('sent_at__isnull', False), ('sent_by__isnull', False), ('snapshot__isnull', False)), _connector='OR'), name='statement_sent_whole'),
        ),
        migrations.AddConstraint(
            model_name='usagestatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replaces__isnull', True), ('revision', 1)), models.Q(('replaces__isnull', False), ('revision__gt', 1), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='statement_revision_says_why', violation_error_message='重新出具对账单须写明原因。'),
        ),
        migrations.AddConstraint(
            model_name='usagestatementline',
            constraint=models.UniqueConstraint(fields=('statement', 'position'), name='stateline_position_once'),
        ),
        migrations.AddConstraint(
            model_name='usagestatementline',
            constraint=models.UniqueConstraint(fields=('statement', 'rate_line', 'period'), name='stateline_charge_once'),
        ),
        migrations.AddConstraint(
            model_name='lineanswer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['confirmed', 'disputed'])), name='lineanswer_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='lineanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'disputed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='lineanswer_dispute_says', violation_error_message='请写明异议的理由。'),
        ),
        migrations.AddConstraint(
            model_name='lineanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome', '')), models.Q(('decided_at__isnull', False), ('kind', 'disputed'), ('outcome__in', ['upheld', 'rejected', 'withdrawn'])), _connector='OR'), name='lineanswer_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='lineanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'rejected'), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='lineanswer_rejected_says', violation_error_message='异议不成立的，请写明理由。'),
        ),
        migrations.AddConstraint(
            model_name='lineanswer',
            constraint=models.CheckConstraint(condition=models.Q(('correction__isnull', True), ('outcome', 'upheld'), _connector='OR'), name='lineanswer_correction_upheld'),
        ),
        ]),
        # Once sent, the content of a statement stays: its state and deadline move, and its hash is kept once.
        *frozen_when("billing_usagestatement", "OLD.state <> 'draft'", allowed_columns=(*MOVING, "pdf_sha256")),
        *frozen_when("billing_usagestatement", "OLD.pdf_sha256 <> ''", allowed_columns=MOVING),
        *frozen_when("billing_usagestatementline", SENT_PARENT.format("OLD")),
        *closed_when("billing_usagestatementline", SENT_PARENT.format("NEW")),
        # An answer waits for finance's; once that is given nothing of it changes.
        *frozen_when("billing_lineanswer", "OLD.outcome <> ''"),
        *frozen_when("billing_lineanswer", "OLD.outcome = ''", allowed_columns=DECIDING),
    ]
