"""Names for sets of rows on rules, violations, consents and protection, and who of Party B may see them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from contracts.querysets.papers import of_agreements_of

if TYPE_CHECKING:
    from people.models import User


class OfAgreementQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The rows of agreements of the user's organisations; those of drafts are not theirs."""
        return self.filter(of_agreements_of(user))


class RuleVersionQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The published versions of rules that an agreement of the user's organisations is under."""
        theirs = Q(
            rule__issuer__provided__party_b__memberships__user=user,
            rule__issuer__provided__party_b__memberships__active=True,
            rule__issuer__provided__state__in=RULED_STATES,
        )
        fits = Q(rule__agreement__isnull=True) | Q(rule__agreement=F("rule__issuer__provided"))
        return self.filter(theirs & fits, state="published").distinct()


RULED_STATES = ("in_force", "suspended")


class ViolationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The violations notified on agreements of the user's organisations; what was only found is Party A's own."""
        return self.filter(of_agreements_of(user), notice__isnull=False)

    def open(self) -> Self:
        """Neither closed nor unfounded."""
        return self.exclude(state__in=["closed", "unfounded"])

    def overdue(self, today: date) -> Self:
        """Notified, not reported as put right, and past the deadline."""
        return self.filter(state__in=["notified", "rectifying"], rectify_by__lt=today)


class ViolationEntryQuerySet(models.QuerySet[Any]):
    def for_party_b(self) -> Self:
        """The steps that Party B may read."""
        return self.filter(internal=False)


class SecureChannelQuerySet(OfAgreementQuerySet):
    def in_use(self) -> Self:
        """Not retired."""
        return self.filter(retired_on__isnull=True)


class ComplianceCertificateQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The certificates of the organisations that the user acts for."""
        return self.filter(owner__memberships__user=user, owner__memberships__active=True)

    def standing(self) -> Self:
        """Verified ones that no other verified one replaces."""
        return self.filter(state="verified").exclude(replaced_by__state="verified")

    def running_out(self, today: date, *, days: int = 90) -> Self:
        """Standing ones that have expired or will within so many days, or whose next assessment is as near."""
        until = today + timedelta(days)
        return self.standing().filter(Q(valid_until__lte=until) | Q(next_assessment_on__lte=until))


class ConfidentialItemQuerySet(OfAgreementQuerySet):
    """Confidential information of agreements."""


class ControlMeasureQuerySet(OfAgreementQuerySet):
    def running(self) -> Self:
        """Measures that have not ended."""
        return self.filter(ended_on__isnull=True)

    def overdue(self, today: date) -> Self:
        """Measures whose check is late."""
        return self.running().filter(next_check_on__lt=today)


class PersonUndertakingQuerySet(OfAgreementQuerySet):
    def with_access(self, today: date) -> Self:
        """People who have access on a day."""
        return self.filter(access_from__lte=today).filter(Q(left_on__isnull=True) | Q(left_on__gt=today))

    def missing(self, today: date) -> Self:
        """People who have access and have signed nothing."""
        return self.with_access(today).filter(signed_on__isnull=True)


class ConsentRequestQuerySet(OfAgreementQuerySet):
    def in_force_on(self, day: date) -> Self:
        """Grants that stand on a civil day: begun, not past their last day, and not revoked by then."""
        held = Q(state="granted") | Q(state="revoked", revoked_on__gt=day)
        return self.filter(held, valid_from__lte=day, valid_until__gte=day)


class ThirdPartyAccessQuerySet(OfAgreementQuerySet):
    def live(self, today: date) -> Self:
        """Those who have access on a day, approved or not."""
        open_ended = Q(access_until__isnull=True) | Q(access_until__gte=today)
        return self.filter(open_ended, access_from__lte=today).exclude(state="ended", ended_on__lte=today)

    def unapproved(self, today: date) -> Self:
        """Live access that nobody approved: the usual hidden breach."""
        return self.live(today).filter(state__in=["declared", "refused"])
