"""Judging: stopping, pausing and reopening clocks; a broken promise is written down once, whoever sees it first."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from sla import breaches
from sla.clocks import Dial, happen
from sla.models import Breach, Clock
from sla.replay import Happening, broken_at, levels_reached


def settle(dial: Dial, *, at: datetime) -> Breach | None:
    """Write the breach down if by `at` more than the target is consumed and nobody has.

    It carries the computed instant, not `at`.  The clock's row must be locked.  Raises what the calendar raises.
    """
    instant = broken_at(dial.course, dial.calendar, at)
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
    settle(dial, at=at)
    happen(dial, Happening("stopped", at), by=by, recorded_at=at)


def pause(dial: Dial, *, at: datetime, by: User, reason: str) -> None:
    """The clock stands still for a reason of the policy.  Raises Refused for a response clock: it never pauses."""
    if dial.clock.kind == Clock.Kind.RESPONSE:
        raise Refused(_("响应时限不能暂停。"))
    settle(dial, at=at)
    happen(dial, Happening("paused", at, {}, reason), by=by, recorded_at=at)


def resume(dial: Dial, *, at: datetime, by: User) -> None:
    """The reason for the pause is over: the clock runs on."""
    happen(dial, Happening("resumed", at), by=by, recorded_at=at)


def reopen(dial: Dial, *, at: datetime, by: User) -> None:
    """The promised act was not accepted: the same clock goes on, the time since it stopped left out."""
    happen(dial, Happening("reopened", at), by=by, recorded_at=at)


def cancel(dial: Dial, *, at: datetime, by: User, reason: str) -> None:
    """The ticket is withdrawn: the clock ends without a verdict, unless the promise was broken before."""
    settle(dial, at=at)
    happen(dial, Happening("cancelled", at, {}, reason), by=by, recorded_at=at)
