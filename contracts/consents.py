"""Consents of Party A (3.3.2): asked for, granted with a letter for some time, refused, revoked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import papers
from contracts.models import Agreement, ConsentRequest, Paper
from contracts.moving import demand_own, demand_state, locked, note, people_of, said
from journal.models import Event
from journal.outbox import announce_each, holders
from people.models import User
from people.refusal import Refused

State = ConsentRequest.State


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for: kind by the choices of ConsentRequest, use, extent and days."""

    kind: str
    purpose: str
    scope: str
    wanted_from: date
    wanted_until: date


@transaction.atomic
def request(agreement: Agreement, asked: Asked, *, by: User, at: datetime) -> ConsentRequest:
    """Ask for consent, as Party B or, on its paper, as staff."""
    if not by.is_staff:
        demand_own(agreement, by)
    purpose = said(asked.purpose, _t("请写明用途。"))
    scope = said(asked.scope, _t("请写明范围。"))
    if asked.wanted_until < asked.wanted_from:
        raise Refused(_t("申请期限的结束不能早于开始。"))
    row = ConsentRequest.objects.create(
        agreement=agreement,
        kind=asked.kind,
        purpose=purpose,
        scope=scope,
        wanted_from=asked.wanted_from,
        wanted_until=asked.wanted_until,
        requested_by=by,
        requested_at=at,
    )
    event = _note("requested", row, by=by, at=at)
    _tell(row, holders("contracts.decide_consent"), event, _("同意申请待审批：%(consent)s"), staff=True)
    return row


@transaction.atomic
def grant(
    consent: ConsentRequest,
    *,
    valid_from: date,
    valid_until: date,
    reasons: str = "",
    file: Any,
    by: User,
    at: datetime,
) -> ConsentRequest:
    """Party A consents, from day to day.  The clause leaves the form open; a stored letter is wanted all the same."""
    row = _begin(consent, State.REQUESTED)
    if not file:
        raise Refused(_t("同意须有书面同意书，请上传。"))
    if valid_until < valid_from:
        raise Refused(_t("同意期限的结束不能早于开始。"))
    row.letter = papers.keep(
        row.agreement, file, kind=Paper.Kind.CONSENT, title=row.purpose, for_party_b=True, by=by, at=at
    )
    row.valid_from, row.valid_until = valid_from, valid_until
    return _decide(row, State.GRANTED, reasons, _("已同意：%(consent)s"), by=by, at=at)


@transaction.atomic
def refuse(consent: ConsentRequest, *, reasons: str, by: User, at: datetime) -> ConsentRequest:
    """Party A does not consent, and says why."""
    row = _begin(consent, State.REQUESTED)
    words = said(reasons, _t("请写明不同意的理由。"))
    return _decide(row, State.REFUSED, words, _("未同意：%(consent)s"), by=by, at=at)


@transaction.atomic
def revoke(consent: ConsentRequest, *, reasons: str, by: User, at: datetime) -> ConsentRequest:
    """Party A takes a consent back from today on; what was done before stays covered."""
    row = _begin(consent, State.GRANTED)
    words = said(reasons, _t("请写明撤销的理由。"))
    row.state, row.revoked_on, row.reasons = State.REVOKED, timezone.localdate(at), words
    row.save()
    event = _note("revoked", row, by=by, at=at, reason=words)
    _tell(row, people_of(row.agreement.party_b_id), event, _("同意已撤销：%(consent)s"))
    return row


@transaction.atomic
def withdraw(consent: ConsentRequest, *, by: User, at: datetime) -> ConsentRequest:
    """Party B takes its request back before a decision."""
    row = _begin(consent, State.REQUESTED)
    demand_own(row.agreement, by)
    row.state = State.WITHDRAWN
    row.save()
    _note("withdrawn", row, by=by, at=at)
    return row


def in_force(agreement: Agreement, kind: str, day: date) -> ConsentRequest | None:
    """The consent of a kind that stands on a civil day, the one that lasts longest; None when there is none."""
    rows = ConsentRequest.objects.filter(agreement=agreement, kind=kind).in_force_on(day)
    found: ConsentRequest | None = rows.order_by("-valid_until", "pk").first()
    return found


def has_expired(consent: ConsentRequest, today: date) -> bool:
    """Whether a granted consent is past its last day."""
    return consent.state == State.GRANTED and consent.valid_until is not None and consent.valid_until < today


def _begin(consent: ConsentRequest, state: str) -> ConsentRequest:
    row = locked(consent, "agreement")
    demand_state(
        row.state, {state}, _t("这项申请现在是“%(state)s”，不能这样办理。") % {"state": row.get_state_display()}
    )
    return row


def _decide(
    row: ConsentRequest, state: str, reasons: str, subject: object, *, by: User, at: datetime
) -> ConsentRequest:
    row.state, row.reasons, row.decided_by, row.decided_at = state, reasons.strip(), by, at
    row.save()
    event = _note(state, row, by=by, at=at, reason=row.reasons)
    _tell(row, people_of(row.agreement.party_b_id), event, subject)
    return row


def _note(what: str, row: ConsentRequest, *, by: User, at: datetime, reason: str = "") -> Event:
    data = {"kind": row.kind, "valid_from": row.valid_from, "valid_until": row.valid_until}
    return note(f"consent.{what}", row, of=row.agreement, by=by, at=at, reason=reason, data=data)


def _tell(row: ConsentRequest, people: Any, event: Event, subject: object, *, staff: bool = False) -> None:
    url = reverse("admin:contracts_consentrequest_change", args=[row.pk]) if staff else reverse("contracts:compliance")
    announce_each(
        people,
        key=f"consent/{row.pk}/{event.pk}",
        kind="consent.told",
        subject=lambda: str(subject) % {"consent": row},
        url=url,
        event=event,
        at=event.at,
    )
