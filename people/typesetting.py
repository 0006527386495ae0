"""Chinese on paper: embedded fonts, the coverage gate, and paragraphs that break lines as Chinese is set.

No text of a user's ever meets ReportLab's markup parser, which can embed local files: paragraphs are built of runs.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from reportlab import rl_config
from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import getAscentDescent, registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus.paragraph import FragLine, Paragraph, ParaLines

FONTS = Path(__file__).resolve().parent.parent / "fonts"
REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
GREY = Color(0.33, 0.33, 0.33)
ALERT = Color(0.6, 0.2, 0.0)

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
    rl_config.useA85 = 0  # binary streams: a fifth smaller and faster
    files = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold-8105.ttf"}
    loaded = {name: _SearchableFont(name, str(FONTS / file), asciiReadable=False) for name, file in files.items()}
    for font in loaded.values():
        font.face.get_table = lru_cache(maxsize=32)(font.face.get_table)  # else 9 MB are copied for each document
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


class Run(NamedTuple):
    """Words of one look within a paragraph; size 0 and no font mean those of the paragraph."""

    words: str
    size: float = 0
    font: str = ""
    color: Color = black


class ChineseParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph that breaks lines as Chinese is set: no 。 at a line's start, no （ at its end, numbers whole."""

    def breakLinesCJK(self, maxWidths: Any) -> Any:
        """Called by Paragraph for wordWrap="CJK"; returns the lines in its own two forms."""
        if getattr(self, "_splitpara", 0) and hasattr(self, "blPara"):
            return self.blPara
        widths = list(maxWidths) if isinstance(maxWidths, list | tuple) else [maxWidths]
        glyphs = [glyph for frag in self.frags for glyph in _glyphs(frag)]
        blank: Glyph = ("", 0.0, _model(self.style))  # an empty line keeps its height
        lines = [_line(part or [blank], width, hard) for part, width, hard in break_lines(glyphs, widths)]
        return ParaLines(kind=1, lines=lines)


def _fragments(run: Run, look: Any) -> list[Any]:
    font = run.font or look.fontName
    model = _model(look).clone(fontSize=run.size or look.fontSize, textColor=run.color)
    frags: list[Any] = []
    for at, line in enumerate(normal(run.words).split("\n")):
        if at:
            frags.append(model.clone(text="", lineBreak=True))
        frags += [model.clone(text=part, fontName=name) for name, part in _by_font(line, font)]
    return frags


@lru_cache(maxsize=64)
def _model(look: Any) -> Any:
    return Paragraph("x", look).frags[0]


def _by_font(line: str, font: str) -> list[tuple[str, str]]:
    """The words in the font asked for, rare characters that only the full font has in that one."""
    glyphs = fonts()[font].face.charToGlyph
    if font == REGULAR or all(ord(c) in glyphs for c in line):
        return [(font, line)] if line else []
    runs = groupby(line, key=lambda c: ord(c) in glyphs)
    return [(font if known else REGULAR, "".join(part)) for known, part in runs]


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
    used = 0.0
    for at in range(start, len(glyphs)):  # most texts fit: where a line could end is asked only of those that do not
        if glyphs[at][0] == "\n":
            return at, True
        used += glyphs[at][1]
        if used > width + _FUZZ:
            break
    else:
        return len(glyphs), False
    used, last, inked = 0.0, start, ""
    for at in range(start, len(glyphs)):
        character = glyphs[at][0]
        if character == "\n":
            return at, True
        if character != " ":
            if at > start and may_break(inked, character, spaced=glyphs[at - 1][0] == " "):
                last = at
            inked = character
        used += glyphs[at][1]
        if used > width + _FUZZ and at > start and character != " ":
            return (last if last > start else at), False
    return len(glyphs), False


def may_break(left: str, right: str, *, spaced: bool = False) -> bool:
    """Whether a line may end between two characters that are not blanks; `spaced` when blanks stand between them.

    The blanks never decide: they vanish at the break, and what then ends and starts a line must be allowed to.
    """
    if right in CANNOT_START or left in CANNOT_END:
        return False
    return spaced or _is_wide(left) or _is_wide(right)


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


def runs(parts: Sequence[Run], look: Any | None = None) -> ChineseParagraph:
    """A paragraph of words in several looks."""
    look = look or style()
    return ChineseParagraph("", look, frags=[frag for part in parts for frag in _fragments(part, look)])


def text(words: str, look: Any | None = None) -> ChineseParagraph:
    """A paragraph of plain words in a style."""
    return runs([Run(words)], look)
