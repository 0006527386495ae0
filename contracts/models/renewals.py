"""Changes of an agreement's last day, objections to a tacit renewal, and the checklist of a renewed draft."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.serving import ServedNotice
from contracts.models.versions import AgreementVersion


class TermChange(models.Model):
    """The last day of an agreement moved, and why.  Append-only; the newest row's new_end is the one that rules."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("按期限年数确定")
        TACIT = "tacit", _("默示续期")
        SUPPLEMENT = "supplement", _("补充协议")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="term_changes", verbose_name=_("协议"))
    kind = models.CharField(_("依据"), max_length=10, choices=Kind.choices)
    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("协议版本")
    )
    old_end = models.DateField(_("原终止日期"), null=True, blank=True)
    new_end = models.DateField(_("新终止日期"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    at = models.DateTimeField(_("确认时间"))

    class Meta:
        verbose_name = _("期限变更")
        verbose_name_plural = _("期限变更")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="termchange_kind", condition=Q(kind__in=["decision", "tacit", "supplement"])),
            models.CheckConstraint(
                name="termchange_tacit_later",
                condition=~Q(kind="tacit") | Q(new_end__gt=F("old_end")),
                violation_error_message=_("续期后的终止日期须晚于原终止日期。"),
            ),
            # The same end is renewed once, whoever confirms it and however often.
            models.UniqueConstraint(
                fields=["agreement", "old_end"], condition=Q(kind="tacit"), name="termchange_tacit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_kind_display()} · {self.new_end:%Y-%m-%d}"


class RenewalObjection(models.Model):
    """A party said that it does not want the agreement to be renewed tacitly at one of its ends.  Append-only."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="objections", verbose_name=_("协议"))
    ends_on = models.DateField(_("针对的终止日期"))
    side = models.CharField(_("提出方"), max_length=1, choices=ServedNotice.Side.choices)
    objected_on = models.DateField(_("异议送达日期"))
    notice = models.ForeignKey(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("异议通知")
    )
    note = models.CharField(_("说明"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("续期异议")
        verbose_name_plural = _("续期异议")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="objection_side_known", condition=Q(side__in=["a", "b"])),
            models.UniqueConstraint(fields=["agreement", "ends_on", "side"], name="objection_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} · {self.objected_on:%Y-%m-%d}"


class RenewalCheck(models.Model):
    """One term of a renewed draft, to be looked at by a person: kept as it was, or changed."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("未核对")
        KEPT = "kept", _("沿用")
        CHANGED = "changed", _("已修改")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="renewal_checks", verbose_name=_("协议"))
    name = models.CharField(_("条款参数"), max_length=60)
    label = models.CharField(_("名称"), max_length=120)
    old_value = models.CharField(_("原协议的约定"), max_length=300, blank=True)
    verdict = models.CharField(_("核对结果"), max_length=8, choices=Verdict.choices, default=Verdict.OPEN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核对人")
    )
    at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("续约核对")
        verbose_name_plural = _("续约核对")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "name"], name="renewalcheck_once"),
            models.CheckConstraint(
                name="renewalcheck_by_person",
                condition=Q(verdict="open", by__isnull=True, at__isnull=True)
                | Q(verdict__in=["kept", "changed"], by__isnull=False, at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.label
