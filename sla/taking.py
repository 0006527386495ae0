"""Taking a month's report: the figures of an agreement as they are known at an instant, frozen into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone, translation

from contracts.models import Agreement
from contracts.terms import shown_on
from people.typesetting import missing_glyphs
from sla.attainment import Cell, Figure, Month, Part, Run, by_cell, by_clock, parts_of, tally
from sla.attainment_page import (
    MONTHS_SHOWN,
    Asked,
    clock_label,
    faults_of,
    in_cell_order,
    in_clock_order,
    kind_label,
    priority_label,
    rate_words,
    time_words,
)
from sla.figures import month_figures, runs
from sla.models import Clock, Ticket
from sla.report import AvailabilityRow, FaultRow, FigureLine, RecordLine, ReportContent, TrendPoint
from sla.uptime import Row, availability_of
from sla.uptime_words import per_cent

LANGUAGE = "zh-hans"
MOST_FAULTS = 20
DAY = timedelta(days=1)
REMARKS = (
    "按北京时间的自然月统计，每个时限只计入一个月：超时的计入超时那个月，按时的计入停止那个月。",
    "应评判 = 当月停止的 + 当月超时、当时还没有停止的；以前月份已计为超时的，停止时不再重复计入。",
    "按时率 = 按时 ÷ 应评判，两位小数，只舍不入；“免责后”把经复核予以免责的超时算作按时。",
    "用时只计支持时间；协议没有约定时限的只计量，不作评判。",
)
VERDICTS = (
    (Part.KEPT, "按时"),
    (Part.EXCUSED, "超时（已免责）"),
    (Part.BROKEN, "超时"),
    (Part.MEASURED, "只计量"),
    (Part.LATE, "以前超时，当月结束"),
    (Part.CARRIED, "以前超时，未结束"),
    (Part.WITHDRAWN, "已撤销"),
    (Part.PAUSED, "未结束"),
)


def taken(agreement: Agreement, month: Month, *, at: datetime) -> ReportContent:
    """The content of the report, in Chinese."""
    with translation.override(LANGUAGE):
        return _taken(agreement, month, at)


def _taken(agreement: Agreement, month: Month, at: datetime) -> ReportContent:
    read = runs(Clock.objects.filter(ticket__agreement=agreement), month, month, at)
    version = shown_on(agreement, (month.end - DAY).date())
    tickets = Ticket.objects.filter(agreement=agreement)
    targets = _targets(read, month, at)
    return ReportContent(
        agreement=agreement.number,
        title=printable(agreement.title),
        party_a=printable(agreement.party_a.name),
        party_b=printable(agreement.party_b.name),
        month=f"{month.year} 年 {month.number} 月",
        first_day=month.first.isoformat(),
        last_day=(month.plus(1).first - DAY).isoformat(),
        hours=_hours(version),
        received=tickets.filter(received_at__gte=month.start, received_at__lt=month.end).count(),
        closed=tickets.filter(closed_at__gte=month.start, closed_at__lt=month.end).count(),
        open=_open_at(tickets, min(month.end, at)),
        wholes=tuple(
            _line(("", "", clock_label(kind)), figure, "")
            for kind, figure in in_clock_order(tally(read, [month], at, by=by_clock))
        ),
        cells=tuple(
            _line(_heads(cell), figure, targets.get(cell, ""))
            for cell, figure in in_cell_order(tally(read, [month], at, by=by_cell))
        ),
        trend=tuple(_trend(agreement, month, at)),
        faults=tuple(_faults(tickets, month)),
        availability=tuple(_availability(agreement, month, at)),
        records=tuple(_records(read, month, at)),
        remarks=REMARKS,
    )


def printable(text: str) -> str:
    """The text with every character that no font here can draw written as its code: 〔U+1F600〕."""
    lost = missing_glyphs(text)
    return "".join(f"〔U+{ord(c):04X}〕" if c in lost else c for c in text) if lost else text


def _hours(version: Any) -> str:
    if version is None:
        return "没有约定"
    if version.support_hours is None or version.clock_hours == "natural":
        return "自然小时（7×24）" if version.clock_hours == "natural" else "没有约定"
    return printable(version.support_hours.name)


def _open_at(tickets: Any, at: datetime) -> int:
    gone = Q(closed_at__lt=at) | Q(cancelled_at__lt=at)
    count: int = tickets.filter(received_at__lt=at).exclude(gone).count()
    return count


def _heads(cell: Cell) -> tuple[str, str, str]:
    return kind_label(cell.ticket_kind), priority_label(cell.priority), clock_label(cell.clock_kind)


def _line(heads: tuple[str, str, str], figure: Figure, target: str) -> FigureLine:
    kind, priority, clock = heads
    return FigureLine(
        kind=kind,
        priority=priority,
        clock=clock,
        target=target,
        judged=figure.judged,
        kept=figure.kept,
        broken=figure.broken,
        excused=figure.excused,
        open_broken=figure.of(Part.OPEN_BROKEN),
        carried=figure.of(Part.CARRIED),
        measured=figure.of(Part.MEASURED),
        pauses=figure.pauses,
        raw=rate_words(figure, figure.raw),
        adjudicated=rate_words(figure, figure.adjudicated),
        median=time_words(figure.median),
        p90=time_words(figure.p90),
    )


def _targets(read: Iterable[Run], month: Month, at: datetime) -> dict[Cell, str]:
    """The times that were promised on the clocks of each cell; several where the terms changed."""
    found: dict[Cell, set[int]] = {}
    for run in read:
        if run.target is not None and parts_of(run, month, at):
            found.setdefault(run.cell, set()).add(run.target)
    return {cell: "、".join(time_words(target) for target in sorted(targets)) for cell, targets in found.items()}


def _trend(agreement: Agreement, month: Month, at: datetime) -> Iterable[TrendPoint]:
    months = [month.plus(step) for step in range(1 - MONTHS_SHOWN, 1)]
    found = {earlier: month_figures(agreement, earlier, at) for earlier in months}
    kinds = [kind for kind in Clock.Kind.values if any(kind in figures.clocks for figures in found.values())]
    for earlier in months:
        for kind in kinds:
            figure = found[earlier].of(kind)
            yield TrendPoint(
                month=str(earlier),
                clock=clock_label(kind),
                judged=figure.judged,
                broken=figure.broken,
                rate=None if figure.raw is None else str(figure.raw),
                median_seconds=figure.median,
            )


def _faults(tickets: Any, month: Month) -> Iterable[FaultRow]:
    found = faults_of(tickets, Asked(first=month, last=month))[:MOST_FAULTS]
    numbers = dict(Ticket.objects.filter(pk__in=[pk for f in found for pk in f.reports]).values_list("pk", "number"))
    for fault in found:
        yield FaultRow(
            title=printable(fault.title),
            count=fault.count,
            breaches=fault.breaches,
            used=time_words(fault.seconds),
            tickets=tuple(numbers[pk] for pk in fault.reports),
        )


def _availability(agreement: Agreement, month: Month, at: datetime) -> Iterable[AvailabilityRow]:
    """One row for each service, more where its terms changed within the month (sla.uptime)."""
    for row in availability_of(agreement, month.first, at):
        yield AvailabilityRow(
            service=printable(_service(row, month)),
            availability="—" if row.percentage is None else f"{per_cent(row.percentage)} %",
            target="没有约定" if row.target is None else f"{per_cent(row.target)} %",
            outage=time_words(row.down) if row.down else "无",
            maintenance=time_words(row.excluded) if row.excluded else "无",
            verdict={None: "不评判", True: "达标", False: "未达标"}[row.met],
        )


def _service(row: Row, month: Month) -> str:
    """The service, with its days where they are not the whole month."""
    if (row.since, row.until) == (month.start, month.end):
        return str(row.service)
    until = timezone.localtime(row.until - timedelta(seconds=1))
    return f"{row.service}（{timezone.localtime(row.since):%m-%d} 至 {until:%m-%d}）"


def _records(read: Sequence[Run], month: Month, at: datetime) -> Iterable[RecordLine]:
    """Every clock behind a number, by ticket."""
    parts = {run.clock: parts_of(run, month, at) for run in read}
    shown = [run for run in read if parts[run.clock]]
    rows = Clock.objects.filter(pk__in=[run.clock for run in shown]).values_list("pk", "ticket__title", "started_at")
    said = {pk: (title, started_at) for pk, title, started_at in rows}
    for run in sorted(shown, key=lambda run: (run.ticket, run.cell.clock_kind, run.clock)):
        title, started_at = said[run.clock]
        kind, priority, clock = _heads(run.cell)
        stopped = run.stopped_at if run.stopped_at is not None and run.stopped_at < month.end else None
        yield RecordLine(
            ticket=run.ticket,
            title=printable(title),
            kind=kind,
            priority=priority,
            clock=clock,
            started=_moment(started_at),
            stopped=_moment(stopped),
            target="没有约定" if run.target is None else time_words(run.target),
            used=time_words(run.consumed) if stopped is not None else "—",
            verdict=next(words for part, words in VERDICTS if part in parts[run.clock]),
            breached=_moment(run.breached_at),
        )


def _moment(at: datetime | None) -> str:
    return "" if at is None else timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
