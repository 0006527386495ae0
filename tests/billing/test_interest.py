"""Overdue interest, against the worked examples and its invariants."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.interest import (
    Basis,
    Cost,
    Counting,
    InterestError,
    InterestStatement,
    InterestTerms,
    Order,
    Part,
    Payment,
    accrue,
)
from billing.lpr import LprRow, LprTable, LprUnknown, bundled

DAILY = InterestTerms(Basis.DAILY, Decimal("0.0005"))


def on(text: str) -> date:
    return date.fromisoformat(text)


def paid(*pairs: tuple[str, str]) -> list[Payment]:
    return [Payment(on(day), Decimal(amount)) for day, amount in pairs]


def annual(percent: str, day_count: int = 365) -> InterestTerms:
    return InterestTerms(Basis.ANNUAL, Decimal(percent) / 100, day_count=day_count)


def lpr(basis: Basis, multiple: str) -> InterestTerms:
    return InterestTerms(basis, multiple=Decimal(multiple))


FULL = [
    ("I1", "100000.00", "2026-03-10", DAILY, "2026-04-09", "1500.00"),
    ("I2-365", "120000.00", "2026-01-15", annual("6"), "2026-03-16", "1183.56"),
    ("I2-360", "120000.00", "2026-01-15", annual("6", 360), "2026-03-16", "1200.00"),
    ("I3", "500000.00", "2024-10-18", lpr(Basis.LPR_FIXED, "1.5"), "2025-01-16", "6195.21"),
    ("I4", "500000.00", "2024-10-18", lpr(Basis.LPR_FLOATING, "1.5"), "2025-01-16", "5743.15"),
    ("I8", "66666.67", "2026-06-30", InterestTerms(Basis.SME), "2026-07-07", "233.33"),
    ("I9", "365000.00", "2024-02-01", annual("4"), "2024-03-01", "1160.00"),
    ("I10", "2050.00", "2026-01-01", DAILY, "2026-01-02", "1.03"),
    ("I11", "80000.00", "2026-09-24", DAILY, "2026-09-28", "160.00"),
    ("I16", "100000.00", "2026-01-01", InterestTerms(Basis.JUDGMENT), "2026-02-10", "700.00"),
    ("I17", "10000.00", "2026-04-30", DAILY, "2026-05-10", "50.00"),
    ("half-fen-total", "333.33", "2026-01-01", DAILY, "2026-01-04", "0.50"),
]


@pytest.mark.parametrize(
    ("principal", "due", "terms", "as_of", "interest"), [case[1:] for case in FULL], ids=[case[0] for case in FULL]
)
def test_worked_examples(principal: str, due: str, terms: InterestTerms, as_of: str, interest: str) -> None:
    assert str(accrue(Decimal(principal), on(due), [], terms, on(as_of)).total_interest) == interest


def test_i5_costs_then_interest_then_principal() -> None:
    costs = [Cost(on("2026-05-20"), Decimal("500.00"))]
    result = accrue(
        Decimal("200000.00"), on("2026-05-20"), paid(("2026-06-19", "50000.00")), DAILY, on("2026-07-19"), costs=costs
    )
    first = result.settlements[0]
    assert [str(part) for part in (first.to_costs, first.to_interest, first.to_principal)] == [
        "500.00",
        "3000.00",
        "46500.00",
    ]
    assert (str(result.outstanding), str(result.total_interest)) == ("155802.50", "5302.50")


def test_i5_principal_first_where_agreed() -> None:
    payments = paid(("2026-06-19", "50000.00"))
    result = accrue(
        Decimal("200000.00"), on("2026-05-20"), payments, DAILY, on("2026-07-19"), order=Order.PRINCIPAL_FIRST
    )
    assert (str(result.principal_open), str(result.total_interest)) == ("150000.00", "5250.00")


def test_i6_unpaid_interest_bears_none() -> None:
    result = accrue(Decimal(1000000), on("2026-01-31"), paid(("2026-03-02", "10000.00")), DAILY, on("2026-04-01"))
    assert result.settlements[0].interest_left == Decimal("5000.00")
    assert str(result.outstanding) == "1020000.00"


def test_i7_floating_rate_with_a_part_payment() -> None:
    result = accrue(
        Decimal("300000.00"),
        on("2025-05-09"),
        paid(("2025-06-08", "100000.00")),
        lpr(Basis.LPR_FLOATING, "1.3"),
        on("2025-07-08"),
    )
    assert [(s.days, str(s.rate)) for s in result.segments] == [
        (10, "0.04030"),
        (20, "0.03900"),
        (30, "0.03900"),
    ]
    assert str(result.settlements[0].to_interest) == "972.33"
    assert (str(result.interest_open), str(result.outstanding)) == ("644.21", "201616.54")


@pytest.mark.parametrize(
    ("counting", "days", "interest"),
    [(Counting.AFTER_DUE, 30, "1500.00"), (Counting.FROM_DUE, 30, "1500.00"), (Counting.BOTH_ENDS, 31, "1550.00")],
)
def test_the_clause_says_which_days_count(counting: Counting, days: int, interest: str) -> None:
    terms = InterestTerms(Basis.DAILY, Decimal("0.0005"), counting=counting)
    result = accrue(Decimal(100000), on("2026-03-10"), [], terms, on("2026-04-09"))
    assert (result.days, str(result.total_interest)) == (days, interest)


def test_which_day_of_a_rate_change_counts() -> None:
    """LPR fell on 2025-05-20: with the payment day in, that day already has the new rate."""
    after, from_due = (
        accrue(
            Decimal(365000),
            on("2025-05-18"),
            [],
            InterestTerms(Basis.LPR_FLOATING, counting=counting),
            on("2025-05-21"),
        )
        for counting in (Counting.AFTER_DUE, Counting.FROM_DUE)
    )
    assert [(s.days, str(s.rate)) for s in after.segments] == [(1, "0.0310"), (2, "0.0300")]
    assert [(s.days, str(s.rate)) for s in from_due.segments] == [(2, "0.0310"), (1, "0.0300")]


def test_a_payment_on_or_before_the_due_date_bears_none() -> None:
    payments = paid(("2026-01-10", "400.00"), ("2026-01-20", "600.00"))
    result = accrue(Decimal(1000), on("2026-01-20"), payments, DAILY, on("2026-12-31"))
    assert not any((result.segments, result.total_interest, result.principal_open))


def test_overpayment_is_credit_and_never_negative_interest() -> None:
    result = accrue(Decimal(1000), on("2026-01-20"), paid(("2026-01-30", "2000.00")), DAILY, on("2026-12-31"))
    assert [str(part) for part in (result.credit, result.outstanding, result.total_interest)] == [
        "995.00",
        "0.00",
        "5.00",
    ]


def test_late_facts_do_not_change_a_past_statement() -> None:
    payments = paid(("2026-02-01", "500.00"), ("2026-02-10", "500.00"))
    then = accrue(Decimal(1000), on("2026-01-20"), payments[:1], DAILY, on("2026-02-05"))
    now = accrue(Decimal(1000), on("2026-01-20"), payments, DAILY, on("2026-02-05"))
    assert now.total_interest == then.total_interest
    assert now.notes == ("payments_after_as_of",)


def test_a_credit_note_reduces_the_principal_alone() -> None:
    note = Payment(on("2026-02-01"), Decimal("500.00"), to=Part.PRINCIPAL)
    result = accrue(Decimal(1000), on("2026-01-20"), [note], DAILY, on("2026-02-01"))
    assert (str(result.principal_open), str(result.interest_open)) == ("500.00", "6.00")


def test_a_cap_is_applied_and_said() -> None:
    terms = InterestTerms(Basis.DAILY, Decimal("0.0005"), cap=Decimal("10.00"))
    result = accrue(Decimal(1000), on("2026-01-20"), [], terms, on("2026-12-31"))
    assert (str(result.total_interest), result.notes) == ("10.00", ("capped",))


def test_a_month_without_lpr_is_provisional_and_never_silent() -> None:
    result = accrue(Decimal(100000), on("2026-09-30"), [], lpr(Basis.LPR_FLOATING, "1.5"), on("2026-11-23"))
    assert [(str(s.start), str(s.end), s.provisional) for s in result.segments] == [
        ("2026-09-30", "2026-10-19", False),
        ("2026-10-19", "2026-11-23", True),
    ]
    assert result.provisional
    assert result.notes == ("lpr_not_published",)


def test_loading_the_missing_months_makes_it_firm() -> None:
    rows = [
        LprRow(on("2026-10-20"), Decimal("0.0290"), Decimal("0.0340")),
        LprRow(on("2026-11-20"), Decimal("0.0290"), Decimal("0.0340")),
    ]
    table = LprTable([*bundled().rows, *rows])
    terms = lpr(Basis.LPR_FLOATING, "1")
    result = accrue(Decimal(365000), on("2026-09-30"), [], terms, on("2026-11-23"), lpr_table=table)
    assert not result.provisional
    assert [(s.days, str(s.rate)) for s in result.segments] == [(19, "0.0300"), (35, "0.0290")]


def test_a_hole_in_the_middle_of_the_table_is_provisional_too() -> None:
    rows = [row for row in bundled().rows if row.published != on("2025-02-20")]
    result = accrue(
        Decimal(1000), on("2025-01-31"), [], lpr(Basis.LPR_FLOATING, "1"), on("2025-04-30"), lpr_table=LprTable(rows)
    )
    assert [s.provisional for s in result.segments] == [False, True, False]


def test_before_the_first_row_there_is_no_rate() -> None:
    with pytest.raises(LprUnknown):
        accrue(Decimal(1000), on("2019-01-01"), [], lpr(Basis.LPR_FLOATING, "1"), on("2019-12-31"))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"basis": Basis.DAILY}, "rate_missing"),
        ({"basis": Basis.SME, "rate": Decimal("0.1")}, "rate_not_agreed"),
        ({"basis": Basis.ANNUAL, "rate": Decimal("0.1"), "day_count": 366}, "day_count"),
        ({"basis": Basis.DAILY, "rate": Decimal("-0.1")}, "negative"),
    ],
)
def test_impossible_terms_are_refused(terms: dict[str, object], reason: str) -> None:
    with pytest.raises(InterestError) as caught:
        InterestTerms(**terms)  # type: ignore[arg-type]
    assert caught.value.reason == reason


@pytest.mark.parametrize(("principal", "paid_amount"), [("-1", "0"), ("1", "-1")])
def test_negative_facts_are_refused(principal: str, paid_amount: str) -> None:
    with pytest.raises(InterestError, match="not negative"):
        accrue(Decimal(principal), on("2026-01-01"), paid(("2026-01-02", paid_amount)), DAILY, on("2026-02-01"))


days = st.integers(min_value=0, max_value=800)
sums = st.decimals(min_value=0, max_value=5000, places=2)
facts = st.lists(st.tuples(days, sums), max_size=6)
orders = st.sampled_from(list(Order))
bases = st.sampled_from([DAILY, annual("4.35"), annual("4.35", 360), lpr(Basis.LPR_FLOATING, "1.4")])
DUE = on("2024-06-30")


def run(
    history: Sequence[tuple[int, Decimal]], terms: InterestTerms, order: Order, until: int = 800
) -> InterestStatement:
    payments = [Payment(DUE + timedelta(days=day), amount) for day, amount in history]
    return accrue(Decimal(9999), DUE, payments, terms, DUE + timedelta(days=until), order=order)


@given(facts, bases, orders, days)
def test_i20_a_look_between_settlements_changes_nothing(
    history: list[tuple[int, Decimal]], terms: InterestTerms, order: Order, look: int
) -> None:
    looked = run([*history, (look, Decimal(0))], terms, order)
    plain = run(history, terms, order)
    assert (looked.total_interest, looked.outstanding) == (plain.total_interest, plain.outstanding)


@given(facts, bases, orders, days, days)
def test_i20_interest_grows_and_stops_with_the_principal(
    history: list[tuple[int, Decimal]], terms: InterestTerms, order: Order, one: int, other: int
) -> None:
    early, late = (run(history, terms, order, until) for until in sorted((one, other)))
    assert 0 <= early.total_interest <= late.total_interest
    if early.principal_open == 0:
        assert early.total_interest == late.total_interest


@given(facts, bases, orders)
def test_every_fen_paid_is_somewhere(history: list[tuple[int, Decimal]], terms: InterestTerms, order: Order) -> None:
    result = run(history, terms, order)
    received = sum(amount for _, amount in history)
    assert received == (Decimal(9999) - result.principal_open) + result.interest_paid + result.credit
    assert min(result.principal_open, result.interest_open, result.credit) >= 0


@given(
    st.permutations([(10, Decimal("100.00")), (10, Decimal("7.77")), (40, Decimal("3000.00")), (90, Decimal(1))]),
    orders,
)
def test_the_order_of_telling_does_not_matter(history: list[tuple[int, Decimal]], order: Order) -> None:
    told = run(history, DAILY, order)
    assert told.total_interest == run(sorted(history), DAILY, order).total_interest


@given(sums, sums, days, orders)
def test_two_payments_of_one_day_are_one(one: Decimal, other: Decimal, day: int, order: Order) -> None:
    apart = run([(day, one), (day, other)], DAILY, order)
    together = run([(day, one + other)], DAILY, order)
    assert (apart.total_interest, apart.outstanding, apart.credit) == (
        together.total_interest,
        together.outstanding,
        together.credit,
    )
