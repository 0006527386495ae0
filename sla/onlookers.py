"""Onlookers: who watches a ticket and may still see it."""

from __future__ import annotations

from contracts.models import Agreement
from people.models import User
from sla.models import Ticket


def may_watch(ticket: Ticket, person: User) -> bool:
    """Operations and others who read tickets may, and the people of the ticket's own Party B."""
    if not person.is_active:
        return False
    if person.is_staff:
        return person.has_perm("sla.view_ticket")
    return Agreement.objects.for_user(person).filter(pk=ticket.agreement_id).exists()


def watchers(ticket: Ticket) -> list[User]:
    """Those who watch and may still see the ticket, both sides; `is_staff` tells them apart."""
    people = User.objects.filter(watched_tickets__ticket=ticket, is_active=True).order_by("watched_tickets__pk")
    return [person for person in people if may_watch(ticket, person)]
