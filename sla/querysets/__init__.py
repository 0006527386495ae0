"""Names for sets of rows, and the one rule of scope: Party B sees its own rows."""

from sla.querysets.desk import CannedAnswerQuerySet, SavedFilterQuerySet, StandingQuerySet
from sla.querysets.tickets import AttachmentQuerySet, BreachQuerySet, ClockQuerySet, TicketEntryQuerySet, TicketQuerySet

__all__ = [
    "AttachmentQuerySet",
    "BreachQuerySet",
    "CannedAnswerQuerySet",
    "ClockQuerySet",
    "SavedFilterQuerySet",
    "StandingQuerySet",
    "TicketEntryQuerySet",
    "TicketQuerySet",
]
