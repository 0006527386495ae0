"""Signing the agreement itself: what its marks do to its state, its days and its force."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from contracts import lifecycle, signing
from contracts.deciding import last_day
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.refusal import Refused


class OriginalSigning:
    """What signing the agreement itself does to it (registered with contracts.signing for originals)."""

    def dates(self, version: AgreementVersion, *, concluded_on: date, last_mark_on: date) -> signing.Dates:
        """Concluded on the day the text names, else when both had signed or sealed (Civil Code 490).

        In force on the day of the last required mark, or on the later day that the text names (clause 1.3.1).
        """
        agreement = version.agreement
        dates = signing.Dates(
            signed_on=agreement.signed_on or concluded_on,
            effective_on=max(agreement.agreed_effective_on or last_mark_on, last_mark_on),
        )
        if dates.effective_on < dates.signed_on:
            raise Refused(_("约定的订立日期晚于双方签署完毕的日期，请退回草稿核对订立日期。"))
        lifecycle.require_term(last_day(version, dates.effective_on), starts_on=dates.effective_on)
        return dates

    def marks_changed(self, version: AgreementVersion, *, standing: int, by: User, at: datetime) -> None:
        """The first mark makes the agreement partly signed, revoking the last one undoes that."""
        agreement = version.agreement
        state = Agreement.State.PARTLY_SIGNED if standing else Agreement.State.FOR_SIGNING
        if agreement.state in lifecycle.FOR_SIGNATURE and agreement.state != state:
            agreement.state = state
            agreement.save()

    def reopened(self, version: AgreementVersion, *, by: User, at: datetime) -> None:
        """The agreement is a draft again."""
        agreement = version.agreement
        agreement.state = Agreement.State.DRAFT
        agreement.save()
        lifecycle.note("agreement.reopened", agreement, by=by, at=at)

    def take_effect(self, version: AgreementVersion, dates: signing.Dates, *, by: User, at: datetime) -> None:
        """The agreement is in force."""
        lifecycle.put_in_force(
            version.agreement, signed_on=dates.signed_on, effective_on=dates.effective_on, by=by, at=at
        )
