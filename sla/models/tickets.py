"""Fault tickets, their timeline and attachments."""

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
from sla.querysets import AttachmentQuerySet, TicketEntryQuerySet, TicketQuerySet


def random_place(instance: Any, filename: str) -> str:
    """Where an attachment is kept: nothing of the sender's file name reaches the disk."""
    name = secrets.token_hex(20)
    return f"attachments/{name[:2]}/{name}"


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
    restored_at = models.DateTimeField(_("恢复时间"), null=True, blank=True)
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
        HELD = "held", pgettext_lazy("timeline", "暂停计时")
        RELEASED = "released", pgettext_lazy("timeline", "恢复计时")
        RESTORED = "restored", pgettext_lazy("timeline", "故障恢复")
        REOPENED = "reopened", pgettext_lazy("timeline", "重新打开")
        PRIORITY = "priority", pgettext_lazy("timeline", "调整优先级")
        QUEUED = "queued", pgettext_lazy("timeline", "转入队列")
        LABELLED = "labelled", pgettext_lazy("timeline", "标签")
        LINKED = "linked", pgettext_lazy("timeline", "关联")
        WATCHED = "watched", pgettext_lazy("timeline", "关注")
        MERGED = "merged", pgettext_lazy("timeline", "合并")
        ESCALATED = "escalated", pgettext_lazy("timeline", "上报")

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
                        "held",
                        "released",
                        "restored",
                        "reopened",
                        "priority",
                        "queued",
                        "labelled",
                        "linked",
                        "watched",
                        "merged",
                        "escalated",
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
