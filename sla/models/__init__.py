"""Fault tickets, their timeline and attachments, the clocks of what was promised, breaches, and what hangs on them."""

from sla.models.breaches import Adjudication, Breach
from sla.models.clocks import Clock, ClockEvent
from sla.models.credits import CreditRule, ServiceCredit
from sla.models.reports import ReportAnswer, ServiceReport
from sla.models.series import Series
from sla.models.tickets import Attachment, Ticket, TicketEntry, random_place
from sla.models.whatif import WhatIf, WhatIfLine

__all__ = [
    "Adjudication",
    "Attachment",
    "Breach",
    "Clock",
    "ClockEvent",
    "CreditRule",
    "ReportAnswer",
    "Series",
    "ServiceCredit",
    "ServiceReport",
    "Ticket",
    "TicketEntry",
    "WhatIf",
    "WhatIfLine",
    "random_place",
]
