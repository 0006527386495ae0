"""Confidentiality (4.1, 4.2): what is secret and until when, the measures agreed, and who has undertaken to keep it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.models.safeguards import Side
from contracts.querysets import ConfidentialItemQuerySet, ControlMeasureQuerySet, PersonUndertakingQuerySet
from worktime.workdays import corresponding_day


class ConfidentialItem(models.Model):
    """One piece of confidential information and the event that starts its last years.

    Before the event there is no end; the end is derived (contracts.confidentiality) and never stored.
    """

    class Klass(models.TextChoices):
        TECHNICAL = "technical", _("技术秘密")
        TRADE = "trade", _("商业秘密")
        UNPUBLISHED = "unpublished", _("未公开信息")

    class Event(models.TextChoices):
        PUBLISHED = "published", _("已公开")
        RIGHT_ENDED = "right_ended", _("权利终止")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="confidential_items", verbose_name=_("协议"))
    title = models.CharField(_("信息名称"), max_length=160)
    klass = models.CharField(_("类别"), max_length=12, choices=Klass.choices)
    owner_side = models.CharField(_("权利方"), max_length=1, choices=Side.choices)
    disclosed_on = models.DateField(_("披露日期"), null=True, blank=True)
    disclosed_to = models.CharField(_("披露给"), max_length=160, blank=True)
    event = models.CharField(_("触发事件"), max_length=12, choices=Event.choices, blank=True, editable=False)
    event_on = models.DateField(_("事件日期"), null=True, blank=True, editable=False)
    proof = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("事件证明"), editable=False
    )

    objects = ConfidentialItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("保密信息")
        verbose_name_plural = _("保密信息")
        ordering = ["agreement", "title"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "title"], name="confidential_title_once"),
            models.CheckConstraint(
                name="confidential_klass", condition=Q(klass__in=["technical", "trade", "unpublished"])
            ),
            models.CheckConstraint(name="confidential_side", condition=Q(owner_side__in=["a", "b"])),
            models.CheckConstraint(
                name="confidential_event_whole",
                condition=Q(event="", event_on__isnull=True, proof__isnull=True)
                | Q(event__in=["published", "right_ended"], event_on__isnull=False, proof__isnull=False),
                violation_error_message=_("公开或权利终止须有日期和证明材料。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ControlMeasure(models.Model):
    """A measure of protection that the parties agreed on (合理的保密措施, clause 4.1.2) and how often it is checked."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="measures", verbose_name=_("协议"))
    title = models.CharField(_("措施"), max_length=160)
    side = models.CharField(_("责任方"), max_length=1, choices=Side.choices)
    every_months = models.PositiveSmallIntegerField(_("检查周期（月）"))
    starts_on = models.DateField(_("开始日期"))
    next_check_on = models.DateField(_("下次检查日期"), editable=False)
    ended_on = models.DateField(_("结束日期"), null=True, blank=True, editable=False)

    objects = ControlMeasureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("保密措施")
        verbose_name_plural = _("保密措施")
        ordering = ["agreement", "title"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "side", "title"], name="measure_title_once"),
            models.CheckConstraint(name="measure_side", condition=Q(side__in=["a", "b"])),
            models.CheckConstraint(
                name="measure_period",
                condition=Q(every_months__range=(1, 60)),
                violation_error_message=_("检查周期须为 1 至 60 个月。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the first check of a new measure falls due one period after its start."""
        if not self.next_check_on:
            self.next_check_on = corresponding_day(self.starts_on, months=self.every_months)
        super().save(*args, **kwargs)


class MeasureCheck(models.Model):
    """One check of a measure and what it found.  Append-only."""

    class Result(models.TextChoices):
        OK = "ok", _("落实")
        GAP = "gap", _("有差距")

    measure = models.ForeignKey(ControlMeasure, models.PROTECT, related_name="checks", verbose_name=_("保密措施"))
    checked_on = models.DateField(_("检查日期"))
    result = models.CharField(_("结果"), max_length=8, choices=Result.choices)
    text = models.TextField(_("检查情况"), blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("检查记录")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("措施检查")
        verbose_name_plural = _("措施检查")
        ordering = ["-checked_on", "-pk"]
        constraints = [models.CheckConstraint(name="measurecheck_result", condition=Q(result__in=["ok", "gap"]))]


class PersonUndertaking(models.Model):
    """A person with access to confidential information, and the undertaking (保密承诺), signed or missing."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="undertakings", verbose_name=_("协议"))
    side = models.CharField(_("所属方"), max_length=1, choices=Side.choices)
    person = models.CharField(_("姓名"), max_length=60)
    department = models.CharField(_("单位或部门"), max_length=120, blank=True)
    access_from = models.DateField(_("接触信息自"))
    signed_on = models.DateField(_("签署日期"), null=True, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("保密承诺书")
    )
    left_on = models.DateField(_("离岗日期"), null=True, blank=True)

    objects = PersonUndertakingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("保密承诺")
        verbose_name_plural = _("保密承诺")
        ordering = ["agreement", "side", "person"]
        permissions = [("record_undertaking", _("登记保密承诺"))]
        constraints = [
            models.CheckConstraint(name="undertaking_side", condition=Q(side__in=["a", "b"])),
            models.CheckConstraint(
                name="undertaking_signed_paper",
                condition=Q(signed_on__isnull=True, paper__isnull=True)
                | Q(signed_on__isnull=False, paper__isnull=False),
                violation_error_message=_("签署日期和保密承诺书须一起登记。"),
            ),
            models.CheckConstraint(
                name="undertaking_leaves_after",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("access_from")),
                violation_error_message=_("离岗日期不能早于接触信息的日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.department}".strip()
