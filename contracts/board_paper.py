"""The clause board on paper: a frozen value in words of one language, and its PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak

from people.blocks import Column, gap, grid, paragraphs, ruled_table, section, title
from people.pages import Foot, page_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPaper:
    """All that is printed.  Each row: number, heading, side, standing, why, number of rows."""

    title: str
    under: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[str]
    chapters: Sequence[tuple[str, Sequence[Sequence[str]]]]
    remarks: Sequence[str]
    signing: Sequence[tuple[str, str]]
    foot: str
    pages: str
    language: str
    issued_on: date


ROOM = 25 * mm  # for a chapter's name, the head of its table and one row
SHARES = (0.0, 0.34, 0.0, 0.0, 0.66, 0.0)
ALIGNS = ("left", "left", "left", "left", "left", "right")


def draw(paper: BoardPaper) -> bytes:
    """The PDF; the same paper gives the same bytes.  Ask people.typesetting.require_glyphs of `texts` first."""
    columns = [Column(label, share, align) for label, share, align in zip(paper.columns, SHARES, ALIGNS, strict=True)]
    story = [*title(paper.title, paper.under), grid(paper.facts, columns=2), gap()]
    for name, rows in paper.chapters:
        # A chapter's name never stands alone at the foot of a page.
        story += [CondPageBreak(ROOM), section(name), gap(1), ruled_table(columns, rows), gap()]
    story += [*paragraphs(paper.remarks), gap(), grid(paper.signing, columns=2)]
    foot = Foot(paper.foot, paper.pages, issued_on=paper.issued_on)
    return page_bytes(story, foot, title=paper.title, author="Shouyue", language=paper.language)


def texts(paper: BoardPaper) -> list[str]:
    """Every text of the paper, to ask whether it can be printed."""
    pairs = [part for pair in (*paper.facts, *paper.signing) for part in pair]
    rows = [cell for _name, lines in paper.chapters for row in lines for cell in row]
    names = [name for name, _lines in paper.chapters]
    return [paper.title, paper.under, paper.foot, *paper.columns, *paper.remarks, *pairs, *names, *rows]
