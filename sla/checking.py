"""Periodic security checks (clause 7.2.2): planned, done with a report, missed with a reason.

The due days are those of the plan's rule, counted from its first; a check done late moves none of them.  The report is
late from the day after the agreed working days; a missed check stays in the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import papers
from contracts.due_rules import Every, Unit, periods
from contracts.models import Agreement, Organisation, Paper
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import CheckPlan, CheckResult
from worktime.calendars import CHINA, current_version, workday_calendar
from worktime.models import Calendar
from worktime.workdays import WorkdayCalendar, end_of_day

SOON = timedelta(days=7)
AHEAD = timedelta(days=366 * 61)
ONE_DAY = timedelta(days=1)
Outcome = CheckResult.Outcome


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A check: what, by what ground, for which agreements, how often, and how many working days its report may take."""

    provider: Organisation
    title: str
    scope: str
    basis: str
    every_number: int
    every_unit: str
    anchor: date
    grace_working_days: int = 0
    agreements: Sequence[Agreement] = ()


@transaction.atomic
def plan(rule: Rule, *, by: User, at: datetime) -> CheckPlan:
    """Begin to watch a check; the first is due on its anchor."""
    if not (rule.title.strip() and rule.scope.strip() and rule.basis.strip()):
        raise Refused(_("请写明检查、检查内容和依据。"))
    row = CheckPlan(
        provider=rule.provider,
        title=rule.title.strip(),
        scope=rule.scope.strip(),
        basis=rule.basis.strip(),
        every_number=rule.every_number,
        every_unit=rule.every_unit,
        anchor=rule.anchor,
        grace_working_days=rule.grace_working_days,
    )
    _due(row, rule.anchor)
    _save(row, by)
    row.agreements.set(rule.agreements)
    _note("check.planned", row, by=by, at=at)
    return row


@transaction.atomic
def record_result(
    row: CheckPlan, *, outcome: str, done_on: date, text: str, file: Any, by: User, at: datetime
) -> CheckResult:
    """The check that is due was done; its report is kept.  The next falls due by the rule."""
    row = _going(row)
    if outcome not in {Outcome.PASSED, Outcome.FOUND}:
        raise Refused(_("请选择检查结果。"))
    if done_on > timezone.localdate(at):
        raise Refused(_("完成日期不能晚于今天。"))
    if not text.strip() or not file:
        raise Refused(_("请写明检查情况并上传检查报告。"))
    report = papers.keep(row.provider, file, kind=Paper.Kind.EVIDENCE, title=row.title, by=by, at=at)
    return _turned(row, outcome=outcome, done_on=done_on, text=text, report=report, by=by, at=at)


@transaction.atomic
def miss(row: CheckPlan, *, reason: str, by: User, at: datetime) -> CheckResult:
    """The check that was due did not take place, and why.  Refused before its day."""
    row = _going(row)
    if timezone.localdate(at) < row.next_due_on:
        raise Refused(_("还没有到检查期限，不能登记为未开展。"))
    if not reason.strip():
        raise Refused(_("请写明没有开展的原因。"))
    return _turned(row, outcome=Outcome.MISSED.value, done_on=None, text=reason, report=None, by=by, at=at)


@transaction.atomic
def end(row: CheckPlan, *, reason: str, by: User, at: datetime) -> CheckPlan:
    """The check is asked for no more."""
    row = _going(row)
    if not reason.strip():
        raise Refused(_("请写明停止的原因。"))
    row.ended_on, row.end_reason, row.look_at = timezone.localdate(at), reason.strip(), None
    _save(row, by)
    _note("check.ended", row, by=by, at=at, reason=reason.strip())
    return row


def recount(row: CheckPlan) -> None:
    """Reckon the late day of the present turn again: a notice of holidays may have come.  The row must be locked."""
    _due(row, row.next_due_on)
    _save(row, None)


def soon_at(row: CheckPlan) -> datetime:
    """From when people are reminded of the next check."""
    return end_of_day(row.next_due_on - SOON - ONE_DAY)


def late_at(row: CheckPlan) -> datetime:
    """The first instant at which the report is late."""
    return end_of_day(row.late_from - ONE_DAY)


def _turned(row: CheckPlan, *, by: User, at: datetime, **said: Any) -> CheckResult:
    said["text"] = said["text"].strip()
    made = CheckResult.objects.create(plan=row, due_on=row.next_due_on, late_from=row.late_from, by=by, at=at, **said)
    _due(row, _after(row, row.next_due_on))
    _save(row, by)
    action = "check.missed" if made.outcome == Outcome.MISSED else "check.done"
    _note(action, row, by=by, at=at, due_on=made.due_on, done_on=made.done_on, outcome=made.outcome)
    return made


def _after(row: CheckPlan, day: date) -> date:
    """The next turn of the rule after a day."""
    every = Every(number=row.every_number, unit=Unit(row.every_unit), anchor=row.anchor)
    return next(periods(every, since=day + ONE_DAY, until=day + AHEAD)).day


def _due(row: CheckPlan, day: date) -> None:
    """Set the turn that is due: its day, the first day on which its report is late, and the next look."""
    last = _calendar().add_working_days(day, row.grace_working_days)
    row.next_due_on, row.late_from, row.provisional = day, last.value + ONE_DAY, last.provisional
    row.look_at = soon_at(row)


def _calendar() -> WorkdayCalendar:
    calendar = Calendar.objects.filter(code=CHINA).first()
    if calendar is None:
        raise Refused(_("还没有载入工作日历，不能推算检查期限。"))
    return workday_calendar(current_version(calendar))


def _going(row: CheckPlan) -> CheckPlan:
    locked: CheckPlan = CheckPlan.objects.select_for_update(no_key=True).get(pk=row.pk)
    if locked.ended_on is not None:
        raise Refused(_("这项检查已停止。"))
    return locked


def _save(row: CheckPlan, by: User | None) -> None:
    row._history_user = by  # type: ignore[attr-defined]
    row.save()


def _note(action: str, row: CheckPlan, *, by: User, at: datetime, reason: str = "", **data: Any) -> None:
    record(action, obj=row, by=by, at=at, reason=reason, data=data)
