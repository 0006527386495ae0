"""Chinese on paper: embedded fonts, line breaking, the coverage gate, pages with numbers, reproducible bytes."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase.pdfmetrics import getAscentDescent, registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate
from reportlab.platypus.paragraph import FragLine, Paragraph, ParaLines

FONTS = Path(__file__).resolve().parent.parent / "fonts"
REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
WIDTH = A4[0] - 30 * mm  # the text column
MARGIN = 15 * mm
_CHINA = timezone(timedelta(hours=8))

CANNOT_START = frozenset("，。、；：！？）》〉」』】〕〗］｝”’…—～·％‰℃°,.;:!?)]}>%々ー\u00a0")
CANNOT_END = frozenset("（《〈「『【〔〖［｛“‘￥¥$([{<#№\u00a0")
_FUZZ = 1e-6


class UndrawableText(ValueError):
    """Characters that no font here can draw; they are named, and nothing is printed without them."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = tuple(sorted(characters))
        named = " ".join(f"{c if c.isprintable() else '?'} (U+{ord(c):04X})" for c in self.characters)
        super().__init__(f"no glyph for {named}")


class _SearchableFont(TTFont):  # type: ignore[misc]
    """A TrueType font whose characters beyond U+FFFF can be copied and searched: surrogate pairs in ToUnicode."""

    def addObjects(self, doc: Any) -> None:
        super().addObjects(doc)
        for name, part in doc.idToObject.items():
            if isinstance(name, str) and name.startswith("toUnicodeCMap:"):
                part.content = re.sub(r"<([0-9A-F]{5,6})>", _surrogates, part.content)


def _surrogates(match: re.Match[str]) -> str:
    return f"<{chr(int(match[1], 16)).encode('utf-16-be').hex().upper()}>"


@lru_cache(maxsize=1)
def fonts() -> dict[str, TTFont]:
    """Register both weights once a process, at first use; about 0.3 s."""
    loaded = {
        REGULAR: _SearchableFont(REGULAR, str(FONTS / "NotoSansSC-Regular.ttf")),
        BOLD: _SearchableFont(BOLD, str(FONTS / "NotoSansSC-Bold-8105.ttf")),
    }
    for font in loaded.values():
        registerFont(font)
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return loaded


def missing_glyphs(text: str) -> set[str]:
    """The characters of `text` that would print as nothing. Line breaks are layout, not characters."""
    glyphs = fonts()[REGULAR].face.charToGlyph
    return {c for c in set(normal(text)) if c != "\n" and (ord(c) not in glyphs or unicodedata.category(c) == "Cc")}


def require_glyphs(texts: Iterable[str]) -> None:
    """Raise UndrawableText naming every character of `texts` without a glyph."""
    if missing := missing_glyphs("".join(texts)):
        raise UndrawableText(missing)


def normal(text: str) -> str:
    """NFC (NFKC would turn （） into ()), one kind of line break, ideographic spaces that keep their width."""
    unified = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    return unified.replace("\u3000", "\u00a0\u00a0")


def marked_up(text: str, *, font: str = REGULAR) -> str:
    """`text` for a Paragraph: escaped, so that no markup of a user's is obeyed; rare characters in the full font."""
    body = normal(text)
    if font == REGULAR or not _outside(body, font):
        return escape(body).replace("\n", "<br/>")
    glyphs = fonts()[font].face.charToGlyph
    runs = groupby(body, key=lambda c: ord(c) in glyphs or c == "\n")
    return "".join(_run("".join(part), REGULAR if not known else font) for known, part in runs).replace("\n", "<br/>")


def _outside(text: str, font: str) -> bool:
    glyphs = fonts()[font].face.charToGlyph
    return any(ord(c) not in glyphs and c != "\n" for c in text)


def _run(text: str, font: str) -> str:
    return f'<font name="{font}">{escape(text)}</font>'


class ChineseParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph that breaks lines as Chinese is set: no 。 at a line's start, no （ at its end, numbers whole."""

    def breakLinesCJK(self, maxWidths: Any) -> Any:
        """Called by Paragraph for wordWrap="CJK"; returns the lines in its own two forms."""
        if getattr(self, "_splitpara", 0) and hasattr(self, "blPara"):
            return self.blPara
        widths = list(maxWidths) if isinstance(maxWidths, list | tuple) else [maxWidths]
        glyphs = [glyph for frag in self.frags for glyph in _glyphs(frag)]
        lines = [_line(part, width, hard) for part, width, hard in break_lines(glyphs, widths)]
        return ParaLines(kind=1, lines=lines)


Glyph = tuple[str, float, Any]  # character, width in points, the fragment it belongs to


def _glyphs(frag: Any) -> list[Glyph]:
    if hasattr(frag, "lineBreak"):
        return [("\n", 0.0, frag)]
    face, size = fonts()[frag.fontName].face, frag.fontSize
    text = frag.text if isinstance(frag.text, str) else frag.text.decode()
    return [(c, face.charWidths.get(ord(c), face.defaultWidth) * size * 0.001, frag) for c in text]


def break_lines(glyphs: Sequence[Glyph], widths: Sequence[float]) -> list[tuple[list[Glyph], float, bool]]:
    """(glyphs, width available, whether a line break was asked for) of each line, filled greedily."""
    lines: list[tuple[list[Glyph], float, bool]] = []
    start = 0
    while start < len(glyphs):
        width = widths[min(len(lines), len(widths) - 1)]
        stop, asked = _line_end(glyphs, start, width)
        lines.append((_trimmed(glyphs[start:stop]), width, asked))
        start = stop + 1 if asked else stop
        while not asked and start < len(glyphs) and glyphs[start][0] == " ":
            start += 1
    return lines


def _line_end(glyphs: Sequence[Glyph], start: int, width: float) -> tuple[int, bool]:
    used, last = 0.0, start
    for at in range(start, len(glyphs)):
        character = glyphs[at][0]
        if character == "\n":
            return at, True
        if at > start and may_break(glyphs[at - 1][0], character):
            last = at
        used += glyphs[at][1]
        if used > width + _FUZZ and at > start and character != " ":
            return (last if last > start else at), False
    return len(glyphs), False


def may_break(left: str, right: str) -> bool:
    """Whether a line may end between two characters."""
    if left == " ":
        return right not in CANNOT_START
    if right == " " or right in CANNOT_START or left in CANNOT_END:
        return False
    return _is_wide(left) or _is_wide(right)


def _is_wide(character: str) -> bool:
    return character >= "\u2e80" or character in "—…“”‘’·"


def _trimmed(glyphs: Sequence[Glyph]) -> list[Glyph]:
    end = len(glyphs)
    while end and glyphs[end - 1][0] == " ":
        end -= 1
    return list(glyphs[:end])


def _line(glyphs: Sequence[Glyph], width: float, hard: bool) -> FragLine:  # noqa: FBT001
    used = sum(glyph[1] for glyph in glyphs)
    words, ascent, descent, size = [], 0.0, 0.0, 0.0
    for _, part in groupby(glyphs, key=lambda glyph: id(glyph[2])):
        run = list(part)
        frag = run[0][2]
        words.append(frag.clone(text="".join(glyph[0] for glyph in run)))
        up, down = getAscentDescent(frag.fontName, frag.fontSize)
        ascent, descent, size = max(ascent, up), min(descent, down), max(size, frag.fontSize)
    return FragLine(
        kind=1, extraSpace=width - used, wordCount=1, words=words, fontSize=size, ascent=ascent, descent=descent,
        maxWidth=width, currentWidth=used, lineBreak=hard,
    )  # fmt: skip


@lru_cache(maxsize=64)
def style(size: float = 9, *, font: str = REGULAR, align: str = "left", indent: float = 0, after: float = 0) -> Any:
    """A paragraph style; `indent` is of the first line, `after` the space below, all in points."""
    fonts()
    return ParagraphStyle(
        f"{font}-{size}-{align}-{indent}-{after}",
        fontName=font,
        fontSize=size,
        leading=size * 1.45,
        wordWrap="CJK",
        alignment={"left": 0, "center": TA_CENTER, "right": TA_RIGHT}[align],
        firstLineIndent=indent,
        spaceAfter=after,
    )


def text(words: str, look: Any | None = None) -> ChineseParagraph:
    """A paragraph of plain words in a style."""
    look = look or style()
    return ChineseParagraph(marked_up(words, font=look.fontName), look)


class _Pages(Canvas):  # type: ignore[misc]
    """A canvas that knows its last page: foot and draft mark are drawn when all pages are there."""

    foot: "Foot"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []
        self._doc.signature = hashlib.md5(b"shouyue", usedforsecurity=False)
        self._doc._timeStamp = _moment(self.foot.issued_on)
        self.setProducer("Shouyue")
        self.setCreator("Shouyue")

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, 1):
            self.__dict__.update(page)
            self.foot.draw(self, number, len(self._kept))
            super().showPage()
        super().save()


class Foot:
    """What stands on every page: document number, page x of y, and a mark across drafts."""

    def __init__(self, label: str, pages: str, *, mark: str = "", issued_on: date | None = None) -> None:
        self.label, self.pages, self.mark, self.issued_on = label, pages, mark, issued_on

    def draw(self, canvas: Canvas, number: int, count: int) -> None:
        """Draw on the current page of `canvas`."""
        canvas.saveState()
        canvas.setFont(REGULAR, 7.5)
        canvas.setFillGray(0.35)
        canvas.setStrokeGray(0.7)
        canvas.line(MARGIN, 13 * mm, A4[0] - MARGIN, 13 * mm)
        canvas.drawString(MARGIN, 9 * mm, normal(self.label))
        canvas.drawRightString(A4[0] - MARGIN, 9 * mm, self.pages.format(number=number, count=count))
        if self.mark:
            self._mark(canvas)
        canvas.restoreState()

    def _mark(self, canvas: Canvas) -> None:
        canvas.setFillGray(0.6, alpha=0.28)
        canvas.setFont(BOLD, 64)
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(35)
        canvas.drawCentredString(0, -20, self.mark)


def _moment(day: date | None) -> TimeStamp:
    """The time that the file states: midnight in China of the day of issue, never the time of drawing."""
    stamp = TimeStamp(1)
    at = datetime.combine(day or date(2000, 1, 1), time(), _CHINA)
    stamp.t, stamp.tzname, stamp.dhh, stamp.dmm = at.timestamp(), "UTC", 0, 0
    stamp.lt = at.astimezone(UTC).timetuple()
    stamp.YMDhms = tuple(stamp.lt)[:6]
    return stamp


def page_bytes(story: list[Flowable], foot: Foot, *, title: str, author: str, language: str) -> bytes:
    """The PDF of a story on A4: the same story gives the same bytes, on any machine, at any time."""
    fonts()
    buffer = BytesIO()
    pages = type("_NumberedPages", (_Pages,), {"foot": foot})
    template = BaseDocTemplate(
        buffer, pagesize=A4, title=title, author=author, subject=title, lang=language,
        invariant=1, initialFontName=REGULAR, pageCompression=1,
    )  # fmt: skip
    frame = Frame(MARGIN, 16 * mm, WIDTH, A4[1] - 30 * mm, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate(frames=[frame])])
    template.build(story, canvasmaker=pages)
    return buffer.getvalue()
