"""The life of an agreement, each move a verb with its refusals."""

from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from contracts import parties, signing
from contracts.deciding import last_day, still_open
from contracts.models import Agreement, AgreementVersion
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = Agreement.State
FOR_SIGNATURE = frozenset({State.FOR_SIGNING, State.PARTLY_SIGNED})
RUNNING = frozenset({State.IN_FORCE, State.SUSPENDED})
ENDED = frozenset({State.EXPIRED, State.TERMINATED})


def _locked(agreement: Agreement) -> Agreement:
    locked: Agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    return locked


def _label(model: type[Model], field: str) -> str:
    return str(cast("Field[Any, Any]", model._meta.get_field(field)).verbose_name)


def original_of(agreement: Agreement) -> AgreementVersion | None:
    """The version that is signed as the agreement itself, with its agreement at hand."""
    version: AgreementVersion | None = (
        agreement.versions.filter(kind=AgreementVersion.Kind.ORIGINAL).order_by("number").last()
    )
    if version is not None:
        version.agreement = agreement
    return version


def open_blanks(agreement: Agreement) -> list[str]:
    """Names of every blank that keeps the agreement from signing (clauses 1.3.1, 4.2.1, 6.2.1, 7.1.2, 7.3.2)."""
    names = [_label(Agreement, field) for field in ("term_years", "ends_on") if getattr(agreement, field) is None]
    version = agreement.versions.order_by("number").last()
    if version is None:
        return [*names, _("协议条款")]
    names += [_label(AgreementVersion, field) for field in version.open_blanks]
    hours = version.support_hours
    if hours is not None and hours.weekends_served is None:
        names.append(_("周末是否提供支持"))
    if hours is not None and hours.makeup_days_served is None:
        names.append(_("调休上班日是否提供支持"))
    return [*names, *still_open(version)]


@transaction.atomic
def open_for_signing(agreement: Agreement, *, by: User | None, at: datetime) -> Agreement:
    """Draft to for signing.  Refused while a blank is open, and for a term that ends before it starts."""
    agreement = _locked(agreement)
    if agreement.state != State.DRAFT:
        raise Refused(_("只有草稿可以提交签署。"))
    if blanks := open_blanks(agreement):
        raise Refused(_("以下内容还没有填写，填好后再提交签署：%(blanks)s") % {"blanks": "、".join(blanks)})
    _check_term(agreement, starts_on=agreement.agreed_effective_on or agreement.signed_on)
    parties.freeze(agreement, by=by, at=at)
    agreement.state = State.FOR_SIGNING
    agreement.save()
    signing.open_version(_original(agreement), by=by, at=at)
    _note("agreement.for_signing", agreement, by=by, at=at)
    return agreement


@transaction.atomic
def put_in_force(
    agreement: Agreement, *, signed_on: date, effective_on: date, by: User | None, at: datetime
) -> Agreement:
    """For signing to in force: the terms apply from the effective date (clause 1.3.1).

    The inner verb of activation: it asks neither for marks nor for a second person (contracts.activating does).
    """
    agreement = _locked(agreement)
    if agreement.state not in FOR_SIGNATURE:
        raise Refused(_("只有待签署的协议可以生效，请先提交签署。"))
    if effective_on < signed_on:
        raise Refused(_("生效日期不能早于订立日期。"))
    version = _original(agreement)
    agreement.ends_on = last_day(version, effective_on)
    _check_term(agreement, starts_on=effective_on)
    agreement.signed_on, agreement.effective_on = signed_on, effective_on
    agreement.state = State.IN_FORCE
    agreement.save()
    version.state = AgreementVersion.State.ACTIVE
    version.effective_from = effective_on
    version.save()
    _note("agreement.in_force", agreement, by=by, at=at)
    return agreement


def _original(agreement: Agreement) -> AgreementVersion:
    version = original_of(agreement)
    if version is None:
        raise Refused(_("协议还没有条款，不能签署。"))
    return version


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
        _check_term(agreement, starts_on=dates.effective_on)
        return dates

    def marks_changed(self, version: AgreementVersion, *, standing: int, by: User, at: datetime) -> None:
        """The first mark makes the agreement partly signed, revoking the last one undoes that."""
        agreement = version.agreement
        state = State.PARTLY_SIGNED if standing else State.FOR_SIGNING
        if agreement.state in FOR_SIGNATURE and agreement.state != state:
            agreement.state = state
            agreement.save()

    def reopened(self, version: AgreementVersion, *, by: User, at: datetime) -> None:
        """The agreement is a draft again."""
        agreement = version.agreement
        agreement.state = State.DRAFT
        agreement.save()
        _note("agreement.reopened", agreement, by=by, at=at)

    def take_effect(self, version: AgreementVersion, dates: signing.Dates, *, by: User, at: datetime) -> None:
        """The agreement is in force."""
        put_in_force(version.agreement, signed_on=dates.signed_on, effective_on=dates.effective_on, by=by, at=at)


def _check_term(agreement: Agreement, *, starts_on: date | None) -> None:
    if agreement.ends_on is not None and starts_on is not None and agreement.ends_on < starts_on:
        raise Refused(_("终止日期不能早于生效日期。"))


def _note(action: str, agreement: Agreement, *, by: User | None, at: datetime) -> None:
    record(
        action,
        obj=agreement,
        by=by,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"state": agreement.state, "effective_on": str(agreement.effective_on or "")},
    )
