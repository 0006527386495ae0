"""Fault tickets, their timeline and attachments, the clocks of what was promised, and breaches."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import Agreement, AgreementVersion
from sla.querysets import AttachmentQuerySet, BreachQuerySet, ClockQuerySet, TicketEntryQuerySet, TicketQuerySet
from worktime.models import CalendarVersion


def random_place(instance: Any, filename: str) -> str:
    """Where an attachment is kept: nothing of the sender's file name reaches the disk."""
    name = secrets.token_hex(20)
    return f"attachments/{name[:2]}/{name}"


class Series(models.Model):
    """A counter whose row is locked last in a short transaction: ticket numbers of a year, the chain of breaches."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    last = models.PositiveBigIntegerField(_("最后编号"), default=0)
    sha256 = models.CharField(_("校验值"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("编号序列")
        verbose_name_plural = _("编号序列")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """A report of Party B (or of our own operations) that the agreement obliges Party A to answer."""

    class Kind(models.TextChoices):
        FAULT = "fault", _("故障")
        QUESTION = "question", _("咨询")
        ACCESS = "access", _("接入支持")
        DATA_QUALITY = "data_quality", _("数据质量")
        UPGRADE = "upgrade", _("升级需求")
        SECURITY = "security", _("安全事件")

    class State(models.TextChoices):
        REPORTED = "reported", _("待受理")
        ACCEPTED = "accepted", _("已受理")
        RESPONDED = "responded", _("处理中")
        AWAITING_B = "awaiting_b", _("待乙方补充")
        PROPOSED = "proposed", _("待乙方确认")
        CONFIRMED = "confirmed", _("已确认")
        DISPUTED = "disputed", _("有异议")
        CLOSED = "closed", _("已关闭")
        CANCELLED = "cancelled", _("已撤销")

    class Impact(models.TextChoices):
        WHOLE = "whole", _("整个单位无法使用")
        PART = "part", _("部分业务或人员受影响")
        SINGLE = "single", _("个别人员受影响")

    class Urgency(models.TextChoices):
        HIGH = "high", _("紧急，业务已停")
        MEDIUM = "medium", _("较急，有临时办法")
        LOW = "low", _("一般，可以等待")

    class Channel(models.TextChoices):
        PORTAL = "portal", _("门户")
        PHONE = "phone", _("电话")
        EMAIL = "email", _("邮件")
        API = "api", _("接口")
        INTERNAL = "internal", _("甲方自查")

    class Priority(models.IntegerChoices):
        CRITICAL = 1, _("1 级 特急")
        HIGH = 2, _("2 级 紧急")
        NORMAL = 3, _("3 级 一般")
        LOW = 4, _("4 级 较低")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="tickets", verbose_name=_("协议"))
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+", verbose_name=_("适用条款版本"))
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    priority = models.PositiveSmallIntegerField(_("优先级"), choices=Priority.choices)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.REPORTED)
    title = models.CharField(_("标题"), max_length=120)
    description = models.TextField(_("情况描述"), max_length=8000)
    impact = models.CharField(_("影响范围"), max_length=8, choices=Impact.choices)
    urgency = models.CharField(_("紧急程度"), max_length=8, choices=Urgency.choices)
    channel = models.CharField(_("报告渠道"), max_length=10, choices=Channel.choices)
    found_at = models.DateTimeField(_("发现时间"))
    reported_at = models.DateTimeField(_("报告时间"))
    received_at = models.DateTimeField(_("收到时间"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reported_tickets", verbose_name=_("报告人")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="assigned_tickets",
        verbose_name=_("负责人"),
    )  # fmt: skip
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    responded_at = models.DateTimeField(_("响应时间"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("提出方案时间"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    submission_key = models.UUIDField(_("提交标识"), unique=True, default=uuid.uuid4, editable=False)

    objects = TicketQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "故障报告")
        verbose_name_plural = _("故障报告")
        ordering = ["-received_at", "-pk"]
        default_permissions = ("add", "view")
        permissions = [("handle_ticket", _("处理故障报告"))]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="ticket_received"),
            models.Index(fields=["agreement", "-received_at"], name="ticket_agreement_received"),
            models.Index(fields=["state", "-received_at"], name="ticket_state_received"),
        ]
        constraints = [
            models.CheckConstraint(
                name="ticket_times_in_order",
                condition=Q(found_at__lte=F("reported_at")) & Q(reported_at__lte=F("received_at")),
                violation_error_message=_("时间顺序须为：发现、报告、收到。"),
            ),
            models.CheckConstraint(
                name="ticket_kind_known",
                condition=Q(kind__in=["fault", "question", "access", "data_quality", "upgrade", "security"]),
            ),
            models.CheckConstraint(
                name="ticket_state_known",
                condition=Q(
                    state__in=[
                        "reported",
                        "accepted",
                        "responded",
                        "awaiting_b",
                        "proposed",
                        "confirmed",
                        "disputed",
                        "closed",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(name="ticket_priority_known", condition=Q(priority__range=(1, 4))),
            models.CheckConstraint(name="ticket_impact_known", condition=Q(impact__in=["whole", "part", "single"])),
            models.CheckConstraint(name="ticket_urgency_known", condition=Q(urgency__in=["high", "medium", "low"])),
            models.CheckConstraint(
                name="ticket_channel_known",
                condition=Q(channel__in=["portal", "phone", "email", "api", "internal"]),
            ),
            models.CheckConstraint(name="ticket_title_said", condition=~Q(title="")),
            models.CheckConstraint(
                name="ticket_stamps_of_state",
                condition=(~Q(state="closed") | Q(closed_at__isnull=False))
                & (~Q(state="cancelled") | Q(cancelled_at__isnull=False))
                & (~Q(state="confirmed") | Q(confirmed_at__isnull=False))
                & (~Q(state__in=["responded", "awaiting_b", "proposed", "disputed"]) | Q(responded_at__isnull=False)),
                violation_error_message=_("状态与时间记录不一致。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TicketEntry(models.Model):
    """One line of a ticket's timeline.  Append-only; an internal one is never shown to Party B."""

    class Kind(models.TextChoices):
        FILED = "filed", pgettext_lazy("timeline", "提交报告")
        ACCEPTED = "accepted", pgettext_lazy("timeline", "受理")
        RESPONDED = "responded", pgettext_lazy("timeline", "响应")
        ASKED = "asked", pgettext_lazy("timeline", "请乙方补充")
        REPLIED = "replied", pgettext_lazy("timeline", "回复")
        PROPOSED = "proposed", pgettext_lazy("timeline", "提出解决方案")
        CONFIRMED = "confirmed", pgettext_lazy("timeline", "确认解决")
        DISPUTED = "disputed", pgettext_lazy("timeline", "提出异议")
        CLOSED = "closed", pgettext_lazy("timeline", "关闭")
        CANCELLED = "cancelled", pgettext_lazy("timeline", "撤销")
        REASSIGNED = "reassigned", pgettext_lazy("timeline", "转派")
        NOTE = "note", pgettext_lazy("timeline", "内部备注")
        WARNED = "warned", pgettext_lazy("timeline", "时限预警")
        BREACHED = "breached", pgettext_lazy("timeline", "超出时限")

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="entries", verbose_name=pgettext_lazy("one", "故障报告")
    )
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("内容"), blank=True, max_length=8000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    at = models.DateTimeField(_("时间"))
    internal = models.BooleanField(_("仅甲方可见"), default=False)
    data = models.JSONField(_("数据"), default=dict)

    objects = TicketEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="ticketentry_kind_known",
                condition=Q(
                    kind__in=[
                        "filed",
                        "accepted",
                        "responded",
                        "asked",
                        "replied",
                        "proposed",
                        "confirmed",
                        "disputed",
                        "closed",
                        "cancelled",
                        "reassigned",
                        "note",
                        "warned",
                        "breached",
                    ]
                ),
            ),
            models.CheckConstraint(name="ticketentry_note_internal", condition=~Q(kind="note") | Q(internal=True)),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Attachment(models.Model):
    """A file that came with one line of the timeline; seen by whoever sees the line.  Append-only."""

    entry = models.ForeignKey(TicketEntry, models.PROTECT, related_name="attachments", verbose_name=_("办理记录"))
    name = models.CharField(_("文件名"), max_length=150)
    file = models.FileField(_("文件"), upload_to=random_place, max_length=100)
    content_type = models.CharField(_("内容类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    at = models.DateTimeField(_("上传时间"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "附件")
        verbose_name_plural = _("附件")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="attachment_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class Clock(models.Model):
    """One promise on one ticket: a materialised reading of its events, which are the truth (see sla.replay).

    A clock without a target is measured only: nobody promised a time.
    """

    class Kind(models.TextChoices):
        RESPONSE = "response", pgettext_lazy("clock", "响应")
        SOLUTION = "solution", pgettext_lazy("clock", "提出解决方案")

    class State(models.TextChoices):
        RUNNING = "running", _("计时中")
        PAUSED = "paused", _("已暂停")
        MET = "met", _("按时")
        MISSED = "missed", _("已超时")
        MEASURED = "measured", _("已计量")
        CANCELLED = "cancelled", _("已取消")

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="clocks", verbose_name=pgettext_lazy("one", "故障报告")
    )
    kind = models.CharField(_("时限"), max_length=10, choices=Kind.choices)
    cycle = models.PositiveSmallIntegerField(_("轮次"), default=1)
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+", verbose_name=_("适用条款版本"))
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, related_name="+", verbose_name=_("适用日历版本")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(_("起算时间"))
    stopped_at = models.DateTimeField(_("停止时间"), null=True, blank=True)
    target_seconds = models.PositiveIntegerField(_("时限（秒）"), null=True, blank=True)
    consumed_seconds = models.PositiveIntegerField(_("已用（秒）"), default=0)
    due_at = models.DateTimeField(_("到期时刻"), null=True, blank=True)
    breach_from = models.DateTimeField(_("超时起点"), null=True, blank=True)
    breached_at = models.DateTimeField(_("超时时刻"), null=True, blank=True)
    next_check_at = models.DateTimeField(_("下次检查"), null=True, blank=True)
    next_level = models.PositiveSmallIntegerField(_("下次检查的级别（%）"), null=True, blank=True)
    provisional = models.BooleanField(_("暂定（年度放假通知未公布）"), default=False)
    revision = models.PositiveIntegerField(_("修订号"), default=0)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "时限计时")
        verbose_name_plural = _("时限计时")
        ordering = ["ticket", "cycle", "kind"]
        default_permissions = ("view",)
        indexes = [
            # The sweep reads this index only: the cost follows what is due, not what is open.
            models.Index(fields=["next_check_at", "id"], name="clock_running_next", condition=Q(state="running")),
            models.Index(fields=["due_at"], name="clock_running_due", condition=Q(state="running")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "cycle"], name="clock_once_per_cycle"),
            models.CheckConstraint(name="clock_kind_known", condition=Q(kind__in=["response", "solution"])),
            models.CheckConstraint(
                name="clock_state_known",
                condition=Q(state__in=["running", "paused", "met", "missed", "measured", "cancelled"]),
            ),
            models.CheckConstraint(name="clock_cycle_counts_from_one", condition=Q(cycle__gte=1)),
            models.CheckConstraint(
                name="clock_target_positive", condition=Q(target_seconds__isnull=True) | Q(target_seconds__gt=0)
            ),
            models.CheckConstraint(name="clock_response_never_pauses", condition=~Q(kind="response", state="paused")),
            models.CheckConstraint(
                name="clock_stopped_is_dated",
                condition=Q(state__in=["running", "paused"], stopped_at__isnull=True)
                | (
                    Q(state__in=["met", "missed", "measured", "cancelled"])
                    & Q(stopped_at__isnull=False)
                    & Q(stopped_at__gte=F("started_at"))
                ),
            ),
            models.CheckConstraint(
                name="clock_judged_by_its_target",
                condition=(~Q(state="met") | Q(breached_at__isnull=True, consumed_seconds__lte=F("target_seconds")))
                & (~Q(state="missed") | Q(breached_at__isnull=False))
                & (~Q(state="measured") | Q(target_seconds__isnull=True))
                & (~Q(state__in=["met", "missed"]) | Q(target_seconds__isnull=False)),
            ),
            models.CheckConstraint(
                name="clock_due_before_breach",
                condition=Q(due_at__isnull=True, breach_from__isnull=True)
                | (
                    # Said outright: a CHECK passes where a comparison with NULL leaves it open.
                    Q(due_at__isnull=False, breach_from__isnull=False)
                    & Q(breach_from__gte=F("due_at"), due_at__gte=F("started_at"))
                ),
            ),
            models.CheckConstraint(
                name="clock_checked_while_running",
                condition=Q(next_check_at__isnull=True, next_level__isnull=True)
                | Q(state="running", next_check_at__isnull=False, next_level__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_kind_display()}"


class ClockEvent(models.Model):
    """What happened to a clock.  Append-only; the clock's columns are a pure function of these."""

    class Kind(models.TextChoices):
        STARTED = "started", _("开始计时")
        PAUSED = "paused", _("暂停计时")
        RESUMED = "resumed", _("恢复计时")
        STOPPED = "stopped", _("停止计时")
        REOPENED = "reopened", _("重新计时")
        RETARGETED = "retargeted", _("调整时限")
        CALENDAR_REVISED = "calendar_revised", _("日历更新")
        WARNED = "warned", _("时限预警")
        BREACHED = "breached", _("超出时限")
        CANCELLED = "cancelled", _("取消计时")

    clock = models.ForeignKey(
        Clock, models.PROTECT, related_name="events", verbose_name=pgettext_lazy("one", "时限计时")
    )
    seq = models.PositiveIntegerField(_("序号"))
    kind = models.CharField(_("类型"), max_length=16, choices=Kind.choices)
    at = models.DateTimeField(_("生效时间"))
    recorded_at = models.DateTimeField(_("记录时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    data = models.JSONField(_("数据"), default=dict)

    class Meta:
        verbose_name = pgettext_lazy("one", "计时事件")
        verbose_name_plural = _("计时事件")
        ordering = ["clock", "seq"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["clock", "seq"], name="clockevent_seq_once"),
            models.CheckConstraint(
                name="clockevent_kind_known",
                condition=Q(
                    kind__in=[
                        "started",
                        "paused",
                        "resumed",
                        "stopped",
                        "reopened",
                        "retargeted",
                        "calendar_revised",
                        "warned",
                        "breached",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(name="clockevent_pause_has_reason", condition=~Q(kind="paused") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.get_kind_display()}"


class Breach(models.Model):
    """A promise that was broken: one per clock, frozen with its evidence and chained to the breach before it."""

    number = models.PositiveBigIntegerField(_("序号"), unique=True)
    clock = models.OneToOneField(
        Clock, models.PROTECT, related_name="breach", verbose_name=pgettext_lazy("one", "时限计时")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="breaches", verbose_name=pgettext_lazy("one", "故障报告")
    )
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="breaches", verbose_name=_("协议"))
    kind = models.CharField(_("时限"), max_length=10, choices=Clock.Kind.choices)
    breached_at = models.DateTimeField(_("超时时刻"))
    detected_at = models.DateTimeField(_("发现时刻"))
    evidence = models.JSONField(_("证据"))
    sha256 = models.CharField(_("校验值"), max_length=64, unique=True)
    previous_sha256 = models.CharField(_("前一条校验值"), max_length=64, blank=True, unique=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "超时记录")
        verbose_name_plural = _("超时记录")
        ordering = ["-breached_at", "-number"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["agreement", "-breached_at"], name="breach_agreement_at")]
        constraints = [
            models.CheckConstraint(name="breach_kind_known", condition=Q(kind__in=["response", "solution"])),
            models.CheckConstraint(name="breach_seen_after_it_was", condition=Q(detected_at__gte=F("breached_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_kind_display()}"


class Adjudication(models.Model):
    """A breach looked at again: proposed when a late holiday notice would have kept the promise, decided by four eyes.

    The breach itself never changes; figures are shown raw and adjudicated.  Append-only but for the decision.
    """

    class Ground(models.TextChoices):
        LATE_NOTICE = "late_notice", _("节假日通知晚到")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        EXCUSED = "excused", _("予以免责")
        UPHELD = "upheld", _("维持超时")

    breach = models.ForeignKey(
        Breach, models.PROTECT, related_name="adjudications", verbose_name=pgettext_lazy("one", "超时记录")
    )
    ground = models.CharField(_("理由"), max_length=12, choices=Ground.choices)
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, related_name="+", verbose_name=_("重新计算所用日历版本")
    )
    consumed_seconds = models.PositiveIntegerField(_("重新计算的已用时间（秒）"))
    target_seconds = models.PositiveIntegerField(_("时限（秒）"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("超时复核")
        verbose_name_plural = _("超时复核")
        ordering = ["-proposed_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("request_adjudication", _("申请超时免责")),
            ("decide_adjudication", _("决定超时复核")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["breach", "calendar_version"], name="adjudication_once"),
            models.CheckConstraint(name="adjudication_ground_known", condition=Q(ground__in=["late_notice"])),
            models.CheckConstraint(
                name="adjudication_decided",
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["excused", "upheld"], decided_by__isnull=False, decided_at__isnull=False),
                violation_error_message=_("已决定的复核须有决定人和时间。"),
            ),
            models.CheckConstraint(
                name="adjudication_would_be_kept",
                condition=Q(consumed_seconds__lte=F("target_seconds")),
                violation_error_message=_("只有重新计算后未超出时限的，才能提出复核。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.breach} {self.get_state_display()}"
