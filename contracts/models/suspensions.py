"""Suspensions: from when to when Party A held back its service, in what scope, why, and who approved it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.querysets import SuspensionQuerySet
from journal.models import Approval


class Suspension(models.Model):
    """A suspension [starts_at, ends_at) of an agreement; open while ends_at is empty.

    A suspension that was lifted before it began is empty: both instants are the same.
    """

    class Scope(models.TextChoices):
        ACCESS = "access", _("暂停平台访问")
        SERVICE = "service", _("暂停全部服务")
        PART = "part", _("暂停部分服务")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="suspensions", verbose_name=_("协议"))
    scope = models.CharField(_("范围"), max_length=8, choices=Scope.choices)
    scope_note = models.CharField(_("范围说明"), max_length=300, blank=True)
    reason = models.CharField(_("暂停理由"), max_length=300)
    starts_at = models.DateTimeField(_("暂停自"))
    ends_at = models.DateTimeField(_("暂停至"), null=True, blank=True)
    approval = models.ForeignKey(
        Approval, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("暂停的审批")
    )
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("暂停批准人")
    )
    lift_reason = models.CharField(_("恢复理由"), max_length=300, blank=True)
    lift_approval = models.ForeignKey(
        Approval, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("恢复的审批")
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("恢复批准人")
    )

    objects = SuspensionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("暂停记录")
        verbose_name_plural = _("暂停记录")
        ordering = ["-starts_at", "-pk"]
        permissions = [("request_suspension", _("提请暂停和恢复")), ("approve_suspension", _("批准暂停和恢复"))]
        constraints = [
            models.CheckConstraint(name="suspension_scope_known", condition=Q(scope__in=["access", "service", "part"])),
            models.CheckConstraint(
                name="suspension_part_named",
                condition=~Q(scope="part") | ~Q(scope_note=""),
                violation_error_message=_("只暂停部分服务的，请写明是哪些。"),
            ),
            models.CheckConstraint(
                name="suspension_interval",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                violation_error_message=_("恢复时间不能早于暂停时间。"),
            ),
            models.CheckConstraint(
                name="suspension_lifted_why",
                condition=Q(ends_at__isnull=True, lift_reason="") | (Q(ends_at__isnull=False) & ~Q(lift_reason="")),
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(ends_at__isnull=True), name="suspension_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_scope_display()}"
