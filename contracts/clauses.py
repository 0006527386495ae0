"""The standard agreement's clauses: wording with named blanks, filled from the terms of one version."""

import csv
from pathlib import Path

from contracts.models import AgreementVersion, Clause

STANDARD = Path(__file__).parent / "data" / "standard_clauses.csv"


def standard_clauses() -> list[dict[str, str]]:
    """Every clause of the standard text: number, chapter, klass, topic, side, heading, text with {blanks}."""
    with STANDARD.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_standard_clauses(version: AgreementVersion) -> list[Clause]:
    """Give a draft version the standard clauses; the wording keeps its named blanks, which `worded` fills."""
    made = []
    for position, row in enumerate(standard_clauses(), start=1):
        fields = {name: row[name] for name in ("number", "heading", "text", "klass", "topic", "side")}
        clause = Clause(version=version, position=position, **fields)
        clause.save()
        made.append(clause)
    return made


def worded(clause: Clause, blanks: dict[str, str]) -> str:
    """The clause as a person reads it, its blanks filled from `filled_blanks`."""
    text = clause.text
    for name, value in blanks.items():
        text = text.replace("{" + name + "}", value)
    return text


def filled_blanks(version: AgreementVersion) -> dict[str, str]:
    """What each named blank of the wording reads under this version."""
    agreement = version.agreement
    return {
        "party_a": agreement.party_a.name,
        "party_b": agreement.party_b.name,
        "signed_on": _day(agreement.signed_on),
        "effective_on": _day(agreement.effective_on or version.effective_from),
        "ends_on": _day(agreement.ends_on),
        "term_years": _figure(agreement.term_years),
        "confidentiality_years": _figure(version.confidentiality_years),
        "payment_working_days": _figure(version.payment_working_days),
        "support_hours_per_day": _figure(version.support_hours_per_day),
        "support_hours": version.support_hours.name if version.support_hours else "____",
        "response_hours": _figure(version.response_hours),
        "solution_hours": _figure(version.solution_hours),
        "interest": interest_words(version),
    }


def interest_words(version: AgreementVersion) -> str:
    """The interest rule in the agreement's own words."""
    if version.interest_basis == AgreementVersion.InterestBasis.DAILY:
        return f"每日 {_figure(version.interest_rate)}%"
    if version.interest_basis == AgreementVersion.InterestBasis.ANNUAL:
        return f"年利率 {_figure(version.interest_rate)}%（一年按 {version.interest_year_days} 天计）"
    return str(version.get_interest_basis_display())


def _figure(value: object) -> str:
    return "____" if value is None else f"{value:f}".rstrip("0").rstrip(".") if "." in str(value) else str(value)


def _day(value: object) -> str:
    return f"{value:%Y年%-m月%-d日}" if value else "____年__月__日"
