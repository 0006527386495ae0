"""Which terms apply on a day, and the working time that they name."""

from datetime import date

from django.utils.translation import gettext as _

from contracts.models import Agreement, AgreementVersion
from people.refusal import Refused
from worktime.calendars import work_calendar
from worktime.clock import WorkCalendar
from worktime.models import CalendarVersion


def terms_on(agreement: Agreement, day: date) -> AgreementVersion:
    """The active version whose effective interval holds the civil day; the only way anyone asks.

    Raises Refused when the agreement has no terms in force on that day.
    """
    version = terms_if_any(agreement, day)
    if version is None:
        raise Refused(
            _("协议 %(number)s 在 %(day)s 没有生效的条款，请先办理签署或补充协议。")
            % {"number": agreement.number, "day": day.isoformat()}
        )
    return version


def terms_if_any(agreement: Agreement, day: date) -> AgreementVersion | None:
    """The same, or None: for what goes on without terms in force, as a demand after the agreement has ended."""
    found: AgreementVersion | None = (
        agreement.versions.filter(state=AgreementVersion.State.ACTIVE)
        .applying_on(day)
        .select_related("agreement", "support_hours__calendar")
        .first()
    )
    return found


def shown_on(agreement: Agreement, day: date) -> AgreementVersion | None:
    """The version that a page shows on a day: the one that applies, else the first or last active one, else the draft.

    Not for computing: a deadline or a price asks `terms_on`.
    """
    versions = agreement.versions.select_related("support_hours", "base")
    active = versions.filter(state=AgreementVersion.State.ACTIVE)
    found: AgreementVersion | None = (
        active.applying_on(day).first()
        or active.order_by("effective_from").first()
        or versions.order_by("number").last()
    )
    return found


def support_calendar(
    version: AgreementVersion, calendar_version: CalendarVersion, clock_hours: str = ""
) -> WorkCalendar:
    """The working time in which the version's targets are counted: its support hours, or natural hours.

    clock_hours: what a single target says instead of the version.
    """
    hours = version.support_hours
    if (clock_hours or version.clock_hours) == AgreementVersion.ClockHours.NATURAL or hours is None:
        return work_calendar(None, calendar_version)
    return work_calendar(hours, calendar_version)
