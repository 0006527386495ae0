"""Annexes of upper apps: what they hang on a version stands in its text beside the clauses."""

from collections.abc import Callable

from contracts.models import AgreementVersion
from contracts.text.document import Annex

Annexer = Callable[[AgreementVersion], Annex]
ANNEXERS: list[Annexer] = []


def add_annex(annexer: Annexer) -> None:
    """Let an area state its rows in the text; call it from AppConfig.ready.  One without rows is left out."""
    if annexer not in ANNEXERS:
        ANNEXERS.append(annexer)


def annexes_of(version: AgreementVersion) -> list[Annex]:
    """The annexes of all areas, in the order of registration."""
    return [annexer(version) for annexer in ANNEXERS]
