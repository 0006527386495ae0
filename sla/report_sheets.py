"""The monthly service report as a workbook: one sheet for each part, with charts; text never runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from people.exporting import safe
from sla.report import FigureLine, Issue, ReportContent

HOUR = 3600
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FIGURES = (
    "类型", "优先级", "时限", "约定时间", "应评判", "按时", "超时", "其中免责", "其中当时未结束", "以前超时仍未结束",
    "只计量", "暂停次数", "按时率", "免责后按时率", "用时中位数", "九成用时",
)  # fmt: skip


def workbook(content: ReportContent, issue: Issue) -> bytes:
    """The XLSX file; the same report gives the same bytes."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, OPTIONS)
    made = datetime.fromisoformat(issue.issued_on)
    book.set_properties({"title": f"信息平台服务月报 {issue.number}", "author": "Shouyue", "created": made})
    write = _Writer(book)
    write.sheet("概要", ("项目", "内容"), _facts(content, issue))
    write.sheet("总体", FIGURES, map(_figure, content.wholes))
    write.sheet("按类型和优先级", FIGURES, map(_figure, content.cells))
    trend = write.sheet("各月比较", TREND, _trend(content))
    _chart(book, trend, content)
    if content.availability:
        columns = ("服务", "可用率", "约定", "中断", "扣除的维护", "结论")
        rows = (
            [row.service, row.availability, row.target, row.outage, row.maintenance, row.verdict]
            for row in content.availability
        )
        write.sheet("可用率", columns, rows)
    faults = ([row.title, row.count, row.breaches, row.used, "、".join(row.tickets)] for row in content.faults)
    write.sheet("重复故障", ("故障", "次数", "超时", "解决方案用时合计", "报告编号"), faults)
    write.sheet("明细", RECORDS, _records(content))
    book.close()
    return file.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True})

    def sheet(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
        """A sheet with a frozen head; numbers as numbers, all else as harmless text."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(header) - 1, 0), 16)
        sheet.write_row(0, 0, header, self.bold)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(at, column, value)
                elif value not in (None, ""):
                    sheet.write_string(at, column, str(safe(value)))
        return sheet


def _facts(content: ReportContent, issue: Issue) -> Iterable[Sequence[Any]]:
    return [
        ("协议编号", content.agreement), ("协议名称", content.title), ("甲方", content.party_a),
        ("乙方", content.party_b),
        ("月份", content.month), ("版次", issue.number), ("统计期间", f"{content.first_day} 至 {content.last_day}"),
        ("支持时段", content.hours), ("当月收到报告", content.received), ("当月关闭", content.closed),
        ("月末未结", content.open),
        ("出具日期", issue.issued_on), ("出具人", issue.issued_by), ("重新出具的原因", issue.reason),
        ("校验值（SHA-256）", issue.sha256), *(("说明", remark) for remark in content.remarks),
    ]  # fmt: skip


def _figure(line: FigureLine) -> Sequence[Any]:
    return (
        line.kind, line.priority, line.clock, line.target, line.judged, line.kept, line.broken, line.excused,
        line.open_broken, line.carried, line.measured, line.pauses, line.raw, line.adjudicated, line.median, line.p90,
    )  # fmt: skip


TREND = ("月份", "时限", "应评判", "超时", "按时率（%）", "用时中位数（小时）")


def _trend(content: ReportContent) -> Iterable[Sequence[Any]]:
    for point in _ordered(content):
        rate = None if point.rate is None else float(point.rate)
        median = None if point.median_seconds is None else round(point.median_seconds / HOUR, 4)
        yield point.month, point.clock, point.judged, point.broken, rate, median


def _ordered(content: ReportContent) -> list[Any]:
    """One clock after the other, months ascending: what the series of the chart take in."""
    clocks = list(dict.fromkeys(point.clock for point in content.trend))
    return sorted(content.trend, key=lambda point: (clocks.index(point.clock), point.month))


def _chart(book: Any, sheet: Any, content: ReportContent) -> None:
    """One column chart for rates, one for breaches, each a series a clock."""
    points = _ordered(content)
    places: dict[str, list[int]] = {}
    for at, point in enumerate(points, 1):
        places.setdefault(point.clock, []).append(at)
    for title, column, corner in (("按时率（%）", 4, "H2"), ("超时次数", 3, "H18")):
        chart = book.add_chart({"type": "column"})
        chart.set_title({"name": title})
        for clock, rows in places.items():
            low, high = rows[0], rows[-1]
            chart.add_series(
                {
                    "name": clock,
                    "categories": ["各月比较", low, 0, high, 0],
                    "values": ["各月比较", low, column, high, column],
                }
            )
        if places:
            sheet.insert_chart(corner, chart)


RECORDS = ("报告编号", "标题", "类型", "优先级", "时限", "起算", "停止", "约定", "已用", "结果", "超时时刻")


def _records(content: ReportContent) -> Iterable[Sequence[Any]]:
    for line in content.records:
        yield (
            line.ticket, line.title, line.kind, line.priority, line.clock, line.started, line.stopped, line.target,
            line.used, line.verdict, line.breached,
        )  # fmt: skip
