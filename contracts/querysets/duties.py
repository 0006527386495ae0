"""Names for sets of obligations and their occurrences: whose they are, and where they stand on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When

if TYPE_CHECKING:
    from people.models import User

PARTY_B_SIDES = ("b", "both")
RUNNING = ("in_force", "suspended")
OVER = ("expired", "terminated", "closed")


def _theirs(user: User, agreement: str) -> Q:
    """The row's agreement (at the path) is one that the user sees as a person of Party B."""
    member = {f"{agreement}__party_b__memberships__user": user, f"{agreement}__party_b__memberships__active": True}
    return Q(**member) & ~Q(**{f"{agreement}__state": "draft"})


class ObligationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """Party B's own duties, and the joint ones, on agreements of the user's organisations."""
        return self.filter(_theirs(user, "agreement"), side__in=PARTY_B_SIDES)

    def bearing(self) -> Self:
        """Active obligations that bring forth occurrences: of running agreements, and survivors of ended ones."""
        alive = Q(agreement__state__in=RUNNING) | Q(agreement__state__in=OVER, survives=True)
        return self.filter(alive, state="active")

    def left_behind(self) -> Self:
        """Obligations still going although their agreement is over and they do not survive it."""
        return self.filter(agreement__state__in=OVER, survives=False).exclude(state="ended")


class ObligationOccurrenceQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The occurrences of Party B's own duties and of the joint ones, without cancelled ones."""
        mine = _theirs(user, "obligation__agreement")
        return self.filter(mine, obligation__side__in=PARTY_B_SIDES).exclude(state="cancelled")

    def open(self) -> Self:
        """Those that wait to be done."""
        return self.filter(state="open")

    def overdue(self, today: date) -> Self:
        """Open, and their time with its grace is over."""
        return self.open().filter(late_after__lt=today)

    def due_between(self, first: date, last: date) -> Self:
        """Due from one civil day to another, both included."""
        return self.filter(due_on__gte=first, due_on__lte=last)

    def due_soon(self, today: date) -> Self:
        """Open, not late, and within their time of reminding."""
        return self.open().filter(remind_on__lte=today, late_after__gte=today)

    def to_confirm(self) -> Self:
        """Done by Party B where Party A wanted to confirm and has not."""
        return self.filter(state="done", obligation__confirm_needed=True, confirmed_at__isnull=True)

    def in_charge_of(self, user: User) -> Self:
        """Those that the user answers for: named in charge; else the manager of the agreement for Party A's and joint
        ones, everybody of the organisation for Party B's."""
        named = Q(obligation__person=user)
        unnamed = Q(obligation__person__isnull=True)
        if user.is_staff:
            managed = Q(obligation__agreement__manager=user, obligation__side__in=("a", "both"))
            return self.filter(named | (unnamed & managed))
        theirs = _theirs(user, "obligation__agreement")
        return self.filter(theirs & (named | (unnamed & Q(obligation__side="b"))))

    def with_standing(self, today: date) -> Self:
        """Adds standing, the one word for where an occurrence stands on a day (contracts.duty_faces names them)."""
        return self.annotate(
            standing=Case(
                When(state="waived", then=Value("waived")),
                When(state="cancelled", then=Value("cancelled")),
                When(state="done", done_on__gt=F("late_after"), then=Value("done_late")),
                When(state="done", then=Value("done")),
                When(late_after__lt=today, then=Value("overdue")),
                When(due_on__lt=today, then=Value("in_grace")),
                When(due_on=today, then=Value("due_today")),
                When(remind_on__lte=today, then=Value("due_soon")),
                default=Value("not_due"),
                output_field=CharField(),
            )
        )
