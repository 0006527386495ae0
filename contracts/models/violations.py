"""Violations (违规): what was found against a prohibition or a rule, and how it was put right."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.models.serving import ServedNotice
from contracts.querysets import ViolationEntryQuerySet, ViolationQuerySet
from contracts.topics import TOPICS

VIOLABLE = (
    "secure_channel",
    "compliance",
    "usage_rules",
    "commercial_use",
    "confidentiality",
    "measures",
    "ip_infringement",
    "sublicence",
    "law_compliance",
    "data_security",
    "leak",
)
VIOLABLE_TOPICS = [(key, label) for key, label in TOPICS if key in VIOLABLE]


class Violation(models.Model):
    """One violation of one matter of an agreement.

    ``facts`` are Party A's own until the violation is notified; ``statement`` is what Party B was told.
    """

    class Severity(models.TextChoices):
        MINOR = "minor", _("轻微")
        SERIOUS = "serious", _("严重")
        GRAVE = "grave", _("特别严重")

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")

    class State(models.TextChoices):
        FOUND = "found", _("已发现")
        NOTIFIED = "notified", _("已告知")
        RECTIFYING = "rectifying", _("整改中")
        REVIEW = "review", _("待复核")
        CLOSED = "closed", _("已关闭")
        UNFOUNDED = "unfounded", _("不成立")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="violations", verbose_name=_("协议"))
    topic = models.CharField(_("违反事项"), max_length=30, choices=VIOLABLE_TOPICS)
    clause_number = models.CharField(_("条款号"), max_length=20, blank=True)
    side = models.CharField(_("责任方"), max_length=1, choices=Side.choices, default=Side.B)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity.choices)
    found_at = models.DateTimeField(_("发现时间"))
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发现人"))
    facts = models.TextField(_("发现的事实"), help_text=_("告知之前只有甲方看得到。"))
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.FOUND, editable=False)
    statement = models.TextField(_("告知内容"), blank=True)
    notice = models.OneToOneField(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="violation", verbose_name=_("告知函")
    )
    rectify_by = models.DateField(_("整改期限"), null=True, blank=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    objects = ViolationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("违规")
        verbose_name_plural = _("违规")
        ordering = ["-found_at", "-pk"]
        permissions = [
            ("record_violation", _("登记违规")),
            ("handle_violation", _("告知、复核违规")),
            ("decide_violation", _("认定违规是否成立")),
        ]
        constraints = [
            models.CheckConstraint(name="violation_topic_known", condition=Q(topic__in=VIOLABLE)),
            models.CheckConstraint(name="violation_side_known", condition=Q(side__in=["a", "b"])),
            models.CheckConstraint(
                name="violation_severity_known", condition=Q(severity__in=["minor", "serious", "grave"])
            ),
            models.CheckConstraint(
                name="violation_state_notified",
                condition=Q(state="found", notice__isnull=True)
                | Q(state__in=["notified", "rectifying", "review", "closed"], notice__isnull=False)
                | Q(state="unfounded"),
                violation_error_message=_("告知之后的违规须有告知函。"),
            ),
            models.CheckConstraint(
                name="violation_ended_dated",
                condition=Q(state__in=["closed", "unfounded"], ended_at__isnull=False)
                | Q(~Q(state__in=["closed", "unfounded"]), ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="violation_notified_due",
                condition=Q(notice__isnull=True) | Q(rectify_by__isnull=False),
                violation_error_message=_("告知违规须写明整改期限。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_number} {self.get_topic_display()} · {self.agreement.number}".strip()


class ViolationEntry(models.Model):
    """One step of a violation: who did or said what, with its papers.  Append-only."""

    class Kind(models.TextChoices):
        FOUND = "found", _("登记发现")
        NOTE = "note", _("补充事实")
        NOTIFIED = "notified", _("告知")
        PLEADED = "pleaded", _("申辩")
        ACCEPTED = "accepted", _("承认并整改")
        CONFIRMED = "confirmed", _("认定成立")
        REPORTED = "reported", _("报告整改")
        SENT_BACK = "sent_back", _("复核未通过")
        CLOSED = "closed", _("复核通过，关闭")
        UNFOUNDED = "unfounded", _("认定不成立")

    violation = models.ForeignKey(Violation, models.PROTECT, related_name="entries", verbose_name=_("违规"))
    kind = models.CharField(_("事项"), max_length=12, choices=Kind.choices)
    text = models.TextField(_("内容"), blank=True)
    internal = models.BooleanField(_("仅甲方可见"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))
    papers = models.ManyToManyField(Paper, related_name="+", blank=True, verbose_name=_("证据材料"))

    objects = ViolationEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("违规办理记录")
        verbose_name_plural = _("违规办理记录")
        ordering = ["at", "pk"]
