"""Carrying: what other apps hang on a version (prices, for instance) goes over to the supplement drafted from it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from contracts.models import AgreementVersion
from contracts.parameters import Change
from people.models import User


class Carrier(Protocol):
    """An area of an upper app whose rows belong to a version."""

    def carry(self, old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
        """Copy the rows of the old version to the new draft."""

    def changes(self, old: AgreementVersion, new: AgreementVersion) -> Iterable[Change]:
        """What reads differently in the rows of the two versions."""


CARRIERS: list[Carrier] = []


def add_carrier(carrier: Carrier) -> None:
    """Let an area carry its rows over; call it from AppConfig.ready.  Asking twice changes nothing."""
    if carrier not in CARRIERS:
        CARRIERS.append(carrier)


def carry(old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
    """Copy what every area hangs on the old version to the new draft."""
    for carrier in CARRIERS:
        carrier.carry(old, new, by=by, at=at)


def carried_changes(old: AgreementVersion, new: AgreementVersion) -> list[Change]:
    """What reads differently in the rows of all areas."""
    return [change for carrier in CARRIERS for change in carrier.changes(old, new)]


def copy_row(row: Any, version: AgreementVersion, *, by: User) -> None:
    """Save the same row anew under another version, with `by` in its history where it has one."""
    own = {"id", "version"}
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in own}
    copy = type(row)(version=version, **kept)
    copy._history_user = by
    copy.save()


def compared(before: Mapping[str, str], after: Mapping[str, str], *, absent: str) -> Iterator[Change]:
    """What reads differently by its name; `absent` stands for what one of the two does not have."""
    for name in dict.fromkeys([*before, *after]):
        change = Change(what=name, old=before.get(name, absent), new=after.get(name, absent))
        if change.differs:
            yield change
