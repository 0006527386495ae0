"""The agreement text as it is printed, frozen: a value that a drawing needs nothing beside."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from people.canonical import decode, digest, encode

LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Party:
    """One side as it is named on the paper; `notices` is where written notices to it go."""

    name: str
    uscc: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    legal_representative: str = ""
    signer: str = ""
    capacity: str = ""
    notices: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a clause; `mark` is one of contracts.blanks.Mark."""

    words: str
    mark: str = "plain"


@dataclass(frozen=True, slots=True)
class PrintedClause:
    """A clause with its blanks filled; `note` is the editor's and no part of the text."""

    number: str
    heading: str
    pieces: tuple[Words, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """Clauses under one heading; without number and heading where the text has no sections."""

    number: str
    heading: str
    clauses: tuple[PrintedClause, ...]


@dataclass(frozen=True, slots=True)
class PrintedChapter:
    """A chapter; one that the agreement does without keeps its number and has no sections."""

    number: str
    heading: str
    sections: tuple[PrintedSection, ...]
    adopted: bool = True


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A line of an annex: what, its value, and what else is to be known of it."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Annex:
    """What is agreed beside the clauses."""

    title: str
    rows: tuple[AnnexRow, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementDocument:
    """The whole text of one version of an agreement.  A draft says so, and names what is still open."""

    number: str
    title: str
    version: str
    template: str
    party_a: Party
    party_b: Party
    chapters: tuple[PrintedChapter, ...]
    annexes: tuple[Annex, ...] = ()
    open_items: tuple[str, ...] = ()
    draft: bool = True
    issued_on: date | None = None
    language: str = "zh-hans"


def to_dict(document: AgreementDocument) -> dict[str, Any]:
    """JSON data of a document."""
    data: dict[str, Any] = encode(document)
    return data


def from_dict(data: dict[str, Any]) -> AgreementDocument:
    """The document that `to_dict` wrote.  Raises SnapshotError for anything else."""
    document: AgreementDocument = decode(AgreementDocument, data)
    return document


def sha256(document: AgreementDocument) -> str:
    """SHA-256 of the canonical JSON of a document, in hex."""
    return digest(to_dict(document))


def strings(data: Any) -> list[str]:
    """Every text in JSON data, to ask whether it can be printed."""
    if isinstance(data, str):
        return [data]
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [words for part in parts for words in strings(part)]
