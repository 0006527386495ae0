"""Grants: asked for by Party B, decided by Party A, used only while everything they rest on holds (clause 2.1.2)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import papers, sharing
from contracts.models import AccessGrant, Agreement, AgreementItem, Paper
from contracts.sharing_news import News, tell_holders, tell_party_b
from journal.models import Event
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = AccessGrant.State
DECIDE = "contracts.decide_grant"
STANDING = frozenset({State.REQUESTED, State.GRANTED, State.SUSPENDED})
NEWS: dict[str, object] = {
    "grant.requested": gettext_lazy("请审批使用授权：%(what)s"),
    "grant.given": gettext_lazy("使用授权已批准：%(what)s"),
    "grant.refused": gettext_lazy("使用授权未批准：%(what)s"),
    "grant.suspended": gettext_lazy("使用授权已暂停：%(what)s"),
    "grant.resumed": gettext_lazy("使用授权已恢复：%(what)s"),
    "grant.ended": gettext_lazy("使用授权已终止：%(what)s"),
    "grant.expired": gettext_lazy("使用授权已到期：%(what)s"),
}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked for: a mode, its use, an optional quota a period, and from which day to which, both included."""

    mode: str
    purpose: str
    manner: str
    scope: str
    valid_from: date
    valid_to: date
    quota: int | None = None
    quota_period: str = ""


@dataclass(frozen=True, slots=True)
class Usability:
    """Whether a grant may be used on a day; every reason why not."""

    reasons: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Nothing stands against it."""
        return not self.reasons


def usable_on(grant: AccessGrant, day: date) -> Usability:
    """Whether Party B may use the grant on a civil day, by the states of now (needs shared_item, item and agreement).

    Access is allowed only while the agreement is in force and not suspended, the item is open, and the grant is given
    and valid (clauses 1.1.3, 2.1.2).
    """
    shared, agreement = grant.shared_item, grant.shared_item.agreement
    reasons = []
    if agreement.state != Agreement.State.IN_FORCE:
        reasons.append(_("协议现在是“%(state)s”。") % {"state": agreement.get_state_display()})
    if (agreement.effective_on and day < agreement.effective_on) or (agreement.ends_on and day > agreement.ends_on):
        reasons.append(_("不在协议期内。"))
    if shared.state != AgreementItem.State.OPEN:
        reasons.append(_("共享信息现在是“%(state)s”。") % {"state": shared.get_state_display()})
    if grant.state != State.GRANTED:
        reasons.append(_("授权现在是“%(state)s”。") % {"state": grant.get_state_display()})
    if not grant.valid_from <= day <= grant.valid_to:
        span = {"first": grant.valid_from.isoformat(), "last": grant.valid_to.isoformat()}
        reasons.append(_("不在授权有效期内（%(first)s 至 %(last)s）。") % span)
    return Usability(tuple(reasons))


@transaction.atomic
def request(shared: AgreementItem, ask: Ask, *, by: User, at: datetime) -> AccessGrant:
    """Ask for access.  Refused for an item that is not open, a mode it lacks, or while another grant stands."""
    shared = sharing.locked(shared)
    _check_place(shared, ask, timezone.localdate(at))
    _check_ask(ask)
    overlapping = shared.grants.standing().filter(
        mode=ask.mode, valid_from__lte=ask.valid_to, valid_to__gte=ask.valid_from
    )
    if overlapping.exists():
        raise Refused(_("这种方式在该时段已有申请或授权，请勿重复申请。"))
    grant = AccessGrant(
        shared_item=shared,
        mode=ask.mode,
        purpose=ask.purpose.strip(),
        manner=ask.manner.strip(),
        scope=ask.scope.strip(),
        quota=ask.quota,
        quota_period=ask.quota_period,
        valid_from=ask.valid_from,
        valid_to=ask.valid_to,
        requested_by=by,
        requested_at=at,
    )
    grant.save()
    event = _note("grant.requested", grant, by=by, at=at, valid_from=str(ask.valid_from), valid_to=str(ask.valid_to))
    url = reverse("admin:contracts_accessgrant_change", args=[grant.pk])
    tell_holders(DECIDE, _news(grant, event, url), event=event, at=at)
    return grant


@transaction.atomic
def give(grant: AccessGrant, *, file: Any = None, reason: str = "", by: User, at: datetime) -> AccessGrant:
    """Requested to granted, with the authorisation paper when there is one.  Refused for one's own request."""
    grant = _locked(grant)
    _need(grant, {State.REQUESTED}, _("只有待审批的申请可以批准。"))
    _check_decider(grant, by)
    today = timezone.localdate(at)
    if grant.shared_item.state != AgreementItem.State.OPEN:
        raise Refused(_("共享信息没有开通，不能授权。"))
    if found := sharing.obstacles(grant.shared_item, today):
        raise Refused(" ".join(found))
    if grant.valid_to < today:
        raise Refused(_("申请的有效期已经过去，请驳回后重新申请。"))
    if file is not None:
        grant.paper = papers.keep(
            grant.shared_item.agreement, file, kind=Paper.Kind.AUTHORISATION, title=_("授权书"), for_party_b=True,
            by=by, at=at,
        )  # fmt: skip
    return _decide(grant, State.GRANTED, "grant.given", reason=reason, by=by, at=at)


@transaction.atomic
def refuse(grant: AccessGrant, *, reason: str, by: User, at: datetime) -> AccessGrant:
    """Requested to refused.  The reason is mandatory: Party B must be able to act on it."""
    grant = _locked(grant)
    _need(grant, {State.REQUESTED}, _("只有待审批的申请可以驳回。"))
    _check_decider(grant, by)
    return _decide(grant, State.REFUSED, "grant.refused", reason=_reason(reason), by=by, at=at)


@transaction.atomic
def cancel(grant: AccessGrant, *, by: User, at: datetime) -> AccessGrant:
    """Party B takes its request back while nobody has decided."""
    grant = _locked(grant)
    _need(grant, {State.REQUESTED}, _("只有待审批的申请可以撤回。"))
    grant.state = State.CANCELLED
    grant.save()
    _note("grant.cancelled", grant, by=by, at=at)
    return grant


@transaction.atomic
def suspend(grant: AccessGrant, *, reason: str, by: User, at: datetime) -> AccessGrant:
    """Granted to suspended, with a reason that Party B reads."""
    grant = _locked(grant)
    _need(grant, {State.GRANTED}, _("只有已授权的可以暂停。"))
    return _move(grant, State.SUSPENDED, "grant.suspended", reason=_reason(reason), by=by, at=at)


@transaction.atomic
def resume(grant: AccessGrant, *, by: User, at: datetime) -> AccessGrant:
    """Suspended to granted again.  Refused when its validity is over."""
    grant = _locked(grant)
    _need(grant, {State.SUSPENDED}, _("只有暂停的授权可以恢复。"))
    if grant.valid_to < timezone.localdate(at):
        raise Refused(_("授权已经到期，请重新申请。"))
    return _move(grant, State.GRANTED, "grant.resumed", reason="", by=by, at=at)


@transaction.atomic
def end(grant: AccessGrant, *, reason: str, by: User, at: datetime) -> AccessGrant:
    """End a grant for good, with a reason."""
    grant = _locked(grant)
    _need(grant, {State.GRANTED, State.SUSPENDED}, _("只有已授权或暂停的可以终止。"))
    return _move(grant, State.ENDED, "grant.ended", reason=_reason(reason), by=by, at=at)


@transaction.atomic
def expire(grant: AccessGrant, *, at: datetime) -> bool:
    """End a grant whose last day, item or agreement is over; answers whether it was this call that did."""
    grant = _locked(grant)
    why = _over(grant, timezone.localdate(at))
    if grant.state not in STANDING or not why:
        return False
    _move(grant, State.EXPIRED, "grant.expired", reason=why, by=None, at=at)
    return True


def _over(grant: AccessGrant, today: date) -> str:
    if grant.shared_item.agreement.state in sharing.ENDED:
        return _("协议已经结束。")
    if grant.shared_item.state == AgreementItem.State.WITHDRAWN:
        return _("共享信息已经下线。")
    return _("授权有效期已满。") if grant.valid_to < today else ""


def _check_place(shared: AgreementItem, ask: Ask, today: date) -> None:
    if shared.state != AgreementItem.State.OPEN:
        raise Refused(_("只有已开通的共享信息可以申请使用。"))
    if found := sharing.obstacles(shared, today):
        raise Refused(" ".join(found))
    if ask.mode not in shared.item.modes:
        raise Refused(_("该数据资源不提供这种共享方式。"))
    if ask.valid_to < today:
        raise Refused(_("有效期的结束日期已经过去。"))
    ends_on = shared.agreement.ends_on
    if ends_on is not None and ask.valid_to > ends_on:
        raise Refused(_("有效期不能超过协议终止日期 %(day)s。") % {"day": ends_on.isoformat()})


def _check_ask(ask: Ask) -> None:
    if not all(text.strip() for text in (ask.purpose, ask.manner, ask.scope)):
        raise Refused(_("请写明使用目的、使用方式和使用范围。"))
    if ask.valid_to < ask.valid_from:
        raise Refused(_("有效期的结束不能早于开始。"))
    if (ask.quota is None) != (not ask.quota_period) or (ask.quota is not None and ask.quota < 1):
        raise Refused(_("用量上限要写全：每天、每月或每年多少；没有上限的都不填。"))


def _check_decider(grant: AccessGrant, by: User) -> None:
    if grant.requested_by_id == by.pk:
        raise Refused(_("不能审批自己提出的申请。"))


def _locked(grant: AccessGrant) -> AccessGrant:
    shared = sharing.locked(
        AgreementItem(pk=AccessGrant.objects.values_list("shared_item", flat=True).get(pk=grant.pk))
    )
    row: AccessGrant = AccessGrant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    row.shared_item = shared
    return row


def _need(grant: AccessGrant, states: set[str], words: str) -> None:
    if grant.state not in states:
        raise Refused(words)


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("请写明理由，乙方可以看到。"))
    return text.strip()


def _decide(grant: AccessGrant, state: str, action: str, *, reason: str, by: User, at: datetime) -> AccessGrant:
    grant.decided_by, grant.decided_at = by, at
    return _move(grant, state, action, reason=reason.strip(), by=by, at=at)


def _move(grant: AccessGrant, state: str, action: str, *, reason: str, by: User | None, at: datetime) -> AccessGrant:
    grant.state, grant.reason = state, reason
    grant.save()
    event = _note(action, grant, by=by, at=at, reason=reason)
    url = reverse("contracts:shared-item", args=[grant.shared_item_id])
    tell_party_b(grant.shared_item.agreement, _news(grant, event, url, reason), event=event, at=at)
    return grant


def _news(grant: AccessGrant, event: Event, url: str, reason: str = "") -> News:
    return News(
        key=f"grant/{grant.pk}/{event.seq}",
        kind=event.action,
        subject=lambda: str(NEWS[event.action]) % {"what": grant},
        body=lambda: reason or str(grant),
        url=url,
    )


def _note(action: str, grant: AccessGrant, *, by: User | None, at: datetime, reason: str = "", **data: object) -> Event:
    agreement = grant.shared_item.agreement
    return record(
        action,
        obj=grant,
        by=by,
        at=at,
        reason=reason,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"mode": grant.mode, "state": str(grant.state), **data},
    )
