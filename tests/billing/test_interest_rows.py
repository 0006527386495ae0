"""The worked examples of interest through the verbs and rows: terms, bills, receipts, costs, judgments, red letters."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import deferring, enforcing, formal_invoices, receipts, reordering
from billing.corrections import locked_bill
from billing.enforcing import Ruling, Spent
from billing.models import Allocation, Document
from billing.overdue import debt_of, statement
from contracts.models import Agreement, AgreementVersion, Organisation
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making

LATER = datetime(2027, 6, 1, 2, tzinfo=UTC)
VECTORS = json.loads((Path(__file__).parent / "vectors" / "billing_vectors.json").read_text("utf-8"))["vectors"]
SEGMENTS = [v for v in VECTORS if v["kind"] in {"segment_daily_rate", "segment_interest_first"}]


PAYMENTS = st.lists(
    st.tuples(st.integers(0, 60), st.decimals("0.01", "700.00", places=2)), min_size=1, max_size=4,
    unique_by=lambda pair: pair[0],
)  # fmt: skip


def on(text: str) -> date:
    return date.fromisoformat(text)


def agreed(basis: str = "daily", rate: str | None = "0.05", **changes: Any) -> Agreement:
    """An agreement whose terms say so."""
    terms = {f"version_{name}": value for name, value in changes.items()}
    return make.agreement(version_interest_basis=basis, version_interest_rate=Decimal(rate) if rate else None, **terms)


def small_creditor(basis: str = "none", rate: str | None = None) -> Agreement:
    """Party A is a small enterprise, Party B a government body."""
    kinds = Organisation.Kind
    return make.agreement(
        party_a=make.organisation(kind=kinds.SME), party_b=make.organisation(kind=kinds.GOVERNMENT),
        version_interest_basis=basis, version_interest_rate=Decimal(rate) if rate else None,
    )  # fmt: skip


def supplemented(agreement: Agreement, start: date) -> AgreementVersion:
    """A supplement in force from a day on."""
    make.reword(agreement.versions.get(number=1), effective_to=start)
    return make.version(agreement, number=2, kind=AgreementVersion.Kind.SUPPLEMENT, effective_from=start)


def pay(document: Document, by: User, amount: str, day: date) -> list[Allocation]:
    receipt = making.receipt(amount, value_date=day, at=LATER)
    return receipts.allocate(receipt, document, by=by, at=LATER)


FULL: list[Any] = [
    pytest.param(lambda: agreed(), "100000.00", "2026-03-10", "2026-04-09", "1500.00", id="I1"),
    pytest.param(lambda: agreed("annual", "6"), "120000.00", "2026-01-15", "2026-03-16", "1183.56", id="I2-365"),
    pytest.param(lambda: agreed("annual", "6", interest_year_days=360), "120000.00", "2026-01-15", "2026-03-16",
                 "1200.00", id="I2-360"),
    pytest.param(lambda: agreed("lpr_fixed", "1.5"), "500000.00", "2024-10-18", "2025-01-16", "6195.21", id="I3"),
    pytest.param(lambda: agreed("lpr_floating", "1.5"), "500000.00", "2024-10-18", "2025-01-16", "5743.15", id="I4"),
    pytest.param(small_creditor, "66666.67", "2026-06-30", "2026-07-07", "233.33", id="I8"),
    pytest.param(lambda: agreed("annual", "4"), "365000.00", "2024-02-01", "2024-03-01", "1160.00", id="I9"),
    pytest.param(lambda: agreed(), "2050.00", "2026-01-01", "2026-01-02", "1.03", id="I10"),
    pytest.param(lambda: agreed("daily", "0.3"), "100000.00", "2026-03-01", "2026-03-31", "9000.00", id="I14"),
    pytest.param(lambda: agreed(interest_counting="both_ends"), "100000.00", "2026-03-10", "2026-04-09", "1550.00",
                 id="both ends"),
    pytest.param(lambda: agreed(interest_counting="from_due"), "100000.00", "2026-03-10", "2026-04-09", "1500.00",
                 id="from the due date"),
    pytest.param(lambda: agreed(interest_cap=Decimal(1)), "100000.00", "2026-03-10", "2026-04-09", "1000.00",
                 id="capped at one per cent"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "principal", "due", "paid", "interest"), FULL)
def test_worked_examples_paid_in_full(
    finance: User, made: Any, principal: str, due: str, paid: str, interest: str
) -> None:
    document = making.owed(made(), principal, on(due))

    at_due, before = statement(document, on=on(due)), statement(document, on=on(paid))
    rows = pay(document, finance, str(before.outstanding), on(paid))

    assert (str(at_due.interest_open), str(before.interest_open)) == ("0.00", interest)
    assert making.amounts(rows) == [("interest", interest), ("principal", principal)]
    assert statement(document, on=on(paid) + timedelta(days=90)).outstanding == 0


def test_i5_costs_are_paid_before_interest_and_principal(finance: User) -> None:
    document = making.owed(agreed(), "200000.00", on("2026-05-20"))
    spent = Spent(
        incurred_on=on("2026-05-20"), amount=Decimal("500.00"), description="律师费", proof="发票 26362000001"
    )
    enforcing.record_cost(document, spent, by=finance, at=LATER)
    first = pay(document, finance, "50000.00", on("2026-06-19"))

    found = statement(document, on=on("2026-07-19"))

    assert making.amounts(first) == [("costs", "500.00"), ("interest", "3000.00"), ("principal", "46500.00")]
    assert [str(x) for x in (found.outstanding, found.total_interest, found.principal_open)] == [
        "155802.50", "5302.50", "153500.00",
    ]  # fmt: skip


def test_i6_unpaid_interest_bears_none(finance: User) -> None:
    document = making.owed(agreed(), "1000000.00", on("2026-01-31"))
    pay(document, finance, "10000.00", on("2026-03-02"))

    assert statement(document, on=on("2026-04-01")).outstanding == Decimal("1020000.00")


def test_i7_a_floating_rate_follows_the_table(finance: User) -> None:
    document = making.owed(agreed("lpr_floating", "1.3"), "300000.00", on("2025-05-09"))
    first = pay(document, finance, "100000.00", on("2025-06-08"))

    found = statement(document, on=on("2025-07-08"))

    assert making.amounts(first) == [("interest", "972.33"), ("principal", "99027.67")]
    assert (str(found.interest_open), str(found.outstanding)) == ("644.21", "201616.54")
    assert [(s.days, s.lpr_published) for s in found.segments] == [
        (10, on("2025-04-21")), (20, on("2025-05-20")), (30, on("2025-05-20")),
    ]  # fmt: skip


def test_i11_the_due_date_counts_a_make_up_sunday(finance: User, finance_lead: User) -> None:
    agreement = agreed(payment_working_days=5)
    document = making.owed(agreement, "80000.00", on("2026-12-01"), issued_on=on("2026-09-17"))
    invoice = document.formal_invoices.get()
    formal_invoices.red_letter(invoice, on=on("2026-09-18"), number="1" * 20, reason="重开", by=finance, at=LATER)
    made = formal_invoices.record_formal_invoice(
        document, making.face(document, dated_on=on("2026-09-18")), by=finance, at=LATER
    )
    due = formal_invoices.record_received(made, on=on("2026-09-18"), proof="签收", by=finance, at=LATER).due_on

    assert (due, str(statement(document, on=on("2026-09-28")).total_interest)) == (on("2026-09-24"), "160.00")


def test_i16_the_doubled_part_is_paid_after_the_principal(finance: User) -> None:
    document = making.owed(agreed("none", None), "100000.00", on("2026-01-01"))
    ruling = Ruling(
        court="某市某区人民法院",
        case_number="（2026）某01民初1号",
        effective_on=on("2026-01-10"),
        pay_by=on("2026-01-20"),
    )
    enforcing.record_judgment(document, ruling, by=finance, at=LATER)
    day = on("2026-03-01")  # 40 days

    assert str(debt_of(document).doubled_open(day)) == "700.00"
    first = pay(document, finance, "40000.00", day)
    rest = debt_of(document).doubled(day + timedelta(days=10))
    second = pay(document, finance, "61000.00", day + timedelta(days=10))

    assert making.amounts(first) == [("principal", "40000.00")]
    assert rest is not None
    assert str(rest.interest_open) == "805.00"  # 700.00 and 60,000 × 0.0175 % × 10
    assert making.amounts(second) == [("principal", "60000.00"), ("doubled", "805.00")]
    assert debt_of(document).owed(day + timedelta(days=50)) == 0
    with pytest.raises(Refused, match="加倍利息已有收款抵充，不能重排"):
        reordering.plan(document, on=LATER.date())
    with pytest.raises(Refused, match="加倍利息已有收款抵充"):
        enforcing.record_judgment(document, ruling, by=finance, at=LATER)


def test_i17_interest_starts_with_the_deadline_that_a_supplement_moved(finance: User) -> None:
    agreement = agreed()
    document = making.owed(agreement, "10000.00", on("2026-03-31"))
    supplement = supplemented(agreement, on("2026-03-20"))
    before = statement(document, on=on("2026-05-10")).total_interest
    moved = deferring.move_due(document, supplement=supplement, to=on("2026-04-30"), by=finance, at=LATER)

    assert (str(before), str(statement(document, on=on("2026-05-10")).total_interest)) == ("200.00", "50.00")
    assert moved.due_working == {
        "moved": [{"supplement": supplement.label, "before": "2026-03-31", "after": "2026-04-30"}]
    }
    assert formal_invoices.recount_due(moved, by=finance, at=datetime(2026, 4, 1, tzinfo=UTC)).due_on == on(
        "2026-04-30"
    )
    pay(document, finance, "100.00", on("2026-05-10"))
    with pytest.raises(Refused, match="请先冲回再改期"):
        deferring.move_due(document, supplement=supplement, to=on("2026-05-31"), by=finance, at=LATER)


def test_only_an_active_supplement_of_the_agreement_moves_a_due_date(finance: User) -> None:
    document, other = making.owed(agreed(), "10000.00", on("2026-03-31")), agreed()
    foreign = supplemented(other, on("2026-03-20"))

    for wrong in (foreign, document.version):
        with pytest.raises(Refused, match="只能按本协议已生效的补充协议改期"):
            deferring.move_due(document, supplement=wrong, to=on("2026-04-30"), by=finance, at=LATER)


def test_i18_a_red_lettered_invoice_starts_no_interest(finance: User) -> None:
    document = making.owed(agreed(payment_working_days=5), "100000.00", on("2026-03-09"), issued_on=on("2026-03-02"))
    formal_invoices.red_letter(
        document.formal_invoices.get(), on=on("2026-03-06"), number="1" * 20, reason="税率有误", by=finance, at=LATER
    )
    cancelled = statement(document, on=on("2026-03-31")).total_interest
    made = formal_invoices.record_formal_invoice(
        document, making.face(document, dated_on=on("2026-03-10")), by=finance, at=LATER
    )
    formal_invoices.record_received(made, on=on("2026-03-10"), proof="签收", by=finance, at=LATER)

    assert cancelled == 0
    assert statement(document, on=on("2026-03-17")).total_interest == 0
    assert statement(document, on=on("2026-03-18")).total_interest == Decimal("50.00")


@pytest.mark.parametrize("vector", SEGMENTS, ids=lambda vector: vector["id"])
def test_foreign_vectors_of_interest_through_the_rows(finance: User, vector: dict[str, Any]) -> None:
    given_, expected = vector["inputs"], vector["expected"]
    first = given_["allocation_order"] == "principal_first"
    order = "costs_principal_interest" if first else "costs_interest_principal"
    rate = str(Decimal(given_["daily_rate"]) * 100)
    document = making.owed(agreed("daily", rate, allocation_order=order), given_["principal"], on(given_["due"]))
    for day, amount in given_["payments"]:
        pay(document, finance, amount, on(day))

    found = statement(document, on=on(given_["as_of"]))

    told = {"interest": found.total_interest, "total_interest": found.total_interest}
    told |= {"interest_open": found.interest_open, "principal_open": found.principal_open}
    known = {name: Decimal(expected[name]) for name in told if name in expected}
    assert known
    assert {name: told[name] for name in known} == known


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"amount": Decimal(0)}, "费用金额须大于 0", id="nothing"),
        pytest.param({"amount": Decimal("0.001")}, "费用金额", id="less than a fen"),
        pytest.param({"incurred_on": date(2028, 1, 1)}, "晚于今天", id="to come"),
        pytest.param({"incurred_on": date(2026, 1, 1)}, "早于账单开具日期", id="before the bill"),
        pytest.param({"proof": " "}, "请写明费用内容和凭证", id="no proof"),
        pytest.param({"incurred_on": date(2026, 6, 19)}, "那时没有计入这笔费用", id="on the day of a payment"),
    ],
)
def test_what_cannot_be_a_cost_is_refused(finance: User, changes: dict[str, Any], words: str) -> None:
    document = making.owed(agreed(), "200000.00", on("2026-05-20"))
    pay(document, finance, "50000.00", on("2026-06-19"))
    fields = {
        "incurred_on": date(2026, 7, 1),
        "amount": Decimal(500),
        "description": "公证费",
        "proof": "收据",
        **changes,
    }

    with pytest.raises(Refused, match=words):
        enforcing.record_cost(document, Spent(**fields), by=finance, at=LATER)


def test_a_cost_is_taken_off_by_another_person_until_it_is_paid(finance: User, finance_lead: User) -> None:
    document = making.owed(agreed(), "1000.00", on("2026-05-20"))
    spent = Spent(incurred_on=on("2026-05-21"), amount=Decimal("80.00"), description="公证费", proof="收据")
    kept, wrong = (enforcing.record_cost(document, spent, by=finance, at=LATER) for _ in range(2))
    with pytest.raises(Refused, match="登记人以外"):
        enforcing.withdraw_cost(wrong, reason="重复登记", by=finance, at=LATER)
    enforcing.withdraw_cost(wrong, reason="重复登记", by=finance_lead, at=LATER)

    assert statement(document, on=on("2026-05-22")).costs_open == Decimal("80.00")
    pay(document, finance, "50.00", on("2026-05-22"))
    with pytest.raises(Refused, match="已有收款抵充"):
        enforcing.withdraw_cost(kept, reason="再撤", by=finance_lead, at=LATER)


def test_the_rows_answer_by_the_table_of_the_database(finance: User) -> None:
    make.calendar_version()
    document = making.owed(agreed("lpr_floating", "1"), "365000.00", on("2026-10-09"))

    found = statement(document, on=on("2026-11-26"))

    assert (found.provisional, found.missing) == (True, ("2026-10", "2026-11"))
    assert [(s.first_day, s.provisional) for s in found.segments] == [
        (on("2026-10-10"), False), (on("2026-10-20"), True),
    ]  # fmt: skip


def reversed_from(document: Document, day: date, by: User) -> list[Any]:
    """Take back the payments after a day, the last first, and name their receipts."""
    later = document.allocations.standing().filter(effective_on__gt=day)
    found = sorted({row.receipt for row in later.select_related("receipt")}, key=lambda r: r.value_date)
    for receipt in reversed(found):
        receipts.reverse_payment(document, receipt, reason="有更早到账的收款", by=by, at=LATER)
    return found


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_recording_changes_no_total(finance: User, finance_lead: User, data: st.DataObject) -> None:
    agreement, due = agreed(), on("2026-03-10")
    facts = data.draw(PAYMENTS)
    ordered, shuffled = (making.owed(agreement, "3000.00", due) for _ in range(2))
    for day, amount in sorted(facts):
        pay(ordered, finance, str(amount), due + timedelta(days=day))
    for day, amount in data.draw(st.permutations(facts)):
        receipt = making.receipt(str(amount), value_date=due + timedelta(days=day), at=LATER)
        again = reversed_from(shuffled, receipt.value_date, finance_lead)
        for one in [receipt, *again]:
            receipts.allocate(one, shuffled, by=finance, at=LATER)

    for day in (0, 30, 61, 120):
        one, other = (statement(document, on=due + timedelta(days=day)) for document in (ordered, shuffled))
        assert (one.total_interest, one.outstanding) == (other.total_interest, other.outstanding)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payments=PAYMENTS, looks=st.lists(st.integers(0, 90), max_size=3))
def test_totals_do_not_depend_on_looks_and_are_monotone_and_never_negative(
    finance: User, payments: list[tuple[int, Decimal]], looks: list[int]
) -> None:
    due = on("2026-03-10")
    document = making.owed(agreed(), "1000.00", due)
    for day, amount in sorted(payments):
        for look in looks:
            statement(document, on=due + timedelta(days=look))
        receipt = making.receipt(str(amount), value_date=due + timedelta(days=day), at=LATER)
        if debt_of(locked_bill(document.pk)).owed(receipt.value_date) > 0:
            receipts.allocate(receipt, document, by=finance, at=LATER)

    found = [statement(document, on=due + timedelta(days=day)) for day in range(0, 121, 10)]

    assert found[0].total_interest == 0
    totals = [row.total_interest for row in found]
    assert totals == sorted(totals)
    assert all(row.interest_open >= 0 and row.principal_open >= 0 and row.credit == 0 for row in found)
    pure = debt_of(document)
    assert (
        pure.on(due + timedelta(days=120)).total_interest
        == sum((row.amount for row in document.allocations.filter(component="interest")), Decimal(0))
        + pure.on(due + timedelta(days=120)).interest_open
    )
