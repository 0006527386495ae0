"""Usage rules of the platform: versions that bind a Party B once they reach it, and who has acknowledged them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.organisations import Organisation
from contracts.models.papers import Paper
from contracts.models.serving import ServedNotice
from contracts.querysets import OfAgreementQuerySet, RuleVersionQuerySet


class UsageRule(models.Model):
    """A rule of use (使用规则, clause 3.3.1) that Party A issues, for one agreement or for all that it provides."""

    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="usage_rules", verbose_name=_("发布单位"))
    title = models.CharField(_("规则名称"), max_length=120)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="usage_rules", verbose_name=_("只适用于"),
        help_text=_("留空表示适用于发布单位作为甲方的全部协议。"),
    )  # fmt: skip
    withdrawn_on = models.DateField(_("废止日期"), null=True, blank=True, editable=False)
    withdrawal = models.CharField(_("废止原因"), max_length=300, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("使用规则")
        verbose_name_plural = _("使用规则")
        ordering = ["title"]
        permissions = [("publish_rule", _("发布和废止使用规则"))]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "title"], name="usagerule_title_once"),
            models.CheckConstraint(
                name="usagerule_withdrawn_why",
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawal=""),
                violation_error_message=_("废止规则须写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RuleVersion(models.Model):
    """The text of a rule from one publication on.  Frozen once published: a change is a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")

    rule = models.ForeignKey(UsageRule, models.PROTECT, related_name="versions", verbose_name=_("使用规则"))
    number = models.PositiveSmallIntegerField(_("版本号"))
    text = models.TextField(_("规则正文"))
    changes = models.CharField(_("本版变化"), max_length=300, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("规则文件"), editable=False
    )
    applies_from = models.DateField(
        _("施行日期"), null=True, blank=True, help_text=_("留空表示送达即适用；新版本在送达之前一律不适用。")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    published_on = models.DateField(_("发布日期"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人"),
        editable=False,
    )  # fmt: skip

    objects = RuleVersionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("规则版本")
        verbose_name_plural = _("规则版本")
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="ruleversion_number_once"),
            models.CheckConstraint(
                name="ruleversion_state_dated",
                condition=Q(state="draft", published_on__isnull=True)
                | Q(state="published", published_on__isnull=False),
                violation_error_message=_("已发布的版本须有发布日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class RuleNotice(models.Model):
    """A notice that brought a version to one Party B; its arrival is the receipt, acknowledged or not."""

    version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="notices", verbose_name=_("规则版本"))
    notice = models.OneToOneField(ServedNotice, models.PROTECT, related_name="rule_notice", verbose_name=_("往来通知"))

    class Meta:
        verbose_name = _("规则送达")
        verbose_name_plural = _("规则送达")


class RuleAcknowledgement(models.Model):
    """A person of Party B has read a version and acknowledged it for an agreement.  Append-only, once per version."""

    version = models.ForeignKey(
        RuleVersion, models.PROTECT, related_name="acknowledgements", verbose_name=_("规则版本")
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="rule_acknowledgements", verbose_name=_("协议")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("确认人"))
    at = models.DateTimeField(_("确认时间"))

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("规则确认")
        verbose_name_plural = _("规则确认")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["version", "agreement"], name="rule_acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.version} · {self.agreement.number}"
