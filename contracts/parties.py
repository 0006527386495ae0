"""The parties of an agreement: who they are now, and, from signing on, who they were then (clauses 1.1.1, 1.1.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import papers
from contracts.models import Agreement, AgreementParty, Contact, Organisation, Paper
from contracts.uscc import examine
from journal.recording import record
from people.models import User
from people.refusal import Refused

SIDES = (AgreementParty.Side.A, AgreementParty.Side.B)
Kind = Organisation.Kind
# Order 802 protects a small or medium enterprise against these payers.
PROTECTING_PAYERS = frozenset({Kind.GOVERNMENT, Kind.PUBLIC_INSTITUTION, Kind.LARGE})
COPIED = ("name", "uscc", "uscc_reason", "kind", "address", "legal_representative")
DESCRIBED = ("signer", "capacity", "authorisation_id", "notice_address", "notice_email", "notice_system")


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Who signs for a side, in what capacity, and where notices to it go; empty where the organisation's own holds."""

    signer: str = ""
    capacity: str = ""
    notice_address: str = ""
    notice_email: str = ""
    notice_system: str = ""


def organisation_of(agreement: Agreement, side: str) -> Organisation:
    """The organisation that is this side of the agreement at present."""
    return agreement.party_a if side == AgreementParty.Side.A else agreement.party_b


def party_of(agreement: Agreement, side: str) -> AgreementParty:
    """The side as it was frozen at signing; of a draft as it is now, not saved (frozen_at is None)."""
    row = _row(agreement, side)
    if row is not None and row.frozen_at is not None and agreement.state != Agreement.State.DRAFT:
        return row
    return _as_now(agreement, side, row)


def kind_at_signing(agreement: Agreement, side: str) -> str:
    """What the side was when the agreement went to signing; what it is now where that was not recorded.

    A value of Organisation.Kind; it decides the interest rule (Order 802 art. 3).
    """
    present = organisation_of(agreement, side).kind
    if agreement.state == Agreement.State.DRAFT:
        return str(present)
    frozen = agreement.parties.frozen().filter(side=side).values_list("kind", flat=True).first()
    return str(frozen or present)


def small_payee(agreement: Agreement) -> bool:
    """Whether Party A, who is paid, is a small or medium enterprise that Order 802 protects against this Party B."""
    if kind_at_signing(agreement, AgreementParty.Side.A) != Kind.SME:
        return False
    return kind_at_signing(agreement, AgreementParty.Side.B) in PROTECTING_PAYERS


@transaction.atomic
def describe(
    agreement: Agreement, side: str, signing: Signing, *, file: Any = None, by: User, at: datetime
) -> AgreementParty:
    """Note who signs for a side and where its notices go; file is the authorisation of a signer who needs one.

    Refused once the agreement has gone to signing.
    """
    agreement = _locked(agreement)
    if agreement.state != Agreement.State.DRAFT:
        raise Refused(_("协议已提交签署，签署主体不能再改。"))
    row = _open_row(agreement, side, at)
    row.signer, row.capacity = signing.signer.strip(), signing.capacity.strip()
    row.notice_address, row.notice_email = signing.notice_address.strip(), signing.notice_email.strip()
    row.notice_system = signing.notice_system.strip()
    if file:
        title = _("授权委托书（%(side)s）") % {"side": row.get_side_display()}
        row.authorisation = papers.keep(agreement, file, kind=Paper.Kind.AUTHORISATION, title=title, by=by, at=at)
    row.save()
    _note("party.described", row, by=by, at=at)
    return row


@transaction.atomic
def freeze(agreement: Agreement, *, by: User | None, at: datetime) -> list[AgreementParty]:
    """Keep both sides as they are at this instant; what was frozen before and still holds stays as it is.

    Called when the agreement goes to signing.  Refused for an organisation that was merged into another.
    """
    return [_freeze(agreement, side, by=by, at=at) for side in SIDES]


def gaps(party: AgreementParty) -> list[str]:
    """What is missing until the side is identified beyond doubt (clause 1.1.1), in words."""
    code = examine(party.uscc)
    found = []
    if party.frozen_at is None:
        found.append(_("签署时的信息还没有固定"))
    if not code.code:
        found.append(_("没有统一社会信用代码"))
    elif not (code.check_digit_ok or party.uscc_reason):
        found.append(_("统一社会信用代码核对不符，也没有核对说明"))
    if not party.kind:
        found.append(_("没有登记单位性质"))
    if needs_authorisation(party) and party.authorisation_id is None:
        found.append(_("签署人不是法定代表人，没有授权委托书"))
    return found


def needs_authorisation(party: AgreementParty) -> bool:
    """Somebody else than the legal representative signs."""
    return bool(party.signer) and bool(party.legal_representative) and party.signer != party.legal_representative


def _freeze(agreement: Agreement, side: str, *, by: User | None, at: datetime) -> AgreementParty:
    # No lock on the organisation: a merge locks it before its agreements, and we hold the agreement already.
    body = organisation_of(agreement, side)
    if body.merged_into_id is not None:
        raise Refused(_("“%(name)s”已并入其他单位，请改选并入后的单位。") % {"name": body.name})
    row = _row(agreement, side)
    now = _as_now(agreement, side, row)
    if row is not None and row.frozen_at is not None:
        if all(getattr(row, name) == getattr(now, name) for name in ("organisation_id", *COPIED, *DESCRIBED)):
            return row
        _supersede(row, at)
    now.frozen_at, now.frozen_by = at, by
    now.save()
    _note("party.frozen", now, by=by, at=at)
    return now


def _as_now(agreement: Agreement, side: str, row: AgreementParty | None) -> AgreementParty:
    """The side with the organisation's present data, and what was described for this same organisation."""
    body = organisation_of(agreement, side)
    described = row if row is not None and row.organisation_id == body.pk else None
    party = AgreementParty(agreement=agreement, side=side, organisation=body)
    if row is not None and row.frozen_at is None:
        party.pk = row.pk
        party._state.adding = False
    for name in COPIED:
        setattr(party, name, getattr(body, name))
    if described is not None:
        for name in DESCRIBED:
            setattr(party, name, getattr(described, name))
    party.notice_address = party.notice_address or body.address
    party.notice_email = party.notice_email or _notice_email(body)
    return party


def _notice_email(body: Organisation) -> str:
    found = body.contacts.valid().filter(role=Contact.Role.NOTICE).exclude(email="").values_list("email", flat=True)
    return str(found.first() or body.contact_email)


def _open_row(agreement: Agreement, side: str, at: datetime) -> AgreementParty:
    """The row to write in: the open one, or a new one in the place of one that is frozen or of another organisation."""
    body = organisation_of(agreement, side)
    row = _row(agreement, side)
    if row is None:
        return AgreementParty(agreement=agreement, side=side, organisation=body)
    authorisation = row.authorisation if row.organisation_id == body.pk else None
    if row.frozen_at is not None:  # the agreement came back from signing
        _supersede(row, at)
        row = AgreementParty(agreement=agreement, side=side)
    row.agreement, row.organisation, row.authorisation = agreement, body, authorisation
    return row


def _supersede(row: AgreementParty, at: datetime) -> None:
    """A frozen row counts no more; it stays as it is."""
    row.superseded_at = at
    row.save()


def _row(agreement: Agreement, side: str) -> AgreementParty | None:
    found: AgreementParty | None = agreement.parties.standing().filter(side=side).first()
    return found


def _locked(agreement: Agreement) -> Agreement:
    rows = Agreement.objects.select_related("party_a", "party_b")
    locked: Agreement = rows.select_for_update(no_key=True, of=("self",)).get(pk=agreement.pk)
    return locked


def _note(action: str, party: AgreementParty, *, by: User | None, at: datetime) -> None:
    data = {name: getattr(party, name) for name in ("side", *COPIED, "signer", "capacity")}
    record(
        action,
        obj=party,
        by=by,
        at=at,
        data=data,
        organisation_id=party.agreement.party_b_id,
        agreement_id=party.agreement_id,
    )
