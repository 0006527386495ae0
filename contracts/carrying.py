"""Carrying: what other apps hang on a version (prices, for instance) goes over to the supplement drafted from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

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
