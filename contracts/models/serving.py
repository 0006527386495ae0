"""Notices served between the parties: what was said, when it was sent, and when it arrived."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.querysets import ServedNoticeQuerySet


class ServedNotice(models.Model):
    """A written notice (通知) from one party to the other.  It takes effect when it arrives (Civil Code 137)."""

    class Kind(models.TextChoices):
        ONBOARDING = "onboarding", _("接入通知")
        RULES = "rules", _("使用规则通知")
        MAINTENANCE = "maintenance", _("维护通知")
        BREACH = "breach", _("违约通知")
        REPLY = "reply", _("答复")
        CURE = "cure", _("整改或催告")
        SUSPENSION = "suspension", _("暂停通知")
        TERMINATION = "termination", _("解除或终止通知")
        RENEWAL = "renewal", _("续约通知")
        FORCE_MAJEURE = "force_majeure", _("不可抗力通知")
        OTHER = "other", _("其他")

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")

    class Channel(models.TextChoices):
        HAND = "hand", _("当面送达")
        POST = "post", _("邮寄")
        DESIGNATED_SYSTEM = "designated_system", _("约定的收件系统")
        EMAIL = "email", _("电子邮件")
        PORTAL = "portal", _("本门户")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        DRAFT = "draft", _("未发出")
        SENT = "sent", _("已发出")
        RECEIVED = "received", _("已送达")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="served_notices", verbose_name=_("协议"))
    kind = models.CharField(_("种类"), max_length=16, choices=Kind.choices)
    sender = models.CharField(_("发出方"), max_length=1, choices=Side.choices)
    subject = models.CharField(_("事由"), max_length=160)
    text = models.TextField(_("内容"))
    clause_number = models.CharField(_("依据条款"), max_length=20, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    channel = models.CharField(_("送达方式"), max_length=20, choices=Channel.choices, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    received_by = models.CharField(_("签收人"), max_length=60, blank=True)
    deemed = models.BooleanField(_("依约视为送达"), default=False)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("函件"))
    proof = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("送达凭证")
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    written_at = models.DateTimeField(_("登记时间"))

    objects = ServedNoticeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("往来通知")
        verbose_name_plural = _("往来通知")
        ordering = ["-pk"]
        permissions = [("serve_notice", _("发出和登记送达"))]
        constraints = [
            models.CheckConstraint(
                name="served_state_dated",
                condition=Q(state="draft", sent_at__isnull=True, received_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False, received_at__isnull=True)
                | Q(state="received", sent_at__isnull=False, received_at__isnull=False),
            ),
            models.CheckConstraint(
                name="served_arrives_after",
                condition=Q(received_at__isnull=True) | Q(received_at__gte=F("sent_at")),
                violation_error_message=_("送达时间不能早于发出时间。"),
            ),
            models.CheckConstraint(name="served_sender_known", condition=Q(sender__in=["a", "b"])),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.subject}"
