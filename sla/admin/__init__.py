"""The console's pages on service levels; each module registers its own."""

from sla.admin import breaches, clocks, credits, desk, escalation, quality, reports, targets, tickets, whatif

__all__ = ["breaches", "clocks", "credits", "desk", "escalation", "quality", "reports", "targets", "tickets", "whatif"]
from sla.admin import breaches, clocks, credits, escalation, quality, security, tickets, uptime

__all__ = ["breaches", "clocks", "credits", "tickets"]
from sla.admin import desk

__all__ = ["breaches", "clocks", "desk", "tickets"]
__all__ = ["breaches", "clocks", "credits", "quality", "tickets"]
from sla.admin import reports

__all__ = ["breaches", "clocks", "reports", "tickets"]
__all__ = ["breaches", "clocks", "credits", "escalation", "tickets"]
from sla.admin import targets

__all__ = ["breaches", "clocks", "targets", "tickets"]
__all__ = ["breaches", "clocks", "credits", "security", "tickets", "uptime"]
