"""The named blanks of a text: which there are, where their value lives, and how a value reads."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

ORGANISATION, DATE, YEARS, HOURS, DAYS = "organisation", "date", "years", "hours", "days"
COUNT, DECIMAL, CHOICE, TEXT = "count", "decimal", "choice", "text"
KINDS = (ORGANISATION, DATE, YEARS, HOURS, DAYS, COUNT, DECIMAL, CHOICE, TEXT)

AGREEMENT_HOMES = ("party_a", "party_b", "signed_on", "effective_on", "term_years", "ends_on")
VERSION_HOMES = (
    "confidentiality_years", "payment_working_days", "support_hours_per_day", "support_hours", "response_hours",
    "solution_hours", "interest",
)  # fmt: skip
HOMES = (*AGREEMENT_HOMES, *VERSION_HOMES)
AT_SIGNING = frozenset({"signed_on", "effective_on"})  # written on the paper by those who sign
ALWAYS = ("party_a", "party_b", "term_years", "ends_on")  # no agreement does without them

OPEN, OPEN_DAY, UNMEASURED = "____", "____年__月__日", "（没有可衡量的约定）"
NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
PLACE = re.compile(r"\{([^{}]*)\}")
Mark = Literal["plain", "filled", "open", "signing", "unmeasured"]


@dataclass(frozen=True, kw_only=True)
class Blank:
    """A named blank: `home` names the field that holds its value (HOMES), or is empty for a value of its own."""

    name: str
    label: str
    kind: str
    home: str = ""
    required: bool = True
    help: str = ""
    options: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        return {**asdict(self), "options": list(self.options)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Blank":
        """The blank that `as_json` wrote."""
        return cls(**{**data, "options": tuple(data.get("options", ()))})


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a clause: plain words, or what stands in a blank and whether that is filled, open or unmeasured."""

    words: str
    mark: Mark = "plain"


def names_in(text: str) -> list[str]:
    """The names in braces, in order, each once."""
    return list(dict.fromkeys(PLACE.findall(text)))


def unknown_in(text: str, known: Iterable[str]) -> list[str]:
    """The names in braces that no blank has."""
    names = set(known)
    return [name for name in names_in(text) if name not in names]


def spans(text: str, filled: Mapping[str, Span]) -> tuple[Span, ...]:
    """The text cut at its blanks, each replaced by what fills it; a name that nothing fills stays as it is printed."""
    cut: list[Span] = []
    for at, piece in enumerate(PLACE.split(text)):
        if at % 2:
            cut.append(filled.get(piece, Span("{" + piece + "}")))
        elif piece:
            cut.append(Span(piece))
    return tuple(cut)


def shown(kind: str, value: str) -> str:
    """A stored value as it reads on paper.  Raises ValueError for a value that is none of its kind."""
    if kind == DATE:
        return day_words(date.fromisoformat(value))
    if kind in {YEARS, HOURS, DAYS, COUNT, DECIMAL}:
        return figure(number(value))
    return value


def number(value: str) -> Decimal:
    """The decimal that a text writes.  Raises ValueError for anything that is no finite number."""
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no number") from error
    if not found.is_finite():
        raise ValueError(f"{value!r} is no number")
    return found


def figure(value: Decimal | int) -> str:
    """A figure without needless zeros: 7.50 reads 7.5, 10 stays 10."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def day_words(day: date) -> str:
    """A civil day as it stands on paper: 2026年9月1日."""
    return f"{day.year}年{day.month}月{day.day}日"
