"""The whole board of one agreement: every clause of the text, and the chapters that other agreements have.

The clauses come in the order of the text, by chapter.  A later chapter that this text does not have keeps its line
with the reading of its matter: what nobody wrote down may still happen.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.board import LABELS, TONES, Link, Reading, Standing, read
from contracts.clauses import filled_blanks, standard_clauses, worded
from contracts.models import Agreement, AgreementVersion, BoardTally, Clause
from contracts.terms import shown_on
from people.models import User
from people.showing import Tone

LATER = Path(__file__).parent / "data" / "later_clauses.csv"
LIABILITY = "liability"  # the text has the start of this clause (8.3.1, cut off); its end is a later one
NOT_IN_TEXT = _("本协议文本未载明")
SIDES: tuple[tuple[str, object], ...] = ((Clause.Side.A, _("甲方义务")), (Clause.Side.B, _("乙方义务")))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the board: a clause, where it stands, and the links that its reader may open."""

    clause: Clause
    text: object
    chapter: str
    in_text: bool
    reading: Reading
    links: Sequence[tuple[object, str]] = ()
    clause_url: str = ""

    @property
    def standing_label(self) -> object:
        """The standing in words."""
        return LABELS[self.reading.standing]

    @property
    def tone(self) -> Tone:
        """The colour of the standing."""
        return TONES[self.reading.standing]


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many lines have one standing."""

    standing: Standing
    count: int

    @property
    def label(self) -> object:
        return LABELS[self.standing]

    @property
    def tone(self) -> Tone:
        return TONES[self.standing]


@dataclass(frozen=True, kw_only=True)
class Board:
    """The board of one agreement at an instant, as one reader sees it."""

    agreement: Agreement
    version: AgreementVersion | None
    at: datetime
    lines: Sequence[Line]

    @property
    def counts(self) -> list[Count]:
        """Lines per standing, the worst first, none left out."""
        found = Counter(line.reading.standing for line in self.lines)
        return [Count(standing=standing, count=found[standing]) for standing in Standing]

    @property
    def chapters(self) -> list[tuple[str, list[Line]]]:
        """The lines by chapter, in order."""
        return [(chapter, list(lines)) for chapter, lines in groupby(self.lines, key=lambda line: line.chapter)]

    def kept_to(self, *, standing: str = "", side: str = "") -> Board:
        """The lines of one standing, or of one party's duties; an unknown word keeps all."""
        kept = list(self.lines)
        if standing in set(Standing):
            kept = [line for line in kept if line.reading.standing == standing]
        if side in {Clause.Side.A, Clause.Side.B}:
            kept = [line for line in kept if line.clause.side in {side, Clause.Side.BOTH}]
        return replace(self, lines=kept)


def applying_version(agreement: Agreement, on: date) -> AgreementVersion | None:
    """The terms that the board shows: those of the day, else the last active ones, else the newest draft."""
    found = shown_on(agreement, on)
    if found is not None:
        found.agreement = agreement
    return found


def staff_board(agreement: Agreement, *, user: User, at: datetime) -> Board:
    """The board as a person of Party A sees it: links cut to what the person may open."""
    reads_clauses = user.has_perm("contracts.view_clause")

    def shown(line: Line) -> Line:
        links = [(link.label, link.url) for link in line.reading.links if user.has_perm(link.permission)]
        url = reverse("admin:contracts_clause_change", args=[line.clause.pk]) if line.in_text and reads_clauses else ""
        return replace(line, links=links, clause_url=url)

    return _board(agreement, at, shown)


def party_b_board(agreement: Agreement, *, at: datetime) -> Board:
    """The board as Party B sees it: its own pages for links, nothing that is Party A's alone."""

    def shown(line: Line) -> Line:
        reading = line.reading.party_b or line.reading
        return replace(line, reading=reading, links=_portal_links(reading.links))

    return _board(agreement, at, shown)


def tally(agreement: Agreement, *, at: datetime) -> BoardTally:
    """Count the agreement's board again and keep the counts for the overview; again at once changes nothing else."""
    counts = {count.standing.value: count.count for count in _board(agreement, at, lambda line: line).counts}
    kept, _made = BoardTally.objects.update_or_create(agreement=agreement, defaults={**counts, "read_at": at})
    return kept


def tally_all(*, at: datetime) -> int:
    """Count every agreement that binds or is being made; returns how many.

    Closed ones keep their last counts.  Each is a transaction of its own, so that a run cut short keeps what it did.
    """
    rows = Agreement.objects.exclude(state=Agreement.State.CLOSED).select_related("party_a", "party_b").order_by("pk")
    return len([tally(agreement, at=at) for agreement in rows.iterator(chunk_size=200)])


def _board(agreement: Agreement, at: datetime, shown: Callable[[Line], Line]) -> Board:
    version = applying_version(agreement, timezone.localdate(at))
    lines = [shown(line) for line in _lines(agreement, version, at)]
    return Board(agreement=agreement, version=version, at=at, lines=lines)


def _lines(agreement: Agreement, version: AgreementVersion | None, at: datetime) -> list[Line]:
    """Each matter is read once, however many clauses speak of it."""
    clauses = list(version.clauses.all()) if version else []
    blanks = filled_blanks(version) if version else {}
    readings: dict[str, Reading] = {}

    def line(clause: Clause, text: object, *, chapter: str, in_text: bool) -> Line:
        if clause.topic not in readings:
            readings[clause.topic] = read(agreement, clause.topic, at=at)
        reading = readings[clause.topic]
        return Line(clause=clause, text=text, chapter=chapter, in_text=in_text, reading=reading)

    lines = [
        line(clause, worded(clause, blanks), chapter=clause.chapter_title or chapter_of(clause.number), in_text=True)
        for clause in clauses
    ]
    for row in _missing(clauses):
        fields = {name: row[name] for name in ("number", "heading", "klass", "topic", "side")}
        made = line(Clause(**fields), NOT_IN_TEXT, chapter=chapter_of(row["number"]), in_text=False)
        lines.insert(_place(lines, row["number"]), made)
    return lines


def chapter_of(number: str) -> str:
    """The chapter that a clause number stands in, such as "6 费用"; empty for a number without chapters."""
    first = _first(number)
    return f"{first} {_chapters()[first]}" if first in _chapters() else ""


@cache
def _chapters() -> dict[int, str]:
    return {_first(row["number"]): row["chapter"] for row in [*_later(), *standard_clauses()]}


@cache
def _later() -> tuple[dict[str, str], ...]:
    with LATER.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _first(number: str) -> int:
    first = number.split(".")[0]
    return int(first) if first.isascii() and first.isdigit() else 0


def _missing(clauses: Sequence[Clause]) -> list[dict[str, str]]:
    """The later clauses whose matter the text does not speak of."""
    spoken = Counter(clause.topic for clause in clauses)
    return [row for row in _later() if spoken[row["topic"]] < (2 if row["topic"] == LIABILITY else 1)]


def _place(lines: Sequence[Line], number: str) -> int:
    """After the last line of the same or an earlier chapter."""
    before = [at for at, line in enumerate(lines, start=1) if _first(line.clause.number) <= _first(number)]
    return max(before, default=len(lines))


def _portal_links(links: Iterable[Link]) -> list[tuple[object, str]]:
    return [(link.label, link.portal_url) for link in links if link.portal_url]
