"""What a payer wrote: numbers of bills, agreements and formal invoices in a remittance text, however they are typed."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST = 6  # a shorter number stands in a text by chance


@dataclass(frozen=True, slots=True)
class Reference:
    """A number that a text may hold, and what it leads to."""

    number: str
    key: int


def folded(text: str) -> str:
    """The text as numbers are looked for in it: half width, capitals, without blanks, dashes and other signs."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum())


def named_in(text: str, references: Iterable[Reference]) -> list[Reference]:
    """The references whose number stands in the text, in the order in which the text names them.

    A number counts only whole: what another digit continues, or follows on, is another number.
    """
    memo = folded(text)
    found: list[tuple[int, Reference]] = []
    for reference in references:
        wanted = folded(reference.number)
        if len(wanted) < SHORTEST or wanted not in memo:
            continue
        before = r"(?<!\d)" if wanted[0].isdigit() else ""
        after = r"(?!\d)" if wanted[-1].isdigit() else ""
        if match := re.search(before + re.escape(wanted) + after, memo):
            found.append((match.start(), reference))
    return [reference for _place, reference in sorted(found, key=lambda pair: (pair[0], pair[1].number))]
