"""Fault tickets, their timeline and attachments, the clocks of what was promised, breaches; the desk of operations."""

from sla.models.breaches import Adjudication, Breach
from sla.models.clocks import Clock, ClockEvent
from sla.models.credits import CreditRule, ServiceCredit
from sla.models.desk import (
    CannedAnswer,
    Escalation,
    Holding,
    Label,
    Labelled,
    Merge,
    Queue,
    QueueRule,
    SavedFilter,
    TicketLink,
    Watch,
)
from sla.models.escalation import Chase, EscalationRule
from sla.models.quality import QualityReport
from sla.models.reports import ReportAnswer, ServiceReport
from sla.models.series import Series
from sla.models.targets import PriorityMatrix, ServiceTarget
from sla.models.tickets import Attachment, Ticket, TicketEntry, random_place
from sla.models.whatif import WhatIf, WhatIfLine

__all__ = [
    "Adjudication",
    "Attachment",
    "Breach",
    "CannedAnswer",
    "Chase",
    "Clock",
    "ClockEvent",
    "CreditRule",
    "Escalation",
    "EscalationRule",
    "Holding",
    "Label",
    "Labelled",
    "Merge",
    "PriorityMatrix",
    "QualityReport",
    "Queue",
    "QueueRule",
    "ReportAnswer",
    "SavedFilter",
    "Series",
    "ServiceCredit",
    "ServiceReport",
    "ServiceTarget",
    "Ticket",
    "TicketEntry",
    "TicketLink",
    "Watch",
    "WhatIf",
    "WhatIfLine",
    "random_place",
]
