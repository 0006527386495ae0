"""Named sets of rows: what happened to an object, which notices are due or unread, which approvals are open."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from journal.models import Approval, Event, Notice  # noqa: F401  named in the bases
    from people.models import User

LEASE = timedelta(minutes=2)


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, obj: models.Model) -> "EventQuerySet":
        """What happened to one object, newest first."""
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).order_by("-seq")

    def of_agreement(self, agreement_id: int) -> "EventQuerySet":
        """What happened under one agreement, newest first."""
        return self.filter(agreement_id=agreement_id).order_by("-seq")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, at: datetime) -> "NoticeQuerySet":
        """What to send outside at this instant: waiting and due, or claimed by a sender whose lease ran out."""
        return self.exclude(channel="in_app").filter(
            Q(state="pending", next_attempt_at__lte=at) | Q(state="sending", lease_until__lte=at)
        )

    def claim(self, at: datetime, *, seen: "Notice") -> int:
        """Compare and set: take the notice as it was seen, for one lease.  1 when taken, 0 when too late."""
        return (
            self.due(at)
            .filter(pk=seen.pk, attempts=seen.attempts)
            .update(
                state="sending",
                lease_until=at + LEASE,
                attempts=seen.attempts + 1,
                first_attempt_at=seen.first_attempt_at or at,
            )
        )

    def claimed(self, notice: "Notice") -> "NoticeQuerySet":
        """The notice, as long as this claim (told by its number of attempts) still holds it."""
        return self.filter(pk=notice.pk, state="sending", attempts=notice.attempts)

    def held(self) -> "NoticeQuerySet":
        """E-mails that wait for quiet hours to end, or to be put together."""
        return self.filter(state="held")

    def mailed_since(self, user_id: int, since: datetime) -> "NoticeQuerySet":
        """The e-mails of a person that were left after an instant and go, or went, as letters of their own."""
        own = self.filter(recipient=user_id, channel="email", created_at__gt=since)
        return own.exclude(state__in=["held", "merged"]).exclude(kind="notice.digest")

    def unread_by(self, user: "User") -> "NoticeQuerySet":
        """In-app notices that the user has not read, newest first."""
        return self.filter(recipient=user, channel="in_app", read_at__isnull=True).order_by("-pk")


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def open(self) -> "ApprovalQuerySet":
        """Requests that wait for a decision."""
        return self.filter(state="requested")

    def run_out(self, at: datetime) -> "ApprovalQuerySet":
        """Open requests whose time is over."""
        return self.open().filter(expires_at__lte=at)

    def of(self, obj: models.Model) -> "ApprovalQuerySet":
        """The requests about one object, newest first."""
        return self.filter(target_type=obj._meta.label_lower, target_id=str(obj.pk)).order_by("-pk")

    def for_user(self, user: Any) -> "ApprovalQuerySet":
        """All for readers of the journal; for others what they asked for, decided, or have the right to decide."""
        if user.has_perm("journal.view_event"):
            return self.all()
        concerned = Q(requested_by=user.pk) | Q(decided_by=user.pk) | Q(permission__in=user.get_all_permissions())
        return self.filter(concerned)

    def decidable_by(self, user: Any) -> "ApprovalQuerySet":
        """Open requests of others that the user has the right to decide."""
        return self.open().filter(permission__in=user.get_all_permissions()).exclude(requested_by=user)
