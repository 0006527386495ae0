"""The bill (付款通知书) and the credit note as pages."""

from reportlab.platypus import Flowable, KeepTogether

from billing.document import CreditNote, InvoiceDocument, Line
from billing.papers import blocks
from billing.papers.blocks import Column
from billing.wording import Say, day, number, percent, sayer, unit_price, yuan
from people.typesetting import GREY, Run, runs, style


def bill_story(document: InvoiceDocument) -> list[Flowable]:
    """The flow of a bill, top to bottom."""
    heading = document.heading
    say = sayer(heading.language)
    return [
        *blocks.title(bill_title(document), say("本通知书不是发票，不能用于记账抵扣；发票由收款方另行开具。")),
        blocks.heading_grid(heading, _period(document, say)),
        blocks.gap(),
        blocks.parties((say("付款方"), document.buyer), (say("收款方"), document.seller), say),
        blocks.gap(),
        lines_table(document.lines, document, say),
        KeepTogether(
            [
                blocks.in_words(say("价税合计（大写）"), document.capitals, yuan(document.gross), say),
                blocks.gap(),
                blocks.grid(_payment(document, say)),
            ]
        ),
        *_explained(document, say),
        *blocks.closing(_remarks(document.remarks, say), say("收款方（盖章）"), heading),
    ]


def bill_title(document: InvoiceDocument) -> str:
    """The title: never the word that a tax invoice carries."""
    say = sayer(document.heading.language)
    return say("逾期利息付款通知书（账单）") if document.purpose == "interest" else say("付款通知书（账单）")


def _period(document: InvoiceDocument, say: Say) -> list[tuple[str, str]]:
    if not (document.period_from and document.period_to):
        return []
    first, last = (day(at, document.heading.language) for at in (document.period_from, document.period_to))
    return [(say("计费期间"), say("{first} 至 {last}", first=first, last=last))]


def lines_table(lines: tuple[Line, ...], document: InvoiceDocument | CreditNote, say: Say) -> Flowable:
    """The lines with quantity, price, tax and totals."""
    columns = [
        Column(say("序号"), align="center"),
        Column(say("收费项目"), share=1, align="left"),
        Column(say("数量")),
        Column(say("单位"), align="center"),
        Column(say("单价（元）")),
        Column(say("不含税金额")),
        Column(say("税率"), align="center"),
        Column(say("税额")),
        Column(say("价税合计")),
    ]
    total = ["", say("合计"), "", "", "", yuan(document.net), "", yuan(document.tax), yuan(document.gross)]
    rows = [_line_row(at, line, say) for at, line in enumerate(lines, 1)]
    return blocks.ruled_table(columns, rows, total=total)


def _line_row(at: int, line: Line, say: Say) -> list[blocks.Cell]:
    ground = say("依据：{clause}", clause=line.clause) if line.clause else ""
    small = [Run(f"\n{part}", 6.5, color=GREY) for part in (line.detail, ground) if part]
    return [
        str(at),
        runs([Run(line.item), *small], style(8)),
        number(line.quantity),
        line.unit,
        unit_price(line.unit_price),
        yuan(line.net),
        percent(line.tax_rate),
        yuan(line.tax),
        yuan(line.gross),
    ]


def _payment(document: InvoiceDocument, say: Say) -> list[tuple[str, str]]:
    account = document.account
    pairs = [
        (say("应付日期"), _due(document, say)),
        (say("付款期限"), document.due_rule),
        (say("开户名称"), account.holder),
        (say("开户银行"), account.bank),
        (say("银行账号"), account.number),
        (say("对应发票"), document.formal_invoice),
    ]
    return [pair for pair in pairs if pair[1]]


def _due(document: InvoiceDocument, say: Say) -> str:
    if document.due_on is None:
        return say("收到正式发票后确定")
    due = day(document.due_on, document.heading.language)
    if document.due_provisional:
        return say("{date}（暂定：所涉年份的放假安排尚未公布）", date=due)
    return due


def _explained(document: InvoiceDocument, say: Say) -> list[Flowable]:
    if not document.due_explanation:
        return []
    return [blocks.gap(), blocks.section(say("应付日期的计算")), *blocks.paragraphs(document.due_explanation, size=8)]


def _remarks(remarks: tuple[str, ...], say: Say) -> list[Flowable]:
    return [blocks.gap(), blocks.section(say("备注")), *blocks.paragraphs(remarks)] if remarks else []


def credit_note_story(document: CreditNote) -> list[Flowable]:
    """The flow of a credit note."""
    heading = document.heading
    say = sayer(heading.language)
    refers = f"{document.refers_to} {day(document.refers_on, heading.language)}".strip()
    return [
        *blocks.title(say("贷项通知单（冲减账单）"), say("本通知单不是红字发票；需要红字发票的，另行开具。")),
        blocks.heading_grid(heading, [(say("冲减账单"), refers), (say("冲减原因"), document.reason)]),
        blocks.gap(),
        blocks.parties((say("付款方"), document.buyer), (say("收款方"), document.seller), say),
        blocks.gap(),
        lines_table(document.lines, document, say),
        blocks.in_words(say("冲减合计（大写）"), document.capitals, yuan(document.gross), say),
        *blocks.closing(_remarks(document.remarks, say), say("收款方（盖章）"), heading),
    ]
