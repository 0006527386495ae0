"""Whatever the order in which payments were recorded, the same facts give the same interest and the same rest."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import receipts, reordering
from billing.interest import Basis, InterestTerms, Order, Part, Payment
from billing.models import Allocation, BankReceipt, Document
from billing.overdue import Debt, debt_of
from billing.resplitting import as_payments, resplit
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW

DECEMBER = NOW.replace(month=12, day=20)
DUE = date(2026, 10, 21)
DAILY = InterestTerms(basis=Basis.DAILY, rate=Decimal("0.0005"))

amounts = st.integers(min_value=1, max_value=400_000).map(lambda fen: Decimal(fen).scaleb(-2))
days = st.integers(min_value=-5, max_value=90).map(lambda late: DUE + timedelta(days=late))
facts = st.lists(st.tuples(days, amounts), min_size=1, max_size=6)


@given(facts=facts, order=st.sampled_from(list(Order)), data=st.data())
def test_every_order_of_recording_ends_in_the_same_debt(
    facts: list[tuple[date, Decimal]], order: Order, data: st.DataObject
) -> None:
    debt = Debt(Decimal("5406.00"), DUE, DAILY, order, ())
    payments = [Payment(on=day, amount=amount, key=f"r{at}") for at, (day, amount) in enumerate(facts)]
    shuffled = data.draw(st.permutations(payments))

    def after(recorded: list[Payment]) -> Debt:
        """One after another, each put into its place among those before it."""
        known: list[Payment] = []
        for payment in recorded:
            known.append(payment)
            splits = resplit(debt, known)
        return Debt(debt.principal, DUE, DAILY, order, as_payments(splits))

    one, other = after(payments), after(list(shuffled))
    day = DUE + timedelta(days=100)
    assert one.on(day).total_interest == other.on(day).total_interest
    assert one.on(day).outstanding == other.on(day).outstanding
    assert one.payments == other.payments


PAID = (("1000.00", date(2026, 10, 31)), ("1000.00", date(2026, 11, 10)), ("2000.00", date(2026, 11, 20)))


@pytest.mark.parametrize("places", list(permutations(range(3))), ids=str)
def test_receipts_found_in_any_order_pay_the_same(
    bill: Document, finance: User, finance_lead: User, places: tuple[int, ...]
) -> None:
    making.received(bill, finance)  # due on 21 October
    clerks = [finance, finance_lead]
    for turn, place in enumerate(places):
        amount, day = PAID[place]
        paid = making.receipt(amount, value_date=day, at=DECEMBER)
        try:
            receipts.allocate(paid, bill, by=finance, at=DECEMBER)
        except Refused:
            _found_late(bill, paid, clerks, turn)

    debt = debt_of(bill).on(date(2026, 12, 20))
    # 27.03 for ten days of 5,406.00, 22.17 of 4,433.03, 17.27 of 3,455.20, then thirty days of 1,472.47.
    assert [str(row.to_interest) for row in debt.settlements if row.to_interest] == ["27.03", "22.17", "17.27"]
    assert (str(debt.principal_open), str(debt.total_interest)) == ("1472.47", "88.56")


def _found_late(bill: Document, paid: BankReceipt, clerks: list[User], turn: int) -> None:
    for clerk in clerks[turn % 2 :] + clerks[: turn % 2]:  # whoever did not allocate what is reversed
        try:
            reordering.redo(bill, adding=paid, reason="补记较早的到账", by=clerk, at=DECEMBER)
            return
        except Refused as refused:
            assert "须由核销人以外的另一位人员办理" in str(refused)
    third = User.objects.create_user("third", name="第三人")
    reordering.redo(bill, adding=paid, reason="补记较早的到账", by=third, at=DECEMBER)


def test_the_preview_says_what_happens_to_the_interest(bill: Document, finance: User, finance_lead: User) -> None:
    making.received(bill, finance)
    later = making.receipt("1000.00", value_date=date(2026, 11, 10), at=DECEMBER)
    earlier = making.receipt("1000.00", value_date=date(2026, 10, 31), at=DECEMBER)
    receipts.allocate(later, bill, by=finance, at=DECEMBER)

    shown = reordering.plan(bill, on=date(2026, 12, 20), adding=earlier)
    done = reordering.redo(bill, adding=earlier, reason="补记", by=finance_lead, at=DECEMBER)

    assert (shown.interest_before, shown.interest_after) == (Decimal("143.26"), Decimal("118.30"))
    assert done.difference == shown.difference == Decimal("-24.96")
    assert [step.changes for step in shown.steps] == [True, True]
    assert receipts.left_of(earlier) == receipts.left_of(later) == 0


def test_what_does_not_change_stays_as_it_was_recorded(bill: Document, finance: User, finance_lead: User) -> None:
    making.received(bill, finance)
    first = making.receipt("1000.00", value_date=date(2026, 10, 31), at=DECEMBER)
    last = making.receipt("1000.00", value_date=date(2026, 11, 20), at=DECEMBER)
    kept = {row.pk for row in receipts.allocate(first, bill, by=finance, at=DECEMBER)}
    receipts.allocate(last, bill, by=finance, at=DECEMBER)
    middle = making.receipt("1000.00", value_date=date(2026, 11, 10), at=DECEMBER)

    reordering.redo(bill, adding=middle, reason="补记", by=finance_lead, at=DECEMBER)

    assert kept <= {row.pk for row in Allocation.objects.standing()}
    assert not Allocation.objects.filter(reverses__in=kept).exists()


def test_a_payment_taken_back_moves_those_after_it(bill: Document, finance: User, finance_lead: User) -> None:
    making.received(bill, finance)
    wrong = making.receipt("1000.00", value_date=date(2026, 10, 31), at=DECEMBER)
    right = making.receipt("1000.00", value_date=date(2026, 11, 10), at=DECEMBER)
    for paid in (wrong, right):
        receipts.allocate(paid, bill, by=finance, at=DECEMBER)
    with pytest.raises(Refused, match="请用“重排核销”"):
        receipts.reverse_payment(bill, wrong, reason="误转", by=finance_lead, at=DECEMBER)

    reordering.take_back(wrong, reason="误转", by=finance_lead, at=DECEMBER)

    assert receipts.left_of(wrong) == Decimal("1000.00")
    rows = Allocation.objects.standing().order_by("pk")
    assert making.amounts(list(rows)) == [("interest", "54.06"), ("principal", "945.94")]  # twenty days of 5,406.00


@pytest.mark.parametrize(
    ("reason", "words"), [("", "请填写重排原因"), ("查账", "各笔收款已经按到账先后核销，不需要重排")]
)
def test_a_new_order_needs_a_reason_and_a_change(
    bill: Document, finance: User, finance_lead: User, reason: str, words: str
) -> None:
    receipts.allocate(making.receipt("1000.00"), bill, by=finance, at=NOW)

    with pytest.raises(Refused, match=words):
        reordering.redo(bill, reason=reason, by=finance_lead, at=NOW)


def test_money_found_late_leaves_a_later_credit_its_principal() -> None:
    debt = Debt(Decimal("1000.00"), DUE, DAILY, Order.COSTS_INTEREST_PRINCIPAL, ())
    credit = Payment(on=date(2026, 11, 10), amount=Decimal("300.00"), to=Part.PRINCIPAL, key="credit-7")
    late = Payment(on=date(2026, 10, 31), amount=Decimal("1000.00"), key="receipt")

    splits = {split.key: split for split in resplit(debt, [late, credit])}

    assert splits["credit-7"].unneeded == 0
    # Ten days of 1,000.00 are 5.00; 700.00 of principal are left to the money, and the rest is not needed.
    assert splits["receipt"].parts == ((Part.INTEREST, Decimal("5.00")), (Part.PRINCIPAL, Decimal("700.00")))
    assert splits["receipt"].unneeded == Decimal("295.00")
