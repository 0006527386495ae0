"""The console's pages on service levels; each module registers its own."""

from sla.admin import breaches, clocks, credits, desk, escalation, quality, reports, targets, tickets, whatif

__all__ = ["breaches", "clocks", "credits", "desk", "escalation", "quality", "reports", "targets", "tickets", "whatif"]
from sla.admin import security, uptime

__all__ = ["breaches", "clocks", "credits", "tickets"]

__all__ = ["breaches", "clocks", "desk", "tickets"]
__all__ = ["breaches", "clocks", "credits", "quality", "tickets"]

__all__ = ["breaches", "clocks", "reports", "tickets"]
__all__ = ["breaches", "clocks", "credits", "escalation", "tickets"]

__all__ = ["breaches", "clocks", "targets", "tickets"]
__all__ = ["breaches", "clocks", "credits", "security", "tickets", "uptime"]
from sla.admin import answers

__all__ = ["answers", "breaches", "clocks", "credits", "desk", "quality", "tickets"]
from sla.admin import mail

__all__ = ["breaches", "clocks", "credits", "desk", "escalation", "mail", "quality", "reports", "tickets"]
