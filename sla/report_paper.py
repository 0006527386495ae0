"""The monthly service report on paper: facts, figures, charts, recurring faults, the place to sign, and the annex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak

from people.blocks import Column, gap, grid, paragraphs, ruled_table, section, title
from people.pages import WIDTH, Foot, page_bytes
from people.typesetting import REGULAR, fonts
from sla.report import FigureLine, Issue, ReportContent, TrendPoint

ROOM = 32 * mm
HEIGHT = 52 * mm
INKS = (colors.Color(0.13, 0.38, 0.68), colors.Color(0.84, 0.49, 0.11), colors.Color(0.33, 0.55, 0.33))
NAME = "信息平台服务月报"


def draw(content: ReportContent, issue: Issue) -> bytes:
    """The PDF; the same report gives the same bytes."""
    fonts()
    story: list[Flowable] = [
        *title(NAME, f"{content.month}　第 {issue.number.rpartition('/')[2]} 版"),
        grid(_facts(content, issue), columns=2),
        gap(),
        *_figures("一、总体情况", content.wholes, ("时限",)),
        *_charts(content.trend),
        *_figures("二、按类型和优先级", content.cells, ("类型", "优先级", "时限")),
        *_availability(content),
        *_faults(content),
        *_remarks(content, issue),
        *_signing(content),
        *_annex(content),
    ]
    foot = Foot(
        f"{content.agreement} · {NAME} {issue.number} · 校验值 {issue.sha256[:16]}",
        "第 {number} 页，共 {count} 页",
        issued_on=date.fromisoformat(issue.issued_on),
    )
    return page_bytes(story, foot, title=f"{NAME} {issue.number}", author="Shouyue", language="zh-CN")


def _facts(content: ReportContent, issue: Issue) -> list[tuple[str, str]]:
    return [
        ("协议编号", content.agreement),
        ("协议名称", content.title),
        ("甲方", content.party_a),
        ("乙方", content.party_b),
        ("统计期间", f"{content.first_day} 至 {content.last_day}（北京时间）"),
        ("支持时段", content.hours),
        ("当月收到报告", f"{content.received} 份"),
        ("当月关闭 / 月末未结", f"{content.closed} 份 / {content.open} 份"),
        ("出具日期", issue.issued_on),
        ("出具人", issue.issued_by),
    ]


def _figures(heading: str, lines: Sequence[FigureLine], heads: tuple[str, ...]) -> list[Flowable]:
    if not lines:
        return [section(heading), gap(1), *paragraphs(["当月没有结束或超时的时限。"]), gap()]
    names = {"类型": "kind", "优先级": "priority", "时限": "clock"}
    columns = [
        *(Column(head, 0.5, "left") for head in heads),
        *([Column("约定时间", 0.5, "left")] if "类型" in heads else []),
        *(Column(label) for label in ("应评判", "按时", "超时", "免责", "当时未结", "前月未结", "计量", "暂停")),
        *(Column(label) for label in ("按时率", "免责后")),
        Column("用时中位数", 0.6, "left"),
        Column("九成用时", 0.6, "left"),
    ]
    rows = [
        [
            *(getattr(line, names[head]) for head in heads),
            *([line.target] if "类型" in heads else []),
            *(
                str(number)
                for number in (
                    line.judged, line.kept, line.broken, line.excused, line.open_broken, line.carried, line.measured,
                    line.pauses,
                )
            ),
            line.raw,
            line.adjudicated,
            line.median,
            line.p90,
        ]
        for line in lines
    ]  # fmt: skip
    return [CondPageBreak(ROOM), section(heading), gap(1), ruled_table(columns, rows), gap()]


def _charts(trend: Sequence[TrendPoint]) -> list[Flowable]:
    """Two charts of the last months: rates where something was judged, and breaches."""
    months = sorted({point.month for point in trend})
    clocks = list(dict.fromkeys(point.clock for point in trend if point.judged))
    if not clocks:
        return []
    found = {(point.month, point.clock): point for point in trend}
    rates = [[_rate(found.get((month, clock))) for month in months] for clock in clocks]
    counts = [[_broken(found.get((month, clock))) for month in months] for clock in clocks]
    return [
        KeepTogether([bars("按时率（%）", months, clocks, rates, top=100), gap(1)]),
        KeepTogether([bars("超时次数", months, clocks, counts), gap()]),
    ]


def _rate(point: TrendPoint | None) -> float | None:
    return None if point is None or point.rate is None else float(point.rate)


def _broken(point: TrendPoint | None) -> float:
    return 0.0 if point is None else float(point.broken)


def bars(
    heading: str,
    months: Sequence[str],
    names: Sequence[str],
    data: Sequence[Sequence[float | None]],
    *,
    top: float | None = None,
) -> Drawing:
    """Bars side by side, one colour a name, with their numbers above them; a month without a number has no bar."""
    drawing = Drawing(WIDTH, HEIGHT)
    drawing.add(String(0, HEIGHT - 9, heading, fontName=REGULAR, fontSize=8.5))
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 26, 20, WIDTH - 120, HEIGHT - 42
    chart.data = [tuple(row) for row in data]
    chart.categoryAxis.categoryNames = list(months)
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = REGULAR
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 7
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = top or max([1.0, *(value for row in data for value in row if value)])
    chart.valueAxis.valueStep = max(1, -(-chart.valueAxis.valueMax // 5))
    chart.groupSpacing, chart.barSpacing = 8, 1
    chart.barLabels.fontName, chart.barLabels.fontSize, chart.barLabels.nudge = REGULAR, 6.5, 6
    chart.barLabelFormat = lambda value: "" if value is None else f"{value:g}"
    for at in range(len(names)):
        chart.bars[at].fillColor = INKS[at % len(INKS)]
        chart.bars[at].strokeColor = None
    drawing.add(chart)
    drawing.add(_legend(names))
    return drawing


def _legend(names: Sequence[str]) -> Legend:
    legend = Legend()
    legend.x, legend.y = WIDTH - 86, HEIGHT - 14
    legend.fontName, legend.fontSize, legend.alignment = REGULAR, 7.5, "right"
    legend.dx = legend.dy = 6
    legend.columnMaximum = 6
    legend.colorNamePairs = [(INKS[at % len(INKS)], name) for at, name in enumerate(names)]
    return legend


def _availability(content: ReportContent) -> list[Flowable]:
    if not content.availability:
        return []
    columns = [
        Column("服务", 1, "left"), Column("可用率"), Column("约定"), Column("中断"), Column("扣除的维护"),
        Column("结论", 0.5, "left"),
    ]  # fmt: skip
    rows = [
        [row.service, row.availability, row.target, row.outage, row.maintenance, row.verdict]
        for row in content.availability
    ]
    return [CondPageBreak(ROOM), section("三、可用率"), gap(1), ruled_table(columns, rows), gap()]


def _faults(content: ReportContent) -> list[Flowable]:
    if not content.faults:
        return []
    columns = [
        Column("故障", 0.6, "left"), Column("次数"), Column("超时"), Column("解决方案用时合计", 0.25, "left"),
        Column("报告编号", 0.8, "left"),
    ]  # fmt: skip
    rows = [[row.title, str(row.count), str(row.breaches), row.used, "、".join(row.tickets)] for row in content.faults]
    return [CondPageBreak(ROOM), section("四、重复故障"), gap(1), ruled_table(columns, rows), gap()]


def _remarks(content: ReportContent, issue: Issue) -> list[Flowable]:
    again = [f"本版代替前一版，原因：{issue.reason}"] if issue.reason else []
    return [section("说明"), *paragraphs([*content.remarks, *again], size=8), gap()]


def _signing(content: ReportContent) -> list[Flowable]:
    """One block that is not torn apart."""
    blanks = [("甲方", content.party_a), ("乙方", content.party_b)]
    blanks += [(f"{party}经办人签字", "\n") for party in ("甲方", "乙方")]
    blanks += [(f"{party}盖章", "\n\n") for party in ("甲方", "乙方")]
    blanks += [(f"{party}日期", "") for party in ("甲方", "乙方")]
    return [KeepTogether([section("签署"), gap(1), grid(blanks, columns=2)])]


def _annex(content: ReportContent) -> list[Flowable]:
    if not content.records:
        return []
    columns = [
        Column("报告编号", align="left"), Column("标题", 1, "left"), Column("类型", align="left"),
        Column("优先级", align="left"), Column("时限", align="left"), Column("起算", align="left"),
        Column("停止", align="left"), Column("约定", 0.4, "left"), Column("已用", 0.45, "left"),
        Column("结果", 0.4, "left"),
    ]  # fmt: skip
    rows = [
        [
            line.ticket, line.title, line.kind, line.priority, line.clock, line.started, line.stopped, line.target,
            line.used, line.verdict,
        ]
        for line in content.records
    ]  # fmt: skip
    return [PageBreak(), section("附：各数字所依据的时限"), gap(1), ruled_table(columns, rows)]


def texts(content: ReportContent, issue: Issue) -> Iterable[str]:
    """Every text that comes from people, to ask whether it can be printed."""
    yield from (content.agreement, content.title, content.party_a, content.party_b, content.hours)
    yield from (issue.issued_by, issue.reason)
    yield from (line.title for line in content.records)
    yield from (row.title for row in content.faults)
    yield from (row.service for row in content.availability)
