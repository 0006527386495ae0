"""Usage files on their way with their waiting lines, and anomalies of usage until they are settled."""

import billing.fields
import billing.models.uploads
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from people.together import Together


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0007_lpr_published"),
        ("contracts", "0001_squashed_0003_whole"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="HistoricalUsageAnomaly",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("meter", models.CharField(max_length=60, verbose_name="计量项")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("jump", "用量突增"),
                                    ("missing_day", "缺少一天"),
                                    ("gap", "连续多日无用量"),
                                    ("after_end", "协议终止后仍有用量"),
                                    ("suspended", "暂停期间仍有用量"),
                                ],
                                max_length=12,
                                verbose_name="异常",
                            ),
                        ),
                        ("day", models.DateField(verbose_name="日期")),
                        ("until", models.DateField(verbose_name="至（含）")),
                        ("observed", billing.fields.QuantityField(verbose_name="实际用量")),
                        (
                            "expected",
                            billing.fields.QuantityField(
                                help_text="突增：此前 28 天的中位数；其他：0。", verbose_name="参照用量"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "待核对"), ("acknowledged", "已说明"), ("resolved", "已更正")],
                                default="open",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        ("found_at", models.DateTimeField(verbose_name="发现时间")),
                        ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.TextField(null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="contracts.agreement",
                                verbose_name="协议",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical 用量异常",
                        "verbose_name_plural": "historical 用量异常",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="UsageUpload",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40, verbose_name="来源系统")),
                        ("name", models.CharField(max_length=150, verbose_name="文件名")),
                        ("file", models.FileField(upload_to=billing.models.uploads.random_place, verbose_name="文件")),
                        ("size", models.PositiveBigIntegerField(verbose_name="大小（字节）")),
                        ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("uploaded", "待检查"),
                                    ("checking", "检查中"),
                                    ("checked", "待确认"),
                                    ("taking_in", "导入中"),
                                    ("taken_in", "已导入"),
                                    ("failed", "有误"),
                                    ("discarded", "已作废"),
                                ],
                                default="uploaded",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("read", models.PositiveIntegerField(default=0, verbose_name="已检查行数")),
                        ("line", models.PositiveIntegerField(default=0, verbose_name="检查到第几行")),
                        ("done", models.PositiveSmallIntegerField(default=0, verbose_name="进度（%）")),
                        ("wrong", models.PositiveIntegerField(default=0, verbose_name="有误行数")),
                        ("new", models.PositiveIntegerField(default=0, verbose_name="新增")),
                        ("known", models.PositiveIntegerField(default=0, verbose_name="已登记且相同")),
                        ("summary", models.JSONField(blank=True, default=dict, verbose_name="汇总")),
                        ("error", models.CharField(blank=True, max_length=300, verbose_name="错误")),
                        ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                        ("moved_at", models.DateTimeField(blank=True, null=True, verbose_name="最近进展")),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                        (
                            "agreement",
                            models.ForeignKey(
                                blank=True,
                                help_text="空着表示文件中有“协议编号”一列，一份文件可以含多份协议的用量。",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="usage_uploads",
                                to="contracts.agreement",
                                verbose_name="协议",
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="确认人",
                            ),
                        ),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上传人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "用量文件",
                        "verbose_name_plural": "用量文件",
                        "ordering": ["-uploaded_at", "-pk"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="UploadProblem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("line", models.PositiveIntegerField(verbose_name="行号")),
                        ("reason", models.CharField(max_length=300, verbose_name="原因")),
                        (
                            "upload",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="problems",
                                to="billing.usageupload",
                                verbose_name="用量文件",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "有误的行",
                        "verbose_name_plural": "有误的行",
                        "ordering": ["line", "pk"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="StagedUsage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("line", models.PositiveIntegerField(verbose_name="行号")),
                        ("source_event_id", models.CharField(max_length=80, verbose_name="来源记录号")),
                        ("meter", models.CharField(max_length=60, verbose_name="计量项")),
                        ("occurred_at", models.DateTimeField(verbose_name="使用时间")),
                        ("quantity", billing.fields.QuantityField(verbose_name="用量")),
                        ("corrects", models.CharField(blank=True, max_length=80, verbose_name="更正的记录")),
                        (
                            "agreement",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="contracts.agreement",
                                verbose_name="协议",
                            ),
                        ),
                        (
                            "upload",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="staged",
                                to="billing.usageupload",
                                verbose_name="用量文件",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "待导入的用量",
                        "verbose_name_plural": "待导入的用量",
                        "ordering": ["line"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="UsageAnomaly",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("meter", models.CharField(max_length=60, verbose_name="计量项")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("jump", "用量突增"),
                                    ("missing_day", "缺少一天"),
                                    ("gap", "连续多日无用量"),
                                    ("after_end", "协议终止后仍有用量"),
                                    ("suspended", "暂停期间仍有用量"),
                                ],
                                max_length=12,
                                verbose_name="异常",
                            ),
                        ),
                        ("day", models.DateField(verbose_name="日期")),
                        ("until", models.DateField(verbose_name="至（含）")),
                        ("observed", billing.fields.QuantityField(verbose_name="实际用量")),
                        (
                            "expected",
                            billing.fields.QuantityField(
                                help_text="突增：此前 28 天的中位数；其他：0。", verbose_name="参照用量"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "待核对"), ("acknowledged", "已说明"), ("resolved", "已更正")],
                                default="open",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        ("found_at", models.DateTimeField(verbose_name="发现时间")),
                        ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="anomalies",
                                to="contracts.agreement",
                                verbose_name="协议",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "用量异常",
                        "verbose_name_plural": "用量异常",
                        "ordering": ["-day", "-pk"],
                        "permissions": [("acknowledge_anomaly", "说明用量异常")],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement", "meter", "kind", "day"), name="anomaly_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["jump", "missing_day", "gap", "after_end", "suspended"])
                                ),
                                name="anomaly_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("until__gte", models.F("day"))), name="anomaly_days_in_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("settled_at__isnull", True), ("settled_by__isnull", True), ("state", "open")
                                    ),
                                    models.Q(("settled_at__isnull", False), ("state", "resolved")),
                                    models.Q(
                                        ("settled_at__isnull", False),
                                        ("settled_by__isnull", False),
                                        ("state", "acknowledged"),
                                        models.Q(("reason", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="anomaly_settled_whole",
                                violation_error_message="说明用量异常须写明理由。",
                            ),
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="usageupload",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["uploaded", "checking", "checked", "taking_in", "taken_in", "failed", "discarded"],
                            )
                        ),
                        name="usageupload_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="usageupload",
                    constraint=models.CheckConstraint(
                        condition=models.Q(models.Q(("source", ""), _negated=True), ("size__gt", 0)),
                        name="usageupload_names_source",
                        violation_error_message="请填写用量的来源系统。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="usageupload",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["taken_in", "failed", "discarded"])),
                            models.Q(
                                ("ended_at__isnull", True),
                                ("state__in", ["uploaded", "checking", "checked", "taking_in"]),
                            ),
                            _connector="OR",
                        ),
                        name="usageupload_ended_is_dated",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="usageupload",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["taking_in", "taken_in"]), _negated=True),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="usageupload_taken_confirmed",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="uploadproblem",
                    constraint=models.CheckConstraint(condition=models.Q(("line__gte", 0)), name="uploadproblem_line"),
                ),
                migrations.AddConstraint(
                    model_name="stagedusage",
                    constraint=models.UniqueConstraint(fields=("upload", "line"), name="stagedusage_line_once"),
                ),
            ]
        ),
    ]
