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
from sla.models.knowledge import Article, ArticleUse, ArticleVersion
from sla.models.mail import InMail
from sla.models.quality import QualityReport
from sla.models.reports import ReportAnswer, ServiceReport
from sla.models.satisfaction import Rating
from sla.models.security import CheckPlan, CheckResult, FixTerm, ReportDuty, SecurityIncident, Severity, Vulnerability
from sla.models.series import Series
from sla.models.targets import PriorityMatrix, ServiceTarget
from sla.models.tickets import Attachment, Ticket, TicketEntry, random_place
from sla.models.uptime import (
    Announcement,
    Hours,
    MaintenanceWindow,
    Outage,
    OutageEntry,
    OutageTicket,
    Reach,
    Service,
    ServiceTerm,
    TicketService,
)
from sla.models.whatif import WhatIf, WhatIfLine

__all__ = [
    "Adjudication",
    "Announcement",
    "Article",
    "ArticleUse",
    "ArticleVersion",
    "Attachment",
    "Breach",
    "CannedAnswer",
    "Chase",
    "CheckPlan",
    "CheckResult",
    "Clock",
    "ClockEvent",
    "CreditRule",
    "Escalation",
    "EscalationRule",
    "FixTerm",
    "Holding",
    "Hours",
    "InMail",
    "Label",
    "Labelled",
    "MaintenanceWindow",
    "Merge",
    "Outage",
    "OutageEntry",
    "OutageTicket",
    "PriorityMatrix",
    "QualityReport",
    "Queue",
    "QueueRule",
    "Rating",
    "Reach",
    "ReportAnswer",
    "ReportDuty",
    "SavedFilter",
    "SecurityIncident",
    "Series",
    "Service",
    "ServiceCredit",
    "ServiceReport",
    "ServiceTarget",
    "ServiceTerm",
    "Severity",
    "Ticket",
    "TicketEntry",
    "TicketLink",
    "TicketService",
    "Vulnerability",
    "Watch",
    "WhatIf",
    "WhatIfLine",
    "random_place",
]
