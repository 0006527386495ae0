"""Plain text with simple form: paragraphs, lists and steps.  Values only: a template escapes and draws them."""

import re
from dataclasses import dataclass
from enum import StrEnum

_BULLET = re.compile(r"\s*[-*•·]\s+(.*)")
_STEP = re.compile(r"\s*\d{1,2}[.、)）]\s*(.*)")


class Shape(StrEnum):
    """How a block is drawn."""

    PARAGRAPH = "p"
    BULLETS = "ul"
    STEPS = "ol"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together."""

    shape: Shape
    lines: tuple[str, ...]


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text: a blank line ends one, lines that begin with "- " or "1." are items."""
    found: list[tuple[Shape, list[str]]] = []
    fresh = True
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line.strip():
            fresh = True
            continue
        shape, words = _read(line)
        if fresh or found[-1][0] != shape:
            found.append((shape, []))
        found[-1][1].append(words)
        fresh = False
    return [Block(shape, tuple(lines)) for shape, lines in found]


def _read(line: str) -> tuple[Shape, str]:
    if bullet := _BULLET.fullmatch(line):
        return Shape.BULLETS, bullet[1].strip()
    if step := _STEP.fullmatch(line):
        return Shape.STEPS, step[1].strip()
    return Shape.PARAGRAPH, line.strip()
