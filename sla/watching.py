"""Watching: people who get the news of a ticket that is not theirs, on either side."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import Membership
from people.models import User
from people.refusal import Refused
from sla.acts import begin, finish
from sla.models import Ticket, TicketEntry, Watch
from sla.onlookers import may_watch, watchers

__all__ = ["may_watch", "possible_watchers", "unwatch", "watch", "watchers", "watches"]


@transaction.atomic
def watch(ticket: Ticket, *, at: datetime, by: User, user: User | None = None) -> Ticket:
    """Let somebody (else: oneself) get the ticket's news.  Raises Refused for whoever may not see the ticket."""
    act = begin("watch", ticket, at=at, by=by)
    person = user or by
    if not may_watch(act.ticket, person):
        raise Refused(_("%(name)s 不能查看这份报告，不能关注。") % {"name": person})
    if act.ticket.watches.filter(user=person).exists():
        raise Refused(_("%(name)s 已经关注这份报告。") % {"name": person})
    Watch.objects.create(ticket=act.ticket, user=person, at=act.at)
    act.data = {"who": str(person), "user": person.pk}
    return finish(act, TicketEntry.Kind.WATCHED, "")


@transaction.atomic
def unwatch(ticket: Ticket, *, at: datetime, by: User, user: User | None = None) -> Ticket:
    """Let somebody (else: oneself) get no more news.  Raises Refused for whoever does not watch."""
    act = begin("watch", ticket, at=at, by=by)
    person = user or by
    gone, _rows = act.ticket.watches.filter(user=person).delete()
    if not gone:
        raise Refused(_("%(name)s 没有关注这份报告。") % {"name": person})
    act.data = {"who": str(person), "user": person.pk, "removed": True}
    return finish(act, TicketEntry.Kind.WATCHED, "")


def watchers_of_party_b(ticket: Ticket) -> list[User]:
    """The colleagues at Party B who watch."""
    return [person for person in watchers(ticket) if not person.is_staff]


def watchers_of_operations(ticket: Ticket) -> list[User]:
    """The people of Party A who watch."""
    return [person for person in watchers(ticket) if person.is_staff]


def watches(ticket: Ticket, person: User) -> bool:
    """Whether the person watches the ticket."""
    found: bool = ticket.watches.filter(user=person).exists()
    return found


def possible_watchers(ticket: Ticket) -> list[User]:
    """Whom operations may let watch: readers of tickets at Party A and the people of the ticket's Party B."""
    readers = Q(is_staff=True, groups__permissions__codename="view_ticket")
    members = Membership.objects.filter(organisation=ticket.agreement.party_b, active=True).values("user")
    people = User.objects.filter(readers | Q(is_staff=False, pk__in=members), is_active=True)
    return list(people.exclude(watched_tickets__ticket=ticket).distinct().order_by("-is_staff", "name", "pk"))
