"""The console's pages on service levels; each module registers its own."""

from sla.admin import breaches, clocks, credits, desk, escalation, quality, reports, targets, tickets, whatif

__all__ = ["breaches", "clocks", "credits", "desk", "escalation", "quality", "reports", "targets", "tickets", "whatif"]
