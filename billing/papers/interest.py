"""The statement of overdue interest (逾期利息计算书) as pages."""

from reportlab.platypus import Flowable, KeepTogether

from billing.document import InterestRow, InterestStatementDocument, SettlementRow
from billing.papers import blocks
from billing.papers.blocks import Column
from billing.wording import Say, day, rate, sayer, yuan
from people.typesetting import ALERT, Run, runs, style


def interest_story(document: InterestStatementDocument) -> list[Flowable]:
    """The flow of an interest statement."""
    heading = document.heading
    say = sayer(heading.language)
    return [
        *blocks.title(say("逾期利息计算书")),
        blocks.heading_grid(heading, _debt(document, say)),
        blocks.gap(),
        blocks.parties((say("债务人"), document.debtor), (say("债权人"), document.creditor), say),
        blocks.gap(),
        *_rules(document, say),
        *_segments(document, say),
        *_settlements(document, say),
        KeepTogether(_result(document, say)),
        *blocks.closing(blocks.paragraphs(_notes(document, say), size=8), say("债权人（盖章）"), heading),
    ]


def _debt(document: InterestStatementDocument, say: Say) -> list[tuple[str, str]]:
    language = document.heading.language
    return [
        (say("账单编号"), document.invoice_number),
        (say("欠付本金"), f"￥{yuan(document.principal)}"),
        (say("应付日期"), day(document.due_on, language)),
        (say("计息截至"), day(document.as_of, language)),
    ]


def _rules(document: InterestStatementDocument, say: Say) -> list[Flowable]:
    if not document.rules:
        return []
    return [blocks.grid([(say("计息规则"), "\n".join(document.rules))]), blocks.gap()]


def _segments(document: InterestStatementDocument, say: Say) -> list[Flowable]:
    head: list[Flowable] = [blocks.section(say("一、分段计息")), blocks.gap(1)]
    if not document.segments:
        return [*head, *blocks.paragraphs([say("截至该日没有计息期间。")]), blocks.gap()]
    columns = [
        Column(say("序号"), align="center"),
        Column(say("计息期间（首尾两日均计息）"), share=1.2, align="left"),
        Column(say("天数")),
        Column(say("计息本金")),
        Column(say("算式"), share=1, align="left"),
        Column(say("利息（元）")),
    ]
    rows = [_segment_row(at, row, (say, document.heading.language)) for at, row in enumerate(document.segments, 1)]
    days = str(sum(row.days for row in document.segments))
    total = ["", say("合计"), days, "", "", yuan(document.total_interest)]
    return [*head, blocks.ruled_table(columns, rows, total=total), blocks.gap()]


def _segment_row(at: int, row: InterestRow, wording: tuple[Say, str]) -> list[blocks.Cell]:
    say, language = wording
    period = say("{first} 至 {last}", first=day(row.first_day, language), last=day(row.last_day, language))
    late = say("暂计：该期间所涉月份的贷款市场报价利率（LPR）尚未录入") if row.provisional else ""
    small = [Run(f"\n{late}", 6.5, color=ALERT)] if late else []
    return [
        str(at),
        runs([Run(period), *small], style(8)),
        str(row.days),
        yuan(row.principal),
        working(row, say),
        f"{row.amount:,.6f}",
    ]


def working(row: InterestRow, say: Say) -> str:
    """The sum as a clerk would write it: 153,500.00 × 0.05% × 30."""
    agreed = say("日 {rate}" if row.rate_per == "day" else "年 {rate}", rate=rate(row.rate))
    parts = f" ÷ {row.divisor}" if row.rate_per == "year" else ""
    return f"{yuan(row.principal)} × {agreed}{parts} × {row.days}"


def _settlements(document: InterestStatementDocument, say: Say) -> list[Flowable]:
    head: list[Flowable] = [blocks.section(say("二、收款与抵充")), blocks.gap(1)]
    if not document.settlements:
        return [*head, *blocks.paragraphs([say("日期之前没有收款。")]), blocks.gap()]
    labels = ("收款金额", "抵费用", "抵利息", "抵本金", "余利息", "余本金", "余款")
    columns = [
        Column(say("收款日期"), align="center"),
        *(Column(say(label)) for label in labels),
        Column(say("摘要"), share=1, align="left"),
    ]
    rows = [_settlement_row(row) for row in document.settlements]
    return [*head, blocks.ruled_table(columns, rows), blocks.gap()]


def _settlement_row(row: SettlementRow) -> list[blocks.Cell]:
    figures = (row.amount, row.to_costs, row.to_interest, row.to_principal)
    left = (row.interest_left, row.principal_left, row.credit)
    return [row.on.isoformat(), *(yuan(figure) for figure in (*figures, *left)), row.text]


def _result(document: InterestStatementDocument, say: Say) -> list[Flowable]:
    figures = [
        ("利息合计", document.total_interest),
        ("已抵利息", document.interest_paid),
        ("未付利息", document.interest_open),
        ("未付本金", document.principal_open),
        ("未付费用", document.costs_open),
        ("溢付余款", document.credit),
    ]
    pairs = [(say(label), f"￥{yuan(amount)}") for label, amount in figures]
    return [
        blocks.section(say("三、截至计息日的结果")),
        blocks.gap(1),
        blocks.grid(pairs, columns=2),
        blocks.in_words(say("应付合计（大写）"), document.capitals, yuan(document.outstanding), say),
        blocks.gap(2),
    ]


def _notes(document: InterestStatementDocument, say: Say) -> list[str]:
    notes = [say("各段利息列示至六位小数，未作舍入；仅在收款抵充和截止日按累计数四舍五入到分。")]
    if document.provisional:
        notes.append(say("暂计：有月份的贷款市场报价利率（LPR）尚未公布或录入，补录后本计算书将重新出具。"))
    return [*notes, *document.notes]
