"""Parts of a page on paper: titles, grids of labelled values, ruled tables whose head repeats, paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from people.pages import WIDTH
from people.typesetting import BOLD, REGULAR, normal, style, text

LINE = colors.Color(0.45, 0.45, 0.45)
SHADE = colors.Color(0.93, 0.94, 0.96)
PAD = 3.0
Cell: TypeAlias = "str | Flowable"
SMALL = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `share` of the spare width when it holds words, 0 when it is as wide as its figures."""

    label: str
    share: float = 0.0
    align: str = "right"


def title(words: str, under: str = "") -> list[Flowable]:
    """The title, and one line beneath it."""
    story: list[Flowable] = [text(words, style(17, font=BOLD, align="center")), Spacer(1, 1.5 * mm)]
    if under:
        story += [text(under, style(8.5, align="center")), Spacer(1, 2 * mm)]
    return story


def grid(pairs: Sequence[tuple[str, str]], *, columns: int = 1) -> Flowable:
    """Labels and values in ruled boxes, `columns` pairs a row; a last value left alone gets the whole row."""
    label_width = max([stringWidth(normal(label), REGULAR, 8) for label, _ in pairs], default=0) + 4 * PAD
    label_width = min(max(label_width, 24 * mm), 42 * mm)
    room = label_width, WIDTH / columns - label_width
    rows: list[list[Cell]] = []
    for at in range(0, len(pairs), columns):
        few = pairs[at : at + columns]
        cells = [_words(part, width) for pair in few for part, width in zip(pair, room, strict=True)]
        rows.append([*cells, *[""] * 2 * (columns - len(few))])
    commands = [("GRID", (0, 0), (-1, -1), 0.5, LINE), *middle(), *pad(1.5), ("BACKGROUND", (0, 0), (0, -1), SHADE)]
    if columns == 2:
        full = -1 if len(pairs) % 2 == 0 else -2
        commands += [("BACKGROUND", (2, 0), (2, full), SHADE)] if len(pairs) > 1 else []
        commands += [("SPAN", (1, -1), (3, -1))] if full == -2 else []
    return table(rows, [*room] * columns, commands)


def _words(words: str, width: float) -> Cell:
    """Words that fit on one line are drawn as such, which is four times as fast as a paragraph."""
    line = normal(words)
    fits = "\n" not in line and stringWidth(line, REGULAR, 8) <= width - 2 * PAD
    return line if fits else text(words, style(8))


def ruled_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, total: Sequence[Cell] = ()) -> Flowable:
    """A ruled table whose head repeats on every page; figures keep one line, words get the width that is left."""
    body = [list(row) for row in [*rows, *([total] if total else [])]]
    size, widths = _fit(columns, body)
    head = [text(column.label, style(min(size, 8), font=BOLD, align="center")) for column in columns]
    commands = [
        ("GRID", (0, 0), (-1, -1), 0.5, LINE),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        *middle(),
        ("FONT", (0, 1), (-1, -1), REGULAR, size, size * 1.3),
        *(("ALIGN", (at, 1), (at, -1), column.align.upper()) for at, column in enumerate(columns)),
        *pad(1.5),
    ]
    if total:
        commands += [("FONT", (0, -1), (-1, -1), BOLD, size, size * 1.3), ("NOSPLIT", (0, -2), (-1, -1))]
    return table([head, *(_cells(row, columns, size) for row in body)], widths, commands, repeat=1)


def _cells(row: Sequence[Cell], columns: Sequence[Column], size: float) -> list[Cell]:
    return [
        text(cell, style(size, align=column.align)) if isinstance(cell, str) and column.share else cell
        for cell, column in zip(row, columns, strict=True)
    ]


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> tuple[float, list[float]]:
    """The largest type in which the figures leave room for the words, and the widths of the columns."""
    shares = sum(column.share for column in columns)
    for size in SMALL:
        widths = [_natural(column, [row[at] for row in rows], size) for at, column in enumerate(columns)]
        spare = WIDTH - sum(widths)
        if spare >= 34 * mm * min(shares, 1) or size == SMALL[-1]:
            break
    return size, [
        spare * column.share / shares if column.share else width + (0 if shares else spare / len(columns))
        for column, width in zip(columns, widths, strict=True)
    ]


def _natural(column: Column, cells: Sequence[Cell], size: float) -> float:
    if column.share:
        return 0.0
    longest = max([stringWidth(cell, BOLD, size) for cell in cells if isinstance(cell, str)], default=0)
    words = column.label.split() if column.label.isascii() else [column.label]
    return float(max([longest, *(stringWidth(word, BOLD, size) for word in words)]) + 2 * PAD + 0.5)


def section(words: str) -> Flowable:
    """A small heading."""
    return text(words, style(10, font=BOLD))


def paragraphs(lines: Sequence[str], *, size: float = 8.5) -> list[Flowable]:
    """Each line a paragraph."""
    return [text(line, style(size, after=1.5)) for line in lines]


def table(
    cells: Sequence[Sequence[Cell]], widths: Sequence[float], commands: Sequence[tuple[Any, ...]], *, repeat: int = 0
) -> Flowable:
    """Every table names an embedded font for every cell, else Helvetica slips in; a tall row may be split."""
    made = Table([list(row) for row in cells], colWidths=list(widths), repeatRows=repeat, splitInRow=1)
    made.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), REGULAR, 8, 11), *commands]))
    return made


def gap(height: float = 3) -> Flowable:
    """White space, in millimetres."""
    return Spacer(1, height * mm)


def pad(points: float = PAD) -> list[tuple[Any, ...]]:
    whole = (0, 0), (-1, -1)
    sides = [("LEFTPADDING", PAD), ("RIGHTPADDING", PAD), ("TOPPADDING", points), ("BOTTOMPADDING", points + 0.5)]
    return [(name, *whole, value) for name, value in sides]


def middle() -> list[tuple[Any, ...]]:
    return [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
