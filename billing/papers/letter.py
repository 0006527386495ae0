"""The letter of demand (催告函) with its annexed interest statements as pages."""

from reportlab.platypus import Flowable, KeepTogether, PageBreak

from billing.document import DemandItem, DemandLetter
from billing.money import ZERO
from billing.papers import blocks
from billing.papers.blocks import Column
from billing.papers.interest import interest_story
from billing.wording import Say, day, sayer, yuan
from people.typesetting import BOLD, style, text

_BODY = style(10.5, indent=21, after=5)


def letter_story(document: DemandLetter) -> list[Flowable]:
    """The flow of a demand letter, each annex on pages of its own."""
    heading = document.heading
    say = sayer(heading.language)
    story: list[Flowable] = [
        *blocks.title(say("催告函")),
        blocks.heading_grid(heading),
        blocks.gap(5),
        text(say("致：{name}", name=document.debtor.name), style(11, font=BOLD)),
        blocks.gap(2),
        *(text(words, _BODY) for words in _opening(document, say)),
        _overdue(document, say),
        blocks.gap(3),
        *(text(words, _BODY) for words in _demand(document, say)),
        blocks.grid(_account(document, say)),
        blocks.gap(3),
        *(text(words, _BODY) for words in _warning(document, say)),
        blocks.gap(2),
        _signature(document, say),
    ]
    for number, annex in enumerate(document.annexes, 1):
        mark = say("附件") if len(document.annexes) == 1 else f"{say('附件')} {number}"
        story += [PageBreak(), text(mark, style(10, font=BOLD)), *interest_story(annex)]
    return story


def _opening(document: DemandLetter, say: Say) -> list[str]:
    heading = document.heading
    on = day(document.as_of, heading.language)
    words = "贵我双方订立的《{title}》（编号：{number}）履行中，截至 {date}，贵方下列账单已逾期未付："
    return [say(words, title=heading.agreement_title, number=heading.agreement_no, date=on)]


def _overdue(document: DemandLetter, say: Say) -> Flowable:
    columns = [
        Column(say("序号"), align="center"),
        Column(say("账单编号"), share=1, align="left"),
        Column(say("应付日期"), align="center"),
        Column(say("逾期天数")),
        Column(say("未付本金")),
        Column(say("逾期利息")),
        Column(say("小计")),
    ]
    principal, interest = (sum((getattr(i, part) for i in document.items), ZERO) for part in ("principal", "interest"))
    total = ["", say("合计"), "", "", yuan(principal), yuan(interest), yuan(document.total)]
    return blocks.ruled_table(columns, [_item(at, i) for at, i in enumerate(document.items, 1)], total=total)


def _item(at: int, item: DemandItem) -> list[blocks.Cell]:
    figures = (item.principal, item.interest, item.principal + item.interest)
    days = str(item.days_overdue)
    return [str(at), item.invoice_number, item.due_on.isoformat(), days, *(yuan(figure) for figure in figures)]


def _demand(document: DemandLetter, say: Say) -> list[str]:
    language = document.heading.language
    sums = {"total": yuan(document.total), "capitals": document.capitals, "date": day(document.as_of, language)}
    words = "以上合计 {total} 元（人民币{capitals}）。逾期利息的计算见附件；{date} 之后的利息另行计算至实际付清之日。"
    ground = document.clause or say("上述协议")
    return [say(words, **sums), say(_asked(document), clause=ground, **_within(document))]


def _asked(document: DemandLetter) -> str:
    """The period as its last day, or as days from the delivery of the letter."""
    if document.cure_until is not None:
        return "现依据{clause}，请贵方于 {date} 前将上述款项付至下列账户："
    if document.cure_counted == "working":
        return "现依据{clause}，请贵方自本函送达次日起 {days} 个工作日内将上述款项付至下列账户："
    return "现依据{clause}，请贵方自本函送达次日起 {days} 日内将上述款项付至下列账户："


def _within(document: DemandLetter) -> dict[str, str]:
    if document.cure_until is not None:
        return {"date": day(document.cure_until, document.heading.language)}
    return {"days": str(document.cure_days)}


def _account(document: DemandLetter, say: Say) -> list[tuple[str, str]]:
    account = document.account
    return [
        (say("开户名称"), account.holder),
        (say("开户银行"), account.bank),
        (say("银行账号"), account.number),
    ]


def _warning(document: DemandLetter, say: Say) -> list[str]:
    words = list(document.paragraphs)
    if document.consequence:
        words.append(say("逾期仍未付清的，{consequence}", consequence=document.consequence))
    words.append(say("如已付款或对上述款项有异议，请在上述期限内书面告知，以便核对。"))
    return [*words, say("特此函告。")]


def _signature(document: DemandLetter, say: Say) -> Flowable:
    right = style(10.5, align="right", after=4)
    lines = [document.creditor.name, f"{say('签发人')}：{document.signer}" if document.signer else ""]
    lines.append(day(document.heading.issued_on, document.heading.language))
    return KeepTogether([blocks.gap(6), *(text(line, right) for line in lines if line)])
