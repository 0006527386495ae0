"""Reports that come by e-mail: every letter that was taken, what became of it, and those that wait for a person."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sla.models.tickets import Ticket


def kept_letter(instance: Any, filename: str) -> str:
    """Where a letter is kept as it came."""
    name = secrets.token_hex(20)
    return f"letters/{name[:2]}/{name}.eml"


class InMail(models.Model):
    """One e-mail that came in, once by its key (the Message-ID)."""

    class State(models.TextChoices):
        FILED = "filed", _("已登记为报告")
        REPLIED = "replied", _("已作为回复")
        WAITING = "waiting", _("待人工处理")
        DISCARDED = "discarded", _("不予受理")
        IGNORED = "ignored", _("自动邮件，已忽略")

    class Why(models.TextChoices):
        UNPROVEN = "unproven", _("发件人未通过验证")
        FORGED = "forged", _("发件人验证失败，可能被冒用")
        UNKNOWN = "unknown", _("发件人不是乙方的联系人")
        SHARED = "shared", _("多个账号使用这个邮箱")
        NO_NUMBER = "no_number", _("标题中没有协议编号或报告编号")
        SEVERAL = "several", _("标题中有多个协议或报告编号")
        NOT_THEIRS = "not_theirs", _("没有这个编号的报告")
        REFUSED = "refused", _("不能办理")
        REPEATED = "repeated", _("邮件标识与先前的邮件重复，内容不同")
        TOO_BIG = "too_big", _("邮件过大")
        UNREADABLE = "unreadable", _("邮件无法读取")

    key = models.CharField(_("唯一键"), max_length=280, unique=True)
    message_id = models.CharField(_("邮件标识"), max_length=250, blank=True)
    sender = models.CharField(_("发件人"), max_length=254, blank=True)
    subject = models.CharField(_("标题"), max_length=250, blank=True)
    text = models.TextField(_("正文"), blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    stamped = models.BooleanField(_("收到时间取自本单位邮件服务器"), default=False)
    taken_at = models.DateTimeField(_("取件时间"))
    raw = models.FileField(_("原始邮件"), upload_to=kept_letter, blank=True, max_length=120)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    why = models.CharField(_("原因"), max_length=12, choices=Why.choices, blank=True)
    detail = models.CharField(_("说明"), max_length=300, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("乙方联系人")
    )
    ticket = models.ForeignKey(
        Ticket,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name=pgettext_lazy("one", "故障报告"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "来信")
        verbose_name_plural = _("来信")
        ordering = ["-received_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("handle_inmail", _("处理来信"))]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="inmail_received"),
            models.Index(fields=["received_at"], name="inmail_waiting", condition=Q(state="waiting")),
        ]
        constraints = [
            models.CheckConstraint(
                name="inmail_state_known",
                condition=Q(state__in=["filed", "replied", "waiting", "discarded", "ignored"]),
            ),
            models.CheckConstraint(
                name="inmail_filed_has_ticket",
                condition=Q(state__in=["filed", "replied"], ticket__isnull=False)
                | (~Q(state__in=["filed", "replied"]) & Q(ticket__isnull=True)),
            ),
            models.CheckConstraint(name="inmail_waits_for_a_reason", condition=~Q(state="waiting") | ~Q(why="")),
            models.CheckConstraint(
                name="inmail_discarded_by_whom",
                condition=~Q(state="discarded") | (Q(decided_by__isnull=False) & ~Q(detail="")),
                violation_error_message=_("不予受理要有处理人和原因。"),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.sender or self.key
