"""Pausing: holding the clocks of a ticket for a reason of the policy, and letting them run on.

Several reasons may hold a clock at once; it runs on when the last of them is over.  Response clocks never pause.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import User
from sla.acts import Act, begin, finish, second
from sla.clocks import Dial
from sla.judging import pause, resume, uncap
from sla.models import Clock, Ticket, TicketEntry
from sla.replay import AWAITING_PARTY_B, cap_reached

Kind = TicketEntry.Kind
Reason = Clock.Reason


@transaction.atomic
def hold(
    ticket: Ticket,
    *,
    reason: str,
    at: datetime,
    by: User | None = None,
    kinds: Iterable[str] | None = None,
    since: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> list[Clock]:
    """Hold the solution and restoration clocks of an open ticket; answers those that were not held for it before.

    A clock whose terms do not allow the reason runs on.  since: from when it counts, if that was settled before `at`
    (an announced window, an approved suspension); what one person says afterwards goes through sla.backdating.
    kinds: only these clocks.  data: kept with the line of the timeline (what the pause rests on).
    Nothing is written when there is nothing to hold.  Raises Refused for a ticket that is closed or withdrawn.
    """
    act = begin("hold", ticket, at=at, by=by)
    since = None if since is None else second(since)
    held = [dial for dial in _pausable(act, kinds) if pause(dial, at=act.at, by=by, reason=reason, since=since)]
    if not held:
        return []
    early = since is not None and since < act.at
    act.data = {**(data or {}), **_said(held, reason), "since": since.isoformat() if since and early else ""}
    finish(act, Kind.HELD, "")
    return [dial.clock for dial in held]


@transaction.atomic
def release(
    ticket: Ticket, *, reason: str, at: datetime, by: User | None = None, until: datetime | None = None
) -> list[Clock]:
    """The reason is over: the clocks that it held run on, unless another reason holds them; answers those it held.

    until: when it was over, if that was settled before `at`.  Nothing is written when it held none.
    Raises Refused for a ticket that is closed or withdrawn.
    """
    act = begin("release", ticket, at=at, by=by)
    until = None if until is None else second(until)
    freed = [dial for dial in _pausable(act, None) if resume(dial, at=act.at, by=by, reason=reason, until=until)]
    if not freed:
        return []
    act.data = _released(freed, reason, until if until is not None and until < act.at else None)
    finish(act, Kind.RELEASED, "")
    return [dial.clock for dial in freed]


def end_capped_wait(dial: Dial, *, at: datetime) -> bool:
    """End a wait for Party B that has lasted as long as the terms allow; False when it has not.

    Called by the sweep with the clock locked; the ticket stays as it is, still asking Party B.
    """
    capped_at = cap_reached(dial.course, dial.calendar)
    if not uncap(dial, at=at):
        return False
    act = Act("", dial.clock.ticket, max(at, dial.course.last_at), None, {dial.clock.kind: dial})
    act.data = {**_released([dial], AWAITING_PARTY_B, capped_at), "capped": True}
    finish(act, Kind.RELEASED, "")
    return True


def _pausable(act: Act, kinds: Iterable[str] | None) -> list[Dial]:
    """The clocks of the ticket that may pause."""
    chosen = None if kinds is None else set(kinds)
    return [
        dial for kind, dial in act.dials.items() if kind != Clock.Kind.RESPONSE and (chosen is None or kind in chosen)
    ]


def _said(dials: list[Dial], reason: str) -> dict[str, Any]:
    return {"reason": reason, "clocks": [dial.clock.kind for dial in dials]}


def _released(freed: list[Dial], reason: str, until: datetime | None) -> dict[str, Any]:
    still = sorted({other for dial in freed for other in dial.course.held})
    return {**_said(freed, reason), "since": until.isoformat() if until else "", "still": still}
