"""Third parties of Party B (5.2.2): declared, approved or not, ended.  Live access without approval is a finding."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import papers
from contracts.models import Agreement, Paper, ThirdPartyAccess
from contracts.moving import demand_own, demand_state, locked, note, people_of, said
from journal.models import Event
from journal.outbox import announce_each, holders
from people.models import User
from people.refusal import Refused

State = ThirdPartyAccess.State


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A third party as Party B states it; access_until None means without an end."""

    name: str
    purpose: str
    scope: str
    access_from: date
    access_until: date | None = None
    uscc: str = ""


@transaction.atomic
def declare(agreement: Agreement, stated: Declared, *, file: Any = None, by: User, at: datetime) -> ThirdPartyAccess:
    """Declare a third party, as Party B or, on its paper or by a finding, as staff."""
    if not by.is_staff:
        demand_own(agreement, by)
    name = said(stated.name, _t("请填写第三方名称。"))
    if stated.access_until is not None and stated.access_until < stated.access_from:
        raise Refused(_t("接入期限的结束不能早于开始。"))
    row = ThirdPartyAccess.objects.create(
        agreement=agreement,
        name=name,
        uscc=stated.uscc.strip().upper(),
        purpose=said(stated.purpose, _t("请写明用途。")),
        scope=said(stated.scope, _t("请写明接触的系统和信息。")),
        access_from=stated.access_from,
        access_until=stated.access_until,
        nda=_nda(agreement, file, name, by=by, at=at),
        declared_by=by,
        declared_at=at,
    )
    event = _note("declared", row, by=by, at=at)
    _tell(row, holders("contracts.decide_thirdparty"), event, _("第三方接入待审批：%(name)s"), staff=True)
    return row


@transaction.atomic
def approve(row: ThirdPartyAccess, *, reasons: str = "", file: Any = None, by: User, at: datetime) -> ThirdPartyAccess:
    """Party A lets the third party in.  Refused without its confidentiality agreement."""
    row = _begin(row, State.DECLARED, State.REFUSED)
    row.nda = _nda(row.agreement, file, row.name, by=by, at=at) or row.nda
    if row.nda is None:
        raise Refused(_t("批准前须有第三方的保密协议，请上传。"))
    return _decide(row, State.APPROVED, reasons, _("第三方接入已批准：%(name)s"), by=by, at=at)


@transaction.atomic
def refuse(row: ThirdPartyAccess, *, reasons: str, by: User, at: datetime) -> ThirdPartyAccess:
    """Party A does not let the third party in; while its access lives on, that is a finding."""
    row = _begin(row, State.DECLARED)
    words = said(reasons, _t("请写明不批准的理由。"))
    return _decide(row, State.REFUSED, words, _("第三方接入未批准，请停止接入：%(name)s"), by=by, at=at)


@transaction.atomic
def end(row: ThirdPartyAccess, *, ended_on: date | None = None, by: User, at: datetime) -> ThirdPartyAccess:
    """The access has ended, today or on an earlier day."""
    row = _begin(row, State.DECLARED, State.APPROVED, State.REFUSED)
    if not by.is_staff:
        demand_own(row.agreement, by)
    day, today = ended_on or timezone.localdate(at), timezone.localdate(at)
    if day > today:
        raise Refused(_t("终止日期不能晚于今天。"))
    row.state, row.ended_on = State.ENDED, day
    row.save()
    _note("ended", row, by=by, at=at)
    return row


def is_live(row: ThirdPartyAccess, today: date) -> bool:
    """Whether the third party has access on a day, approved or not."""
    begun = row.access_from <= today and (row.access_until is None or row.access_until >= today)
    return begun and (row.state != State.ENDED or (row.ended_on is not None and row.ended_on > today))


def is_finding(row: ThirdPartyAccess, today: date) -> bool:
    """Live access that nobody approved."""
    return is_live(row, today) and row.state in {State.DECLARED, State.REFUSED}


def _begin(row: ThirdPartyAccess, *states: str) -> ThirdPartyAccess:
    row = locked(row, "agreement", "nda")
    demand_state(
        row.state, states, _t("这项接入现在是“%(state)s”，不能这样办理。") % {"state": row.get_state_display()}
    )
    return row


def _nda(agreement: Agreement, file: Any, name: str, *, by: User, at: datetime) -> Paper | None:
    if not file:
        return None
    kind = Paper.Kind.UNDERTAKING
    return papers.keep(agreement, file, kind=kind, title=name, for_party_b=True, by=by, at=at)


def _decide(
    row: ThirdPartyAccess, state: str, reasons: str, subject: object, *, by: User, at: datetime
) -> ThirdPartyAccess:
    row.state, row.reasons, row.decided_by, row.decided_at = state, reasons.strip()[:300], by, at
    row.save()
    event = _note(state, row, by=by, at=at, reason=row.reasons)
    _tell(row, people_of(row.agreement.party_b_id), event, subject)
    return row


def _note(what: str, row: ThirdPartyAccess, *, by: User, at: datetime, reason: str = "") -> Event:
    data = {"name": row.name, "access_from": row.access_from, "access_until": row.access_until}
    return note(f"third_party.{what}", row, of=row.agreement, by=by, at=at, reason=reason, data=data)


def _tell(row: ThirdPartyAccess, people: Any, event: Event, subject: object, *, staff: bool = False) -> None:
    url = (
        reverse("admin:contracts_thirdpartyaccess_change", args=[row.pk]) if staff else reverse("contracts:compliance")
    )
    announce_each(
        people,
        key=f"third-party/{row.pk}/{event.pk}",
        kind="third_party.told",
        subject=lambda: str(subject) % {"name": row.name},
        url=url,
        event=event,
        at=event.at,
    )
