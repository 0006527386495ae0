"""How a clock looks to people at a moment: used, left, due, and the hours counted, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from people.showing import Tone, badge
from sla.clock_bars import Bar, bar_of
from sla.clocks import Dial, dial_of, working_times
from sla.models import Clock, Ticket
from sla.promises import WARNING_SHARES
from sla.replay import consumed_at
from sla.wording import reason_words, rounded_up, spelled, worded
from worktime.clock import WorkCalendar
from worktime.explain import explain
from worktime.wording import render

TONES: dict[str, Tone] = {
    Clock.State.RUNNING: "info",
    Clock.State.PAUSED: "muted",
    Clock.State.MET: "ok",
    Clock.State.MISSED: "bad",
    Clock.State.MEASURED: "muted",
    Clock.State.CANCELLED: "muted",
}
STATE_TONES: dict[str, Tone] = {
    Ticket.State.REPORTED: "warn",
    Ticket.State.ACCEPTED: "info",
    Ticket.State.RESPONDED: "info",
    Ticket.State.AWAITING_B: "warn",
    Ticket.State.PROPOSED: "warn",
    Ticket.State.CONFIRMED: "ok",
    Ticket.State.DISPUTED: "bad",
    Ticket.State.CLOSED: "muted",
    Ticket.State.CANCELLED: "muted",
}
REPORT_TONES: dict[str, Tone] = {"issued": "warn", "confirmed": "ok", "disputed": "bad", "superseded": "muted"}
PRIORITY_TONES: dict[int, Tone] = {1: "bad", 2: "warn", 3: "info", 4: "muted"}
FULL = 100
__all__ = [
    "Face",
    "clock_badge",
    "face_of",
    "faces_of",
    "left_badge",
    "reason_words",
    "rounded_up",
    "spelled",
    "with_left",
    "worded",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A clock as it stands at a moment.  used, left and over are seconds of support time."""

    clock: Clock
    state: str
    tone: Tone
    used: int
    left: int | None
    over: int
    percent: int
    lines: list[str]
    bar: Bar

    @property
    def label(self) -> str:
        """What the clock is for, and which round of it, from the second on."""
        kind = self.clock.get_kind_display()
        if self.clock.cycle == 1:
            return kind
        return _("%(clock)s（第 %(cycle)s 轮）") % {"clock": kind, "cycle": self.clock.cycle}

    @property
    def target_words(self) -> str:
        """The promised time, or that none is promised."""
        return _("未约定时限") if self.clock.target_seconds is None else spelled(self.clock.target_seconds)

    @property
    def used_words(self) -> str:
        return spelled(rounded_up(self.used))

    @property
    def left_words(self) -> str:
        """What is left, rounded down; or by how much the target is exceeded, rounded up."""
        if self.left is None:
            return ""
        if self.over:
            return _("超出 %(time)s") % {"time": spelled(rounded_up(self.over))}
        if self.clock.stopped_at is not None:
            return _("提前 %(time)s") % {"time": spelled(self.left // 60 * 60)} if self.left else ""
        return _("剩余 %(time)s") % {"time": spelled(self.left // 60 * 60)}


def face_of(clock: Clock, *, at: datetime) -> Face:
    """The clock with its events read and counted up to `at`.  Prefetch its events for a page."""
    dial = dial_of(clock)
    used = consumed_at(dial.course, dial.calendar, at)
    target = clock.target_seconds
    broken = clock.breached_at is not None or (target is not None and used > target)
    return Face(
        clock=clock,
        state=_state(clock, broken=broken),
        tone="bad" if broken else _tone(clock, used),
        used=used,
        left=None if target is None else max(target - used, 0),
        over=0 if target is None else max(used - target, 0),
        percent=0 if not target else min(used * FULL // target, FULL),
        lines=_lines(dial),
        bar=bar_of(dial, at=at),
    )


def faces_of(ticket: Ticket, *, at: datetime) -> list[Face]:
    """Both clocks of a ticket as they stand at `at`, response first."""
    clocks = ticket.clocks.prefetch_related("events").select_related("breach").order_by("cycle", "kind")
    return [face_of(clock, at=at) for clock in clocks]


def clock_badge(ticket: Any, kind: str, *, clock: Clock | None = None) -> SafeString | str:
    """The state of a ticket's clock of one kind as a small word; a dash when it has none.  Prefetch the clocks."""
    chosen = clock or max((c for c in ticket.clocks.all() if c.kind == kind), key=lambda c: c.cycle, default=None)
    if chosen is None:
        return "—"
    broken = chosen.breached_at is not None
    return badge(_state(chosen, broken=broken), "bad" if broken else TONES[chosen.state])


def with_left(tickets: Iterable[Any], *, at: datetime) -> list[Any]:
    """The tickets, each with `left`, seconds of support time until its next due time, and `left_tone`.

    `left` is None when no clock runs.  Two queries for all of them; prefetch the clocks.
    """
    rows = list(tickets)
    soonest = {ticket.pk: _soonest(ticket) for ticket in rows}
    times = working_times({(c.version_id, c.calendar_version_id, c.hours) for c in soonest.values() if c is not None})
    for ticket in rows:
        clock = soonest[ticket.pk]
        ticket.left, ticket.left_tone = None, "muted"
        if clock is not None:
            ticket.left = _left(clock, at, times[clock.version_id, clock.calendar_version_id, clock.hours])
            ticket.left_tone = _pressing(clock, ticket.left)
    return rows


def left_badge(ticket: Any) -> SafeString | str:
    """What `with_left` found, as a small word."""
    if ticket.left is None:
        return ""
    words = _("剩 %(time)s") % {"time": spelled(ticket.left // 60 * 60 or ticket.left)} if ticket.left else _("已到期")
    return badge(words, ticket.left_tone)


def _pressing(clock: Any, left: int) -> Tone:
    if clock.breached_at is not None or left == 0:
        return "bad"
    return "warn" if left * FULL <= clock.target_seconds * (FULL - WARNING_SHARES[-2]) else "muted"


def _soonest(ticket: Any) -> Any:
    running = [c for c in ticket.clocks.all() if c.state == Clock.State.RUNNING and c.due_at is not None]
    return min(running, key=lambda c: c.due_at, default=None)


def _left(clock: Any, at: datetime, calendar: WorkCalendar) -> int:
    if at >= clock.due_at:
        return 0
    return int(calendar.reckon_elapsed(at, clock.due_at).value.total_seconds())


def _state(clock: Clock, *, broken: bool) -> str:
    if broken and clock.stopped_at is None:
        return _("已超时")
    return clock.get_state_display()


def _tone(clock: Clock, used: int) -> Tone:
    if clock.state != Clock.State.RUNNING or clock.target_seconds is None:
        return TONES[clock.state]
    return "warn" if used * FULL >= clock.target_seconds * WARNING_SHARES[-2] else "info"


def _lines(dial: Dial) -> list[str]:
    """How the due time was counted, or, while a pause hides it, how the used time was."""
    course = dial.course
    if course.target is None:
        return []
    total = course.target if dial.clock.due_at is not None else dial.clock.consumed_seconds
    counted = max(total - course.carried, 0)
    said = explain(dial.calendar, course.counted_from, counted, worded(course.counted_pauses))
    lines = render(said, get_language() or "zh-hans")
    before = [_("此前按原计时方式已用 %(time)s。") % {"time": spelled(course.carried)}] if course.carried else []
    return before + (lines if dial.clock.due_at is not None else lines[1:-1])
