"""What Party B thinks of how a ticket was handled: once for each time that it was closed, if it wants to say so."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Agreement
from sla.models.tickets import Ticket

USER = settings.AUTH_USER_MODEL


class Rating(models.Model):
    """A score of 1 to 5 with words, given by a person of Party B.  Nobody and nothing else makes one.

    A low score opens a follow-up of the lead of operations.
    """

    class Score(models.IntegerChoices):
        VERY_BAD = 1, _("1 分 很不满意")
        BAD = 2, _("2 分 不满意")
        FAIR = 3, _("3 分 一般")
        GOOD = 4, _("4 分 满意")
        VERY_GOOD = 5, _("5 分 很满意")

    class FollowUp(models.TextChoices):
        NONE = "none", _("无需回访")
        OPEN = "open", _("待回访")
        DONE = "done", _("已回访")

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="ratings", verbose_name=pgettext_lazy("one", "故障报告")
    )
    cycle = models.PositiveSmallIntegerField(_("第几次关闭"))
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", verbose_name=_("协议"))
    assignee = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("关闭时的负责人")
    )
    score = models.PositiveSmallIntegerField(_("评分"), choices=Score.choices)
    words = models.TextField(_("评价"), blank=True, max_length=1000)
    closed_at = models.DateTimeField(_("关闭时间"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("评价人"))
    at = models.DateTimeField(_("评价时间"))
    follow_up = models.CharField(_("回访"), max_length=4, choices=FollowUp.choices, default=FollowUp.NONE)
    followed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("回访人")
    )
    followed_at = models.DateTimeField(_("回访时间"), null=True, blank=True)
    followed_note = models.TextField(_("回访结果"), blank=True, max_length=1000)

    class Meta:
        verbose_name = pgettext_lazy("one", "满意度评价")
        verbose_name_plural = _("满意度评价")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        permissions = [("follow_rating", _("回访低分评价"))]
        indexes = [models.Index(fields=["agreement", "closed_at"], name="rating_agreement_closed")]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "cycle"], name="rating_once"),
            models.CheckConstraint(name="rating_score_range", condition=Q(score__range=(1, 5))),
            models.CheckConstraint(name="rating_after_closing", condition=Q(at__gte=F("closed_at"))),
            models.CheckConstraint(
                name="rating_low_followed",
                condition=Q(score__lte=2, follow_up__in=["open", "done"]) | Q(score__gt=2, follow_up="none"),
            ),
            models.CheckConstraint(
                name="rating_follow_up_whole",
                condition=(
                    Q(follow_up="done", followed_by__isnull=False, followed_at__isnull=False) & ~Q(followed_note="")
                )
                | Q(follow_up__in=["none", "open"], followed_by__isnull=True, followed_at__isnull=True),
                violation_error_message=_("回访须写明结果。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_score_display()}"
