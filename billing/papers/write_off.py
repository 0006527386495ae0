"""The write-off (核销单) as a page."""

from reportlab.platypus import Flowable

from billing.document import WriteOff
from billing.papers import blocks
from billing.wording import Say, day, sayer, yuan

_NOTE = "本单为收款方内部账务处理，不是对债务的免除；事后收到款项的，冲回核销后照常入账。"


def write_off_story(document: WriteOff) -> list[Flowable]:
    """The flow of a write-off."""
    heading = document.heading
    say = sayer(heading.language)
    return [
        *blocks.title(write_off_title(document), _under_title(document, say)),
        blocks.heading_grid(heading, _bill(document, say)),
        blocks.gap(),
        blocks.parties((say("债务人"), document.debtor), (say("债权人"), document.creditor), say),
        blocks.gap(),
        blocks.grid(_grounds(document, say)),
        blocks.in_words(_label(document, say, "金额（大写）"), document.capitals, yuan(document.amount), say),
        *blocks.closing(blocks.paragraphs(document.remarks), say("债权人（盖章）"), heading),
    ]


def write_off_title(document: WriteOff) -> str:
    """The title: a waiver of interest is called so, since it releases the debt."""
    return sayer(document.heading.language)("核销单" if document.waived_until is None else "利息减免单")


def _under_title(document: WriteOff, say: Say) -> str:
    if document.waived_until is not None:
        return say("债权人免除下列逾期利息；本金、其余利息和以后的利息不受影响。")
    return say("本单为收款方内部账务处理，不是对债务的免除；事后收到款项的，冲回核销后照常入账。")


def _label(document: WriteOff, say: Say, what: str) -> str:
    return say(("减免" if document.waived_until else "核销") + what)


def _bill(document: WriteOff, say: Say) -> list[tuple[str, str]]:
    language = document.heading.language
    refers = f"{document.refers_to} {day(document.refers_on, language)}".strip()
    due = day(document.due_on, language) if document.due_on else say("收到正式发票后确定")
    return [
        (say("账单编号"), refers),
        (say("账单金额"), f"￥{yuan(document.bill_gross)}"),
        (say("应付日期"), due),
        (_label(document, say, "部分"), say("利息") if document.part == "interest" else say("本金")),
        *([(say("利息计至"), day(document.waived_until, language))] if document.waived_until else []),
    ]


def _grounds(document: WriteOff, say: Say) -> list[tuple[str, str]]:
    pairs = [(_label(document, say, "原因"), document.reason), (say("依据"), document.basis)]
    return [pair for pair in pairs if pair[1]]
