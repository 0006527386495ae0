"""Attainment: how many promises of a civil month were kept, and how long answers took, from plain values.

Agreement clause 7.3.2.  A clock counts in exactly one month: that of its breach when the promise broke, else that of
its stop.  So the denominator of a month is what stopped in it plus what is still open and was broken in it, and what
was counted as broken once is not counted again when it stops.  Times are support seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 2000, 2100
HUNDREDTH = Decimal("0.01")
P90 = 90
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A civil month of Asia/Shanghai, from its first instant (included) to that of the next month (not included)."""

    year: int
    number: int

    @classmethod
    def containing(cls, at: datetime) -> Month:
        """The month of an instant."""
        local = at.astimezone(SHANGHAI)
        return cls(local.year, local.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written as 2026-09.  Raises ValueError for anything else."""
        found = WRITTEN.fullmatch(text)
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError(f"{text!r} is not a month")
        return cls(int(found[1]), int(found[2]))

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=SHANGHAI)

    @property
    def end(self) -> datetime:
        return self.plus(1).start

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    def plus(self, months: int) -> Month:
        """The month so many months later (earlier when negative)."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def months_between(first: Month, last: Month) -> list[Month]:
    """Every month from the first to the last, both included; none when they stand the wrong way round."""
    count = (last.year - first.year) * 12 + last.number - first.number + 1
    return [first.plus(step) for step in range(count)]


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """The finest heading of the figures."""

    ticket_kind: str
    priority: int
    clock_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One clock as the figures need it.

    withdrawn: it ended because the ticket was withdrawn, so its time is no answer.  excused: its breach was excused.
    """

    clock: int
    ticket: str
    agreement: int
    cell: Cell
    target: int | None
    stopped_at: datetime | None
    breached_at: datetime | None
    consumed: int
    withdrawn: bool = False
    excused: bool = False
    paused_at: tuple[datetime, ...] = ()


class Part(StrEnum):
    """What a clock can be for a month.  judged = kept + broken = stopped + open_broken."""

    JUDGED = "judged"
    STOPPED = "stopped"
    OPEN_BROKEN = "open_broken"
    KEPT = "kept"
    BROKEN = "broken"
    EXCUSED = "excused"
    MEASURED = "measured"
    TIMED = "timed"
    CARRIED = "carried"
    LATE = "late"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


def parts_of(run: Run, month: Month, at: datetime) -> set[Part]:
    """What the clock is for the month, as it is known at an instant."""
    stopped_at = _known(run.stopped_at, at)
    broken_at = _known(run.breached_at, at)
    stopped_here = month.holds(stopped_at)
    found = _judged(run, month, stopped_at, broken_at)
    if stopped_here and not run.withdrawn:
        found.add(Part.TIMED)
    if broken_at is not None and broken_at < month.start:
        if stopped_here:
            found.add(Part.LATE)
        elif month.start <= at and (stopped_at is None or stopped_at >= month.end):
            found.add(Part.CARRIED)
    if stopped_here and run.withdrawn and broken_at is None:
        found.add(Part.WITHDRAWN)
    if pauses_in(run, month, at):
        found.add(Part.PAUSED)
    return found


def _judged(run: Run, month: Month, stopped_at: datetime | None, broken_at: datetime | None) -> set[Part]:
    if month.holds(broken_at):
        over = stopped_at is not None and stopped_at < month.end
        found = {Part.JUDGED, Part.BROKEN, Part.STOPPED if over else Part.OPEN_BROKEN}
        return found | {Part.EXCUSED} if run.excused else found
    if broken_at is None and month.holds(stopped_at) and not run.withdrawn:
        return {Part.MEASURED} if run.target is None else {Part.JUDGED, Part.KEPT, Part.STOPPED}
    return set()


def _known(instant: datetime | None, at: datetime) -> datetime | None:
    return instant if instant is not None and instant <= at else None


def pauses_in(run: Run, month: Month, at: datetime) -> int:
    """How often the clock was paused in the month."""
    return sum(month.holds(paused) for paused in run.paused_at if paused <= at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The figures under one heading.  used: support seconds of the clocks that stopped in the month, ascending."""

    counts: Mapping[Part, int] = field(default_factory=dict)
    used: tuple[int, ...] = ()
    pauses: int = 0
    promised: bool = False

    def of(self, part: Part) -> int:
        """How many clocks are that for the month."""
        return self.counts.get(part, 0)

    @property
    def judged(self) -> int:
        """The denominator: kept and broken promises of the month."""
        return self.of(Part.JUDGED)

    @property
    def kept(self) -> int:
        return self.of(Part.KEPT)

    @property
    def broken(self) -> int:
        """Broken promises, the excused ones among them."""
        return self.of(Part.BROKEN)

    @property
    def excused(self) -> int:
        return self.of(Part.EXCUSED)

    @property
    def raw(self) -> Decimal | None:
        """Per cent of promises kept; None where nothing was judged."""
        return rate(self.kept, self.judged)

    @property
    def adjudicated(self) -> Decimal | None:
        """Per cent of promises kept when the excused breaches count as kept; None where nothing was judged."""
        return rate(self.kept + self.excused, self.judged)

    @property
    def median(self) -> int | None:
        """The middle of the times used; of two middle ones their mean, to the whole second (a half goes up)."""
        count = len(self.used)
        if not count:
            return None
        return (self.used[(count - 1) // 2] + self.used[count // 2] + 1) // 2

    @property
    def p90(self) -> int | None:
        """The time within which nine of ten were done (nearest rank)."""
        return self.used[-(-P90 * len(self.used) // 100) - 1] if self.used else None


def rate(kept: int, judged: int) -> Decimal | None:
    """Per cent to two decimals, rounded down: 100.00 is said of a whole alone.  None of nothing."""
    return (Decimal(100 * kept) / judged).quantize(HUNDREDTH, ROUND_DOWN) if judged else None


def tally(runs: Iterable[Run], months: Sequence[Month], at: datetime, *, by: Callable[[Run], Key]) -> dict[Key, Figure]:
    """The figures of months in a row under every heading that some clock falls under, headings ascending.

    A clock counts once in each part, however many of the months it touches; carried along at the end of the last.
    """
    heaps: dict[Key, _Heap] = {}
    for run in runs:
        if parts := parts_in(run, months, at):
            pauses = sum(pauses_in(run, month, at) for month in months) if run.paused_at else 0
            heaps.setdefault(by(run), _Heap()).add(run, parts, pauses)
    return {key: heaps[key].figure() for key in sorted(heaps)}  # type: ignore[type-var]


def parts_in(run: Run, months: Sequence[Month], at: datetime) -> set[Part]:
    """What the clock is for months in a row."""
    if len(months) == 1:
        return parts_of(run, months[0], at)
    touched = {Month.containing(t) for t in (run.stopped_at, run.breached_at, *run.paused_at) if t is not None}
    found: set[Part] = set()
    for month in months:
        if month in touched:
            found |= parts_of(run, month, at) - {Part.CARRIED}
    return found | (parts_of(run, months[-1], at) & {Part.CARRIED})


@dataclass
class _Heap:
    counts: dict[Part, int] = field(default_factory=dict)
    used: list[int] = field(default_factory=list)
    pauses: int = 0
    promised: bool = False

    def add(self, run: Run, parts: set[Part], pauses: int) -> None:
        for part in parts:
            self.counts[part] = self.counts.get(part, 0) + 1
        if Part.TIMED in parts:
            self.used.append(run.consumed)
        self.pauses += pauses
        self.promised = self.promised or run.target is not None or run.breached_at is not None

    def figure(self) -> Figure:
        return Figure(counts=self.counts, used=tuple(sorted(self.used)), pauses=self.pauses, promised=self.promised)


def by_cell(run: Run) -> Cell:
    """Headed by ticket kind, priority and clock."""
    return run.cell


def by_clock(run: Run) -> str:
    """Headed by the clock alone."""
    return run.cell.clock_kind
