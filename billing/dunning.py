"""Dunning: each step of the ladder is taken once for each bill and due date; several bills of a debtor in one letter.

A bill that was paid meanwhile drops out, one that is paid in part stays in, and of a disputed bill only the undisputed
part is told.  Steps that an outage left out collapse into the highest.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from billing.disputes import disputed_of
from billing.due_dates import calendar_of
from billing.dunning_news import Told, letter_key, tell_reminder, tell_to_demand, told_before
from billing.dunning_steps import steps_of
from billing.ladder import DEMAND, Step, reached, step_day
from billing.models import Document, DunningEntry
from billing.overdue import statement
from billing.periods import civil_day
from billing.querysets_dunning import BILL_KINDS
from contracts.models import Organisation
from people.refusal import Refused
from worktime.calendars import current_version, workday_calendar
from worktime.workdays import WorkdayCalendar

log = logging.getLogger("billing.dunning")

# No step lies further before a due date than this, whatever days off are between.
HORIZON = timedelta(days=60)
Outcome = DunningEntry.Outcome


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that is due for a bill, the lower ones that it stands for, and the days on which each was due."""

    told: Told
    step: Step
    passed: tuple[Step, ...]
    days: dict[str, date]


def debtors(*, at: datetime) -> list[Organisation]:
    """The organisations with a bill that may be due for a step."""
    rows = Document.objects.owing(until=civil_day(at) + HORIZON).filter(kind__in=BILL_KINDS)
    return list(Organisation.objects.filter(pk__in=rows.values("agreement__party_b")).order_by("pk"))


@transaction.atomic
def dun(debtor: Organisation, *, at: datetime) -> Counter[str]:
    """Take the steps that are due for the bills of a debtor, in one change; counts what was done.

    Any number of runs has the effect of one.  A bill whose days cannot be counted does not stop the others.
    """
    counts: Counter[str] = Counter()
    letters: dict[str, list[Taken]] = {}
    for document in _held(debtor, at):
        try:
            found = _due(document, civil_day(at))
        except Refused as refused:
            counts["refused"] += 1
            log.warning("document %s: %s", document.pk, refused)
            continue
        if found is None:
            counts["nothing"] += 1
        elif found.step.kind == DEMAND:
            letters.setdefault(f"{DEMAND}/{document.agreement_id}", []).append(found)
        else:
            letters.setdefault(f"{found.step.code}/{found.step.name}", []).append(found)
    for rows in letters.values():
        _take(rows, at)
        counts["proposed" if rows[0].step.kind == DEMAND else "told"] += len(rows)
    return counts


def _held(debtor: Organisation, at: datetime) -> Iterator[Document]:
    """The debtor's bills, locked: of two runs the second finds what the first did."""
    rows = Document.objects.owing(until=civil_day(at) + HORIZON).filter(agreement__party_b=debtor, kind__in=BILL_KINDS)
    rows = rows.select_related("agreement__party_b", "version__agreement", "version__support_hours__calendar")
    yield from rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def _due(document: Document, today: date) -> Taken | None:
    """The highest step that is due for a bill and was not taken, if something of it may be asked for."""
    due_on = document.due_on
    found = statement(document, on=today)
    if due_on is None or found.principal_open <= 0:
        return None
    disputed = disputed_of(document, on=today)
    asked = found.principal_open - disputed
    if asked <= 0:
        return None
    workdays = workdays_of(document)
    taken = set(document.dunning.of_due_date(due_on).values_list("code", flat=True))
    steps = [step for step in reached(steps_of(document.agreement), due_on, today, workdays) if step.code not in taken]
    if not steps:
        return None
    days = {step.code: step_day(step, due_on, workdays) for step in steps}
    return Taken(Told(document, due_on, asked, disputed), steps[-1], tuple(steps[:-1]), days)


def workdays_of(document: Document) -> WorkdayCalendar:
    """The working days by which the terms of a bill count.  Raises Refused where they name none."""
    return workday_calendar(current_version(calendar_of(document.version)))


def _is_demanded(taken: Taken) -> bool:
    """Whether a letter that was not withdrawn names the bill already: then there is nothing to propose."""
    return taken.told.document.demanded.exclude(demand__state="withdrawn").exists()


def _take(rows: list[Taken], at: datetime) -> None:
    """Note the steps, then tell of them in one letter; a bill that a letter of demand names already is passed over."""
    step = rows[0].step
    if step.kind == DEMAND and (known := [row for row in rows if _is_demanded(row)]):
        DunningEntry.objects.bulk_create(_entry(row, row.step, Outcome.PASSED, "", at) for row in known)
        rows = [row for row in rows if row not in known]
    if not rows:
        return
    key = letter_key(step, [row.told for row in rows])
    outcome = Outcome.PROPOSED if step.kind == DEMAND else Outcome.TOLD
    entries = [_entry(row, row.step, outcome, key, at) for row in rows]
    entries += [_entry(row, lower, Outcome.PASSED, "", at) for row in rows for lower in row.passed]
    DunningEntry.objects.bulk_create(entries)
    if step.kind == DEMAND:
        tell_to_demand(rows[0].told.document.agreement, [row.told for row in rows], key=key, at=at)
    elif untold := [row.told for row in rows if not told_before(step, row.told)]:
        tell_reminder(step, untold, key=key, at=at)


def _entry(row: Taken, step: Step, outcome: Outcome, letter: str, at: datetime) -> DunningEntry:
    told = row.told
    return DunningEntry(
        document=told.document, code=step.code, name=step.name, outcome=outcome, due_on=told.due_on,
        step_on=row.days[step.code], told_on=civil_day(at), told_at=at, asked=told.asked, disputed=told.disputed,
        letter=letter,
    )  # fmt: skip
