"""The services of the platform: what is agreed on their availability, maintenance windows and outages."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import Agreement, AgreementVersion, CatalogueItem, Organisation, Paper, ServedNotice
from sla.models.tickets import Ticket
from sla.querysets.uptime import OutageQuerySet, ServiceQuerySet, WindowQuerySet
from worktime.models import CalendarVersion


class Hours(models.TextChoices):
    """In which time something is counted."""

    SUPPORT = "support", _("支持时间")
    NATURAL = "natural", _("自然时间（7×24）")


class Service(models.Model):
    """Something of the platform that can be up or down (clause 7.2.1).

    It concerns an agreement that is named, that shares one of its items, or, when for_all, every agreement of its
    provider.
    """

    class Kind(models.TextChoices):
        PLATFORM = "platform", pgettext_lazy("service", "平台")
        QUERY = "query", pgettext_lazy("service", "查询")
        DOWNLOAD = "download", pgettext_lazy("service", "数据下载")
        INTERFACE = "interface", pgettext_lazy("service", "接口")

    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="services", verbose_name=_("提供方（甲方）")
    )
    code = models.SlugField(
        _("代码"), max_length=40, unique=True, help_text=_("监控系统通过接口报送中断时用它指明服务，例如 query-api。")
    )
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    for_all = models.BooleanField(
        _("面向全部协议"), default=False, help_text=_("统一门户、登录等所有乙方都使用的服务勾选。")
    )
    agreements = models.ManyToManyField(Agreement, blank=True, related_name="services", verbose_name=_("适用协议"))
    items = models.ManyToManyField(
        CatalogueItem, blank=True, related_name="services", verbose_name=_("承载的数据资源"),
        help_text=_("共享这些数据资源的协议也适用。"),
    )  # fmt: skip
    since = models.DateField(_("提供服务自"))
    ended_on = models.DateField(_("停止服务日期"), null=True, blank=True)

    objects = ServiceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("平台服务")
        verbose_name_plural = _("平台服务")
        ordering = ["kind", "name", "pk"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                name="service_kind_known", condition=Q(kind__in=["platform", "query", "download", "interface"])
            ),
            models.CheckConstraint(
                name="service_interval",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("since")),
                violation_error_message=_("停止服务日期不能早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceTerm(models.Model):
    """What one version of an agreement says of one service.  No row: nothing is agreed.  Frozen with its version."""

    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, related_name="service_terms", verbose_name=_("协议版本")
    )
    service = models.ForeignKey(Service, models.PROTECT, related_name="terms", verbose_name=_("平台服务"))
    target = models.DecimalField(
        _("可用率目标（%）"), max_digits=6, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(Decimal(100))],
        help_text=_("协议没有约定就留空：只统计，不评判。"),
    )  # fmt: skip
    hours = models.CharField(
        pgettext_lazy("availability", "统计时间"), max_length=8, choices=Hours.choices, blank=True,
        help_text=_("可用率按什么时间统计；约定了目标的必须写明。"),
    )  # fmt: skip
    notice_hours = models.PositiveSmallIntegerField(
        _("维护提前通知（小时）"), null=True, blank=True, validators=[MaxValueValidator(2000)],
        help_text=_("至少提前多少小时公告；没有约定就留空，此时任何维护都不从可用率中扣除。"),
    )  # fmt: skip
    notice_counted = models.CharField(_("提前通知按"), max_length=8, choices=Hours.choices, blank=True)
    most_hours = models.PositiveSmallIntegerField(
        _("每月维护上限（小时）"), null=True, blank=True, validators=[MaxValueValidator(744)],
        help_text=_("每月最多扣除多少小时的维护，按统计时间计；没有约定上限就留空。"),
    )  # fmt: skip
    emergency_hours = models.PositiveSmallIntegerField(
        _("紧急维护提前通知（自然小时）"), null=True, blank=True, validators=[MaxValueValidator(2000)],
        help_text=_("约定了紧急维护条款的填写，0 表示开始前公告即可；没有紧急条款就留空。"),
    )  # fmt: skip
    holds_solution = models.BooleanField(
        _("维护期间暂停“提出解决方案”计时"), default=False, help_text=_("协议明文约定的才勾选。")
    )
    holds_restoration = models.BooleanField(
        _("维护期间暂停“恢复”计时"), default=False, help_text=_("协议明文约定的才勾选。")
    )
    basis = models.CharField(_("依据"), max_length=120, blank=True, help_text=_("条款或附件，例如：附件三第 2 条。"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("可用率约定")
        verbose_name_plural = _("可用率约定")
        ordering = ["version", "service"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "service"],
                name="serviceterm_once",
                violation_error_message=_("这个版本已经登记了该服务的约定。"),
            ),
            models.CheckConstraint(
                name="serviceterm_target",
                condition=Q(target__isnull=True) | Q(target__gt=0, target__lte=100),
                violation_error_message=_("可用率目标须大于 0、不超过 100。"),
            ),
            models.CheckConstraint(
                name="serviceterm_target_of_hours",
                condition=Q(target__isnull=True) | ~Q(hours=""),
                violation_error_message=_("约定了可用率目标的，请写明按什么时间统计。"),
            ),
            models.CheckConstraint(
                name="serviceterm_notice_whole",
                condition=Q(notice_hours__isnull=True, notice_counted="")
                | (Q(notice_hours__isnull=False) & ~Q(notice_counted="")),
                violation_error_message=_("提前通知的小时数和计法须同时填写或同时留空。"),
            ),
            models.CheckConstraint(
                name="serviceterm_notice_first",
                condition=Q(notice_hours__isnull=False)
                | Q(
                    most_hours__isnull=True, emergency_hours__isnull=True,
                    holds_solution=False, holds_restoration=False,
                ),
                violation_error_message=_("没有约定维护提前通知的，维护上限、紧急条款和暂停计时也不能填写。"),
            ),
            models.CheckConstraint(
                name="serviceterm_hours_known", condition=Q(hours__in=["", "support", "natural"])
            ),
            models.CheckConstraint(
                name="serviceterm_counted_known", condition=Q(notice_counted__in=["", "support", "natural"])
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.version} · {self.service}"

    def clean(self) -> None:
        """What is agreed is written while the version is a draft, about a service of the agreement's Party A."""
        if self.version_id and self.version.state != AgreementVersion.State.DRAFT:
            raise ValidationError(_("这个版本已提交签署或已生效，约定不能再增加或修改；请办理补充协议。"))
        if self.version_id and self.service_id and self.service.provider_id != self.version.agreement.party_a_id:
            raise ValidationError(_("这项服务不是由该协议的甲方提供的。"))


class MaintenanceWindow(models.Model):
    """Work on services, planned ahead.  What Party B was told stands in its announcements."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("maintenance", "计划中")
        ANNOUNCED = "announced", pgettext_lazy("maintenance", "已公告")
        RUNNING = "running", pgettext_lazy("maintenance", "维护中")
        ENDED = "ended", pgettext_lazy("maintenance", "已完成")
        CANCELLED = "cancelled", pgettext_lazy("maintenance", "已取消")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("内容和影响"), max_length=4000)
    services = models.ManyToManyField(Service, related_name="windows", verbose_name=_("涉及服务"))
    planned_from = models.DateTimeField(_("计划开始"))
    planned_to = models.DateTimeField(_("计划结束"))
    interrupts = models.BooleanField(
        _("服务中断"), default=True, help_text=_("维护期间服务不能使用。不影响使用的维护不扣除，也不算中断。")
    )
    emergency = models.BooleanField(_("紧急维护"), default=False)
    emergency_reason = models.CharField(_("紧急的理由"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PLANNED, editable=False)
    begun_at = models.DateTimeField(_("实际开始"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("实际结束"), null=True, blank=True, editable=False)
    overrun_at = models.DateTimeField(_("超时处理时间"), null=True, blank=True, editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("计划人")
    )

    objects = WindowQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("维护窗口")
        verbose_name_plural = _("维护窗口")
        ordering = ["-planned_from", "-pk"]
        default_permissions = ("view",)
        permissions = [("plan_maintenance", _("计划和执行维护")), ("announce_maintenance", _("公告维护"))]
        indexes = [
            models.Index(
                fields=["planned_to", "id"],
                name="window_overrun",
                condition=Q(state="running", overrun_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="window_interval",
                condition=Q(planned_to__gt=F("planned_from")),
                violation_error_message=_("计划结束须晚于计划开始。"),
            ),
            models.CheckConstraint(
                name="window_state_known",
                condition=Q(state__in=["planned", "announced", "running", "ended", "cancelled"]),
            ),
            models.CheckConstraint(
                name="window_state_dated",
                condition=(
                    Q(state__in=["planned", "announced", "cancelled"], begun_at__isnull=True, ended_at__isnull=True)
                    | Q(state="running", begun_at__isnull=False, ended_at__isnull=True)
                    | Q(state="ended", begun_at__isnull=False, ended_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="window_ended_after",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
                violation_error_message=_("实际结束不能早于实际开始。"),
            ),
            models.CheckConstraint(
                name="window_emergency_why",
                condition=Q(emergency=False) | ~Q(emergency_reason=""),
                violation_error_message=_("紧急维护须写明理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Announcement(models.Model):
    """What was announced of a window, and when.  Append-only: a change is a new announcement."""

    class Kind(models.TextChoices):
        ANNOUNCED = "announced", pgettext_lazy("announcement", "公告")
        CHANGED = "changed", pgettext_lazy("announcement", "变更公告")
        CANCELLED = "cancelled", pgettext_lazy("announcement", "取消公告")

    window = models.ForeignKey(
        MaintenanceWindow, models.PROTECT, related_name="announcements", verbose_name=_("维护窗口")
    )
    seq = models.PositiveSmallIntegerField(_("序号"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    at = models.DateTimeField(_("公告时间"))
    planned_from = models.DateTimeField(_("公告的开始"))
    planned_to = models.DateTimeField(_("公告的结束"))
    interrupts = models.BooleanField(_("服务中断"))
    emergency = models.BooleanField(_("紧急维护"))
    text = models.TextField(_("内容"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("公告人"))

    class Meta:
        verbose_name = _("维护公告")
        verbose_name_plural = _("维护公告")
        ordering = ["window", "seq"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["window", "seq"], name="announcement_seq_once"),
            models.CheckConstraint(name="announcement_interval", condition=Q(planned_to__gt=F("planned_from"))),
            models.CheckConstraint(
                name="announcement_kind_known", condition=Q(kind__in=["announced", "changed", "cancelled"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window.number} · {self.get_kind_display()}"


class Reach(models.Model):
    """Whether an announcement was in time for one agreement and one service, by the rule agreed.  Append-only."""

    class Verdict(models.TextChoices):
        IN_TIME = "in_time", _("按时公告")
        EMERGENCY = "emergency", _("符合紧急维护条款")
        LATE = "late", _("公告过晚")
        NO_RULE = "no_rule", _("没有约定提前通知")

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="reaches", verbose_name=_("维护公告"))
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", verbose_name=_("协议"))
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("平台服务"))
    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("适用条款版本")
    )
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("适用日历版本")
    )
    verdict = models.CharField(_("是否按时"), max_length=10, choices=Verdict.choices)
    counted = models.CharField(_("计法"), max_length=8, choices=Hours.choices, blank=True)
    needed_seconds = models.PositiveIntegerField(_("约定提前（秒）"), null=True, blank=True)
    given_seconds = models.IntegerField(_("实际提前（秒）"), null=True, blank=True)
    notice = models.ForeignKey(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("维护通知")
    )

    class Meta:
        verbose_name = _("公告是否按时")
        verbose_name_plural = _("公告是否按时")
        ordering = ["announcement", "agreement", "service"]
        default_permissions = ()
        indexes = [models.Index(fields=["agreement", "service"], name="reach_agreement_service")]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "agreement", "service"], name="reach_once"),
            models.CheckConstraint(
                name="reach_verdict_known", condition=Q(verdict__in=["in_time", "emergency", "late", "no_rule"])
            ),
            models.CheckConstraint(
                name="reach_verdict_counted",
                condition=Q(verdict="no_rule", needed_seconds__isnull=True)
                | (~Q(verdict="no_rule") & Q(needed_seconds__isnull=False, given_seconds__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()


class Outage(models.Model):
    """A time in which services could not be used [started_at, ended_at); open while ended_at is empty."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("outage", "中断中")
        ENDED = "ended", pgettext_lazy("outage", "已恢复")
        WITHDRAWN = "withdrawn", pgettext_lazy("outage", "已撤销")

    class Cause(models.TextChoices):
        UNKNOWN = "unknown", pgettext_lazy("outage", "原因不明")
        SOFTWARE = "software", pgettext_lazy("outage", "软件缺陷")
        HARDWARE = "hardware", pgettext_lazy("outage", "硬件故障")
        NETWORK = "network", pgettext_lazy("outage", "网络")
        POWER = "power", pgettext_lazy("outage", "供电和机房")
        CHANGE = "change", pgettext_lazy("outage", "变更操作")
        OVERRUN = "overrun", pgettext_lazy("outage", "维护超时")
        THIRD_PARTY = "third_party", pgettext_lazy("outage", "第三方")
        ATTACK = "attack", pgettext_lazy("outage", "网络攻击")
        FORCE_MAJEURE = "force_majeure", pgettext_lazy("outage", "不可抗力")

    class Source(models.TextChoices):
        TICKET = "ticket", pgettext_lazy("outage", "故障报告")
        MONITORING = "monitoring", pgettext_lazy("outage", "监控系统")
        HAND = "hand", pgettext_lazy("outage", "人工登记")
        OVERRUN = "overrun", pgettext_lazy("outage", "维护超时")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    title = models.CharField(_("标题"), max_length=120)
    services = models.ManyToManyField(Service, related_name="outages", verbose_name=_("涉及服务"))
    started_at = models.DateTimeField(_("中断自"))
    ended_at = models.DateTimeField(_("恢复时间"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    cause = models.CharField(_("原因类别"), max_length=14, choices=Cause.choices, default=Cause.UNKNOWN)
    root_cause = models.TextField(_("根本原因和改进措施"), max_length=8000, blank=True)
    report = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原因分析报告")
    )
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    source_key = models.CharField(_("来源记录号"), max_length=80, blank=True)
    window = models.ForeignKey(
        MaintenanceWindow, models.PROTECT, null=True, blank=True, related_name="overruns", verbose_name=_("超时的维护")
    )
    announced_at = models.DateTimeField(_("公告时间"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    tickets = models.ManyToManyField(Ticket, through="OutageTicket", related_name="outages", verbose_name=_("故障报告"))

    objects = OutageQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("服务中断")
        verbose_name_plural = _("服务中断")
        ordering = ["-started_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("record_outage", _("登记和公告服务中断")), ("approve_outage", _("批准缩短或撤销服务中断"))]
        indexes = [models.Index(fields=["-started_at", "-id"], name="outage_started")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="outage_source_once"
            ),
            models.UniqueConstraint(
                fields=["window"], condition=Q(window__isnull=False), name="outage_overrun_once"
            ),
            models.CheckConstraint(name="outage_state_known", condition=Q(state__in=["open", "ended", "withdrawn"])),
            models.CheckConstraint(
                name="outage_state_dated",
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state="ended", ended_at__isnull=False)
                | Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="outage_interval",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                violation_error_message=_("恢复时间不能早于中断开始时间。"),
            ),
            models.CheckConstraint(
                name="outage_source_known", condition=Q(source__in=["ticket", "monitoring", "hand", "overrun"])
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class OutageTicket(models.Model):
    """A report that an outage explains.  A report has one outage."""

    outage = models.ForeignKey(Outage, models.PROTECT, related_name="links", verbose_name=_("服务中断"))
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, related_name="outage_link", verbose_name=pgettext_lazy("one", "故障报告")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("关联人")
    )
    at = models.DateTimeField(_("关联时间"))

    class Meta:
        verbose_name = _("关联的报告")
        verbose_name_plural = _("关联的报告")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.outage.number} · {self.ticket.number}"


class OutageEntry(models.Model):
    """A line of an outage's timeline.  Append-only; Party B reads those that are not internal."""

    class Kind(models.TextChoices):
        RECORDED = "recorded", pgettext_lazy("outage entry", "登记")
        ANNOUNCED = "announced", pgettext_lazy("outage entry", "公告")
        UPDATED = "updated", pgettext_lazy("outage entry", "进展")
        ENDED = "ended", pgettext_lazy("outage entry", "恢复")
        CORRECTED = "corrected", pgettext_lazy("outage entry", "更正")
        LINKED = "linked", pgettext_lazy("outage entry", "关联报告")
        REPORTED = "reported", pgettext_lazy("outage entry", "原因分析")
        WITHDRAWN = "withdrawn", pgettext_lazy("outage entry", "撤销")

    outage = models.ForeignKey(Outage, models.PROTECT, related_name="entries", verbose_name=_("服务中断"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("内容"), max_length=8000, blank=True)
    internal = models.BooleanField(_("仅甲方可见"), default=False)
    data = models.JSONField(_("数据"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("中断处置记录")
        verbose_name_plural = _("中断处置记录")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_kind_display()


class TicketService(models.Model):
    """A service that a report is about: maintenance of it may hold the report's clocks."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="service_links", verbose_name=pgettext_lazy("one", "故障报告")
    )
    service = models.ForeignKey(Service, models.PROTECT, related_name="ticket_links", verbose_name=_("平台服务"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("报告涉及的服务")
        verbose_name_plural = _("报告涉及的服务")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ticket", "service"], name="ticketservice_once")]

    def __str__(self) -> str:
        return f"{self.ticket.number} · {self.service}"
