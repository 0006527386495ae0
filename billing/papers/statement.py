"""The statement of a service period (对账单) and the statement of account (往来对账单) as pages."""

from itertools import accumulate

from reportlab.platypus import Flowable, KeepTogether

from billing.document import AccountEntry, AccountStatement, StatementDocument, StatementLine
from billing.money import ZERO
from billing.papers import blocks
from billing.papers.blocks import Column
from billing.wording import Say, day, number, sayer, yuan
from people.typesetting import GREY, Run, runs, style


def statement_story(document: StatementDocument) -> list[Flowable]:
    """The flow of a period's statement, with room for Party B's answer."""
    heading = document.heading
    say = sayer(heading.language)
    return [
        *blocks.title(say("对账单"), say("本对账单用于核对用量与费用，不是发票，也不是付款通知。")),
        blocks.heading_grid(heading, [_period(document, say)]),
        blocks.gap(),
        blocks.parties((say("平台使用方（乙方）"), document.user), (say("平台提供方（甲方）"), document.provider), say),
        blocks.gap(),
        _use(document, say),
        blocks.in_words(say("合计（大写）"), document.capitals, yuan(document.total), say),
        blocks.gap(),
        *_request(document, say),
        *blocks.paragraphs(document.remarks),
        KeepTogether([blocks.gap(), _answer(say)]),
        *blocks.closing([], say("平台提供方（盖章）"), heading),
    ]


def _period(document: StatementDocument | AccountStatement, say: Say) -> tuple[str, str]:
    first, last = (day(at, document.heading.language) for at in (document.period_from, document.period_to))
    return say("对账期间"), say("{first} 至 {last}", first=first, last=last)


def _use(document: StatementDocument, say: Say) -> Flowable:
    columns = [
        Column(say("序号"), align="center"),
        Column(say("项目"), share=1, align="left"),
        Column(say("使用方式"), align="center"),
        Column(say("数量")),
        Column(say("单位"), align="center"),
        Column(say("金额（元）")),
    ]
    rows = [_use_row(at, line, say) for at, line in enumerate(document.lines, 1)]
    return blocks.ruled_table(columns, rows, total=["", say("合计"), "", "", "", yuan(document.total)])


def _use_row(at: int, line: StatementLine, say: Say) -> list[blocks.Cell]:
    ground = say("依据：{clause}", clause=line.clause) if line.clause else ""
    small = [Run(f"\n{part}", 6.5, color=GREY) for part in (line.detail, ground) if part]
    named = runs([Run(line.item), *small], style(8))
    return [str(at), named, line.mode, number(line.quantity), line.unit, yuan(line.amount)]


def _request(document: StatementDocument, say: Say) -> list[Flowable]:
    if document.confirm_by is None:
        return []
    by = day(document.confirm_by, document.heading.language)
    return blocks.paragraphs([say("请于 {date} 前核对并确认；对任何一行有异议的，请在系统中逐行注明。", date=by)])


def _answer(say: Say) -> Flowable:
    room = "\n" * 3
    words = f"{say('□ 确认无误')}\n{say('□ 有异议（请列明行号与理由）：')}{room}"
    sign = f"{say('平台使用方（盖章）')}：　　　　　　　　　{say('日期')}："
    return blocks.grid([(say("乙方意见"), f"{words}\n{sign}")])


def account_story(document: AccountStatement) -> list[Flowable]:
    """The flow of a statement of account."""
    heading = document.heading
    say = sayer(heading.language)
    return [
        *blocks.title(say("往来对账单")),
        blocks.heading_grid(heading, [_period(document, say)]),
        blocks.gap(),
        blocks.parties((say("债务人"), document.debtor), (say("债权人"), document.creditor), say),
        blocks.gap(),
        _movements(document, say),
        blocks.in_words(say("期末余额（大写）"), document.capitals, yuan(document.closing), say),
        *blocks.closing(blocks.paragraphs(document.remarks), say("债权人（盖章）"), heading),
    ]


def _movements(document: AccountStatement, say: Say) -> Flowable:
    columns = [
        Column(say("日期"), align="center"),
        Column(say("单据编号"), align="left"),
        Column(say("摘要"), share=1, align="left"),
        Column(say("应收增加")),
        Column(say("应收减少")),
        Column(say("余额")),
    ]
    balances = list(accumulate((e.debit - e.credit for e in document.entries), initial=document.opening))
    first: list[blocks.Cell] = [document.period_from.isoformat(), "", say("期初余额"), "", "", yuan(document.opening)]
    rows = [first, *(_movement(entry, yuan(left)) for entry, left in zip(document.entries, balances[1:], strict=True))]
    debit, credit = (sum((getattr(e, side) for e in document.entries), ZERO) for side in ("debit", "credit"))
    total: list[blocks.Cell] = ["", "", say("期末余额"), yuan(debit), yuan(credit), yuan(document.closing)]
    return blocks.ruled_table(columns, rows, total=total)


def _movement(entry: AccountEntry, balance: str) -> list[blocks.Cell]:
    debit, credit = (yuan(amount) if amount else "" for amount in (entry.debit, entry.credit))
    return [entry.on.isoformat(), entry.reference, entry.text, debit, credit, balance]
