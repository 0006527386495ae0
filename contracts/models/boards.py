"""What was counted of the clause boards, for the overview of all agreements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.agreements import Agreement


class BoardTally(models.Model):
    """How many clauses of one agreement had each standing when its board was last counted.

    A copy of what the readers say, counted again by the timetable: the board itself is always read anew.
    """

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="board_tally", verbose_name=_("协议"))
    breached = models.PositiveSmallIntegerField(_("已违约"), default=0)
    overdue = models.PositiveSmallIntegerField(_("已逾期"), default=0)
    due_soon = models.PositiveSmallIntegerField(_("即将到期"), default=0)
    kept = models.PositiveSmallIntegerField(_("正常履行"), default=0)
    not_measurable = models.PositiveSmallIntegerField(_("没有可衡量的约定"), default=0)
    unproven = models.PositiveSmallIntegerField(_("尚无记录"), default=0)
    not_trackable = models.PositiveSmallIntegerField(_("不跟踪"), default=0)
    read_at = models.DateTimeField(_("统计时间"))

    class Meta:
        verbose_name = _("履约全景")
        verbose_name_plural = _("履约全景")
        ordering = ["-breached", "-overdue", "-due_soon", "agreement"]
        default_permissions = ("view",)
        permissions = [("refresh_boardtally", _("重新统计履约全景"))]

    def __str__(self) -> str:
        return str(self.agreement)
