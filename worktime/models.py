"""Calendars as data: each version is a whole, immutable statement of which days are off and which are worked."""

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


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


class NoticeDraft(models.Model):
    """A notice of days off that a person has loaded and a second person has not yet published.

    ``days`` is what was read from it: {"off": {date: name}, "work": {date: name}}, dates in ISO 8601.
    """

    class Origin(models.TextChoices):
        TEXT = "text", _("通知正文")
        CSV = "csv", _("CSV 文件")
        ICS = "ics", _("ICS 日历文件")

    class State(models.TextChoices):
        DRAFT = "draft", _("待核对")
        PUBLISHED = "published", _("已公布")
        DISCARDED = "discarded", _("已作废")

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="drafts", verbose_name=_("日历"))
    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.CharField(_("文号"), max_length=100)
    published_on = models.DateField(_("公布日期"))
    url = models.CharField(_("网址"), max_length=300, blank=True, validators=[URLValidator(["http", "https"])])
    origin = models.CharField(_("来源"), max_length=4, choices=Origin.choices)
    text = models.TextField(_("原文"))
    days = models.JSONField(_("日期"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公布成的版本")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    made_at = models.DateTimeField(_("登记时间"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("节假日通知")
        verbose_name_plural = _("节假日通知")
        ordering = ["-made_at", "-pk"]
        permissions = [("publish_notice", "Can publish a holiday notice loaded by another person")]
        constraints = [
            models.CheckConstraint(
                name="noticedraft_state_known", condition=Q(state__in=["draft", "published", "discarded"])
            ),
            models.CheckConstraint(name="noticedraft_origin_known", condition=Q(origin__in=["text", "csv", "ics"])),
            models.CheckConstraint(
                name="noticedraft_has_version",
                condition=Q(state="published", version__isnull=False)
                | (~Q(state="published") & Q(version__isnull=True)),
                violation_error_message=_("已公布的通知须对应一个日历版本。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}（{self.year}）"
