"""Monthly reports with Party B's answers, replays under other terms, and the indexes that the figures read."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from journal.triggers import append_only, frozen_when
from people.together import Together

GUARDS = [
    # Party B's answer and a later revision move the state; everything else is frozen with the report.
    *frozen_when("sla_servicereport", "1 = 1", allowed_columns=("state",)),
    *append_only("sla_reportanswer"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0001_squashed_0003_whole"),
        ("sla", "0003_adjudications"),
        ("worktime", "0002_notice_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="ReportAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("confirmed", "确认"), ("disputed", "提出异议")],
                                max_length=10,
                                verbose_name="类型",
                            ),
                        ),
                        ("text", models.TextField(blank=True, max_length=4000, verbose_name="说明")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                    ],
                    options={
                        "verbose_name": "月报答复",
                        "verbose_name_plural": "月报答复",
                        "ordering": ["pk"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="ServiceReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField(help_text="该月的第一天。", verbose_name="月份")),
                        ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="版次")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("issued", "待乙方确认"),
                                    ("confirmed", "乙方已确认"),
                                    ("disputed", "乙方有异议"),
                                    ("superseded", "已由新版代替"),
                                ],
                                default="issued",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="重新出具的原因")),
                        ("snapshot", models.JSONField(verbose_name="内容")),
                        ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                        ("issued_at", models.DateTimeField(verbose_name="出具时间")),
                    ],
                    options={
                        "verbose_name": "服务月报",
                        "verbose_name_plural": "服务月报",
                        "ordering": ["-month", "agreement", "-revision"],
                        "permissions": [("issue_report", "出具服务月报")],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="WhatIf",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="名称")),
                        ("received_from", models.DateField(verbose_name="收到日期自")),
                        ("received_to", models.DateField(verbose_name="收到日期至")),
                        ("kinds", models.JSONField(default=list, verbose_name="报告类型")),
                        ("targets", models.JSONField(default=list, verbose_name="时限")),
                        (
                            "hours_mode",
                            models.CharField(
                                choices=[
                                    ("agreed", "按各自的协议"),
                                    ("set", "另一套支持时段"),
                                    ("natural", "自然小时（7×24）"),
                                ],
                                default="agreed",
                                max_length=8,
                                verbose_name="计时时段",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "排队中"),
                                    ("running", "计算中"),
                                    ("done", "已完成"),
                                    ("cancelled", "已取消"),
                                    ("failed", "出错"),
                                ],
                                default="queued",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("total", models.PositiveIntegerField(default=0, verbose_name="时限总数")),
                        ("done", models.PositiveIntegerField(default=0, verbose_name="已计算")),
                        ("after", models.PositiveBigIntegerField(default=0, verbose_name="算到")),
                        ("summary", models.JSONField(blank=True, default=dict, verbose_name="汇总")),
                        ("stop_asked", models.BooleanField(default=False, verbose_name="要求停止")),
                        ("asked_at", models.DateTimeField(verbose_name="发起时间")),
                        ("moved_at", models.DateTimeField(blank=True, null=True, verbose_name="最近进展")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                        ("error", models.CharField(blank=True, max_length=300, verbose_name="错误")),
                    ],
                    options={
                        "verbose_name": "时限试算",
                        "verbose_name_plural": "时限试算",
                        "ordering": ["-asked_at", "-pk"],
                        "permissions": [("run_whatif", "进行时限试算")],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="WhatIfLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("both", "都超时"), ("new", "新增超时"), ("gone", "不再超时")],
                                max_length=4,
                                verbose_name="结果",
                            ),
                        ),
                        (
                            "target_seconds",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="试算时限（秒）"),
                        ),
                        ("consumed_seconds", models.PositiveBigIntegerField(verbose_name="试算已用（秒）")),
                        ("breached_at", models.DateTimeField(blank=True, null=True, verbose_name="试算超时时刻")),
                    ],
                    options={
                        "verbose_name": "试算结果",
                        "verbose_name_plural": "试算结果",
                        "ordering": ["pk"],
                        "default_permissions": (),
                    },
                ),
                migrations.AddField(
                    model_name="reportanswer",
                    name="by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                migrations.AddField(
                    model_name="servicereport",
                    name="agreement",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_reports",
                        to="contracts.agreement",
                        verbose_name="协议",
                    ),
                ),
                migrations.AddField(
                    model_name="servicereport",
                    name="issued_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="出具人",
                    ),
                ),
                migrations.AddField(
                    model_name="reportanswer",
                    name="report",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="sla.servicereport",
                        verbose_name="服务月报",
                    ),
                ),
                migrations.AddField(
                    model_name="whatif",
                    name="agreements",
                    field=models.ManyToManyField(
                        blank=True, related_name="+", to="contracts.agreement", verbose_name="协议"
                    ),
                ),
                migrations.AddField(
                    model_name="whatif",
                    name="asked_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
                    ),
                ),
                migrations.AddField(
                    model_name="whatif",
                    name="calendar_version",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="worktime.calendarversion",
                        verbose_name="日历版本",
                    ),
                ),
                migrations.AddField(
                    model_name="whatif",
                    name="hours",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.supporthours",
                        verbose_name="支持时段",
                    ),
                ),
                migrations.AddField(
                    model_name="whatifline",
                    name="clock",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sla.clock",
                        verbose_name="时限计时",
                    ),
                ),
                migrations.AddField(
                    model_name="whatifline",
                    name="whatif",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sla.whatif",
                        verbose_name="时限试算",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="servicereport",
                    constraint=models.UniqueConstraint(
                        fields=("agreement", "month", "revision"), name="report_revision_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="servicereport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("state__in", ["issued", "confirmed", "disputed", "superseded"])),
                        name="report_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="servicereport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("revision", 1),
                            models.Q(("revision__gt", 1), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="report_revision_has_reason",
                        violation_error_message="重新出具月报须写明原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="reportanswer",
                    constraint=models.UniqueConstraint(fields=("report", "kind"), name="reportanswer_once_a_kind"),
                ),
                migrations.AddConstraint(
                    model_name="reportanswer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["confirmed", "disputed"])), name="reportanswer_kind_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="reportanswer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "disputed"), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="reportanswer_dispute_says",
                        violation_error_message="请写明异议的理由。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="whatif",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "cancelled", "failed"])),
                        name="whatif_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="whatif",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("received_from__lte", models.F("received_to"))),
                        name="whatif_period_in_order",
                        violation_error_message="起始日期不能晚于截止日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="whatif",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hours__isnull", False), ("hours_mode", "set")),
                            models.Q(("hours__isnull", True), ("hours_mode__in", ["agreed", "natural"])),
                            _connector="OR",
                        ),
                        name="whatif_hours_whole",
                        violation_error_message="选择“另一套支持时段”时，请指定支持时段。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="whatif",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("state__in", ["queued", "running"])),
                            models.Q(("finished_at__isnull", False), ("state__in", ["done", "cancelled", "failed"])),
                            _connector="OR",
                        ),
                        name="whatif_ended_is_dated",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="whatifline",
                    constraint=models.UniqueConstraint(fields=("whatif", "clock"), name="whatifline_once_a_clock"),
                ),
                migrations.AddConstraint(
                    model_name="whatifline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["both", "new", "gone"])), name="whatifline_outcome_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="whatifline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("breached_at__isnull", True), ("outcome", "gone")),
                            models.Q(("breached_at__isnull", False), ("outcome__in", ["both", "new"])),
                            _connector="OR",
                        ),
                        name="whatifline_breach_is_dated",
                    ),
                ),
            ]
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("stopped_at__isnull", False)), fields=["stopped_at"], name="clock_stopped"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", False)), fields=["breached_at"], name="clock_broken"
            ),
        ),
        migrations.AddIndex(
            model_name="clockevent",
            index=models.Index(condition=models.Q(("kind", "paused")), fields=["at"], name="clockevent_paused"),
        ),
        *GUARDS,
    ]
