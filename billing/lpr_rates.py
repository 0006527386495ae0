"""The LPR table in the database: entered by one person, confirmed by another, read by every computation of interest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from billing.fields import fitting, refusal
from billing.lpr import LprRow, LprTable, bundled, publication_day
from billing.models import LprRate
from billing.money import AmountError
from billing.periods import civil_day
from billing.telling import tell_lpr_entered, tell_lpr_missing
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.calendars import CHINA, workday_calendar
from worktime.models import CalendarVersion
from worktime.workdays import DayKind

WORKED = {DayKind.WORKDAY, DayKind.MAKEUP}
LOWEST, HIGHEST = Decimal(0), Decimal(30)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the National Interbank Funding Center published: rates in per cent."""

    published_on: date
    one_year: Decimal
    five_year: Decimal
    source: str


def table() -> LprTable:
    """The rates in use.  Where no row was ever loaded, those that come with the program."""
    rows = [
        LprRow(
            published=rate.published_on, one_year=rate.one_year.scaleb(-2), five_year=rate.five_year.scaleb(-2),
            status=rate.origin, source=rate.source, verified_on=rate.verified_on,
        )
        for rate in LprRate.objects.in_use()
    ]  # fmt: skip
    return LprTable(rows or bundled().rows, works=works())


def works() -> Callable[[date], bool]:
    """Which days are worked by the newest national calendar; all of Monday to Friday where none is loaded."""
    found = CalendarVersion.objects.select_related("calendar").filter(calendar__code=CHINA).order_by("-number").first()
    if found is None:
        return lambda day: day.weekday() < 5
    days = workday_calendar(found)
    return lambda day: days.kind_of(day) in WORKED


@transaction.atomic
def enter(publication: Publication, *, by: User, at: datetime) -> LprRate:
    """Enter the publication of a month; it is used once another person has confirmed it.

    Raises Refused for a day to come, a rate that cannot be one, no source, or a month that has its row.
    """
    on = publication.published_on
    if on > civil_day(at):
        raise Refused(_("公布日期 %(on)s 晚于今天，请等公布后再录入。") % {"on": on})
    if not publication.source.strip():
        raise Refused(_("请写明来源，例如全国银行间同业拆借中心公告的网址。"))
    rate = LprRate(
        month=f"{on:%Y-%m}", published_on=on, source=publication.source.strip(), entered_at=at, entered_by=by,
        one_year=_checked(publication.one_year), five_year=_checked(publication.five_year),
    )  # fmt: skip
    if known := LprRate.objects.standing().filter(month=rate.month).first():
        raise Refused(
            _("%(month)s 的 LPR 已经录入（%(state)s）；有误的，请先撤回再重新录入。")
            % {"month": rate.month, "state": known.get_state_display()}
        )
    try:
        with transaction.atomic():
            rate.save()
    except IntegrityError as error:  # another person entered it at this moment
        raise Refused(_("%(month)s 的 LPR 刚刚由他人录入，请刷新查看。") % {"month": rate.month}) from error
    _note("lpr.entered", rate, by=by, at=at)
    tell_lpr_entered(rate, by=by, at=at)
    return rate


@transaction.atomic
def confirm(rate: LprRate, *, by: User, at: datetime) -> LprRate:
    """Compare a row with its source: from now on it is used, and what it made provisional is firm.

    Raises Refused for the person who entered it, and for a row that is withdrawn or verified already.
    """
    rate = _locked(rate)
    if rate.state == LprRate.State.WITHDRAWN or rate.verified_on is not None:
        raise Refused(_("这条 LPR 已经核对或撤回，不需要再核对。"))
    if rate.entered_by_id == by.pk:
        raise Refused(_("核对人不能是录入人，请由另一位人员核对。"))
    rate.state, rate.verified_on, rate.verified_by = LprRate.State.IN_USE, civil_day(at), by
    rate.save()
    _note("lpr.confirmed", rate, by=by, at=at)
    return rate


@transaction.atomic
def withdraw(rate: LprRate, *, reason: str, by: User, at: datetime) -> LprRate:
    """Take a wrong row out of use, so that its month may be entered anew.  The row stays for the record."""
    rate = _locked(rate)
    if rate.state == LprRate.State.WITHDRAWN:
        raise Refused(_("这条 LPR 已经撤回。"))
    if not reason.strip():
        raise Refused(_("请填写撤回原因。"))
    rate.state, rate.withdrawn_at, rate.withdrawn_by = LprRate.State.WITHDRAWN, at, by
    rate.reason = reason.strip()
    rate.save()
    _note("lpr.withdrawn", rate, by=by, at=at, reason=rate.reason)
    return rate


def date_warning(published_on: date) -> str:
    """A sentence where the day is not the 20th or the next working day of its month, else nothing.

    A warning only: in September 2026 the rate came out on the make-up Sunday, in February 2021 two days late.
    """
    expected = publication_day(published_on.year, published_on.month, works())
    if published_on == expected:
        return ""
    return _("按规则（每月 20 日，遇非工作日顺延），该月应在 %(expected)s 公布，录入的是 %(on)s，请对照原文核对。") % {
        "expected": expected, "on": published_on,
    }  # fmt: skip


def missing_months(today: date) -> tuple[str, ...]:
    """The months whose publication day has passed and that have no row in use."""
    found = table()
    return found.missing(found.rows[0].published, today - ONE_DAY)


def remind(*, at: datetime) -> int:
    """Tell finance of every month whose LPR is missing on the day after its publication; each month once."""
    months = missing_months(civil_day(at))
    for month in months:
        tell_lpr_missing(month, at=at)
    return len(months)


def _checked(rate: Decimal) -> Decimal:
    try:
        rate = fitting(rate, digits=7, places=4)
    except AmountError as error:
        raise Refused(_("LPR：%(wrong)s") % {"wrong": refusal(error, 4)}) from error
    if not LOWEST < rate < HIGHEST:
        raise Refused(_("LPR 须大于 0、小于 30（%），例如 3.00。"))
    return rate


def _locked(rate: LprRate) -> LprRate:
    held: LprRate = LprRate.objects.select_for_update(no_key=True).get(pk=rate.pk)
    return held


def _note(action: str, rate: LprRate, *, by: User, at: datetime, reason: str = "") -> None:
    data = {"month": rate.month, "published_on": rate.published_on, "one_year": rate.one_year, "source": rate.source}
    record(action, obj=rate, by=by, at=at, reason=reason, data={**data, "five_year": rate.five_year})
