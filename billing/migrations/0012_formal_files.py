"""Formal invoices: how they were sent, which one they replace, their files; red letters of credit notes."""

import billing.fields
import billing.models.formal
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from journal.triggers import append_only
from people.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0011_statements_and_runs"),
        ('worktime', '0002_notice_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='FormalFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('face', '发票文件'), ('delivery', '送达凭证'), ('receipt', '签收凭证')], max_length=8, verbose_name='种类')),
                    ('name', models.CharField(max_length=150, verbose_name='文件名')),
                    ('file', models.FileField(upload_to=billing.models.formal.random_place, verbose_name='文件')),
                    ('content_type', models.CharField(max_length=100, verbose_name='内容类型')),
                    ('size', models.PositiveBigIntegerField(verbose_name='大小（字节）')),
                    ('sha256', models.CharField(max_length=64, verbose_name='校验值')),
                    ('findings', models.JSONField(default=list, verbose_name='与登记不一致之处')),
                    ('at', models.DateTimeField(verbose_name='上传时间')),
                ],
                options={
                    'verbose_name': '发票文件',
                    'verbose_name_plural': '发票文件',
                    'ordering': ['pk'],
                    'default_permissions': ('view',),
                },
            ),
            migrations.CreateModel(
                name='RedLetter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=20, unique=True, validators=[django.core.validators.RegexValidator('\\A[0-9]{20}\\Z', '发票号码须为 20 位数字。')], verbose_name='红字发票号码')),
                    ('dated_on', models.DateField(verbose_name='开票日期')),
                    ('net', billing.fields.MoneyField(verbose_name='不含税金额')),
                    ('tax', billing.fields.MoneyField(verbose_name='税额')),
                    ('gross', billing.fields.MoneyField(verbose_name='价税合计')),
                    ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '红字发票',
                    'verbose_name_plural': '红字发票',
                    'ordering': ['-recorded_at', '-pk'],
                    'default_permissions': ('view',),
                },
            ),
            migrations.AddField(
                model_name='formalfile',
                name='by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人'),
            ),
            migrations.AddField(
                model_name='formalfile',
                name='invoice',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='billing.formalinvoice', verbose_name='正式发票'),
            ),
            migrations.AddField(
                model_name='redletter',
                name='credit_note',
                field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='red_letter', to='billing.document', verbose_name='贷项通知单'),
            ),
            migrations.AddField(
                model_name='redletter',
                name='invoice',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='red_letters', to='billing.formalinvoice', verbose_name='所冲减的正式发票'),
            ),
            migrations.AddField(
                model_name='redletter',
                name='recorded_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
            ),
            migrations.AddField(
                model_name='formalfile',
                name='red_letter',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='billing.redletter', verbose_name='红字发票'),
            ),
            migrations.AddConstraint(
                model_name='redletter',
                constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('number'), models.Value(20)), django.db.models.lookups.Exact(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(models.F('number'), models.Value('0'), models.Value('')), models.Value('1'), models.Value('')), models.Value('2'), models.Value('')), models.Value('3'), models.Value('')), models.Value('4'), models.Value('')), models.Value('5'), models.Value('')), models.Value('6'), models.Value('')), models.Value('7'), models.Value('')), models.Value('8'), models.Value('')), models.Value('9'), models.Value('')), models.Value(''))), name='redletter_number_digits', violation_error_message='发票号码须为 20 位数字。'),
            ),
            migrations.AddConstraint(
                model_name='redletter',
                constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('gross'), '*', models.Value(100))), django.db.models.expressions.CombinedExpression(django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('net'), '*', models.Value(100))), '+', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('tax'), '*', models.Value(100))))), ('gross__gt', 0)), name='redletter_totals_fit'),
            ),
            migrations.AddConstraint(
                model_name='formalfile',
                constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='formalfile_not_empty'),
            ),
            migrations.AddConstraint(
                model_name='formalfile',
                constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['face', 'delivery', 'receipt'])), name='formalfile_kind_known'),
            ),
            migrations.AddConstraint(
                model_name='formalfile',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('invoice__isnull', False), ('red_letter__isnull', True)), models.Q(('invoice__isnull', True), ('red_letter__isnull', False)), _connector='OR'), name='formalfile_of_one'),
            ),
        ]),
        migrations.AddField(
            model_name='formalinvoice',
            name='acknowledged_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='乙方签收人'),
        ),
        migrations.AddField(
            model_name='formalinvoice',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='billing.formalinvoice', verbose_name='所替换的发票'),
        ),
        migrations.AddField(
            model_name='formalinvoice',
            name='sent_how',
            field=models.CharField(blank=True, choices=[('platform', '税务数字账户'), ('email', '电子邮件'), ('portal', '本门户'), ('courier', '邮寄'), ('by_hand', '当面送交')], max_length=10, verbose_name='送达方式'),
        ),
        migrations.AddField(
            model_name='formalinvoice',
            name='sent_on',
            field=models.DateField(blank=True, null=True, verbose_name='送出日期'),
        ),
        migrations.AddField(
            model_name='formalinvoice',
            name='sent_to',
            field=models.CharField(blank=True, max_length=160, verbose_name='送达对象'),
        ),
        migrations.AddField(
            model_name='historicalformalinvoice',
            name='acknowledged_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='乙方签收人'),
        ),
        migrations.AddField(
            model_name='historicalformalinvoice',
            name='replaces',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='billing.formalinvoice', verbose_name='所替换的发票'),
        ),
        migrations.AddField(
            model_name='historicalformalinvoice',
            name='sent_how',
            field=models.CharField(blank=True, choices=[('platform', '税务数字账户'), ('email', '电子邮件'), ('portal', '本门户'), ('courier', '邮寄'), ('by_hand', '当面送交')], max_length=10, verbose_name='送达方式'),
        ),
        migrations.AddField(
            model_name='historicalformalinvoice',
            name='sent_on',
            field=models.DateField(blank=True, null=True, verbose_name='送出日期'),
        ),
        migrations.AddField(
            model_name='historicalformalinvoice',
            name='sent_to',
            field=models.CharField(blank=True, max_length=160, verbose_name='送达对象'),
        ),
        migrations.AddConstraint(
            model_name='formalinvoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_how', ''), ('sent_on__isnull', True), ('sent_to', '')), models.Q(('sent_how__in', ['platform', 'email', 'portal', 'courier', 'by_hand']), ('sent_on__isnull', False), models.Q(('sent_to', ''), _negated=True)), _connector='OR'), name='formal_sent_whole', violation_error_message='送达须写明日期、方式和对象。'),
        ),
        *append_only("billing_formalfile"),
        *append_only("billing_redletter"),
    ]
