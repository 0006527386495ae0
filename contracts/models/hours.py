"""Support hours: when Party A's people are there to help."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from worktime.models import Calendar


class SupportHours(models.Model):
    """A named set of weekly support windows on a calendar, and the two answers that the clause leaves open.

    ``weekly`` is a list of seven lists, Monday first, of ["HH:MM", "HH:MM"] pairs in local time; 24:00 is allowed and a
    close at or before its open runs past midnight.
    """

    name = models.CharField(_("名称"), max_length=80, unique=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+", verbose_name=_("工作日历"))
    weekly = models.JSONField(_("每周时段"))
    weekends_served = models.BooleanField(
        _("周末提供支持"), null=True, blank=True, help_text=_("“节假日除外”是否也把普通周末除外？必须有人作出选择。")
    )
    makeup_days_served = models.BooleanField(
        _("调休上班日提供支持"), null=True, blank=True, help_text=_("调休上班的周末是否算支持时间？必须有人作出选择。")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("支持时段")
        verbose_name_plural = _("支持时段")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
