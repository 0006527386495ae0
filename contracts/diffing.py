"""Differences between two wordings, word by word: Chinese character by character, figures and Latin words whole."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.%:-]*[A-Za-z0-9%]|\s+|.", re.DOTALL)
SHORTEST_ISLAND = 2  # fewer equal characters between two changes are noise: 期限 → 时限 reads as one change

Kind = Literal["same", "removed", "added"]
Change = Literal["same", "changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both wordings have, or only the old one, or only the new one."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A clause as it reads: its number, heading and text."""

    number: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One clause of two versions side by side."""

    number: str
    change: Change
    heading: Sequence[Piece]
    text: Sequence[Piece]


def pieces(old: str, new: str) -> list[Piece]:
    """The two texts as runs in reading order; where both change, the removed run stands before the added one.

    The same and removed runs together are the old text, the same and added ones the new text, to the character.
    """
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    steps = [
        (tag == "equal", "".join(before[i1:i2]), "".join(after[j1:j2])) for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    last = len(steps) - 1
    settled = [
        (same and (at in {0, last} or len(left) >= SHORTEST_ISLAND), left, right)
        for at, (same, left, right) in enumerate(steps)
    ]
    found: list[Piece] = []
    for same, run in groupby(settled, key=lambda step: step[0]):
        parts = list(run)
        gone, come = "".join(left for _, left, _ in parts), "".join(right for _, _, right in parts)
        found += [Piece("same", gone)] if same else [*_piece("removed", gone), *_piece("added", come)]
    return found


def align(old: Sequence[Wording], new: Sequence[Wording]) -> list[Row]:
    """Every clause of both versions, matched by its number, in the order of the new text.

    A clause that is gone stands after the clause that it followed in the old text.
    """
    before, after = {clause.number: clause for clause in old}, {clause.number: clause for clause in new}
    order = [clause.number for clause in new]
    previous = ""
    for clause in old:
        if clause.number not in after:
            order.insert(order.index(previous) + 1 if previous else 0, clause.number)
        previous = clause.number
    return [_row(number, before.get(number), after.get(number)) for number in order]


def _row(number: str, old: Wording | None, new: Wording | None) -> Row:
    heading = pieces(old.heading if old else "", new.heading if new else "")
    text = pieces(old.text if old else "", new.text if new else "")
    change: Change = "changed"
    if old is None:
        change = "added"
    elif new is None:
        change = "removed"
    elif all(piece.kind == "same" for piece in (*heading, *text)):
        change = "same"
    return Row(number=number, change=change, heading=heading, text=text)


def _piece(kind: Kind, text: str) -> Iterator[Piece]:
    if text:
        yield Piece(kind, text)
