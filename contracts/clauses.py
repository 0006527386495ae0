"""The clauses of a version: taken from a standard text or a template, their named blanks filled from the terms."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from contracts.blanks import (
    AT_SIGNING,
    DATE,
    HOMES,
    OPEN,
    OPEN_DAY,
    UNMEASURED,
    Blank,
    Span,
    day_words,
    figure,
    names_in,
    shown,
    spans,
)
from contracts.models import AgreementVersion, Clause, TemplateVersion
from contracts.parameters import end_under

DATA = Path(__file__).parent / "data"
STANDARD = DATA / "standard_clauses.csv"
COPIED = ("number", "heading", "text", "note", "truncated", "klass", "topic", "side")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One clause of a text that is to be copied into a version, with the chapter and section it stands in."""

    number: str
    heading: str
    text: str
    klass: str
    topic: str
    side: str
    note: str = ""
    truncated: bool = False
    chapter_number: str = ""
    chapter: str = ""
    section_number: str = ""
    section: str = ""
    optional: bool = False


def read_wordings(path: Path) -> list[Wording]:
    """The clauses of a bundled text; chapter and section numbers are the first parts of a clause's number."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_wording(row) for row in csv.DictReader(file)]


def _wording(row: dict[str, str]) -> Wording:
    parts = row["number"].split(".")
    return Wording(
        **{name: row[name] for name in ("number", "heading", "text", "klass", "topic", "side", "note")},
        truncated=row["truncated"] == "yes",
        optional=row["optional"] == "yes",
        chapter_number=parts[0],
        chapter=row["chapter"],
        section_number=".".join(parts[:2]) if row["section"] else "",
        section=row["section"],
    )


def wordings_of(template: TemplateVersion) -> list[Wording]:
    """The clauses of a template version in the order of the text."""
    nodes = list(template.nodes.order_by("position"))
    by_pk = {node.pk: node for node in nodes}
    found = []
    for node in nodes:
        if node.kind != node.Kind.CLAUSE:
            continue
        above = []
        up = by_pk.get(node.parent_id or 0)
        while up is not None:
            above.append(up)
            up = by_pk.get(up.parent_id or 0)
        chapter = above[-1]
        section = above[0] if len(above) > 1 else None
        found.append(
            Wording(
                **{name: getattr(node, name) for name in COPIED},
                chapter_number=chapter.number,
                chapter=chapter.heading,
                section_number=section.number if section else "",
                section=section.heading if section else "",
                optional=chapter.optional,
            )
        )
    return found


def standard_clauses() -> list[dict[str, str]]:
    """Every clause of the standard text as it is kept: number, chapter, section, klass, topic, side, heading, text."""
    with STANDARD.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_standard_clauses(version: AgreementVersion) -> list[Clause]:
    """Give a draft version the standard clauses; the wording keeps its named blanks, which `worded` fills."""
    return write_clauses(version, read_wordings(STANDARD))


def write_clauses(version: AgreementVersion, wordings: Iterable[Wording]) -> list[Clause]:
    """Give a draft version these clauses, in this order."""
    made = []
    for position, wording in enumerate(wordings, start=1):
        fields = {name: value for name, value in vars(wording).items() if name != "optional"}
        clause = Clause(version=version, position=position, **fields)
        clause.save()
        made.append(clause)
    return made


def take_text(
    version: AgreementVersion, template: TemplateVersion, wordings: Sequence[Wording] | None = None
) -> list[Clause]:
    """Give a draft version the text of a template (or those of its clauses), and the blanks that this text has."""
    taken = wordings_of(template) if wordings is None else wordings
    version.template_version = template
    version.blanks = [blank.as_json() for blank in blanks_for(template, taken)]
    version.save()
    return write_clauses(version, taken)


@dataclass(frozen=True)
class Part:
    """A run of clauses under one heading: a chapter (sections in `parts`) or a section."""

    number: str
    heading: str
    clauses: Sequence[Clause] = ()
    parts: Sequence["Part"] = ()


def chapters_of(clauses: Iterable[Clause]) -> list[Part]:
    """The clauses by chapter and section, in the order given; clauses without a chapter stand in one without a name."""
    chapters: dict[tuple[str, str], dict[tuple[str, str], list[Clause]]] = {}
    for clause in clauses:
        chapter = chapters.setdefault((clause.chapter_number, clause.chapter), {})
        chapter.setdefault((clause.section_number, clause.section), []).append(clause)
    return [
        Part(number, heading, parts=[Part(*section, clauses=held) for section, held in sections.items()])
        for (number, heading), sections in chapters.items()
    ]


def worded(clause: Clause, blanks: Mapping[str, str]) -> str:
    """The clause as a person reads it, its blanks filled from `filled_blanks`."""
    return "".join(span.words for span in spans(clause.text, {name: Span(words) for name, words in blanks.items()}))


def filled_blanks(version: AgreementVersion) -> dict[str, str]:
    """What each named blank of the wording reads under this version."""
    return {name: span.words for name, span in read_blanks(version).items()}


def read_blanks(version: AgreementVersion) -> dict[str, Span]:
    """What stands in each named blank, and whether it is filled, open, left for the signing or without a number."""
    standard = {home: _read(home, version) for home in HOMES}
    return {**standard, **{blank.name: _span(blank, version) for blank in blanks_of(version)}}


def blanks_of(version: AgreementVersion) -> list[Blank]:
    """The blanks that the version was drafted with; none for a version that was not made from a template."""
    return [Blank.from_json(data) for data in version.blanks]


def blanks_for(template: TemplateVersion, wordings: Sequence[Wording]) -> list[Blank]:
    """The blanks that these clauses use, and those that no clause of the template uses (they are annexed)."""
    used = {name for wording in wordings for name in names_in(wording.text)}
    anywhere = {name for wording in wordings_of(template) for name in names_in(wording.text)}
    known = [row.as_blank() for row in template.blanks.all()]
    return [blank for blank in known if blank.name in used or blank.name not in anywhere]


def open_parameters(version: AgreementVersion) -> list[str]:
    """Labels of the required blanks without a field of their own that nobody has filled."""
    return [
        blank.label
        for blank in blanks_of(version)
        if blank.required and not blank.home and not version.parameters.get(blank.name)
    ]


def _span(blank: Blank, version: AgreementVersion) -> Span:
    if blank.home:
        return _read(blank.home, version)
    if value := version.parameters.get(blank.name, ""):
        return Span(shown(blank.kind, value), "filled")
    if blank.required:
        return Span(OPEN_DAY if blank.kind == DATE else OPEN, "open")
    return Span(UNMEASURED, "unmeasured")


def _read(home: str, version: AgreementVersion) -> Span:
    words = READERS[home](version)
    if words:
        return Span(words, "filled")
    if home == "interest":
        return Span(UNMEASURED, "unmeasured")
    empty = OPEN_DAY if home in {"signed_on", "effective_on", "ends_on"} else OPEN
    return Span(empty, "signing" if home in AT_SIGNING else "open")


def interest_words(version: AgreementVersion) -> str:
    """The interest rule in the agreement's own words; what the default rule says already is left out."""
    basis, words = AgreementVersion.InterestBasis, _rate_words(version)
    if version.interest_basis == basis.NONE:
        return words
    if version.interest_counting != AgreementVersion.InterestCounting.AFTER_DUE:
        words += f"，{AgreementVersion.InterestCounting(version.interest_counting).label}"
    if version.interest_cap is not None:
        words += f"，累计不超过账单金额的 {_figure(version.interest_cap)}%"
    return words


def _rate_words(version: AgreementVersion) -> str:
    basis, year = AgreementVersion.InterestBasis, f"（一年按 {version.interest_year_days} 天计）"
    rate = _figure(version.interest_rate)
    if version.interest_basis == basis.DAILY:
        return f"每日 {rate or OPEN}%"
    if version.interest_basis == basis.ANNUAL:
        return f"年利率 {rate or OPEN}%{year}"
    if version.interest_basis == basis.LPR_FIXED:
        return f"逾期首日一年期 LPR 的 {rate or OPEN} 倍，固定不变{year}"
    if version.interest_basis == basis.LPR_FLOATING:
        return f"各日一年期 LPR 的 {rate or OPEN} 倍，随公布调整{year}"
    return str(version.get_interest_basis_display())


def _interest(version: AgreementVersion) -> str:
    return "" if version.interest_basis == AgreementVersion.InterestBasis.NONE else interest_words(version)


def _figure(value: Decimal | int | None) -> str:
    return "" if value is None else figure(value)


def _day(value: date | None) -> str:
    return day_words(value) if value else ""


READERS: dict[str, Callable[[AgreementVersion], str]] = {
    "party_a": lambda version: version.agreement.party_a.name,
    "party_b": lambda version: version.agreement.party_b.name,
    "signed_on": lambda version: _day(version.agreement.signed_on),
    "effective_on": lambda version: _day(version.agreement.effective_on or version.agreement.agreed_effective_on),
    "ends_on": lambda version: _day(end_under(version)),
    "term_years": lambda version: _figure(version.agreement.term_years),
    "confidentiality_years": lambda version: _figure(version.confidentiality_years),
    "payment_working_days": lambda version: _figure(version.payment_working_days),
    "support_hours_per_day": lambda version: _figure(version.support_hours_per_day),
    "support_hours": lambda version: version.support_hours.name if version.support_hours else "",
    "response_hours": lambda version: _figure(version.response_hours),
    "solution_hours": lambda version: _figure(version.solution_hours),
    "interest": _interest,
}
