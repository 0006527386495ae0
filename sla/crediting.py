"""Service credits: what the agreed rules give for a month, proposed, accepted by two persons, taken back if need be.

A row is recomputed until it is accepted; later changes are rows with the difference.  Billing takes accepted rows into
the next invoice, each once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.drafts import locked_draft
from contracts.models import Agreement
from contracts.terms import terms_on
from journal import approvals
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.attainment import Month
from sla.credits import ZERO, Credit, Figure, Tier, credit_of, tier_reached
from sla.fees import fee_of
from sla.models import CreditRule, ServiceCredit
from sla.month_results import MonthResult, result_of

KIND = "credit.accept"
MONTHS_BACK = 24  # how far back the nightly run looks again: an adjudication may come late
State = ServiceCredit.State
# What the journal calls the events of this module.
ACTIONS: dict[str, object] = {
    "creditrule.added": gettext_lazy("登记服务减免约定"),
    "creditrule.changed": gettext_lazy("修改服务减免约定"),
    "credit.proposed": gettext_lazy("计算服务减免"),
    "credit.accepted": gettext_lazy("认可服务减免"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a rule gives for the month, with the figures it rests on."""

    rule: CreditRule
    result: MonthResult
    credit: Credit | None  # None: the rule's tier was not reached
    raw: Credit | None
    fee: Decimal | None
    given_before: Decimal


@transaction.atomic
def compute(agreement: Agreement, month: date, *, at: datetime, by: User | None = None) -> list[ServiceCredit]:
    """Propose what the rules give for a month that is over; doing it again changes only what changed.

    Answers the rows that are open.  Raises Refused for a month that is not over.
    """
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    month = month.replace(day=1)
    if Month(month.year, month.month).end > at:
        raise Refused(_("%(month)s 还没有结束，结束后才能计算服务减免。") % {"month": f"{month:%Y-%m}"})
    rows = [_propose(agreement, month, due, at=at, by=by) for due in dues(agreement, month, at=at)]
    return [row for row in rows if row is not None and row.state != State.ACCEPTED]


def compute_all(*, at: datetime) -> int:
    """Compute every month that is over, of every agreement with rules; answers how many rows are open."""
    agreements = Agreement.objects.filter(versions__credit_rules__isnull=False).distinct().order_by("pk")
    return sum(
        len(compute(agreement, month, at=at)) for agreement in agreements for month in months_over(agreement, at=at)
    )


def months_over(agreement: Agreement, *, at: datetime) -> list[date]:
    """The months of the agreement that are over, at most MONTHS_BACK, the oldest first: caps of a year look back."""
    if agreement.effective_on is None:
        return []
    first, month = agreement.effective_on.replace(day=1), timezone.localdate(at).replace(day=1)
    found: list[date] = []
    while len(found) < MONTHS_BACK and (month := _month_before(month)) >= first:
        found.append(month)
    return found[::-1]


def rules_of(agreement: Agreement, month: date) -> list[CreditRule]:
    """The rules that a month is judged by: of the terms that apply on its first day (or at the beginning)."""
    try:
        version = terms_on(agreement, max(month, agreement.effective_on or month))
    except Refused:
        return []
    return list(version.credit_rules.order_by("measure", "-below", "pk"))


def dues(agreement: Agreement, month: date, *, at: datetime) -> list[Due]:
    """What each rule gives for the month.  A rule that no longer applies but gave something gives nothing now."""
    by_measure: dict[str, list[CreditRule]] = defaultdict(list)
    for rule in rules_of(agreement, month):
        by_measure[rule.measure].append(rule)
    found = [due for measure, rules in by_measure.items() for due in _dues(agreement, month, measure, rules, at)]
    known = {due.rule.pk for due in found}
    gone = CreditRule.objects.filter(credits__agreement=agreement, credits__month=month).exclude(pk__in=known)
    return found + [_nothing(rule) for rule in gone.distinct()]


@transaction.atomic
def ask_to_accept(credit: ServiceCredit, *, by: User, at: datetime, reason: str = "") -> Approval:
    """Ask a second person to accept the proposed amount."""
    credit = _locked(credit)
    _check_proposed(credit)
    return approvals.ask(KIND, target=credit, content=contents(credit), by=by, at=at, reason=reason)


def accept(approval: Approval, *, by: User, at: datetime) -> ServiceCredit:
    """The approved effect: the row is frozen and goes into the next invoice.  Runs inside the approving transaction."""
    credit = _locked(ServiceCredit.objects.get(pk=approval.target_id))
    _check_proposed(credit)
    credit.state, credit.accepted_by, credit.accepted_at = State.ACCEPTED, by, at
    _save(credit, by)
    _note("credit.accepted", credit, by=by, at=at)
    return credit


def contents(credit: ServiceCredit) -> dict[str, Any]:
    """All that the decision rests on."""
    return {
        "agreement": credit.agreement.number,
        "month": f"{credit.month:%Y-%m}",
        "rule": credit.rule_id,
        "sequence": credit.sequence,
        "amount": f"{credit.amount:.2f}",
        "total": f"{credit.total:.2f}",
        "working": credit.working,
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(ServiceCredit.objects.select_related("agreement").get(pk=approval.target_id))


def describe(approval: Approval) -> Iterable[tuple[object, object]]:
    """The request in words, for the approver."""
    said = approval.content
    yield _("协议"), said["agreement"]
    yield _("月份"), said["month"]
    yield _("本次金额（元，不含税）"), said["amount"]
    yield _("当月应减免（元）"), said["total"]
    yield _("未免责的超时"), "、".join(f"#{number}" for number in said["working"].get("breaches", [])) or _("没有")


def tier_of(rule: CreditRule) -> Tier:
    """The rule as a value."""
    names = ("below", "share", "amount", "month_cap", "month_cap_share", "year_cap")
    return Tier(key=rule.pk, **{name: getattr(rule, name) for name in names})


def _nothing(rule: CreditRule) -> Due:
    return Due(rule=rule, result=MonthResult(), credit=None, raw=None, fee=None, given_before=ZERO)


def _dues(agreement: Agreement, month: date, measure: str, rules: list[CreditRule], at: datetime) -> Iterable[Due]:
    result = result_of(agreement, month, measure, at=at)
    tiers = {rule.pk: tier_of(rule) for rule in rules}
    given = _given(agreement, month, measure)
    chosen = {name: tier_reached(list(tiers.values()), getattr(result, name)) for name in ("raw", "adjudicated")}
    for rule in rules:
        tier, fee = tiers[rule.pk], fee_of(agreement, month, rule.fee_kind)

        def gives(name: str, figure: Figure, tier: Tier = tier, fee: Decimal | None = fee) -> Credit | None:
            return credit_of(tier, figure, fee=fee, given_this_year=given) if chosen[name] == tier else None

        yield Due(
            rule=rule, result=result, credit=gives("adjudicated", result.adjudicated), raw=gives("raw", result.raw),
            fee=fee, given_before=given,
        )  # fmt: skip


def _given(agreement: Agreement, month: date, measure: str) -> Decimal:
    """What earlier months of the calendar year gave for the same promise, accepted or proposed."""
    rows = ServiceCredit.objects.filter(
        agreement=agreement, rule__measure=measure, month__gte=month.replace(month=1), month__lt=month
    )
    return sum(rows.values_list("amount", flat=True), ZERO)


def _propose(agreement: Agreement, month: date, due: Due, *, at: datetime, by: User | None) -> ServiceCredit | None:
    """Bring the open row of a rule up to date; the difference to what was accepted is what it moves."""
    rows = list(ServiceCredit.objects.filter(agreement=agreement, month=month, rule=due.rule).order_by("sequence"))
    accepted = sum((row.amount for row in rows if row.state == State.ACCEPTED), ZERO)
    total = ZERO if due.credit is None else due.credit.amount
    row = next((row for row in rows if row.state != State.ACCEPTED), None)
    moved = ZERO if total is None else total - accepted
    if row is None and total is not None and not moved:
        return None
    row = row or ServiceCredit(agreement=agreement, month=month, rule=due.rule, sequence=len(rows) + 1)
    state = State.WAITING if total is None else (State.PROPOSED if moved else State.LAPSED)
    raw = None if due.raw is None else due.raw.amount
    values = {
        "state": state, "amount": moved, "total": total or ZERO, "raw_total": raw, "fee": due.fee,
        "working": working_of(due, accepted),
    }  # fmt: skip
    if row.pk is not None and all(getattr(row, name) == value for name, value in values.items()):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.computed_at = at
    _save(row, by)
    _note("credit.proposed", row, by=by, at=at)
    return row


def working_of(due: Due, accepted: Decimal) -> dict[str, Any]:
    """How the amount came about, as it is kept and shown."""
    result, credit = due.result, due.credit
    percent = result.adjudicated.attainment
    return {
        "judged": result.judged,
        "broken_raw": result.broken_raw,
        "broken": result.broken,
        "breaches": list(result.breaches),
        "attainment": None if percent is None else [percent.numerator, percent.denominator],
        "reached": credit is not None,
        "before_caps": None if credit is None or credit.before_caps is None else f"{credit.before_caps:.2f}",
        "caps": list(credit.caps) if credit else [],
        "given_before": f"{due.given_before:.2f}",
        "accepted": f"{accepted:.2f}",
    }


def _locked(credit: ServiceCredit) -> ServiceCredit:
    # The agreement first, as when computing and billing: nobody computes a row anew while it is being accepted.
    Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=credit.agreement_id)
    rows = ServiceCredit.objects.select_related("agreement", "rule")
    locked: ServiceCredit = rows.select_for_update(of=("self",), no_key=True).get(pk=credit.pk)
    return locked


def _check_proposed(credit: ServiceCredit) -> None:
    if credit.state != State.PROPOSED:
        raise Refused(_("这笔服务减免现在是“%(state)s”，不能提请认可。") % {"state": credit.get_state_display()})


def _save(credit: ServiceCredit, by: User | None) -> None:
    credit._history_user = by  # type: ignore[attr-defined]
    credit.save()


def _note(action: str, credit: ServiceCredit, *, by: User | None, at: datetime) -> None:
    record(
        action,
        obj=credit,
        by=by,
        at=at,
        data={**contents(credit), "state": credit.state},
        organisation_id=credit.agreement.party_b_id,
        agreement_id=credit.agreement_id,
    )


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


@transaction.atomic
def keep_rule(rule: CreditRule, *, by: User, at: datetime) -> CreditRule:
    """Keep a new or edited rule of a draft.  Raises Refused for terms that are no draft, or that mix both bases."""
    version = locked_draft(rule.version_id, _("这一版条款已经不是草稿，服务减免随条款冻结；请用补充协议修改。"))
    others = CreditRule.objects.filter(version=version, measure=rule.measure).exclude(pk=rule.pk)
    if others.exclude(basis=rule.basis).exists():
        raise Refused(_("同一指标不能既按比率又按次减免，请核对协议。"))
    adding = rule.pk is None
    rule._history_user = by  # type: ignore[attr-defined]
    rule.save()
    record(
        "creditrule.added" if adding else "creditrule.changed", obj=rule, by=by, at=at,
        data={"rule": str(rule), "version": version.number},
        organisation_id=version.agreement.party_b_id, agreement_id=version.agreement_id,
    )  # fmt: skip
    return rule
