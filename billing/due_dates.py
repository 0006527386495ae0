"""When payment is due: the Nth working day after receipt of a correct formal invoice, and how it was counted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.wording import sayer
from contracts.models import AgreementVersion
from people.refusal import Refused
from worktime.calendars import current_version, workday_calendar
from worktime.explain import WorkdayExplanation, explain_workdays
from worktime.models import Calendar, CalendarVersion
from worktime.wording import SPEAKERS, render

MOVED = "按{supplement}，应付日期由 {before} 改为 {after}；逾期利息自新的日期起算。"


@dataclass(frozen=True, slots=True)
class Due:
    """A due date with its working, ready to be frozen; provisional while a year in between is not published."""

    on: date
    provisional: bool
    working: dict[str, Any]
    calendar_version: CalendarVersion


def due_after(version: AgreementVersion, received_on: date) -> Due:
    """The due date of an invoice received on a civil day (clause 6.2.1; Civil Code 201: the receipt day is day 0).

    Raises Refused when the terms name no number of working days or no calendar.
    """
    if version.payment_working_days is None:
        raise Refused(_("协议条款没有填写付款期限（工作日），无法计算到期日，请先补充条款。"))
    calendar_version = current_version(calendar_of(version))
    explanation = explain_workdays(workday_calendar(calendar_version), received_on, version.payment_working_days)
    working = {
        **explanation.as_json(),
        "calendar": {
            "code": calendar_version.calendar.code,
            "version": calendar_version.number,
            "sha256": calendar_version.sha256,
        },
    }
    return Due(explanation.due, bool(explanation.unpublished_years), working, calendar_version)


def calendar_of(version: AgreementVersion) -> Calendar:
    """The calendar whose working days the terms count."""
    if version.support_hours is None:
        raise Refused(_("协议条款没有选定支持时段和工作日历，无法计算到期日，请先补充条款。"))
    return version.support_hours.calendar


def in_words(working: dict[str, Any] | None, language: str = "") -> list[str]:
    """A frozen working, line by line, in the language of the reader (or the one named)."""
    if not working:
        return []
    wanted = (language or get_language() or "zh-hans").lower()
    wanted = wanted if wanted in SPEAKERS else "zh-hans"
    counted = render(WorkdayExplanation.from_json(working), wanted)
    return [*counted, *(sayer(wanted)(MOVED, **step) for step in moved(working))]


def moved(working: dict[str, Any] | None) -> list[dict[str, str]]:
    """By which supplements the due date was moved since it was counted: their label, and the day before and after."""
    return list((working or {}).get("moved", ()))
