"""Supplements (补充协议, clause 1.4.2): drafted from the newest terms, offered for signing, taking effect from a day.

A supplement is a whole version of the terms.  It starts after every version that is active already, so that versions
follow one another without gap or overlap; nothing that was in force is ever edited.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.utils import bulk_create_with_history

from contracts import signing
from contracts.carrying import carry
from contracts.clauses import open_parameters
from contracts.differing import other_changes
from contracts.models import Agreement, AgreementVersion, Clause, ClauseAmendment, TermChange
from contracts.parameters import OF_THE_TEXT, PARAMETERS, Change, changed_parameters, label_of
from contracts.renewing import change_end
from journal.models import Event
from journal.outbox import announce
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = AgreementVersion.State
OPEN = (State.DRAFT, State.SIGNING)
SUPPLEMENTABLE = (Agreement.State.IN_FORCE, Agreement.State.SUSPENDED)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """All that a supplement changes: parameters, clauses, decisions and prices."""

    parameters: list[Change]
    clauses: list[ClauseAmendment]
    others: list[Change]

    def __len__(self) -> int:
        return len(self.parameters) + len(self.clauses) + len(self.others)


def changes_of(version: AgreementVersion) -> Changes:
    """What a supplement changes against the version it was drafted from; nothing for an original."""
    if version.base is None:
        return Changes(parameters=[], clauses=[], others=[])
    return Changes(
        parameters=changed_parameters(version.base, version),
        clauses=list(version.amendments.all()),
        others=other_changes(version.base, version),
    )


@transaction.atomic
def draft(agreement: Agreement, *, effective_from: date, summary: str = "", by: User, at: datetime) -> AgreementVersion:
    """A draft supplement with the terms, clauses and prices of the newest active version.

    Refused unless the agreement is in force or suspended, while another supplement is open, and for a start that
    `check_start` refuses.
    """
    agreement = _locked_agreement(agreement.pk)
    _check_agreement(agreement)
    if open_one := agreement.versions.filter(state__in=OPEN).first():
        raise Refused(
            _("这份协议已有一份没有办完的补充协议（%(version)s），请先办完或撤销。") % {"version": open_one.label}
        )
    base = newest_active(agreement)
    check_start(agreement, base, effective_from)
    version = AgreementVersion(
        agreement=agreement,
        number=agreement.versions.order_by("-number")[0].number + 1,
        kind=AgreementVersion.Kind.SUPPLEMENT,
        effective_from=effective_from,
        base=base,
        ends_on=agreement.ends_on,
        ends_before=agreement.ends_on,
        summary=summary.strip(),
        drafted_by=by,
        drafted_at=at,
        **{name: getattr(base, name) for name in (*PARAMETERS, *OF_THE_TEXT)},
    )
    version.save()
    _copy_clauses(base, version)
    carry(base, version, by=by, at=at)
    _note("supplement.drafted", version, by=by, at=at)
    return version


@transaction.atomic
def keep_terms(version: AgreementVersion, *, by: User, at: datetime) -> AgreementVersion:
    """Keep the edited parameters, dates and reasons of a draft.  Refused once it is offered, signed or in force."""
    agreement, held = locked_draft(version)
    base = newest_active(agreement)
    check_start(agreement, base, version.effective_from)
    _check_end(agreement, version, at)
    version.state, version.base, version.ends_before = held.state, base, agreement.ends_on
    version.save()
    _note("supplement.edited", version, by=by, at=at)
    return version


@transaction.atomic
def offer(version: AgreementVersion, *, by: User, at: datetime) -> AgreementVersion:
    """Draft to for signing: from here on its text stands still.

    Refused when nothing is changed, a blank is open, or a start in the past has no reason.
    """
    agreement, version = locked_draft(version)
    _check_ready(agreement, version, version.effective_from, at)
    check_retro(version.effective_from, timezone.localdate(at), version.retro_reason)
    offered = signing.open_version(version, by=by, at=at)
    _note("supplement.offered", offered, by=by, at=at)
    return offered


@transaction.atomic
def explain_retro(version: AgreementVersion, *, reason: str, by: User, at: datetime) -> AgreementVersion:
    """Say why an offered supplement applies before its signing, where the signing took longer than planned.

    The signed text stays; a request to put it in force that was made before is void.  Refused without a reason, and
    in any other state than for signing.
    """
    _agreement, version = _locked(version)
    if version.state != State.SIGNING:
        raise Refused(_("只有待签署的补充协议可以补写追溯理由；草稿请直接修改。"))
    _demand(reason, _("请写明追溯适用的理由。"))
    version.retro_reason = reason.strip()
    version.save()
    _note("supplement.retro_explained", version, by=by, at=at, reason=reason.strip())
    return version


@transaction.atomic
def withdraw(version: AgreementVersion, *, reason: str, by: User, at: datetime) -> AgreementVersion:
    """Give a supplement up before it takes effect; it stays to be read.  Refused once signed or active."""
    _agreement, version = _locked(version)
    if version.state not in OPEN:
        raise Refused(_("只有草稿和待签署的补充协议可以撤销；已生效的条款只能由新的补充协议改变。"))
    if version.marks.standing().exists():
        raise Refused(_("已有签字或盖章，请先撤销签署记录，再撤销补充协议。"))
    _demand(reason, _("请写明撤销的原因。"))
    version.state = State.WITHDRAWN
    version.save()
    _note("supplement.withdrawn", version, by=by, at=at, reason=reason.strip())
    return version


@transaction.atomic
def take_effect(
    version: AgreementVersion,
    *,
    effective_from: date | None = None,
    signed_on: date | None = None,
    reason: str = "",
    by: User | None,
    at: datetime,
) -> AgreementVersion:
    """The signed supplement applies from a day (the planned one when none is given); the version before ends there.

    Its end date becomes the agreement's.  Refused unless it is offered for signing, by its own drafter, for a start
    that `check_start` refuses, and for a start before the signing (signed_on, today when not given) without a reason.
    """
    agreement, version = _locked(version)
    if version.state != State.SIGNING:
        raise Refused(_("只有待签署的补充协议可以生效，请先提交签署。"))
    if by is not None and version.drafted_by_id == by.pk:
        raise Refused(_("起草人不能登记自己起草的补充协议生效，请由另一位有权限的人员办理。"))
    start = effective_from or version.effective_from
    why = reason.strip() or version.retro_reason
    before = _check_ready(agreement, version, start, at)
    check_retro(start, signed_on or timezone.localdate(at), why)
    before.effective_to = start
    before.save()
    version.state, version.effective_from, version.retro_reason = State.ACTIVE, start, why
    version.ends_before, version.took_effect_at = agreement.ends_on, at
    version.save()
    if version.ends_on is not None and version.ends_on != agreement.ends_on:
        change_end(agreement, version.ends_on, kind=TermChange.Kind.SUPPLEMENT, version=version, by=by, at=at)
    event = _note("supplement.in_force", version, by=by, at=at, reason=why)
    _tell_in_force(version, event)
    return version


def check_start(agreement: Agreement, newest: AgreementVersion, start: date) -> None:
    """Raises Refused for a start before the agreement, after its end, or not after the newest active version."""
    if agreement.effective_on is not None and start < agreement.effective_on:
        raise Refused(
            _("补充协议不能早于原协议的生效日期 %(day)s 起适用。") % {"day": agreement.effective_on.isoformat()}
        )
    if agreement.ends_on is not None and start > agreement.ends_on:
        raise Refused(_("协议在 %(day)s 终止，补充协议不能从其后起适用。") % {"day": agreement.ends_on.isoformat()})
    if start <= newest.effective_from:
        raise Refused(
            _("%(version)s 自 %(day)s 起适用；新的补充协议须从更晚的日期起适用，各版本不能重叠。")
            % {"version": newest.label, "day": newest.effective_from.isoformat()}
        )


def check_retro(start: date, signed_on: date, why: str) -> None:
    """Raises Refused for a start before the day of signing that nobody has given a reason for."""
    if start < signed_on and not why.strip():
        raise Refused(
            _("适用日期 %(day)s 早于签署日 %(signed)s，追溯适用须写明理由；请填写理由，或者改用更晚的日期。")
            % {"day": start.isoformat(), "signed": signed_on.isoformat()}
        )


def locked_draft(version: AgreementVersion) -> tuple[Agreement, AgreementVersion]:
    """The agreement and its draft supplement, both locked.  Refused once it may not be edited any more."""
    agreement, held = _locked(version)
    if held.kind != AgreementVersion.Kind.SUPPLEMENT or held.state != State.DRAFT:
        raise Refused(
            _("%(version)s 是“%(state)s”，内容不能修改；已生效的条款只能由新的补充协议改变。")
            % {"version": held.label, "state": held.get_state_display()}
        )
    return agreement, held


def _check_ready(agreement: Agreement, version: AgreementVersion, start: date, at: datetime) -> AgreementVersion:
    """The version before.  Raises Refused for what keeps the supplement from being signed or from taking effect."""
    _check_agreement(agreement)
    newest = newest_active(agreement)
    if version.base_id != newest.pk:
        raise Refused(
            _("起草之后 %(version)s 已经生效，这份补充协议所依据的条款已变，请撤销后重新起草。")
            % {"version": newest.label}
        )
    check_start(agreement, newest, start)
    _check_end(agreement, version, at)
    if version.ends_on is not None and version.ends_on < start:
        raise Refused(_("补充协议的终止日期不能早于它的适用日期。"))
    if not changes_of(version):
        raise Refused(_("这份补充协议没有改变任何内容，请先修改条款或参数。"))
    if names := [*map(label_of, version.open_blanks), *open_parameters(version)]:
        raise Refused(_("以下内容还没有填写，填好后再提交签署：%(blanks)s") % {"blanks": "、".join(names)})
    return newest


def _check_agreement(agreement: Agreement) -> None:
    if agreement.state not in SUPPLEMENTABLE:
        raise Refused(
            _("协议 %(number)s 是“%(state)s”，只有生效或暂停的协议可以订立补充协议。")
            % {"number": agreement.number, "state": agreement.get_state_display()}
        )


def _check_end(agreement: Agreement, version: AgreementVersion, at: datetime) -> None:
    moved = version.ends_on is not None and version.ends_on != agreement.ends_on
    if moved and version.ends_on is not None and version.ends_on < timezone.localdate(at):
        raise Refused(_("新的终止日期不能早于今天；提前终止请办理解除或终止。"))


def newest_active(agreement: Agreement) -> AgreementVersion:
    """The active version that starts last, locked.  Raises Refused when none is active."""
    newest: AgreementVersion | None = (
        agreement.versions.select_for_update(of=("self",), no_key=True)
        .filter(state=State.ACTIVE)
        .order_by("-effective_from")
        .first()
    )
    if newest is None:
        raise Refused(_("协议 %(number)s 还没有生效的条款，不能订立补充协议。") % {"number": agreement.number})
    return newest


def _locked_agreement(pk: int) -> Agreement:
    locked: Agreement = Agreement.objects.select_for_update(no_key=True).get(pk=pk)
    return locked


def _locked(version: AgreementVersion) -> tuple[Agreement, AgreementVersion]:
    """Agreement first, then version: everybody who changes versions waits at the agreement."""
    agreement = _locked_agreement(version.agreement_id)
    rows = AgreementVersion.objects.select_for_update(of=("self",), no_key=True)
    held: AgreementVersion = rows.select_related("support_hours", "base__support_hours").get(pk=version.pk)
    held.agreement = agreement
    if held.base is not None:
        held.base.agreement = agreement
    return agreement, held


def _copy_clauses(base: AgreementVersion, version: AgreementVersion) -> None:
    copied = [field for field in Clause._meta.concrete_fields if field.name not in {"id", "version"}]
    clauses = [
        Clause(version=version, **{field.attname: getattr(clause, field.attname) for field in copied})
        for clause in base.clauses.order_by("position")
    ]
    bulk_create_with_history(clauses, Clause)


def _demand(words: str, otherwise: str) -> None:
    if not words.strip():
        raise Refused(otherwise)


def _note(action: str, version: AgreementVersion, *, by: User | None, at: datetime, reason: str = "") -> Event:
    agreement = version.agreement
    data: dict[str, Any] = {
        "number": version.number,
        "state": version.state,
        "effective_from": version.effective_from,
        "ends_on": version.ends_on,
        "base": version.base.number if version.base else None,
    }
    return record(
        action,
        obj=version,
        by=by,
        at=at,
        reason=reason,
        data=data,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
    )


def _tell_in_force(version: AgreementVersion, event: Event) -> None:
    """Party B's people and the manager learn of it; both read the versions side by side where the notice leads."""
    agreement = version.agreement
    subject = format_lazy(
        gettext_lazy("补充协议自 {day} 起适用：{agreement}"),
        day=version.effective_from.isoformat(), agreement=agreement.number,
    )  # fmt: skip
    own = reverse("contracts:compare", args=[agreement.pk])
    people = [(member.user, own) for member in agreement.party_b.memberships.filter(active=True).select_related("user")]
    if agreement.manager is not None:
        people.append((agreement.manager, reverse("admin:contracts_agreementversion_change", args=[version.pk])))
    for person, url in people:
        announce(
            key=f"supplement/{version.pk}/in-force",
            recipient=person,
            kind=event.action,
            subject=subject,
            body=version.summary,
            url=url,
            event=event,
            at=event.at,
        )
