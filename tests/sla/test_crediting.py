"""Service credits from the rule to the accepted row: frozen rules, recomputing, four eyes, counter-rows."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from billing import invoicing
from billing.crediting import month_fee, place_of_credit
from contracts.carrying import carried_changes, carry
from contracts.models import Agreement
from journal import approvals
from journal.models import Event
from people.models import User
from people.refusal import Refused
from sla import crediting, tickets
from sla.carrying import annex
from sla.models import Adjudication, Breach, CreditRule, ServiceCredit
from tests import make
from tests.billing import making
from tests.sla import make_uptime
from tests.sla.make_sla import NINE, local, make_ticket

pytestmark = pytest.mark.django_db

SEPTEMBER = date(2026, 9, 1)
LATER = local("2026-10-20 11:00")
EACH = {"basis": "breach", "below": None, "share": None, "amount": Decimal("200.00")}


def rule(agreement: Agreement, **changes: Any) -> CreditRule:
    """Response below 95 %: 5 % of the platform fee; made as if it had been agreed before signing."""
    fields: dict[str, Any] = {
        "version": agreement.versions.get(number=1),
        "measure": "response",
        "basis": "attainment",
        "below": Decimal(95),
        "fee_kind": "platform",
        "share": Decimal(5),
        "clause": "7.4.1",
        **changes,
    }
    with make.thawed(fields["version"]):
        return CreditRule.objects.create(**fields)


def broken(agreement: Agreement, by: User, operator: User, at: datetime = NINE) -> Breach:
    """A fault answered two hours late."""
    ticket = make_ticket(agreement, by, at)
    tickets.respond(ticket, at=at + timedelta(hours=7), by=operator, text="已处理")
    return Breach.objects.get(ticket=ticket, kind="response")


def billed(agreement: Agreement, finance: User, lead: User) -> None:
    """September with 5,000 yuan for the platform."""
    making.platform_fee(agreement)
    draft = invoicing.draft_from_usage(agreement, period=making.period(agreement), by=finance, at=making.NOW)
    invoicing.issue(draft, by=lead, on=making.OCTOBER, at=making.NOW)


def compute(agreement: Agreement, at: datetime = LATER) -> list[ServiceCredit]:
    return crediting.compute(agreement, SEPTEMBER, at=at)


def accept(credit: ServiceCredit, lead: User, second: User) -> ServiceCredit:
    asked = crediting.ask_to_accept(credit, by=lead, at=LATER)
    approvals.approve(asked, by=second, at=LATER)
    credit.refresh_from_db()
    return credit


def excuse(breach: Breach, by: User) -> None:
    """As two persons would decide after a late notice of holidays."""
    Adjudication.objects.create(
        breach=breach, ground="late_notice", calendar_version=breach.clock.calendar_version, consumed_seconds=0,
        target_seconds=7200, state="excused", proposed_at=breach.detected_at, decided_by=by,
        decided_at=breach.detected_at,
    )  # fmt: skip


# --- What is agreed ------------------------------------------------------------------------------------------


def test_without_an_agreed_rule_nothing_is_given(agreement: Agreement, party_b: User, operator: User) -> None:
    broken(agreement, party_b, operator)

    assert compute(agreement) == []
    assert not ServiceCredit.objects.exists()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"below": None}, "creditrule_trigger_whole"),
        ({"basis": "breach"}, "creditrule_trigger_whole"),
        ({**EACH, "measure": "availability"}, "creditrule_trigger_whole"),
        ({"amount": Decimal(5)}, "creditrule_gives_one"),
        ({"share": None}, "creditrule_gives_one"),
        ({"share": Decimal(101)}, "creditrule_gives_one"),
        ({"month_cap": Decimal(0)}, "creditrule_caps_positive"),
        ({"clause": ""}, "creditrule_clause_said"),
        ({"measure": "speed"}, "creditrule_measure_known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(
    agreement: Agreement, changes: dict[str, Any], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        rule(agreement, **changes)


def test_a_tier_stands_once(agreement: Agreement) -> None:
    rule(agreement)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(agreement, share=Decimal(7))


def test_rules_are_frozen_with_their_terms(agreement: Agreement) -> None:
    made = rule(agreement)
    with pytest.raises(DatabaseError, match=r"frozen|takes no rows"), transaction.atomic():
        CreditRule.objects.filter(pk=made.pk).update(share=Decimal(50))
    with pytest.raises(DatabaseError, match="takes no rows"), transaction.atomic():
        CreditRule.objects.create(
            version=made.version,
            measure="solution",
            basis="attainment",
            below=90,
            fee_kind="query",
            share=1,
            clause="1",
        )


def test_a_rule_of_terms_in_force_is_not_edited(agreement: Agreement, contract_manager: User) -> None:
    made = rule(agreement)
    with pytest.raises(Refused, match="补充协议"):
        crediting.keep_rule(made, by=contract_manager, at=LATER)


def test_one_promise_has_one_basis(agreement: Agreement, contract_manager: User) -> None:
    rule(agreement)
    version = agreement.versions.get(number=1)
    each = CreditRule(version=version, measure="response", fee_kind="platform", clause="7.4.1", **EACH)
    with make.thawed(version), pytest.raises(Refused, match="既按比率又按次"):
        crediting.keep_rule(each, by=contract_manager, at=LATER)


def test_rules_go_over_to_a_supplement_and_are_compared(agreement: Agreement, contract_manager: User) -> None:
    made = rule(agreement, month_cap=Decimal("500.00"))
    new = make.version(agreement, number=2, state="draft", effective_from=date(2026, 12, 1))

    carry(made.version, new, by=contract_manager, at=LATER)
    copied = new.credit_rules.get()
    assert (copied.measure, copied.share, copied.month_cap) == ("response", Decimal(5), Decimal("500.00"))
    assert not [c for c in carried_changes(made.version, new) if "服务减免" in c.what]

    copied.share = Decimal(8)
    copied.save()
    change = next(c for c in carried_changes(made.version, new) if "服务减免" in c.what)
    assert "5%" in change.old
    assert "8%，每月不超过 500.00 元" in change.new


def test_the_text_states_the_rules_as_an_annex(agreement: Agreement) -> None:
    version = agreement.versions.get(number=1)
    assert annex(version).rows == ()

    rule(agreement, month_cap=Decimal("500.00"))

    [row] = annex(version).rows
    assert (row.label, row.value, row.detail) == (
        "按时响应率 · 当月比率低于 95%", "减免当月平台使用费的 5%，每月不超过 500.00 元", "第 7.4.1 条",
    )  # fmt: skip


# --- What a month gives --------------------------------------------------------------------------------------


def test_a_month_is_computed_when_it_is_over(agreement: Agreement) -> None:
    with pytest.raises(Refused, match="2026-09 还没有结束"):
        crediting.compute(agreement, SEPTEMBER, at=local("2026-09-30 23:59"))
    assert compute(agreement, at=local("2026-10-01 00:00")) == []


def test_a_share_waits_for_the_bill_of_the_month(
    agreement: Agreement, party_b: User, operator: User, finance: User, finance_lead: User
) -> None:
    rule(agreement)
    broken(agreement, party_b, operator)

    [waiting] = compute(agreement)
    assert [waiting.state, waiting.amount, waiting.fee] == ["waiting", 0, None]

    billed(agreement, finance, finance_lead)
    [made] = compute(agreement)
    assert (made.pk, made.state, made.amount, made.fee) == (
        waiting.pk,
        "proposed",
        Decimal("250.00"),
        Decimal("5000.00"),
    )
    assert made.working["breaches"] == [1]


def test_computing_again_changes_nothing(agreement: Agreement, party_b: User, operator: User) -> None:
    rule(agreement, **EACH)
    broken(agreement, party_b, operator)
    [made] = compute(agreement)
    events = Event.objects.count()

    [again] = compute(agreement, at=LATER + timedelta(days=1))

    assert (again.pk, again.computed_at) == (made.pk, made.computed_at)
    assert Event.objects.count() == events


def test_an_excused_breach_gives_nothing_and_the_raw_amount_stays_readable(
    agreement: Agreement, party_b: User, operator: User, contract_manager: User
) -> None:
    rule(agreement, **EACH)
    first = broken(agreement, party_b, operator)
    broken(agreement, party_b, operator, NINE + timedelta(days=1))
    excuse(first, contract_manager)

    [made] = compute(agreement)

    assert (made.amount, made.raw_total) == (Decimal("200.00"), Decimal("400.00"))
    assert made.working["breaches"] == [2]


def test_a_proposal_without_ground_lapses(
    agreement: Agreement, party_b: User, operator: User, contract_manager: User
) -> None:
    rule(agreement, **EACH)
    breach = broken(agreement, party_b, operator)
    [made] = compute(agreement)
    excuse(breach, contract_manager)

    [lapsed] = compute(agreement)

    assert [lapsed.pk, lapsed.state, lapsed.amount] == [made.pk, "lapsed", 0]


def test_a_year_cap_looks_at_the_months_before(agreement: Agreement, party_b: User, operator: User) -> None:
    rule(agreement, **EACH, year_cap=Decimal("300.00"))
    broken(agreement, party_b, operator, local("2026-08-12 09:00"))
    broken(agreement, party_b, operator)
    crediting.compute(agreement, date(2026, 8, 1), at=LATER)

    [made] = compute(agreement)

    assert (made.amount, made.working["caps"]) == (Decimal("100.00"), ["year"])


def test_the_nightly_run_finds_every_month(agreement: Agreement, party_b: User, operator: User) -> None:
    rule(agreement, **EACH)
    broken(agreement, party_b, operator)

    assert crediting.compute_all(at=LATER) == 1
    assert crediting.compute_all(at=LATER) == 1
    assert ServiceCredit.objects.get().month == SEPTEMBER


# --- Four eyes -----------------------------------------------------------------------------------------------


@pytest.fixture
def proposed(agreement: Agreement, party_b: User, operator: User) -> ServiceCredit:
    rule(agreement, **EACH)
    broken(agreement, party_b, operator)
    [made] = compute(agreement)
    return made


def test_two_persons_accept_and_the_row_is_frozen(proposed: ServiceCredit, ops_lead: User, finance_lead: User) -> None:
    made = accept(proposed, ops_lead, finance_lead)

    assert (made.state, made.accepted_by) == ("accepted", finance_lead)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ServiceCredit.objects.filter(pk=made.pk).update(amount=1)
    with pytest.raises(Refused, match="已认可"):
        crediting.ask_to_accept(made, by=ops_lead, at=LATER)


def test_a_row_that_changed_meanwhile_is_not_accepted(
    proposed: ServiceCredit, party_b: User, operator: User, ops_lead: User, finance_lead: User
) -> None:
    asked = crediting.ask_to_accept(proposed, by=ops_lead, at=LATER)
    broken(proposed.agreement, party_b, operator, NINE + timedelta(days=1))
    compute(proposed.agreement)

    with pytest.raises(Refused, match="内容已被修改"):
        approvals.approve(asked, by=finance_lead, at=LATER)


def test_a_late_adjudication_takes_back_with_a_row_of_its_own(
    proposed: ServiceCredit, ops_lead: User, finance_lead: User, contract_manager: User
) -> None:
    accepted = accept(proposed, ops_lead, finance_lead)
    excuse(Breach.objects.get(), contract_manager)

    [counter] = compute(proposed.agreement)

    assert [counter.sequence, counter.state, counter.amount, counter.total] == [2, "proposed", Decimal("-200.00"), 0]
    assert ServiceCredit.objects.get(pk=accepted.pk).amount == Decimal("200.00")
    assert compute(proposed.agreement) == [counter]


# --- On the bill ---------------------------------------------------------------------------------------------


def test_an_accepted_credit_is_a_line_of_the_next_invoice_once(
    proposed: ServiceCredit, ops_lead: User, finance: User, finance_lead: User
) -> None:
    accept(proposed, ops_lead, finance_lead)
    agreement = proposed.agreement
    making.platform_fee(agreement)

    first = invoicing.draft_from_usage(agreement, period=making.period(agreement), by=finance, at=making.NOW)
    line = first.lines.get(service_credit=proposed)

    assert (line.net, line.tax, line.gross) == (Decimal("-200.00"), Decimal("-12.00"), Decimal("-212.00"))
    assert first.gross == Decimal("5088.00")
    assert place_of_credit(proposed.pk) is not None
    october = making.period(agreement, making.OCTOBER)
    after = invoicing.draft_from_usage(agreement, period=october, by=finance, at=local("2026-11-03 10:00"))
    assert not after.lines.filter(service_credit__isnull=False).exists()


def test_the_database_refuses_a_second_line(
    proposed: ServiceCredit, ops_lead: User, finance: User, finance_lead: User
) -> None:
    accept(proposed, ops_lead, finance_lead)
    making.platform_fee(proposed.agreement)
    draft = invoicing.draft_from_usage(
        proposed.agreement, period=making.period(proposed.agreement), by=finance, at=making.NOW
    )
    line = draft.lines.get(service_credit=proposed)
    line.pk, line.position = None, 9

    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


def test_a_discarded_draft_sets_the_credit_free(
    proposed: ServiceCredit, ops_lead: User, finance: User, finance_lead: User
) -> None:
    accept(proposed, ops_lead, finance_lead)
    making.platform_fee(proposed.agreement)
    period = making.period(proposed.agreement)
    draft = invoicing.draft_from_usage(proposed.agreement, period=period, by=finance, at=making.NOW)
    invoicing.discard(draft, by=finance, reason="重做", at=making.NOW)

    again = invoicing.draft_from_usage(proposed.agreement, period=period, by=finance, at=making.NOW)

    assert again.lines.filter(service_credit=proposed).count() == 1


def test_a_credit_larger_than_the_bill_waits(
    proposed: ServiceCredit, ops_lead: User, finance: User, finance_lead: User
) -> None:
    accept(proposed, ops_lead, finance_lead)
    making.platform_fee(proposed.agreement, flat_amount=Decimal("150.00"))

    draft = invoicing.draft_from_usage(
        proposed.agreement, period=making.period(proposed.agreement), by=finance, at=making.NOW
    )

    assert draft.net == Decimal("150.00")
    assert place_of_credit(proposed.pk) is None


def test_a_bill_with_a_credit_is_issued_and_drawn(
    proposed: ServiceCredit, ops_lead: User, finance: User, finance_lead: User
) -> None:
    accept(proposed, ops_lead, finance_lead)
    billed(proposed.agreement, finance, finance_lead)

    assert month_fee(proposed.agreement, SEPTEMBER, "platform") == Decimal("5000.00")
    assert month_fee(proposed.agreement, date(2026, 10, 1), "platform") is None


# --- Availability --------------------------------------------------------------------------------------------

BELOW = {"measure": "availability", "below": Decimal("99.9"), "share": None, "amount": Decimal("1000.00")}


@pytest.mark.parametrize(
    ("minutes", "amount"),
    [
        pytest.param(43, None, id="43 minutes of 43,200 keep 99.9 %"),
        pytest.param(44, Decimal("1000.00"), id="44 minutes do not"),
    ],
)
def test_availability_below_the_step_gives_a_credit(
    agreement: Agreement, operator: User, minutes: int, amount: Decimal | None
) -> None:
    rule(agreement, **BELOW)
    about = make_uptime.service(agreement)
    make_uptime.term(agreement, about)
    since = local("2026-09-16 10:00")
    make_uptime.outage(operator, about, since=since, until=since + timedelta(minutes=minutes))

    assert [row.amount for row in compute(agreement)] == ([] if amount is None else [amount])


def test_a_service_without_an_agreed_target_gives_none(agreement: Agreement, operator: User) -> None:
    rule(agreement, **BELOW)
    about = make_uptime.service(agreement)
    make_uptime.outage(operator, about, since=local("2026-09-16 10:00"), until=local("2026-09-18 10:00"))

    assert compute(agreement) == []


def test_announced_maintenance_costs_nothing(agreement: Agreement, operator: User) -> None:
    rule(agreement, **BELOW)
    about = make_uptime.service(agreement)
    make_uptime.term(agreement, about)
    window = make_uptime.announced(operator, about, at=local("2026-09-15 10:00"))
    make_uptime.done(window, operator, make_uptime.NIGHT, make_uptime.NIGHT + timedelta(hours=3))
    make_uptime.outage(
        operator, about, since=make_uptime.NIGHT + timedelta(minutes=5), until=make_uptime.NIGHT + timedelta(hours=2)
    )

    assert compute(agreement) == []
