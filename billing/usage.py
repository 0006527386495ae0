"""Taking in usage: the same event twice is one row, the same event with other content is an error."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from contracts.models import Agreement
from people.models import User


@dataclass(frozen=True, slots=True)
class Event:
    """One metered use as its source tells it."""

    source_event_id: str
    meter: str
    occurred_at: datetime
    quantity: Decimal
    corrects: str = ""  # the source_event_id of the row that this one corrects


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    added: int
    known: int


def take_in(
    agreement: Agreement, events: Iterable[Event], *, source: str, batch: str, by: User | None, at: datetime
) -> Taken:
    """Add the events that are new; all or nothing.  Raises Refused on a conflict, naming the event."""
    raise NotImplementedError
