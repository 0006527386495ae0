"""Calendars as data: each version is a whole, immutable statement of which days are off and which are worked."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Calendar(models.Model):
    """A named calendar of days off and make-up working days, in one civil time zone."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai")

    class Meta:
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """One immutable version of a calendar: every published year with its notices.  A new notice makes a new version.

    ``days`` maps a year to {"notices": [{"number", "published_on", "url"}], "off": {date: name}, "work": {date: name}};
    dates are ISO 8601.  ``sha256`` is the hash of its canonical JSON, pinned by every deadline computed from it.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions", verbose_name=_("日历"))
    number = models.PositiveIntegerField(_("版本号"))
    days = models.JSONField(_("日期"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    source = models.CharField(_("来源文件"), max_length=200)
    published_on = models.DateField(_("公布日期"))
    known_since = models.DateTimeField(_("系统获知时间"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人")
    )

    class Meta:
        verbose_name = _("日历版本")
        verbose_name_plural = _("日历版本")
        ordering = ["calendar", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calver_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"

    @property
    def years(self) -> list[int]:
        """The published years, ascending."""
        return sorted(int(year) for year in self.days)
