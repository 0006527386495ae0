"""Performing: an occurrence is done with evidence, confirmed, sent back, or waived by two persons."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import duty_notices, papers
from contracts.models import Obligation, ObligationOccurrence, Paper
from contracts.obligations import locked_occurrence
from contracts.scheduling import civil_day, note
from journal import approvals
from journal.models import Approval
from people.models import User
from people.refusal import Refused

WAIVE = "obligation.waive"
State = ObligationOccurrence.State


@transaction.atomic
def done(
    occurrence: ObligationOccurrence, *, done_on: date, evidence: str = "", file: Any = None, by: User, at: datetime
) -> ObligationOccurrence:
    """Record that the duty was done on a civil day.

    Refused twice, in the future, before the event that set it off, without the evidence that is needed, and for a
    person of Party B on a duty that is not Party B's alone.
    """
    row = _open(occurrence)
    obligation = row.obligation
    if not by.is_staff and obligation.side != Obligation.Side.B:
        raise Refused(_("只有乙方的义务可以由乙方登记完成。"))
    if done_on > civil_day(at):
        raise Refused(_("完成日期不能晚于今天。"))
    if row.event_id is not None and done_on < row.counted_from:
        raise Refused(_("完成日期不能早于事件发生日（%(day)s）。") % {"day": row.counted_from})
    if obligation.evidence_needed and not (evidence.strip() or file):
        raise Refused(_("请写明完成情况或上传证据（%(what)s）。") % {"what": obligation.evidence_needed})
    row.paper = (
        papers.keep(
            obligation.agreement, file, kind=Paper.Kind.EVIDENCE, title=f"{obligation.title} {row.due_on}",
            for_party_b=obligation.side != Obligation.Side.A, by=by, at=at,
        )
        if file
        else None
    )  # fmt: skip
    row.state, row.done_on, row.done_by, row.done_at = State.DONE, done_on, by, at
    row.evidence, row.reason = evidence.strip(), ""
    row.save()
    late = done_on > row.late_after
    note("obligation.done", obligation, by=by, at=at, occurrence=row.pk, due_on=row.due_on, done_on=done_on, late=late)
    duty_notices.tell_done(row, by=by, at=at)
    return row


@transaction.atomic
def confirm(occurrence: ObligationOccurrence, *, by: User, at: datetime) -> ObligationOccurrence:
    """Party A agrees that Party B did it.  Refused when there is nothing to confirm."""
    row = locked_occurrence(occurrence)
    if not to_confirm(row):
        raise Refused(_("没有需要确认的完成登记。"))
    if row.done_by_id == by.pk:
        raise Refused(_("不能确认自己登记的完成情况。"))
    row.confirmed_by, row.confirmed_at = by, at
    row.save()
    note("obligation.confirmed", row.obligation, by=by, at=at, occurrence=row.pk)
    return row


def to_confirm(row: ObligationOccurrence) -> bool:
    """Whether a done occurrence waits for Party A's word."""
    return row.state == State.DONE and row.obligation.confirm_needed and row.confirmed_at is None


@transaction.atomic
def reopen(occurrence: ObligationOccurrence, *, reason: str, by: User, at: datetime) -> ObligationOccurrence:
    """Send a done occurrence back, with a reason; what was said stays in its history."""
    row = locked_occurrence(occurrence)
    if row.state != State.DONE:
        raise Refused(_("只有已完成的事项可以退回。"))
    if not reason.strip():
        raise Refused(_("请写明退回的理由。"))
    was = {"done_on": row.done_on, "done_by": row.done_by_id, "paper": row.paper_id}
    told = row.done_by
    row.state, row.reason = State.OPEN, reason.strip()[:300]
    row.done_on = row.done_by = row.done_at = row.confirmed_by = row.confirmed_at = row.paper = None
    row.evidence = ""
    row.save()
    note("obligation.reopened", row.obligation, by=by, at=at, reason=reason, occurrence=row.pk, **was)
    duty_notices.tell_reopened(row, told, by=by, at=at)
    return row


@transaction.atomic
def ask_to_waive(occurrence: ObligationOccurrence, *, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to let an open occurrence go undone."""
    row = _open(occurrence)
    if not reason.strip():
        raise Refused(_("请写明豁免的理由。"))
    return approvals.ask(WAIVE, target=row, content=contents(row), by=by, at=at, reason=reason.strip())


def waive(approval: Approval, *, by: User, at: datetime) -> ObligationOccurrence:
    """The approved effect: the occurrence need not be done.  Runs inside the approving transaction."""
    row = _open(_target(approval))
    row.state, row.reason = State.WAIVED, approval.request_reason[:300]
    row.save()
    note("obligation.waived", row.obligation, by=by, at=at, reason=row.reason, occurrence=row.pk, due_on=row.due_on)
    duty_notices.tell_waived(row, by=by, at=at)
    return row


def contents(row: ObligationOccurrence) -> dict[str, Any]:
    """All that the decision rests on."""
    obligation = row.obligation
    return {
        "agreement": obligation.agreement.number,
        "obligation": str(obligation),
        "side": obligation.side,
        "due_on": row.due_on,
        "state": row.state,
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(_target(approval))


def describe(approval: Approval) -> Iterable[tuple[object, object]]:
    """What the approver reads."""
    said = approval.content
    return [
        (_("协议"), said["agreement"]),
        (_("义务"), said["obligation"]),
        (_("义务方"), Obligation.Side(said["side"]).label),
        (_("到期日"), said["due_on"]),
    ]


def _target(approval: Approval) -> ObligationOccurrence:
    found: ObligationOccurrence = ObligationOccurrence.objects.select_related("obligation__agreement").get(
        pk=approval.target_id
    )
    return found


def _open(occurrence: ObligationOccurrence) -> ObligationOccurrence:
    row = locked_occurrence(occurrence)
    if row.state == State.DONE:
        raise Refused(_("这一期已经登记完成。"))
    if row.state != State.OPEN:
        raise Refused(_("这一期%(state)s，不能再办理。") % {"state": row.get_state_display()})
    return row
