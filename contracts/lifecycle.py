"""The life of an agreement, each move a verb with its refusals."""

from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from contracts.deciding import still_open
from contracts.models import Agreement, AgreementVersion
from journal.recording import record
from people.models import User
from people.refusal import Refused


def _locked(agreement: Agreement) -> Agreement:
    locked: Agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    return locked


def _label(model: type[Model], field: str) -> str:
    return str(cast("Field[Any, Any]", model._meta.get_field(field)).verbose_name)


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
    """Draft to for signing.  Refused while a blank is open."""
    agreement = _locked(agreement)
    if agreement.state != Agreement.State.DRAFT:
        raise Refused(_("只有草稿可以提交签署。"))
    if blanks := open_blanks(agreement):
        raise Refused(_("以下内容还没有填写，填好后再提交签署：%(blanks)s") % {"blanks": "、".join(blanks)})
    agreement.state = Agreement.State.FOR_SIGNING
    agreement.save()
    _note("agreement.for_signing", agreement, by=by, at=at)
    return agreement


@transaction.atomic
def put_in_force(
    agreement: Agreement, *, signed_on: date, effective_on: date, by: User | None, at: datetime
) -> Agreement:
    """For signing to in force: both parties have signed, and the terms apply from the effective date (clause 1.3.1)."""
    agreement = _locked(agreement)
    if agreement.state not in {Agreement.State.FOR_SIGNING, Agreement.State.PARTLY_SIGNED}:
        raise Refused(_("只有待签署的协议可以生效，请先提交签署。"))
    if effective_on < signed_on:
        raise Refused(_("生效日期不能早于订立日期。"))
    if agreement.ends_on is not None and agreement.ends_on < effective_on:
        raise Refused(_("终止日期不能早于生效日期。"))
    agreement.signed_on, agreement.effective_on = signed_on, effective_on
    agreement.state = Agreement.State.IN_FORCE
    agreement.save()
    version = agreement.versions.latest("number")
    version.state = AgreementVersion.State.ACTIVE
    version.effective_from = effective_on
    version.save()
    _note("agreement.in_force", agreement, by=by, at=at)
    return agreement


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
