"""The PDF of an agreement text, drawn from the frozen document alone: cover, contents, clauses, annexes, signatures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak

from contracts.text.document import (
    AgreementDocument,
    Annex,
    Party,
    PrintedChapter,
    PrintedClause,
    PrintedSection,
    strings,
    to_dict,
)
from contracts.text.labels import Say, ordinal, sayer
from people.blocks import LINE, Cell, Column, gap, grid, pad, paragraphs, ruled_table, section, table
from people.pages import WIDTH, Foot, page_bytes
from people.typesetting import ALERT, BOLD, GREY, Run, require_glyphs, runs, style, text

_CLAUSE = style(10, after=4)
_NOTE = style(8, indent=0, after=4)


class Anchor(Flowable):  # type: ignore[misc]
    """Nothing to see: a place in the text whose page number the contents give, and an entry of the reader's outline."""

    def __init__(self, key: str, label: str, level: int, pages: dict[str, int]) -> None:
        super().__init__()
        self.key, self.label, self.level, self.pages = key, label, level, pages

    def wrap(self, *_room: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self.key)
        self.canv.addOutlineEntry(self.label, self.key, self.level, closed=False)
        self.pages[self.key] = self.canv.getPageNumber()


@dataclass
class Pass:
    """One drawing of the text: the page numbers known before it, and those found while it is drawn."""

    document: AgreementDocument
    known: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)

    @property
    def say(self) -> Say:
        return sayer(self.document.language)

    def anchor(self, key: str, label: str, level: int = 0) -> Anchor:
        return Anchor(key, label, level, self.found)


def draw(document: AgreementDocument) -> bytes:
    """The PDF of a document.  Raises UndrawableText naming the characters that no font here has.

    It is drawn twice: the contents need the page numbers that the first drawing finds.
    """
    require_glyphs(strings(to_dict(document)))
    first = Pass(document)
    _bytes(first)
    return _bytes(Pass(document, known=first.found))


def _bytes(drawing: Pass) -> bytes:
    document, say = drawing.document, drawing.say
    foot = Foot(
        f"{document.title}  {document.number}",
        say("第 {number} 页，共 {count} 页"),
        mark=say("草稿") if document.draft else "",
        issued_on=document.issued_on,
    )
    title = f"{document.title} {document.number}"
    language = {"zh-hans": "zh-CN"}.get(document.language, document.language)
    return page_bytes(_story(drawing), foot, title=title, author=document.party_a.name, language=language)


def _story(drawing: Pass) -> list[Flowable]:
    document = drawing.document
    return [
        *_cover(drawing),
        PageBreak(),
        *_contents(drawing),
        PageBreak(),
        *_parties(drawing),
        *(part for chapter in document.chapters for part in _chapter(chapter, drawing)),
        *_annex_list(drawing),
        *(part for at, annex in enumerate(document.annexes, 1) for part in _annex(at, annex, drawing)),
        PageBreak(),
        *_signatures(drawing),
    ]


def _cover(drawing: Pass) -> list[Flowable]:
    document, say = drawing.document, drawing.say
    facts = [
        (say("协议编号"), document.number),
        (say("甲方"), document.party_a.name),
        (say("乙方"), document.party_b.name),
        (say("版本"), document.version),
        (say("文本来源"), document.template),
    ]
    story: list[Flowable] = [
        gap(55),
        text(document.title, style(24, font=BOLD, align="center")),
        gap(30),
        grid([fact for fact in facts if fact[1]]),
    ]
    if document.language == "en":
        story += [gap(4), text(say("标签为英文译文，条款以中文为准。"), style(8.5, align="center"))]
    if document.draft:
        story += [gap(8), *_still_open(drawing)]
    return story


def _still_open(drawing: Pass) -> list[Flowable]:
    document, say = drawing.document, drawing.say
    story: list[Flowable] = [runs([Run(say("草稿，尚未提交签署"), 11, BOLD, ALERT)], style(11, align="center"))]
    if document.open_items:
        story += [gap(4), text(say("以下内容还没有确定，确定后才能提交签署："), style(9, after=2))]
        story += paragraphs([f"· {item}" for item in document.open_items])
    return story


def _contents(drawing: Pass) -> list[Flowable]:
    rows = [
        [text(label, style(10 if level == 0 else 9, indent=0 if level == 0 else 14)), _page(drawing, key)]
        for key, label, level in _entries(drawing)
    ]
    commands = [("ALIGN", (1, 0), (1, -1), "RIGHT"), ("LINEBELOW", (0, 0), (-1, -1), 0.2, LINE), *pad(1.6)]
    return [
        text(drawing.say("目录"), style(15, font=BOLD, align="center")),
        gap(4),
        table(rows, [WIDTH - 16 * mm, 16 * mm], commands),
    ]


def _page(drawing: Pass, key: str) -> str:
    return str(drawing.known.get(key, 0))


def _entries(drawing: Pass) -> Iterable[tuple[str, str, int]]:
    """(key, label, level) of every line of the contents, in the order of the text."""
    document, say = drawing.document, drawing.say
    yield "parties", say("双方信息"), 0
    for chapter in document.chapters:
        yield f"c{chapter.number}", _chapter_title(chapter, drawing), 0
        for part in chapter.sections:
            if part.heading:
                yield f"s{part.number}", f"{part.number} {part.heading}", 1
    yield "annexes", say("附件清单"), 0
    for at, annex in enumerate(document.annexes, 1):
        yield f"a{at}", f"{say('附件{number}', number=at)} {annex.title}", 1
    yield "signing", say("签署页"), 0


def _parties(drawing: Pass) -> list[Flowable]:
    document, say = drawing.document, drawing.say
    sides = [(say("甲方（平台提供方）"), document.party_a), (say("乙方（平台使用方）"), document.party_b)]
    story: list[Flowable] = [drawing.anchor("parties", say("双方信息")), *_heading(say("双方信息"))]
    for role, party in sides:
        story += [section(role), gap(1), grid(_party_facts(party, say)), gap(3)]
    return story


def _party_facts(party: Party, say: Say) -> list[tuple[str, str]]:
    pairs = [
        (say("名称"), party.name),
        (say("统一社会信用代码"), party.uscc),
        (say("法定代表人（负责人）"), party.legal_representative),
        (say("地址"), party.address),
        (say("联系人"), party.contact),
        (say("联系电话"), party.phone),
        (say("送达地址"), party.notices),
    ]
    return [(label, value or "—") for label, value in pairs]


def _chapter(chapter: PrintedChapter, drawing: Pass) -> list[Flowable]:
    title = _chapter_title(chapter, drawing)
    head: list[Flowable] = [gap(2), drawing.anchor(f"c{chapter.number}", title), *_heading(title)]
    if not chapter.adopted:
        return [KeepTogether([*head, text(drawing.say("本协议不采用本章。"), _CLAUSE)])]
    story: list[Flowable] = []
    for part in chapter.sections:
        story += _section(part, head, drawing)
        head = []
    return story


def _section(part: PrintedSection, head: Sequence[Flowable], drawing: Pass) -> list[Flowable]:
    """A heading is never left alone at the foot of a page."""
    top = list(head)
    if part.heading:
        title = f"{part.number} {part.heading}"
        top += [drawing.anchor(f"s{part.number}", title, 1), text(title, style(10.5, font=BOLD, after=2)), gap(0.5)]
    first, *rest = [_clause(clause, drawing) for clause in part.clauses]
    return [KeepTogether([*top, *first]), *(flowable for clause in rest for flowable in clause)]


def _clause(clause: PrintedClause, drawing: Pass) -> list[Flowable]:
    pieces = [Run(f"{clause.number} {clause.heading}　", font=BOLD)]
    for piece in clause.pieces:
        pieces += _piece(piece.words, piece.mark, drawing.say)
    story: list[Flowable] = [runs(pieces, _CLAUSE)]
    if clause.note:
        story.append(runs([Run(drawing.say("编者注："), font=BOLD, color=GREY), Run(clause.note, color=GREY)], _NOTE))
    return story


def _piece(words: str, mark: str, say: Say) -> list[Run]:
    if mark == "open":
        return [Run(words, font=BOLD, color=ALERT), Run(say("（待填）"), 8, color=ALERT)]
    if mark == "filled":
        return [Run(words, font=BOLD)]
    return [Run(words, color=GREY)] if mark == "unmeasured" else [Run(words)]


def _annex_list(drawing: Pass) -> list[Flowable]:
    document, say = drawing.document, drawing.say
    lines = [f"{say('附件{number}', number=at)}　{annex.title}" for at, annex in enumerate(document.annexes, 1)]
    head: list[Flowable] = [gap(4), drawing.anchor("annexes", say("附件清单")), *_heading(say("附件清单"))]
    return [KeepTogether([*head, *paragraphs(lines or [say("本协议没有附件。")], size=10)])]


def _annex(at: int, annex: Annex, drawing: Pass) -> list[Flowable]:
    say = drawing.say
    title = f"{say('附件{number}', number=at)}　{annex.title}"
    columns = [Column(say("事项"), 0.3, "left"), Column(say("约定"), 0.3, "left")]
    rows: list[list[Cell]] = [[row.label, row.value] for row in annex.rows]
    if any(row.detail for row in annex.rows):
        columns.append(Column(say("说明"), 0.4, "left"))
        rows = [[row.label, row.value, row.detail] for row in annex.rows]
    return [
        PageBreak(),
        drawing.anchor(f"a{at}", title, 1),
        *_heading(title),
        ruled_table(columns, rows),
        gap(3),
        *paragraphs(annex.remarks),
    ]


def _signatures(drawing: Pass) -> list[Flowable]:
    document, say = drawing.document, drawing.say
    columns = [_signature(say("甲方"), document.party_a, say), _signature(say("乙方"), document.party_b, say)]
    commands: list[tuple[Any, ...]] = [
        ("BOX", (0, 0), (-1, -1), 0.6, LINE), ("LINEAFTER", (0, 0), (0, 0), 0.6, LINE), *pad(6),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]  # fmt: skip
    under = say("（本页为《{title}》签署页，无正文）", title=document.title)
    return [
        drawing.anchor("signing", say("签署页")),
        *_heading(say("签署页")),
        text(under, style(9.5, align="center")),
        gap(10),
        table([columns], [WIDTH / 2] * 2, commands),
    ]


def _signature(side: str, party: Party, say: Say) -> Flowable:
    lines = [
        "\n\n\n\n",
        f"{say('法定代表人或授权代表（签字）')}：\n\n\n",
        f"{say('姓名和职务')}：{party.signer}　{party.capacity}\n\n",
        f"{say('签署日期')}：{say('____年__月__日')}\n\n",
        f"{say('地址')}：{party.address or '—'}\n",
        f"{say('联系人')}：{party.contact or '—'}　{party.phone}",
    ]
    head = [Run(f"{say('{side}（盖章）', side=side)}：\n", 10, BOLD), Run(f"{party.name}\n", 10, BOLD)]
    return runs([*head, Run("".join(lines))], style(9.5))


def _heading(words: str) -> list[Flowable]:
    return [text(words, style(13, font=BOLD, align="center")), gap(3)]


def _chapter_title(chapter: PrintedChapter, drawing: Pass) -> str:
    if not chapter.number:
        return chapter.heading
    number = ordinal(chapter.number, drawing.document.language)
    return f"{drawing.say('第{number}章', number=number)}　{chapter.heading}".strip()
