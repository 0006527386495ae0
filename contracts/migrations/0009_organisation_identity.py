import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from contracts.names import key
from journal.triggers import frozen_when


def carry_over(apps, schema_editor):
    """Each organisation's name becomes its current one; the accounts that it held become rows, the last one current."""
    model = apps.get_model("contracts", "Organisation")
    names = apps.get_model("contracts", "OrganisationName")
    for row in model.objects.all():
        model.objects.filter(pk=row.pk).update(name_key=key(row.name))
        names.objects.create(organisation=row, name=row.name, key=key(row.name), kind="current")
        _accounts(apps, row)


def _accounts(apps, row):
    """The accounts of one organisation, from its history: (bank, number) and the civil day each began."""
    past = apps.get_model("contracts", "HistoricalOrganisation").objects.filter(id=row.pk)
    held = []
    for state in past.order_by("history_date", "history_id"):
        account = (state.bank_name, state.bank_account)
        if not held or held[-1][0] != account:
            held.append((account, timezone.localdate(state.history_date)))
    if not held or held[-1][0] != (row.bank_name, row.bank_account):
        held.append(((row.bank_name, row.bank_account), timezone.localdate()))
    accounts = apps.get_model("contracts", "BankAccount").objects
    ends = [began for _account, began in held[1:]] + [None]
    for ((bank, number), began), ended in zip(held, ends, strict=True):
        if number:
            accounts.create(
                organisation=row,
                holder=row.name,
                bank=bank,
                number=number,
                state="former" if ended else "current",
                valid_from=began,
                valid_to=ended,
            )


def take_back(apps, schema_editor):
    """Write each current account back beside its organisation's name."""
    model = apps.get_model("contracts", "Organisation")
    for account in apps.get_model("contracts", "BankAccount").objects.filter(state="current"):
        model.objects.filter(pk=account.organisation_id).update(bank_name=account.bank, bank_account=account.number)


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0008_signature_marks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AgreementParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('a', '甲方'), ('b', '乙方')], max_length=1, verbose_name='身份')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='签署时名称')),
                ('uscc', models.CharField(blank=True, max_length=20, verbose_name='统一社会信用代码')),
                ('uscc_reason', models.CharField(blank=True, max_length=200, verbose_name='代码核对说明')),
                ('kind', models.CharField(blank=True, choices=[('government', '行政机关'), ('public_institution', '事业单位'), ('large', '大型企业'), ('sme', '中小企业')], max_length=20, verbose_name='性质')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='地址')),
                ('legal_representative', models.CharField(blank=True, max_length=60, verbose_name='法定代表人（负责人）')),
                ('signer', models.CharField(blank=True, max_length=60, verbose_name='签署人')),
                ('capacity', models.CharField(blank=True, max_length=60, verbose_name='签署人职务')),
                ('notice_address', models.CharField(blank=True, max_length=200, verbose_name='送达地址')),
                ('notice_email', models.EmailField(blank=True, max_length=254, verbose_name='送达邮箱')),
                ('notice_system', models.CharField(blank=True, max_length=120, verbose_name='约定的收件系统')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='固定时间')),
                ('superseded_at', models.DateTimeField(blank=True, null=True, verbose_name='被替代时间')),
            ],
            options={
                'verbose_name': '签署主体',
                'verbose_name_plural': '签署主体',
                'ordering': ['-agreement', 'side', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='BankAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.CharField(max_length=120, verbose_name='户名')),
                ('bank', models.CharField(max_length=120, verbose_name='开户行')),
                ('number', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('\\A[0-9A-Z-]{6,40}\\Z', '账号只能由数字、大写字母和短横线组成，6 至 40 位。')], verbose_name='账号')),
                ('branch_code', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('\\A[0-9]{12}\\Z', '联行号是 12 位数字。')], verbose_name='联行号')),
                ('state', models.CharField(choices=[('proposed', '待批准'), ('current', '现用'), ('former', '已停用'), ('dropped', '已作废')], default='proposed', editable=False, max_length=10, verbose_name='状态')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='启用日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('proposed_at', models.DateTimeField(blank=True, null=True, verbose_name='提出时间')),
            ],
            options={
                'verbose_name': '银行账户',
                'verbose_name_plural': '银行账户',
                'ordering': ['organisation', '-pk'],
                'permissions': [('propose_bankaccount', 'Can ask to change a bank account'), ('approve_bankaccount', 'Can approve the change of a bank account')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('role', models.CharField(choices=[('business', '业务'), ('technical', '技术'), ('finance', '财务'), ('legal', '法务'), ('notice', '通知收件'), ('emergency', '应急')], max_length=10, verbose_name='事项')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='电话')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='邮箱')),
                ('valid', models.BooleanField(default=True, verbose_name='有效')),
            ],
            options={
                'verbose_name': '联系人',
                'verbose_name_plural': '联系人',
                'ordering': ['organisation', 'role', 'name'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAgreementParty',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('side', models.CharField(choices=[('a', '甲方'), ('b', '乙方')], max_length=1, verbose_name='身份')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='签署时名称')),
                ('uscc', models.CharField(blank=True, max_length=20, verbose_name='统一社会信用代码')),
                ('uscc_reason', models.CharField(blank=True, max_length=200, verbose_name='代码核对说明')),
                ('kind', models.CharField(blank=True, choices=[('government', '行政机关'), ('public_institution', '事业单位'), ('large', '大型企业'), ('sme', '中小企业')], max_length=20, verbose_name='性质')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='地址')),
                ('legal_representative', models.CharField(blank=True, max_length=60, verbose_name='法定代表人（负责人）')),
                ('signer', models.CharField(blank=True, max_length=60, verbose_name='签署人')),
                ('capacity', models.CharField(blank=True, max_length=60, verbose_name='签署人职务')),
                ('notice_address', models.CharField(blank=True, max_length=200, verbose_name='送达地址')),
                ('notice_email', models.EmailField(blank=True, max_length=254, verbose_name='送达邮箱')),
                ('notice_system', models.CharField(blank=True, max_length=120, verbose_name='约定的收件系统')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='固定时间')),
                ('superseded_at', models.DateTimeField(blank=True, null=True, verbose_name='被替代时间')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 签署主体',
                'verbose_name_plural': 'historical 签署主体',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalBankAccount',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('holder', models.CharField(max_length=120, verbose_name='户名')),
                ('bank', models.CharField(max_length=120, verbose_name='开户行')),
                ('number', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('\\A[0-9A-Z-]{6,40}\\Z', '账号只能由数字、大写字母和短横线组成，6 至 40 位。')], verbose_name='账号')),
                ('branch_code', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('\\A[0-9]{12}\\Z', '联行号是 12 位数字。')], verbose_name='联行号')),
                ('state', models.CharField(choices=[('proposed', '待批准'), ('current', '现用'), ('former', '已停用'), ('dropped', '已作废')], default='proposed', editable=False, max_length=10, verbose_name='状态')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='启用日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('proposed_at', models.DateTimeField(blank=True, null=True, verbose_name='提出时间')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 银行账户',
                'verbose_name_plural': 'historical 银行账户',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalContact',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('role', models.CharField(choices=[('business', '业务'), ('technical', '技术'), ('finance', '财务'), ('legal', '法务'), ('notice', '通知收件'), ('emergency', '应急')], max_length=10, verbose_name='事项')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='电话')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='邮箱')),
                ('valid', models.BooleanField(default=True, verbose_name='有效')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 联系人',
                'verbose_name_plural': 'historical 联系人',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalOrganisationName',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('kind', models.CharField(choices=[('current', '现用名'), ('former', '曾用名'), ('alias', '别名'), ('short', '简称')], max_length=8, verbose_name='种类')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='启用日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 单位名称',
                'verbose_name_plural': 'historical 单位名称',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OrganisationName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('key', models.CharField(db_index=True, editable=False, max_length=400, verbose_name='比对名称')),
                ('kind', models.CharField(choices=[('current', '现用名'), ('former', '曾用名'), ('alias', '别名'), ('short', '简称')], max_length=8, verbose_name='种类')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='启用日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='停用日期')),
            ],
            options={
                'verbose_name': '单位名称',
                'verbose_name_plural': '单位名称',
                'ordering': ['organisation', 'kind', '-valid_to', 'pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='organisation',
            options={'ordering': ['name'], 'permissions': [('request_merge', 'Can ask to merge two organisations'), ('decide_merge', 'Can decide on a merge of two organisations')], 'verbose_name': '单位', 'verbose_name_plural': '单位'},
        ),
        migrations.AddField(
            model_name='historicalorganisation',
            name='legal_representative',
            field=models.CharField(blank=True, max_length=60, verbose_name='法定代表人（负责人）'),
        ),
        migrations.AddField(
            model_name='historicalorganisation',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='已并入'),
        ),
        migrations.AddField(
            model_name='historicalorganisation',
            name='uscc_confirmed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='代码确认时间'),
        ),
        migrations.AddField(
            model_name='historicalorganisation',
            name='uscc_confirmed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代码确认人'),
        ),
        migrations.AddField(
            model_name='historicalorganisation',
            name='uscc_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='代码核对说明'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='legal_representative',
            field=models.CharField(blank=True, max_length=60, verbose_name='法定代表人（负责人）'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='contracts.organisation', verbose_name='已并入'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='name_key',
            field=models.CharField(db_index=True, default='', editable=False, max_length=400, verbose_name='比对名称'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='uscc_confirmed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='代码确认时间'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='uscc_confirmed_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代码确认人'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='uscc_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='代码核对说明'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='party_a',
            field=models.ForeignKey(limit_choices_to={'merged_into__isnull': True}, on_delete=django.db.models.deletion.PROTECT, related_name='provided', to='contracts.organisation', verbose_name='甲方'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='party_b',
            field=models.ForeignKey(limit_choices_to={'merged_into__isnull': True}, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='contracts.organisation', verbose_name='乙方'),
        ),
        migrations.AlterField(
            model_name='historicalagreement',
            name='party_a',
            field=models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'merged_into__isnull': True}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='甲方'),
        ),
        migrations.AlterField(
            model_name='historicalagreement',
            name='party_b',
            field=models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'merged_into__isnull': True}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='乙方'),
        ),
        migrations.AlterField(
            model_name='historicalorganisation',
            name='uscc',
            field=models.CharField(blank=True, max_length=20, verbose_name='统一社会信用代码'),
        ),
        migrations.AlterField(
            model_name='organisation',
            name='uscc',
            field=models.CharField(blank=True, max_length=20, verbose_name='统一社会信用代码'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('uscc_confirmed_at__isnull', True), ('uscc_confirmed_by__isnull', True), ('uscc_reason', '')), models.Q(models.Q(('uscc_reason', ''), _negated=True), ('uscc_confirmed_at__isnull', False), ('uscc_confirmed_by__isnull', False)), _connector='OR'), name='organisation_uscc_confirmed', violation_error_message='代码核对说明须与确认人、确认时间一并记录。'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='organisation_not_into_self', violation_error_message='单位不能并入自己。'),
        ),
        migrations.AddField(
            model_name='agreementparty',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parties', to='contracts.agreement', verbose_name='协议'),
        ),
        migrations.AddField(
            model_name='agreementparty',
            name='authorisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.paper', verbose_name='授权委托书'),
        ),
        migrations.AddField(
            model_name='agreementparty',
            name='frozen_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='固定人'),
        ),
        migrations.AddField(
            model_name='agreementparty',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parties', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='proposed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人'),
        ),
        migrations.AddField(
            model_name='contact',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='historicalagreementparty',
            name='agreement',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.agreement', verbose_name='协议'),
        ),
        migrations.AddField(
            model_name='historicalagreementparty',
            name='authorisation',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.paper', verbose_name='授权委托书'),
        ),
        migrations.AddField(
            model_name='historicalagreementparty',
            name='frozen_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='固定人'),
        ),
        migrations.AddField(
            model_name='historicalagreementparty',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalagreementparty',
            name='organisation',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='historicalbankaccount',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalbankaccount',
            name='organisation',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='historicalbankaccount',
            name='proposed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人'),
        ),
        migrations.AddField(
            model_name='historicalcontact',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcontact',
            name='organisation',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='historicalorganisationname',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalorganisationname',
            name='organisation',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='organisationname',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='names', to='contracts.organisation', verbose_name='单位'),
        ),
        migrations.AddConstraint(
            model_name='agreementparty',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('agreement', 'side'), name='party_one_a_side'),
        ),
        migrations.AddConstraint(
            model_name='agreementparty',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['a', 'b'])), name='party_side_known'),
        ),
        migrations.AddConstraint(
            model_name='agreementparty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frozen_at__isnull', True), ('kind', ''), ('name', '')), models.Q(('frozen_at__isnull', False), ('kind__in', ['government', 'public_institution', 'large', 'sme']), models.Q(('name', ''), _negated=True)), _connector='OR'), name='party_frozen_whole', violation_error_message='固定后的签署主体须有名称和性质。'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'current')), fields=('organisation',), name='bankaccount_one_current'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('organisation',), name='bankaccount_one_proposed'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['proposed', 'dropped']), ('valid_from__isnull', True), ('valid_to__isnull', True)), models.Q(('state', 'current'), ('valid_from__isnull', False), ('valid_to__isnull', True)), models.Q(('state', 'former'), ('valid_from__isnull', False), ('valid_to__isnull', False)), _connector='OR'), name='bankaccount_state_dated', violation_error_message='现用账户须有启用日期，已停用账户须有启用和停用日期。'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['business', 'technical', 'finance', 'legal', 'notice', 'emergency'])), name='contact_role_known'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), ('phone', ''), _negated=True), name='contact_reachable', violation_error_message='电话和邮箱至少填写一项。'),
        ),
        migrations.AddConstraint(
            model_name='organisationname',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'current')), fields=('organisation',), name='orgname_one_current'),
        ),
        migrations.AddConstraint(
            model_name='organisationname',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['alias', 'short']), ('valid_to__isnull', True)), fields=('organisation', 'key'), name='orgname_alias_once', violation_error_message='这个别名或简称已经登记。'),
        ),
        migrations.AddConstraint(
            model_name='organisationname',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['current', 'former', 'alias', 'short'])), name='orgname_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='organisationname',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='orgname_interval', violation_error_message='停用日期不能早于启用日期。'),
        ),
        migrations.AddConstraint(
            model_name='organisationname',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'current'), ('valid_to__isnull', True)), models.Q(('kind', 'former'), ('valid_to__isnull', False)), ('kind__in', ['alias', 'short']), _connector='OR'), name='orgname_ended_if_former', violation_error_message='现用名没有停用日期，曾用名须有停用日期。'),
        ),
        migrations.RunPython(carry_over, take_back),
        migrations.RemoveField(
            model_name='historicalorganisation',
            name='bank_account',
        ),
        migrations.RemoveField(
            model_name='historicalorganisation',
            name='bank_name',
        ),
        migrations.RemoveField(
            model_name='organisation',
            name='bank_account',
        ),
        migrations.RemoveField(
            model_name='organisation',
            name='bank_name',
        ),
        *frozen_when(
            "contracts_bankaccount", "OLD.state IN ('current', 'former')", allowed_columns=("state", "valid_to")
        ),
        *frozen_when("contracts_agreementparty", "OLD.frozen_at IS NOT NULL", allowed_columns=("superseded_at",)),
    ]
