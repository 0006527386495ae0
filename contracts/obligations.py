"""Obligations through their life: registered, changed, set off by events, given more time, suspended, ended."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts import duty_notices, papers
from contracts.models import (
    Agreement,
    Membership,
    Obligation,
    ObligationEvent,
    ObligationExtension,
    ObligationOccurrence,
    Paper,
)
from contracts.scheduling import bears, civil_day, locked, make_missing, note, realign, reckoner_of
from people.models import User
from people.refusal import Refused

RULE_FIELDS = ("rule", "due_date", "every_number", "every_unit", "anchor", "day_of_month", "rolls", "after_number")
# Which fields a rule leaves empty, and what empty is.
EMPTY: dict[str, Any] = {
    "due_date": None, "every_number": None, "every_unit": "", "anchor": None, "day_of_month": None, "rolls": False,
    "after_number": None, "event_name": "",
}  # fmt: skip
USED = {
    "once": {"due_date"},
    "every": {"every_number", "every_unit", "anchor", "day_of_month", "rolls"},
    "on_event": {"event_name"},
    "after_working": {"after_number", "event_name"},
    "after_days": {"after_number", "event_name"},
}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is agreed of an obligation; the fields and their choices are those of Obligation."""

    clause_number: str
    topic: str
    title: str
    side: str
    rule: str
    tracked_from: date
    person: User | None = None
    due_date: date | None = None
    every_number: int | None = None
    every_unit: str = ""
    anchor: date | None = None
    day_of_month: int | None = None
    rolls: bool = False
    after_number: int | None = None
    event_name: str = ""
    evidence_needed: str = ""
    confirm_needed: bool = False
    grace_days: int = 0
    grace_kind: str = "natural"
    lead_days: int = 7
    survives: bool = False

    def values(self) -> dict[str, Any]:
        """The fields by name, those that the rule does not use emptied."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return tidy(said)


def tidy(said: dict[str, Any]) -> dict[str, Any]:
    """The fields with those emptied that the rule does not use: a day of the month says nothing of a single date."""
    used = USED.get(said.get("rule", ""), set())
    return {**said, **{name: empty for name, empty in EMPTY.items() if name not in used}}


@transaction.atomic
def make(agreement: Agreement, terms: Terms, *, by: User, at: datetime) -> Obligation:
    """Register an obligation and make its first occurrences.  Refused for a rule that is not whole, a second one of the
    same clause and title, or a person who cannot answer for that side."""
    row = Obligation(agreement=agreement, **terms.values())
    _check_person(row)
    _save(row)
    made = make_missing(row, today=civil_day(at))
    note("obligation.made", row, by=by, at=at, rule=row.rule, made=made)
    return row


@transaction.atomic
def revise(obligation: Obligation, terms: Terms, *, reason: str, by: User, at: datetime) -> Obligation:
    """Change an obligation.

    A new rule holds from today: open occurrences due from today on follow it, earlier ones and what was done or waived
    stay as they are.
    """
    row = _going(obligation)
    if not reason.strip():
        raise Refused(_("请写明修改义务的理由。"))
    today, said = civil_day(at), terms.values()
    changed = [name for name, value in said.items() if getattr(row, name) != value]
    for name, value in said.items():
        setattr(row, name, value)
    if set(changed) & set(RULE_FIELDS):
        row.tracked_from = max(row.tracked_from, today)
    _check_person(row)
    _save(row)
    realign(row, today=today, reason=reason)
    note("obligation.revised", row, by=by, at=at, reason=reason, changed=changed)
    return row


@transaction.atomic
def suspend(obligation: Obligation, *, reason: str, by: User, at: datetime) -> Obligation:
    """Nothing falls due while it is suspended; what is late already stays late."""
    row = _going(obligation)
    if row.state == Obligation.State.SUSPENDED:
        raise Refused(_("这项义务已经中止。"))
    return _move(row, Obligation.State.SUSPENDED, reason=reason, by=by, at=at)


@transaction.atomic
def resume(obligation: Obligation, *, reason: str, by: User, at: datetime) -> Obligation:
    """Go on from today; what would have fallen due meanwhile is not made up."""
    row = _going(obligation)
    if row.state != Obligation.State.SUSPENDED:
        raise Refused(_("只有已中止的义务可以恢复。"))
    row.tracked_from = max(row.tracked_from, civil_day(at))
    return _move(row, Obligation.State.ACTIVE, reason=reason, by=by, at=at)


@transaction.atomic
def end(obligation: Obligation, *, reason: str, by: User | None, at: datetime) -> Obligation:
    """End it for good; what fell due or was set off by an event before stays to be done."""
    return _move(_going(obligation), Obligation.State.ENDED, reason=reason, by=by, at=at)


@transaction.atomic
def end_with_agreement(obligation: Obligation, *, at: datetime) -> bool:
    """End what does not survive an agreement that is over.  False when it survives, goes on or has ended."""
    row = locked(obligation)
    if row.survives or row.state == Obligation.State.ENDED or not Obligation.objects.left_behind().filter(pk=row.pk):
        return False
    _move(row, Obligation.State.ENDED, reason=_("协议已经结束"), by=None, at=at)
    return True


@transaction.atomic
def happened(
    obligation: Obligation, *, happened_at: datetime, note_text: str = "", file: Any = None, by: User, at: datetime
) -> ObligationOccurrence:
    """Record the event that sets the duty off, and make the occurrence that it brings."""
    row = locked(obligation)
    if not row.by_event:
        raise Refused(_("这项义务不是由事件引起的，不需要登记事件。"))
    if not bears(row):
        raise Refused(_("只有执行中的义务、且协议有效（或义务在协议终止后继续有效）时可以登记事件。"))
    if happened_at > at:
        raise Refused(_("事件的发生时间不能晚于现在。"))
    if row.events.filter(happened_at=happened_at).exists():
        raise Refused(_("这个时间的事件已经登记过。"))
    paper = papers.keep(row.agreement, file, kind=Paper.Kind.EVIDENCE, by=by, at=at) if file else None
    event = ObligationEvent.objects.create(
        obligation=row, happened_at=happened_at, note=note_text.strip()[:300], paper=paper, by=by, at=at
    )
    made = ObligationOccurrence(
        obligation=row, event=event, period_key=f"event/{event.pk}", counted_from=civil_day(happened_at)
    )
    reckoner_of(row.agreement).date(made, row).save()
    note("obligation.event", row, by=by, at=at, happened_at=happened_at, due_on=made.due_on)
    duty_notices.tell_set_off(made, by=by, at=at)
    return made


@transaction.atomic
def extend(
    occurrence: ObligationOccurrence,
    *,
    until: date,
    ground: str,
    reason: str,
    since: date | None = None,
    file: Any = None,
    by: User,
    at: datetime,
) -> ObligationExtension:
    """Give one occurrence more time, with its ground (ObligationExtension.Ground) and proof.

    Refused when it is not open, for a date that is not later, without a reason, and for force majeure that began
    (since) after the due date: whoever was late already is not relieved (Civil Code 590).
    """
    row = locked_occurrence(occurrence)
    if row.state != ObligationOccurrence.State.OPEN:
        raise Refused(_("只有待完成的事项可以延期。"))
    if until <= row.due_on:
        raise Refused(_("延期后的日期须晚于原到期日（%(due)s）。") % {"due": row.due_on})
    if not reason.strip():
        raise Refused(_("请写明延期的理由。"))
    if ground == ObligationExtension.Ground.FORCE_MAJEURE:
        if since is None:
            raise Refused(_("因不可抗力延期，请填写不可抗力发生的日期。"))
        if since > row.due_on:
            raise Refused(_("不可抗力发生在迟延履行之后，不能免责（民法典第590条）。"))
    agreement = row.obligation.agreement
    paper = papers.keep(agreement, file, kind=Paper.Kind.EVIDENCE, by=by, at=at) if file else None
    made = ObligationExtension.objects.create(
        occurrence=row, ground=ground, since=since, before=row.due_on, until=until, reason=reason.strip()[:300],
        paper=paper, by=by, at=at,
    )  # fmt: skip
    row.extended_until = until
    reckoner_of(agreement).date(row, row.obligation).save()
    note(
        "obligation.extended", row.obligation, by=by, at=at, reason=reason,
        occurrence=row.pk, ground=ground, before=made.before, until=until,
    )  # fmt: skip
    duty_notices.tell_extended(made, by=by, at=at)
    return made


def locked_occurrence(occurrence: ObligationOccurrence) -> ObligationOccurrence:
    """The occurrence, locked after its obligation, which comes along with its agreement."""
    obligation = locked(occurrence.obligation)
    rows = ObligationOccurrence.objects.select_for_update(of=("self",), no_key=True)
    row: ObligationOccurrence = rows.get(pk=occurrence.pk)
    row.obligation = obligation
    return row


def _going(obligation: Obligation) -> Obligation:
    row = locked(obligation)
    if row.state == Obligation.State.ENDED:
        raise Refused(_("这项义务已经结束，不能再修改。"))
    return row


def _move(row: Obligation, state: str, *, reason: str, by: User | None, at: datetime) -> Obligation:
    if not reason.strip():
        raise Refused(_("请写明理由。"))
    row.state, row.state_reason = state, reason.strip()[:200]
    row.save()
    realign(row, today=civil_day(at), reason=reason)
    note(f"obligation.{row.state}", row, by=by, at=at, reason=reason)
    return row


def _check_person(row: Obligation) -> None:
    person = row.person
    if person is None:
        return
    if not person.is_active:
        raise Refused(_("负责人“%(name)s”的账号已停用，请另选一位。") % {"name": person})
    if person.is_staff:
        return
    theirs = Membership.objects.filter(user=person, organisation=row.agreement.party_b_id, active=True).exists()
    if row.side == Obligation.Side.A or not theirs:
        raise Refused(_("负责人“%(name)s”不能代表义务方，请另选一位。") % {"name": person})


def _save(row: Obligation) -> None:
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error
    except IntegrityError as error:  # two people at once
        raise Refused(_("这份协议已有同一条款、同一名称的义务。")) from error
