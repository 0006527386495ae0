"""Names for sets of tickets, clocks and breaches, and the one rule of scope: Party B sees its own rows."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from contracts.models import Agreement

if TYPE_CHECKING:
    from people.models import User

OPEN_STATES = ("reported", "accepted", "responded", "awaiting_b", "proposed", "confirmed", "disputed")
REASONS = ("awaiting_party_b", "force_majeure", "maintenance", "suspension")  # sorted, as in the column
AT_RISK_FROM = 75  # per cent of the target: from the second warning on


class TicketQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The tickets of the agreements that the user may see as a person of Party B."""
        return self.filter(agreement__in=Agreement.objects.for_user(user))

    def open(self) -> Self:
        """Tickets that somebody still has to act upon."""
        return self.filter(state__in=OPEN_STATES)

    def matching(self, words: str) -> Self:
        """Tickets whose number, title or description holds every one of the words."""
        found = self
        for word in words.split():
            found = found.filter(Q(number__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word))
        return found

    def with_next_due(self) -> Self:
        """Annotates next_due_at: when the running clock that runs out first is due; None when none is running."""
        running = self._clocks().filter(state="running", due_at__isnull=False).order_by("due_at")
        return self.annotate(next_due_at=Subquery(running.values("due_at")[:1]))

    def with_breached(self) -> Self:
        """Annotates has_breach: whether a promise on the ticket was broken."""
        return self.annotate(has_breach=Exists(self._clocks().filter(breached_at__isnull=False)))

    def soonest_first(self) -> Self:
        """What runs out next comes first; tickets without a running clock after them, newest first."""
        return self.with_next_due().order_by(F("next_due_at").asc(nulls_last=True), "-received_at", "-pk")

    def at_risk(self) -> Self:
        """Tickets with a running clock that has passed its 75 % warning and is not broken yet."""
        # Read from the few clocks, not from each ticket.
        return self.filter(
            pk__in=self._all_clocks().filter(state="running", next_level__gt=AT_RISK_FROM).values("ticket")
        )

    def breached(self) -> Self:
        """Tickets on which a promise was broken."""
        return self.filter(pk__in=self._all_clocks().filter(breached_at__isnull=False).values("ticket"))

    def _all_clocks(self) -> models.QuerySet[Any]:
        clocks: Any = self.model._meta.get_field("clocks").related_model
        found: models.QuerySet[Any] = clocks.objects.order_by()
        return found

    def _clocks(self) -> models.QuerySet[Any]:
        clocks: Any = self.model._meta.get_field("clocks").related_model
        found: models.QuerySet[Any] = clocks.objects.filter(ticket=OuterRef("pk"))
        return found


class TicketEntryQuerySet(models.QuerySet[Any]):
    def for_party_b(self) -> Self:
        """The lines that Party B may read."""
        return self.filter(internal=False)


class AttachmentQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The files on lines that a person of Party B may read."""
        return self.filter(entry__internal=False, entry__ticket__agreement__in=Agreement.objects.for_user(user))


def _with(reason: str) -> list[str]:
    """Every set of reasons that holds this one, as the column writes them: equality reads the index."""
    sets = (chosen for size in range(1, len(REASONS) + 1) for chosen in combinations(REASONS, size))
    return [",".join(chosen) for chosen in sets if reason in chosen]


class ClockQuerySet(models.QuerySet[Any]):
    def due_for_check(self, at: datetime) -> Self:
        """Clocks that the sweep must look at, the longest waiting first."""
        return self.filter(next_check_at__lte=at).order_by("next_check_at", "pk")

    def held_by(self, reason: str) -> Self:
        """Clocks that a reason of the pause policy holds now, alone or with others."""
        return self.exclude(held="").filter(held__in=_with(reason))

    def holdable(self) -> Self:
        """Clocks that a reason may hold: of open tickets, neither for the response nor withdrawn."""
        return self.filter(ticket__state__in=OPEN_STATES).exclude(kind="response").exclude(state="cancelled")

    def after(self, next_check_at: datetime, pk: int) -> Self:
        """Those that follow a place in the order of the sweep."""
        return self.filter(Q(next_check_at__gt=next_check_at) | Q(next_check_at=next_check_at, pk__gt=pk))


class BreachQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The breaches of the agreements that the user may see as a person of Party B."""
        return self.filter(agreement__in=Agreement.objects.for_user(user))
