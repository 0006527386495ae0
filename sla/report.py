"""The monthly service report as a frozen value: words and figures only, in the language of the agreement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """The figures under one heading; rates and times are words ("98.50 %", "没有约定", "1 小时 30 分钟")."""

    kind: str
    priority: str
    clock: str
    target: str
    judged: int
    kept: int
    broken: int
    excused: int
    open_broken: int
    carried: int
    measured: int
    pauses: int
    raw: str
    adjudicated: str
    median: str
    p90: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One month of one clock, for the charts.  rate: per cent as text, None where nothing was judged."""

    month: str
    clock: str
    judged: int
    broken: int
    rate: str | None
    median_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A fault that was reported more than once, with the numbers of its reports."""

    title: str
    count: int
    breaches: int
    used: str
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRow:
    """One service's availability in words; "没有约定" where no target is agreed."""

    service: str
    availability: str
    target: str
    outage: str
    maintenance: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One clock behind the figures: the way from a number to its ticket."""

    ticket: str
    title: str
    kind: str
    priority: str
    clock: str
    started: str
    stopped: str
    target: str
    used: str
    verdict: str
    breached: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """All that the report says."""

    agreement: str
    title: str
    party_a: str
    party_b: str
    month: str
    first_day: str
    last_day: str
    hours: str
    received: int
    closed: int
    open: int
    wholes: tuple[FigureLine, ...]
    cells: tuple[FigureLine, ...]
    trend: tuple[TrendPoint, ...]
    faults: tuple[FaultRow, ...]
    availability: tuple[AvailabilityRow, ...]
    records: tuple[RecordLine, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Which report it is: number (2026-09/1), the day of issue, who issued it, why anew, and its hash."""

    number: str
    issued_on: str
    issued_by: str
    reason: str
    sha256: str
