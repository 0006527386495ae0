"""Fault tickets, their timeline and attachments, the clocks of what was promised, and breaches."""

from sla.models.breaches import Adjudication, Breach
from sla.models.clocks import Clock, ClockEvent
from sla.models.series import Series
from sla.models.tickets import Attachment, Ticket, TicketEntry, random_place

__all__ = [
    "Adjudication",
    "Attachment",
    "Breach",
    "Clock",
    "ClockEvent",
    "Series",
    "Ticket",
    "TicketEntry",
    "random_place",
]
