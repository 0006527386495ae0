"""Safe transmission (3.2): channels with a person on both sides, their checks, and certificates of compliance."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.organisations import Organisation
from contracts.models.papers import Paper
from contracts.querysets import ComplianceCertificateQuerySet, SecureChannelQuerySet


class Side(models.TextChoices):
    """One of the two parties."""

    A = "a", _("甲方")
    B = "b", _("乙方")


class SecureChannel(models.Model):
    """A channel (安全通道, clause 3.2.1) over which shared information travels under one agreement."""

    class Kind(models.TextChoices):
        GOVERNMENT_NET = "government_net", _("政务外网")
        LEASED_LINE = "leased_line", _("专线")
        VPN = "vpn", "VPN"
        TLS = "tls", "TLS"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="channels", verbose_name=_("协议"))
    kind = models.CharField(_("种类"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=120)
    algorithms = models.CharField(_("加密算法"), max_length=120, blank=True, help_text=_("例如 SM2/SM3/SM4、TLS 1.3。"))
    owner_side = models.CharField(_("建设方"), max_length=1, choices=Side.choices)
    certificate_subject = models.CharField(_("证书主体"), max_length=160, blank=True)
    certificate_until = models.DateField(_("证书有效期至"), null=True, blank=True)
    next_check_on = models.DateField(_("下次检查日期"), null=True, blank=True)
    retired_on = models.DateField(_("停用日期"), null=True, blank=True, editable=False)

    objects = SecureChannelQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("安全通道")
        verbose_name_plural = _("安全通道")
        ordering = ["agreement", "name"]
        permissions = [("check_safeguards", _("登记安全和保密检查"))]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "name"], name="channel_name_once"),
            models.CheckConstraint(
                name="channel_kind_known", condition=Q(kind__in=["government_net", "leased_line", "vpn", "tls"])
            ),
            models.CheckConstraint(name="channel_side_known", condition=Q(owner_side__in=["a", "b"])),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"


class ChannelDuty(models.Model):
    """Who answers for a channel on one side: the duty is of both parties, so each channel has two such rows."""

    channel = models.ForeignKey(SecureChannel, models.PROTECT, related_name="duties", verbose_name=_("安全通道"))
    side = models.CharField(_("责任方"), max_length=1, choices=Side.choices)
    person = models.CharField(_("责任人"), max_length=60)
    phone = models.CharField(_("电话"), max_length=30, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("通道责任人")
        verbose_name_plural = _("通道责任人（双方各一人）")
        ordering = ["channel", "side"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "side"],
                name="channel_duty_once",
                violation_error_message=_("每一方只登记一名责任人。"),
            ),
            models.CheckConstraint(name="channel_duty_side", condition=Q(side__in=["a", "b"])),
        ]


class ChannelCheck(models.Model):
    """One check of a channel and what it found.  Append-only."""

    class Result(models.TextChoices):
        OK = "ok", _("正常")
        FAULT = "fault", _("发现问题")

    channel = models.ForeignKey(SecureChannel, models.PROTECT, related_name="checks", verbose_name=_("安全通道"))
    checked_on = models.DateField(_("检查日期"))
    result = models.CharField(_("结果"), max_length=8, choices=Result.choices)
    text = models.TextField(_("检查情况"), blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("检查记录")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("通道检查")
        verbose_name_plural = _("通道检查")
        ordering = ["-checked_on", "-pk"]
        constraints = [models.CheckConstraint(name="channelcheck_result", condition=Q(result__in=["ok", "fault"]))]


class ComplianceCertificate(models.Model):
    """A proof that a party's system meets a security rule (clause 3.2.2): 等保, 密评, ISO and the like."""

    class Kind(models.TextChoices):
        MLPS = "mlps", _("等级保护测评")
        CRYPTO = "crypto", _("密码应用评估（密评）")
        ISO = "iso", _("ISO 认证")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待核验")
        VERIFIED = "verified", _("已核验")
        REJECTED = "rejected", _("核验未通过")
        WITHDRAWN = "withdrawn", _("已停用")

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="certificates", verbose_name=_("持有单位"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    subject = models.CharField(_("对象系统"), max_length=120)
    level = models.CharField(_("等级"), max_length=30, blank=True)
    record_number = models.CharField(_("备案或证书编号"), max_length=60, blank=True)
    assessor = models.CharField(_("测评机构"), max_length=120, blank=True)
    valid_from = models.DateField(_("有效期自"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    next_assessment_on = models.DateField(_("下次测评期限"), null=True, blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="+", verbose_name=_("证书或报告"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.SUBMITTED, editable=False)
    remark = models.CharField(_("核验意见"), max_length=300, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("替换原证书")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    submitted_at = models.DateTimeField(_("提交时间"))

    objects = ComplianceCertificateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("安全合规证书")
        verbose_name_plural = _("安全合规证书")
        ordering = [F("valid_until").asc(nulls_last=True), "pk"]
        permissions = [
            ("record_certificate", _("登记安全合规证书")),
            ("verify_certificate", _("核验安全合规证书")),
        ]
        constraints = [
            models.CheckConstraint(
                name="certificate_interval",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("有效期的结束不能早于开始。"),
            ),
            models.CheckConstraint(
                name="certificate_kind_known", condition=Q(kind__in=["mlps", "crypto", "iso", "other"])
            ),
            models.CheckConstraint(
                name="certificate_state_known",
                condition=Q(state__in=["submitted", "verified", "rejected", "withdrawn"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.get_kind_display()} {self.level}".strip()
