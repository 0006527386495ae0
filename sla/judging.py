"""Judging: stopping, pausing and reopening clocks; a broken promise is written down once, whoever sees it first."""

from __future__ import annotations

from datetime import datetime

from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from sla import breaches
from sla.clocks import Dial, happen
from sla.models import Breach, Clock
from sla.promises import Promise
from sla.replay import (
    AWAITING_PARTY_B,
    Course,
    Happening,
    broken_at,
    cap_reached,
    consumed_at,
    levels_reached,
)

# What one bad row can raise by its rules, calendar or numbers.  A lost database is no row's fault and stays visible.
BAD_ROW = (Refused, ValueError, LookupError, TypeError, ArithmeticError, DataError, IntegrityError)
# What a promise that no row of the terms table makes leaves to the version and to the policy.
UNSAID = {"hours": "", "pause_reasons": None, "cap_seconds": None, "reopen_days": None, "target": None}


def settle(dial: Dial, *, at: datetime, until: datetime | None = None) -> Breach | None:
    """Write the breach down if by `at` more than the target is consumed and nobody has.

    It carries the computed instant, not `at`.  until: look no further than this, where what follows does not count.
    The clock's row must be locked.  Raises what the calendar raises.
    """
    instant = broken_at(dial.course, dial.calendar, at if until is None else min(until, at))
    if instant is None:
        return None
    happen(dial, Happening("breached", at, {"breached_at": instant.isoformat()}), by=None, recorded_at=at)
    return breaches.write(dial, detected_at=at)


def warn(dial: Dial, *, at: datetime) -> int | None:
    """Note the highest warning level reached by `at`, with those missed on the way; None when no new one is reached."""
    reached = levels_reached(dial.course, dial.calendar, at)
    if not reached:
        return None
    *skipped, level = reached
    happen(dial, Happening("warned", at, {"level": level, "skipped": skipped}), by=None, recorded_at=at)
    return level


def stop(dial: Dial, *, at: datetime, by: User) -> None:
    """The promised act is done: the clock stops and is judged by what it consumed."""
    uncap(dial, at=at)
    settle(dial, at=at)
    happen(dial, Happening("stopped", at), by=by, recorded_at=at)


def pause(dial: Dial, *, at: datetime, by: User | None, reason: str, since: datetime | None = None) -> bool:
    """Hold the clock for a reason of the policy; False when its terms do not allow the reason or it holds already.

    since: from when the pause counts, where that was settled earlier than `at`.  Raises Refused for a response clock:
    it never pauses.
    """
    if dial.clock.kind == Clock.Kind.RESPONSE:
        raise Refused(_("响应时限不能暂停。"))
    if reason in dial.course.held or dial.course.cancelled or not dial.course.allows(reason):
        return False
    settle(dial, at=at, until=since)
    data = {} if since is None or since >= at else {"since": since.isoformat()}
    happen(dial, Happening("paused", at, data, reason), by=by, recorded_at=at)
    return True


def resume(dial: Dial, *, at: datetime, by: User | None, reason: str, until: datetime | None = None) -> bool:
    """One reason for the pause is over: the clock runs on unless another holds it; False when it did not hold."""
    if reason not in dial.course.held:
        return False
    if reason == AWAITING_PARTY_B and (capped_at := cap_reached(dial.course, dial.calendar)) is not None:
        until = min(until or at, capped_at)
    data = {} if until is None or until >= at else {"until": until.isoformat()}
    happen(dial, Happening("resumed", at, data, reason), by=by, recorded_at=at)
    settle(dial, at=at)
    return True


def uncap(dial: Dial, *, at: datetime) -> bool:
    """End a wait for Party B that has lasted as long as the terms allow; False when it has not."""
    capped_at = cap_reached(dial.course, dial.calendar)
    if capped_at is None or capped_at > at:
        return False
    return resume(dial, at=max(at, dial.course.last_at), by=None, reason=AWAITING_PARTY_B, until=capped_at)


def reopen(dial: Dial, *, at: datetime, by: User | None, reason: str = "") -> None:
    """The promised act was not accepted: the same clock goes on, the time since it stopped left out."""
    happen(dial, Happening("reopened", at, {}, reason), by=by, recorded_at=at)


def retarget(dial: Dial, promise: Promise, *, at: datetime, by: User | None, reason: str) -> bool:
    """Hold a clock that is not stopped to another promise: what it consumed stays.

    Already over: the promise breaks at the change itself.  A broken one stays broken, and is not set free either.
    False when nothing changes.
    """
    uncap(dial, at=at)
    settle(dial, at=at)
    course = dial.course
    free = promise.target is None and course.breached_at is not None
    if course.over or free or _same(course, promise):
        return False
    data = {"version": course.version, **UNSAID, **promise.pinned()}
    if promise.hours != course.hours:
        data["carried_seconds"] = consumed_at(course, dial.calendar, at)
    happen(dial, Happening("retargeted", at, data, reason), by=by, recorded_at=at)
    settle(dial, at=at)
    return True


def _same(course: Course, promise: Promise) -> bool:
    said = promise.target, promise.hours, promise.shares, promise.pause_reasons, promise.cap, promise.reopen_days
    stands = course.target, course.hours, course.shares, course.pause_reasons, course.cap_seconds, course.reopen_days
    return said == stands


def cancel(dial: Dial, *, at: datetime, by: User, reason: str) -> None:
    """The ticket is withdrawn: the clock ends without a verdict, unless the promise was broken before."""
    settle(dial, at=at)
    happen(dial, Happening("cancelled", at, {}, reason), by=by, recorded_at=at)
