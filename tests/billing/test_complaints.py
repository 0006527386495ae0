"""What people complain of in other programs that bill, each shown not to happen here; the numbers are theirs.

C18 to C20 (dunning) and C27 (bank files, I13) are in test_invariants_of_dunning.py.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from billing import charging, dunning, invoicing, matching, receipts, usage
from billing.ageing import ageing
from billing.interest import Basis, InterestTerms, Payment, accrue
from billing.models import Allocation, Document, NumberSeries
from billing.money import largest_remainder
from billing.overdue import debt_of
from billing.pdf import draw
from billing.periods import civil_day, midnight
from billing.pricing import priced
from billing.printing import kept_pdf
from billing.tax import on_net, within_gross
from contracts.models import Agreement
from contracts.term import tacit_of
from people.models import User
from people.typesetting import CANNOT_END, CANNOT_START, break_lines
from tests import make
from tests.billing import making, samples
from tests.billing.making import NOW, OCTOBER
from tests.billing.money_world import late_bill

DAILY = InterestTerms(Basis.DAILY, Decimal("0.0005"))
DUE = date(2026, 1, 20)
PAID = [Payment(date(2026, 2, 1), Decimal(500)), Payment(date(2026, 2, 10), Decimal(500))]


def interest(payments: Iterable[Payment], on: date, principal: str = "1000.00") -> Decimal:
    return accrue(Decimal(principal), DUE, list(payments), DAILY, on).total_interest


def read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.once
def test_c01_interest_runs_by_segments_between_payments() -> None:
    found = accrue(Decimal("1000.00"), DUE, PAID, DAILY, date(2026, 2, 10))

    assert [(row.days, str(row.principal)) for row in found.segments] == [(12, "1000.00"), (9, "506.00")]
    assert found.total_interest == Decimal("8.28")


@pytest.mark.once
def test_c02_interest_is_not_lost_when_the_principal_is_paid() -> None:
    whole = accrue(Decimal("1000.00"), DUE, [Payment(date(2026, 2, 19), Decimal(1000))], DAILY, date(2026, 3, 1))

    assert whole.total_interest > Decimal("15.00")
    assert whole.outstanding > 0


@pytest.mark.django_db
def test_c03_each_of_two_late_bills_keeps_its_own_outstanding(
    agreement: Agreement, finance: User, finance_lead: User
) -> None:
    first = late_bill(agreement, finance, finance_lead)
    making.more_bills(agreement, finance, finance_lead, count=1)
    second = Document.objects.exclude(pk=first.pk).get()
    receipts.allocate(making.receipt("1000.00", value_date=date(2026, 10, 20)), first, by=finance, at=NOW)

    on = date(2026, 12, 1)

    assert debt_of(first).on(on).principal_open == Decimal("4406.00")
    assert debt_of(second).on(on).principal_open == second.gross


@pytest.mark.once
@pytest.mark.parametrize(("days", "amount"), [(1, "0.50"), (10, "5.00"), (365, "182.50")])
def test_c04_how_late_decides_how_much(days: int, amount: str) -> None:
    assert interest([], DUE + timedelta(days=days)) == Decimal(amount)


@pytest.mark.once
def test_c05_a_run_every_hour_adds_nothing() -> None:
    looks = {interest([], date(2026, 2, 20)) for _hour in range(24)}

    assert looks == {Decimal("15.50")}


@pytest.mark.once
def test_c06_several_payments_of_one_bill_in_any_order_of_telling() -> None:
    assert interest(PAID, date(2026, 3, 1)) == interest(reversed(PAID), date(2026, 3, 1)) == Decimal("8.36")


@pytest.mark.once
@pytest.mark.parametrize(
    ("total", "shares"),
    [
        pytest.param("5.47", ["1.83", "1.82", "1.82"], id="c07 three terms of 5.47"),
        pytest.param("30000.00", ["10000.00"] * 3, id="c08 three terms of 30,000"),
    ],
)
def test_c07_c08_parts_make_the_whole(total: str, shares: list[str]) -> None:
    assert [str(share) for share in largest_remainder(Decimal(total), [1, 1, 1])] == shares


@pytest.mark.django_db
def test_c09_the_page_the_paper_and_the_payment_agree(agreement: Agreement, finance: User, finance_lead: User) -> None:
    making.platform_fee(agreement, flat_amount=Decimal("138.66"), tax_rate=Decimal(19))
    draft = invoicing.draft_from_usage(agreement, period=making.period(agreement), by=finance, at=NOW)
    bill = invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW)

    assert bill.gross == on_net(Decimal("138.66"), Decimal("0.19")).gross == Decimal("165.01")
    assert "165.01" in read(kept_pdf(bill))
    receipts.allocate(making.receipt("165.01"), bill, by=finance, at=NOW)
    assert debt_of(bill).on(date(2026, 12, 1)).outstanding == 0


@pytest.mark.once
def test_c10_a_price_that_includes_tax_is_what_is_paid() -> None:
    taxed = within_gross(Decimal("353.90"), Decimal("0.06"))

    assert (taxed.gross, taxed.net + taxed.tax) == (Decimal("353.90"), Decimal("353.90"))


@pytest.mark.django_db
def test_c11_tax_is_rounded_on_each_line_and_added(agreement: Agreement, finance: User) -> None:
    for name in ("一", "二", "三"):
        making.platform_fee(agreement, name=name, flat_amount=Decimal("0.08"))

    bill = invoicing.draft_from_usage(agreement, period=making.period(agreement), by=finance, at=NOW)

    # 0.0048 rounds to nothing three times; on the sum it would be 0.01.
    assert [line.tax for line in bill.lines.all()] == [Decimal("0.00")] * 3
    assert (bill.tax, bill.gross) == (Decimal("0.00"), Decimal("0.24"))


@pytest.mark.django_db
def test_c12_c13_a_number_belongs_to_one_bill_and_money_with_it_goes_there(
    agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    mine = making.issued(agreement, finance, finance_lead)
    theirs = making.issued(other_agreement, finance, finance_lead)
    paid = making.receipt(memo=f"付 {mine.number}", payer_name=agreement.party_b.name)

    proposed = {share.document.pk for share in matching.proposals_for(paid)[0].shares}

    assert mine.number != theirs.number
    assert proposed == {mine.pk}


@pytest.mark.django_db
def test_c14_c16_a_discarded_draft_leaves_no_hole_and_stops_nobody(
    agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    gone = making.draft(agreement, finance)
    invoicing.discard(gone, reason="重拟", by=finance, at=NOW)
    first = invoicing.issue(
        invoicing.draft_from_usage(agreement, period=agreement.periods.get(), by=finance, at=NOW),
        by=finance_lead, on=OCTOBER, at=NOW,
    )  # fmt: skip
    second = making.issued(other_agreement, finance, finance_lead)

    assert [first.sequence, second.sequence] == [1, 2]
    assert NumberSeries.objects.get().last == 2


@pytest.mark.django_db
def test_c15_the_number_is_locked_after_everything_else(
    bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    draft = making.draft(other_agreement, finance)

    with CaptureQueriesContext(connection) as asked:
        invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW)

    words = [query["sql"] for query in asked]
    number = max(place for place, sql in enumerate(words) if "billing_numberseries" in sql)
    computed = max(place for place, sql in enumerate(words) if 'FROM "billing_documentline"' in sql)
    later_locks = [sql for sql in words[number + 1 :] if "FOR NO KEY UPDATE" in sql or "FOR UPDATE" in sql]
    assert computed < number
    # After it only the journal's chain is locked: it is the tail of every transaction.
    assert all("journal_" in sql for sql in later_locks)


@pytest.mark.once
def test_c17_a_day_ends_at_midnight_in_shanghai() -> None:
    edge = midnight(OCTOBER)

    assert (civil_day(edge - timedelta(seconds=1)), civil_day(edge)) == (date(2026, 9, 30), OCTOBER)


@pytest.mark.django_db
def test_c21_every_line_of_a_period_is_billed_once_and_the_next_begins_where_it_ended(
    agreement: Agreement, finance: User
) -> None:
    making.platform_fee(agreement)
    making.rate(agreement, valid_from=date(2026, 1, 1))
    first, second = making.period(agreement, date(2026, 8, 1)), making.period(agreement)
    lines = [
        line
        for period in (first, second)
        for line in invoicing.draft_from_usage(agreement, period=period, by=finance, at=NOW).lines.all()
    ]

    assert first.ends_on == second.starts_on
    assert len({(line.rate_line_id, line.period_id) for line in lines}) == len(lines) == 4


@pytest.mark.django_db
def test_c22_a_part_of_a_period_pays_its_part(agreement: Agreement) -> None:
    fee = making.platform_fee(agreement, flat_amount=Decimal("3000.00"))

    assert priced(fee, Decimal(0), days=10, whole_days=30).amount == Decimal("1000.00")


@pytest.mark.django_db
def test_c23_notice_of_a_renewed_agreement_counts_from_its_new_end(agreement: Agreement) -> None:
    make.reword(agreement.versions.get(), tacit_years=1, tacit_notice_days=30)
    first = tacit_of(agreement)
    agreement.ends_on = date(2029, 12, 31)
    renewed = tacit_of(agreement)

    assert first is not None
    assert renewed is not None
    assert (first.object_by, renewed.object_by) == (date(2028, 12, 1), date(2029, 12, 1))


@pytest.mark.django_db
def test_c24_every_row_of_the_ageing_adds_up(agreement: Agreement, finance: User, finance_lead: User) -> None:
    late_bill(agreement, finance, finance_lead)
    making.more_bills(agreement, finance, finance_lead, count=3)

    [line] = ageing(date(2027, 6, 30)).values()
    open_ = sum((debt_of(bill).on(date(2027, 6, 30)).principal_open for bill in Document.objects.all()), Decimal(0))

    assert len(line.fen) > 1
    assert sum(line.fen.values()) == line.balance == open_ * 100


@pytest.mark.django_db
def test_c25_a_part_payment_does_not_end_the_reminders(agreement: Agreement, finance: User, finance_lead: User) -> None:
    bill = late_bill(agreement, finance, finance_lead)
    receipts.allocate(making.receipt("5000.00", value_date=date(2026, 10, 20)), bill, by=finance, at=NOW)

    dunning.dun(agreement.party_b, at=NOW + timedelta(days=5))

    assert [entry.code for entry in bill.dunning.all()] == ["after"]


@pytest.mark.django_db
def test_c26_a_repeated_batch_is_known_by_its_own_ids_not_by_a_fresh_key(agreement: Agreement) -> None:
    events = [making.event("7"), making.event("8")]

    assert [making.use(agreement, *events) for _again in range(2)] == [usage.Taken(2, 0), usage.Taken(0, 2)]


@pytest.mark.django_db
def test_c28_a_proposal_never_touches_what_a_person_matched(
    agreement: Agreement, finance: User, finance_lead: User
) -> None:
    bill = making.issued(agreement, finance, finance_lead)
    paid = making.receipt("5406.00", payer_name=agreement.party_b.name)
    receipts.allocate(paid, bill, amount=Decimal("1000.00"), by=finance, at=NOW)
    kept = list(Allocation.objects.values())

    [best, *_others] = matching.proposals_for(paid)
    matching.confirm(paid, best.digest, by=finance, at=NOW)

    assert list(Allocation.objects.values())[:1] == kept
    assert receipts.left_of(paid) == 0


@pytest.mark.django_db
def test_c29_many_prices_are_charged_by_one_sum_of_the_usage(agreement: Agreement) -> None:
    for number in range(8):
        making.rate(agreement, name=f"查询 {number}", meter=f"query-{number}")
    making.use(agreement, *(making.event(meter=f"query-{number}") for number in range(8)))

    with CaptureQueriesContext(connection) as asked:
        charges = charging.charges_of(agreement, making.period(agreement))

    assert len(charges) == 8
    assert len([query for query in asked if 'FROM "billing_usagerecord"' in query["sql"]]) == 1


@pytest.mark.once
def test_c30_chinese_is_on_the_paper_and_can_be_searched() -> None:
    assert "付款通知书" in read(draw(samples.invoice()))


@pytest.mark.once
def test_c31_no_line_begins_or_ends_with_a_forbidden_sign() -> None:
    words = "乙方应当（自收到正式发票之日起）：“十个工作日内”付清，逾期的，按约定计息；" * 20

    lines = ["".join(glyph[0] for glyph in line) for line, *_ in break_lines([(c, 9.0, None) for c in words], [200.0])]

    assert len(lines) > 20
    assert not [line for line in lines if line[:1] in CANNOT_START or line[-1:] in CANNOT_END]
