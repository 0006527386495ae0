"""Liability, penalty, force majeure and disputes: what cases, claims, events and disputes say."""

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.limitation import LEVELS
from contracts.models import Agreement, BreachCase, Claim, ForceMajeure, PenaltyRule, Stage

FOUND_TO_BE = frozenset({BreachCase.Finding.UPHELD, BreachCase.Finding.PARTLY})


def read_liability(agreement: Agreement, at: datetime) -> Reading:
    """Breached while a breach that was found is not dealt with; near while a case is open.

    Party B is told nothing of cases that nobody has told it of.
    """
    cases = list(agreement.breach_cases.all())
    today = timezone.localdate(at)
    links = (
        _link(agreement, _("违约案件"), "breachcase", own=reverse("contracts:cases")),
        list_link(_("违约主张"), "contracts_claim", "contracts.view_claim", q=agreement.number),
    )
    told = [case for case in cases if case.notice_id is not None]
    shown = _liability(cases, today, links)
    return _with_party_b(shown, None if told == cases else _liability(told, today, links))


def read_penalty(agreement: Agreement, at: datetime) -> Reading:
    """Overdue while an accepted penalty is not paid, near while one is claimed."""
    rules = PenaltyRule.objects.filter(version__agreement=agreement).count()
    claims = list(
        Claim.objects.filter(case__agreement=agreement, kind=Claim.Kind.PENALTY).values_list("state", flat=True)
    )
    links = (
        list_link(_("违约金约定"), "contracts_penaltyrule", "contracts.view_penaltyrule", q=agreement.number),
        list_link(
            _("违约主张"),
            "contracts_claim",
            "contracts.view_claim",
            portal_url=reverse("contracts:cases"),
            q=agreement.number,
            kind__exact=Claim.Kind.PENALTY.value,
        ),
    )
    if unpaid := claims.count(Claim.State.ACCEPTED):
        note = _("%(n)d 项违约金已认可，尚未清偿") % {"n": unpaid}
        return Reading(standing=Standing.OVERDUE, note=note, count=len(claims), links=links)
    if asked := claims.count(Claim.State.CLAIMED) + claims.count(Claim.State.CONTESTED):
        note = _("%(n)d 项违约金主张没有了结") % {"n": asked}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(claims), links=links)
    if paid := claims.count(Claim.State.SETTLED):
        note = _("%(n)d 项违约金已清偿") % {"n": paid}
        return Reading(standing=Standing.KEPT, note=note, count=paid, links=links)
    if not rules:
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有约定违约金"), links=links)
    note = _("约定了 %(n)d 条违约金，没有主张") % {"n": rules}
    return Reading(standing=Standing.UNPROVEN, note=note, count=rules, links=links)


def read_force_majeure(agreement: Agreement, at: datetime) -> Reading:
    """Overdue while a notice or a proof is late by the agreed days, near while an event lasts."""
    events = list(agreement.force_majeure.all())
    told = [event for event in events if event.notice_id is not None]
    today = timezone.localdate(at)
    links = (_link(agreement, _("不可抗力"), "forcemajeure", own=reverse("contracts:agreement", args=[agreement.pk])),)
    shown = _force_majeure(events, today, links)
    return _with_party_b(shown, None if told == events else _force_majeure(told, today, links))


def read_disputes(agreement: Agreement, at: datetime) -> Reading:
    """Near while a dispute is open; a choice of both court and arbitration is said."""
    disputes = list(agreement.disputes.all())
    links = (_link(agreement, _("争议"), "dispute", own=reverse("contracts:cases")),)
    still = [dispute for dispute in disputes if dispute.stage != Stage.CLOSED]
    if still:
        stages = "、".join(dict.fromkeys(str(dispute.get_stage_display()) for dispute in still))
        note = _("%(n)d 起争议未结：%(stages)s") % {"n": len(still), "stages": stages}
        if any(dispute.names_both for dispute in still):
            note += _("；同时约定了法院和仲裁，仲裁约定可能无效")
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(disputes), links=links)
    if disputes:
        note = _("%(n)d 起争议都已结案") % {"n": len(disputes)}
        return Reading(standing=Standing.KEPT, note=note, count=len(disputes), links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


def _liability(cases: Sequence[BreachCase], today: date, links: Sequence[Link]) -> Reading:
    still = [case for case in cases if case.is_open]
    broken = sum(1 for case in still if case.finding in FOUND_TO_BE)
    near = min((case.limitation_on for case in still if case.limitation_on), default=None)
    limit = ""
    if near is not None and (near - today).days <= LEVELS[0]:
        limit = _("；最近的诉讼时效 %(day)s 届满") % {"day": near.isoformat()}
    if broken:
        note = _("%(n)d 起违约已认定，尚未了结") % {"n": broken} + limit
        return Reading(standing=Standing.BREACHED, note=note, count=len(cases), links=links)
    if still:
        note = _("%(n)d 起违约案件正在办理") % {"n": len(still)} + limit
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(cases), links=links)
    if cases:
        note = _("%(n)d 起违约案件都已了结") % {"n": len(cases)}
        return Reading(standing=Standing.KEPT, note=note, count=len(cases), links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


def _force_majeure(events: Sequence[ForceMajeure], today: date, links: Sequence[Link]) -> Reading:
    late = sum(1 for event in events if _is_late(event, today))
    lasting = [event for event in events if event.ended_on is None]
    if late:
        note = _("%(n)d 起事件的通知或证明已超过约定期限") % {"n": late}
        return Reading(standing=Standing.OVERDUE, note=note, count=len(events), links=links)
    if lasting:
        note = _("%(n)d 起不可抗力尚未结束") % {"n": len(lasting)}
        if any(event.exit_from and event.exit_from <= today for event in lasting):
            note += _("；已持续到约定的可解除天数")
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(events), links=links)
    if events:
        note = _("%(n)d 起不可抗力都已结束") % {"n": len(events)}
        return Reading(standing=Standing.KEPT, note=note, count=len(events), links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


def _is_late(event: ForceMajeure, today: date) -> bool:
    """A notice that has not arrived, or a proof not given, after its agreed last day."""
    no_notice = event.notice_id is None and event.notice_due is not None and event.notice_due < today
    no_proof = event.proof_id is None and event.proof_due is not None and event.proof_due < today
    return no_notice or no_proof


def _link(agreement: Agreement, label: str, model: str, *, own: str) -> Link:
    return list_link(
        label, f"contracts_{model}", f"contracts.view_{model}", portal_url=own, agreement__id__exact=agreement.pk
    )


def _with_party_b(shown: Reading, party_b: Reading | None) -> Reading:
    return Reading(standing=shown.standing, note=shown.note, count=shown.count, links=shown.links, party_b=party_b)


READERS: tuple[tuple[str, Reader], ...] = (
    ("liability", read_liability),
    ("penalty", read_penalty),
    ("force_majeure", read_force_majeure),
    ("disputes", read_disputes),
)
