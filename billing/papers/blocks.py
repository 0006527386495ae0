"""Parts that the papers share: title, parties, grids, tables of money, totals, the place to sign."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from billing.document import Heading, Party
from billing.wording import Say, day, sayer
from people.blocks import (
    LINE,
    SHADE,
    Cell,
    Column,
    gap,
    grid,
    middle,
    pad,
    paragraphs,
    ruled_table,
    section,
    table,
    title,
)
from people.pages import WIDTH
from people.typesetting import BOLD, GREY, Run, runs, style, text

__all__ = [
    "Cell",
    "Column",
    "closing",
    "gap",
    "grid",
    "heading_grid",
    "in_words",
    "paragraphs",
    "parties",
    "ruled_table",
    "section",
    "title",
]


def heading_grid(heading: Heading, extra: Sequence[tuple[str, str]] = ()) -> Flowable:
    """Number, date, agreement and what else identifies the paper, two pairs a row."""
    say = sayer(heading.language)
    pairs = [
        (say("编号"), heading.number or say("（草稿，未编号）")),
        (say("开具日期"), day(heading.issued_on, heading.language)),
        (say("协议编号"), heading.agreement_no),
        (say("协议名称"), heading.agreement_title),
        *extra,
    ]
    return grid([pair for pair in pairs if pair[1]], columns=2)


def parties(left: tuple[str, Party], right: tuple[str, Party], say: Say) -> Flowable:
    """Two sides beside one another; what is not known is left out."""
    commands = [("BOX", (0, 0), (-1, -1), 0.6, LINE), ("LINEAFTER", (0, 0), (0, 0), 0.6, LINE), *pad(4)]
    commands.append(("VALIGN", (0, 0), (-1, -1), "TOP"))
    return table([[_party(*left, say), _party(*right, say)]], [WIDTH / 2] * 2, commands)


def _party(role: str, party: Party, say: Say) -> Flowable:
    details = [
        (say("统一社会信用代码"), party.uscc),
        (say("地址"), party.address),
        (say("电话"), party.phone),
        (say("联系人"), party.contact),
    ]
    lines = "".join(f"\n{label}：{value}" for label, value in details if value)
    return runs([Run(role + "\n", color=GREY), Run(party.name, 10, BOLD), Run(lines)], style(8))


def in_words(label: str, capitals: str, figures: str, say: Say) -> Flowable:
    """The total in capitals with the figures beside it, as on every Chinese voucher."""
    cells = [
        [
            text(label, style(9, font=BOLD)),
            text(say("人民币{capitals}", capitals=capitals), style(10, font=BOLD)),
            text(f"{say('（小写）')} ￥{figures}", style(10, font=BOLD, align="right")),
        ]
    ]
    commands = [("BOX", (0, 0), (-1, -1), 0.8, LINE), ("BACKGROUND", (0, 0), (0, 0), SHADE), *middle(), *pad(3)]
    return table(cells, [36 * mm, WIDTH - 92 * mm, 56 * mm], commands)


def closing(lines: Sequence[Flowable], seal: str, heading: Heading) -> list[Flowable]:
    """The last words, the very last kept together with who made and checked the paper and room for a seal."""
    say = sayer(heading.language)
    left = [(say("经办人"), heading.prepared_by), (say("复核人"), heading.reviewed_by)]
    made = "　　".join(f"{label}：{name}" for label, name in left if name)
    on = f"{say('日期')}：{day(heading.issued_on, heading.language)}"
    cells: list[list[Cell]] = [[text(made, style(9)), text(f"{seal}：", style(9))], ["", text(on, style(9))]]
    under = table(cells, [WIDTH * 0.55, WIDTH * 0.45], pad(3))
    kept = 3 if len(lines) < 4 else 1
    return [*lines[:-kept], KeepTogether([*lines[-kept:], Spacer(1, 5 * mm), under])]
