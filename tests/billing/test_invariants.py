"""The invariants of money by their numbers, each asserted by itself; their edges are tested where their rules are."""

import ast
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from billing import balancing, credits, invoicing, printing, receipts
from billing.ageing import BUCKETS, CREDIT, DISPUTED, ageing
from billing.ledger import balance, of_agreement
from billing.ledger_checks import Asked, verify
from billing.models import Allocation, Document, DocumentLine, NumberSeries, UsageRecord
from billing.money import largest_remainder
from billing.numbering import SERIES
from billing.overdue import debt_of
from billing.periods import midnight
from billing.rating import Model, RateCard, Tier, rate, to_bill
from billing.taking_back import Wish
from contracts.models import Agreement
from journal.idempotency import once
from people.models import User
from people.refusal import Refused
from tests.billing import making, money_world
from tests.billing.making import NOW, OCTOBER, SEPTEMBER
from tests.billing.money_world import AT, ON

CARD = RateCard(Model.GRADUATED, tiers=(Tier(Decimal(10), Decimal(1)), Tier(None, Decimal("0.333"))))


def refused_by_the_database(change: Callable[[], Any]) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        change()


def faults(on: date = ON) -> list[str]:
    return [str(fault) for fault in verify(Asked(on=on))]


def test_i01_a_document_has_a_number_if_and_only_if_it_is_issued(
    agreement: Agreement, finance: User, finance_lead: User
) -> None:
    draft = making.draft(agreement, finance)
    rows = Document.objects.filter(pk=draft.pk)

    assert draft.number is None
    refused_by_the_database(lambda: rows.update(number="ZD-2026-00001"))
    refused_by_the_database(lambda: rows.update(state="issued"))
    assert invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW).number == "ZD-2026-00001"


def test_i02_no_number_is_given_twice(
    bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    draft = making.draft(other_agreement, finance)
    NumberSeries.objects.filter(series="ZD").update(last=0)  # as if the counter had been set back

    refused_by_the_database(lambda: invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW))


def test_i03_numbers_of_a_series_and_year_have_no_hole(bill: Document, finance: User, finance_lead: User) -> None:
    making.more_bills(bill.agreement, finance, finance_lead, count=3)

    rows = Document.objects.issued().order_by("sequence")
    assert [(row.year, row.sequence) for row in rows.filter(year=2026)] == [(2026, 1), (2026, 2), (2026, 3)]
    assert [row.sequence for row in rows.filter(year=2027)] == [1]


def test_i04_what_is_issued_is_neither_changed_nor_deleted(bill: Document) -> None:
    refused_by_the_database(lambda: Document.objects.filter(pk=bill.pk).update(gross=Decimal(1), net=Decimal(1)))
    refused_by_the_database(lambda: DocumentLine.objects.filter(document=bill).update(description="改写"))
    refused_by_the_database(bill.delete)


def test_i05_gross_is_net_and_tax_and_totals_are_sums(bill: Document) -> None:
    lines = list(bill.lines.all())

    assert all(line.gross == line.net + line.tax for line in lines)
    assert (bill.net, bill.tax, bill.gross) == tuple(
        sum(getattr(line, name) for line in lines) for name in ("net", "tax", "gross")
    )


@pytest.mark.parametrize("amount", ["0.001", "0", "-1"])
def test_i06_money_has_two_decimals_and_what_comes_in_is_above_nought(db: None, amount: str) -> None:
    with pytest.raises((Refused, ValueError)):
        making.receipt(amount)


def test_i07_a_receipt_pays_no_more_than_came(bill: Document, finance: User) -> None:
    paid = making.receipt("1000.00")
    receipts.allocate(paid, bill, amount=Decimal("400.00"), by=finance, at=NOW)

    assert receipts.left_of(paid) == Decimal("600.00")
    with pytest.raises(Refused, match="超过这笔收款的余额 600"):
        receipts.allocate(paid, bill, amount=Decimal("600.01"), by=finance, at=NOW)


def test_i08_a_bill_takes_no_more_than_its_gross_and_interest(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    owed = debt_of(bill).on(ON).outstanding
    assert owed == Decimal("5406.00") + Decimal("81.09")  # 0.05 % on 30 days

    late = making.receipt("9000.00", value_date=ON, at=AT)
    with pytest.raises(Refused, match=r"超过该账单当日应付的 5487\.09"):
        receipts.allocate(late, bill, amount=Decimal("5487.10"), by=finance, at=AT)
    receipts.allocate(late, bill, by=finance, at=AT)
    assert sum(row.amount for row in bill.allocations.all()) == owed


def test_i09_credit_notes_take_back_no_more_than_was_billed_at_its_tax_rate(
    bill: Document, finance: User, finance_lead: User
) -> None:
    draft = credits.draft_credit_note(bill, {1: Wish(net=Decimal("5000.00"))}, reason="减收", by=finance, at=NOW)

    assert [line.tax_rate for line in draft.lines.all()] == [bill.lines.get(position=1).tax_rate]
    with pytest.raises(Refused, match="可冲减的余额"):
        credits.draft_credit_note(bill, {1: Wish(net=Decimal("0.01"))}, reason="再减", by=finance, at=NOW)


def test_i10_allocations_never_change_and_are_reversed_once(bill: Document, finance: User, finance_lead: User) -> None:
    paid = making.receipt()
    (row,) = receipts.allocate(paid, bill, by=finance, at=NOW)
    (mirror,) = receipts.reverse_payment(bill, paid, reason="付错", by=finance_lead, at=NOW)

    assert (mirror.amount, mirror.reverses, mirror.effective_on) == (-row.amount, row, row.effective_on)
    refused_by_the_database(lambda: Allocation.objects.filter(pk=row.pk).update(amount=Decimal(1)))
    refused_by_the_database(lambda: Allocation.objects.filter(pk=row.pk).delete())
    twin = {name: getattr(mirror, name) for name in ("receipt", "document", "component", "amount", "effective_on")}
    refused_by_the_database(lambda: Allocation.objects.create(**twin, reverses=row, recorded_at=NOW))


@pytest.fixture
def world(agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User) -> Document:
    """Every kind of movement (tests/billing/money_world.py)."""
    return money_world.world(agreement, other_agreement, finance, finance_lead)


@pytest.mark.parametrize("on", [date(2026, 10, 31), ON])
def test_i11_one_balance_in_four_ways(world: Document, on: date) -> None:
    key = (world.agreement.party_b_id, world.agreement_id)
    documents = sum(fen for (owner, _paper), fen in balancing.of_documents(on).items() if owner == key)
    statement = int(balance(of_agreement(world.agreement), on=on) * 100)

    assert documents == balancing.of_view(on)[key] == statement == ageing(on)[key].balance != 0


def test_i12_the_columns_of_the_ageing_are_what_is_owed(world: Document) -> None:
    columns = sum(line.fen[name] for line in ageing(ON).values() for name in (*BUCKETS, DISPUTED, CREDIT))

    assert columns == sum(balancing.of_view(ON).values()) != 0


def test_i14_the_same_use_twice_adds_nothing_and_other_content_is_a_conflict(agreement: Agreement) -> None:
    used = making.event(source_event_id="e")
    making.use(agreement, used)

    making.use(agreement, used)
    with pytest.raises(Refused):
        making.use(agreement, making.event("101", source_event_id="e"))
    assert UsageRecord.objects.count() == 1


def test_i15_periods_leave_no_gap_and_share_no_day(agreement: Agreement) -> None:
    opened = making.months(agreement)

    assert all(one.ends_on == following.starts_on for one, following in pairwise(opened))
    refused_by_the_database(lambda: making.period(agreement, opened[0].starts_on))


def test_i16_billing_in_two_steps_costs_what_one_step_costs() -> None:
    whole = rate(CARD, Decimal(22)).amount
    first = rate(CARD, Decimal(11)).amount

    assert first + to_bill(CARD, Decimal(22), first).amount == whole


def test_i17_shares_sum_to_the_whole_whatever_their_order() -> None:
    shares = largest_remainder(Decimal("5.47"), [1, 1, 1], keys=["b", "a", "c"])

    assert sum(shares) == Decimal("5.47")
    assert all(abs(share - Decimal("5.47") / 3) < Decimal("0.01") for share in shares)
    other = largest_remainder(Decimal("5.47"), [1, 1, 1], keys=["c", "b", "a"])
    assert dict(zip("bac", shares, strict=True)) == dict(zip("cba", other, strict=True))


def test_i18_a_later_price_changes_no_issued_bill(bill: Document) -> None:
    before = list(bill.lines.values("net", "tax", "gross", "unit_price"))
    used = bill.lines.exclude(rate_line__meter="").get().rate_line
    assert used is not None

    refused_by_the_database(lambda: type(used).objects.filter(pk=used.pk).update(unit_price=Decimal(1)))
    assert list(bill.lines.values("net", "tax", "gross", "unit_price")) == before


def test_i19_late_use_is_a_line_of_the_next_bill_that_names_it(bill: Document, finance: User) -> None:
    making.use(bill.agreement, making.event("100", source_event_id="late"), at=NOW)
    october = making.period(bill.agreement, OCTOBER)

    following = invoicing.draft_from_usage(bill.agreement, period=october, by=finance, at=NOW.replace(month=11))

    (late,) = [line for line in following.lines.all() if "late_events" in line.trace]
    assert (late.period, late.net, late.trace["late_events"]) == (bill.period, Decimal("5.00"), ["网关:late"])


def test_i20_interest_begins_after_the_due_date_grows_and_stops(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    due_on = date(2026, 10, 21)
    grown = [debt_of(bill).on(due_on + timedelta(days=days)).total_interest for days in (0, 1, 10, 30)]
    assert grown == [Decimal("0.00"), Decimal("2.70"), Decimal("27.03"), Decimal("81.09")]

    receipts.allocate(making.receipt("9000.00", value_date=ON, at=AT), bill, by=finance, at=AT)

    ended = [debt_of(bill).on(ON + timedelta(days=days)) for days in (0, 500)]
    assert [(one.total_interest, one.principal_open) for one in ended] == [(Decimal("81.09"), Decimal(0))] * 2


def test_i21_what_is_paid_on_the_due_date_bears_no_interest(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    receipts.allocate(making.receipt("5406.00", value_date=date(2026, 10, 21), at=AT), bill, by=finance, at=AT)

    assert debt_of(bill).on(ON).total_interest == 0


def test_i22_a_past_day_reads_the_same_after_later_payments(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    day = date(2026, 11, 1)
    before = debt_of(bill).on(day)

    receipts.allocate(making.receipt("1000.00", value_date=ON, at=AT), bill, by=finance, at=AT)

    after = debt_of(bill).on(day)
    assert (after.total_interest, after.outstanding) == (before.total_interest, before.outstanding)
    assert faults(day) == []


def test_i27_a_key_gives_the_first_answer_and_refuses_other_words(db: None) -> None:
    answers = [once("bills", "k", request={"a": 1}, run=lambda: {"made": 1}, at=NOW) for _ in range(2)]

    assert answers == [{"made": 1}] * 2
    with pytest.raises(Refused, match="内容不同"):
        once("bills", "k", request={"a": 2}, run=lambda: {"made": 2}, at=NOW)


def test_i28_only_working_days_count_from_the_day_after_receipt(bill: Document, finance: User) -> None:
    # 8 October, a Thursday; Saturday the 10th is a make-up working day; ten working days end on the 21st.
    assert making.received(bill, finance).due_on == date(2026, 10, 21)


def test_i29_one_second_before_midnight_in_shanghai_is_another_period(agreement: Agreement, finance: User) -> None:
    making.platform_fee(agreement)
    making.rate(agreement)
    edge = midnight(OCTOBER)
    making.use(
        agreement, making.event("1", occurred_at=edge - timedelta(seconds=1)), making.event("9", occurred_at=edge)
    )
    september = making.period(agreement, SEPTEMBER)

    document = invoicing.draft_from_usage(agreement, period=september, by=finance, at=NOW)

    assert document.lines.exclude(rate_line__meter="").get().quantity == 1


def test_i30_the_paper_repeats_byte_for_byte_and_says_what_the_row_says(bill: Document) -> None:
    content = printing.keep_pdf(Document.objects.get(pk=bill.pk))

    assert printing.keep_pdf(Document.objects.get(pk=bill.pk)) == content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert all(f"{amount:,.2f}" in text for amount in (bill.net, bill.tax, bill.gross))


def test_i31_every_line_names_its_clause_its_price_and_its_working(bill: Document, finance: User) -> None:
    for line in bill.lines.select_related("rate_line__version"):
        assert line.clause
        assert line.rate_line is not None
        assert line.rate_line.version.agreement_id == bill.agreement_id
        assert line.trace["steps"]
    (row,) = receipts.allocate(making.receipt(), bill, by=finance, at=NOW)
    assert set(row.document.lines.values_list("clause", flat=True)) == {"6.1.1"}


def test_i32_no_float_and_no_floor_division_of_money() -> None:
    folder = Path(__file__).parents[2] / "billing"
    whole = {"rating", "proration"}  # these divide fractions and whole numbers
    for name in ("money", "tax", "interest", "settlement", "ledger", "balancing", "open_items", *whole):
        nodes = list(ast.walk(ast.parse((folder / f"{name}.py").read_text("utf-8"))))
        assert not [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)], name
        divided = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv)]
        assert not divided or name in whole, name


def test_i33_the_number_is_the_last_lock_of_the_issue(agreement: Agreement, finance: User, finance_lead: User) -> None:
    draft = making.draft(agreement, finance)
    series = SERIES[Document.Kind.INVOICE]

    with CaptureQueriesContext(connection) as caught:
        invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW)

    said = [query["sql"] for query in caught]
    # The journal's chain is locked after it, as after everything.
    locks = [at for at, sql in enumerate(said) if " UPDATE OF " in sql or sql.endswith(" UPDATE")]
    locks = [at for at in locks if 'FROM "billing_' in said[at]]
    numbered = [at for at, sql in enumerate(said) if "billing_numberseries" in sql and f"'{series}'" in sql]
    assert numbered
    if connection.vendor == "postgresql":
        assert locks[-1] in numbered
