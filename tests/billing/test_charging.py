"""What a period costs: the rates of its days on its usage, and what late usage adds to periods billed before."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import invoicing
from billing.charging import charged as charged_at_once
from billing.charging import charges_of, ready_of
from billing.models import Document, ServicePeriod
from billing.periods import midnight
from billing.summing import usage_of
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import OCTOBER, SEPTEMBER

AFTER_THE_BILL = making.NOW.replace(month=11, day=3)
LATER = making.NOW.replace(month=11, day=2)


def charged(agreement: Agreement, period: ServicePeriod) -> list[tuple[str, str, str]]:
    return [
        (charge.description, f"{charge.quantity.normalize():f}", str(charge.net))
        for charge in charges_of(agreement, period)
    ]


def billed(agreement: Agreement, period: ServicePeriod, by: User) -> Document:
    return invoicing.draft_from_usage(agreement, period=period, by=by, at=LATER)


def lines(document: Document) -> list[tuple[str, str, str]]:
    return [(row.description, f"{row.quantity.normalize():f}", str(row.net)) for row in document.lines.all()]


def test_events_one_second_apart_fall_in_different_periods(agreement: Agreement) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    edge = midnight(OCTOBER)
    making.use(
        agreement,
        making.event("1", occurred_at=edge - timedelta(seconds=1)),
        making.event("10", occurred_at=edge),
    )

    assert charged(agreement, making.period(agreement)) == [("人口库查询", "1", "1.00")]


def test_a_first_period_bears_its_part_of_the_fixed_fee_the_allowance_and_the_minimum(db: None) -> None:
    agreement = make.agreement(effective_on=date(2026, 9, 16), signed_on=date(2026, 9, 10))
    making.platform_fee(agreement)
    making.rate(agreement, unit_price=Decimal(1), free_units=Decimal(30), minimum=Decimal("100.00"))
    making.use(agreement, making.event("40", occurred_at=midnight(date(2026, 9, 20))))
    [period] = making.months(agreement)

    # 15 of 30 days: half of 5,000; 15 free, 25 left, at least 50.00.
    assert charged(agreement, period) == [("平台使用费", "0", "2500.00"), ("人口库查询", "40", "50.00")]


def test_the_price_in_force_at_the_time_of_use_applies(agreement: Agreement) -> None:
    making.rate(agreement, unit_price=Decimal(1), valid_to=date(2026, 9, 11))
    making.rate(agreement, unit_price=Decimal(2), valid_from=date(2026, 9, 11))
    making.use(
        agreement,
        making.event("10", occurred_at=midnight(date(2026, 9, 11)) - timedelta(seconds=1)),
        making.event("10", occurred_at=midnight(date(2026, 9, 11))),
    )

    assert [net for _name, _quantity, net in charged(agreement, making.period(agreement))] == ["10.00", "20.00"]


def test_a_supplement_prices_use_from_its_effective_date(agreement: Agreement) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    AgreementVersion.objects.filter(agreement=agreement).update(effective_to=date(2026, 9, 11))
    second = make.version(agreement, number=2, effective_from=date(2026, 9, 11))
    making.rate(agreement, version=second, unit_price=Decimal(3))
    making.use(
        agreement,
        making.event("5", occurred_at=midnight(date(2026, 9, 10))),
        making.event("5", occurred_at=midnight(date(2026, 9, 12))),
    )

    assert [net for _name, _quantity, net in charged(agreement, making.period(agreement))] == ["5.00", "15.00"]


def test_a_supplement_that_reaches_back_adjusts_what_was_billed(agreement: Agreement, finance: User) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    making.platform_fee(agreement)
    making.use(agreement, making.event("100", occurred_at=midnight(date(2026, 9, 20))))
    first = making.period(agreement)
    billed(agreement, first, finance)
    second = making.period(agreement, OCTOBER)
    agreement.versions.update(effective_to=date(2026, 9, 16))
    version = make.version(agreement, number=2, effective_from=date(2026, 9, 16), took_effect_at=AFTER_THE_BILL)
    making.rate(agreement, version=version, unit_price=Decimal(3))
    making.platform_fee(agreement, version=version)

    document = billed(agreement, second, finance)

    # The fixed fee stands as it was: 2,500 back and 2,500 anew cancel.  100 uses go from 1 yuan to 3.
    assert lines(document)[2:] == [
        ("人口库查询（2026-09-01 — 2026-09-30 按补充协议调整）", "-100", "-100.00"),
        ("人口库查询（2026-09-01 — 2026-09-30 按补充协议调整）", "100", "300.00"),
    ]
    third = making.period(agreement, date(2026, 11, 1))
    assert [charge.period for charge in charges_of(agreement, third)] == [third, third]


def test_a_supplement_for_a_whole_billed_period_takes_the_old_price_back(agreement: Agreement, finance: User) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    making.use(agreement, making.event("100"))
    billed(agreement, making.period(agreement), finance)
    agreement.versions.update(effective_to=SEPTEMBER)
    version = make.version(agreement, number=2, effective_from=SEPTEMBER, took_effect_at=AFTER_THE_BILL)
    making.rate(agreement, version=version, unit_price=Decimal("1.5"))

    charges = charged(agreement, making.period(agreement, OCTOBER))

    assert [(quantity, net) for _name, quantity, net in charges] == [
        ("0", "0.00"), ("-100", "-100.00"), ("100", "150.00"),
    ]  # fmt: skip


def test_prices_of_a_draft_supplement_charge_nothing(agreement: Agreement) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    second = make.version(agreement, number=2, state="draft", effective_from=date(2026, 9, 11))
    making.rate(agreement, version=second, unit_price=Decimal(3))
    making.use(agreement, making.event("5", occurred_at=midnight(date(2026, 9, 12))))

    assert [net for _name, _quantity, net in charged(agreement, making.period(agreement))] == ["5.00"]


def test_what_was_used_without_a_price_is_named(agreement: Agreement) -> None:
    making.rate(agreement)
    making.use(agreement, making.event("7", meter="download"))

    with pytest.raises(Refused, match="计量项 download 自 2026-09-01 起有用量 7，但没有适用的价目"):
        charges_of(agreement, making.period(agreement))


def test_two_prices_for_one_use_are_refused_by_the_database(agreement: Agreement) -> None:
    making.rate(agreement, valid_to=date(2026, 7, 1))
    making.rate(agreement, name="下半年", valid_from=date(2026, 7, 1))

    with pytest.raises(IntegrityError, match="rateline_no_overlap"), transaction.atomic():
        making.rate(agreement, name="另一条", valid_from=date(2026, 6, 30))


def test_no_price_at_all_is_refused(agreement: Agreement) -> None:
    with pytest.raises(Refused, match="没有适用的价目，请先登记价目"):
        charges_of(agreement, making.period(agreement))


def test_corrections_below_zero_are_refused(agreement: Agreement) -> None:
    making.rate(agreement)
    making.use(agreement, making.event("5", source_event_id="a"))
    making.use(agreement, making.event("-6", corrects="a"))

    with pytest.raises(Refused, match="用量合计为 -1，更正后不能小于零"):
        charges_of(agreement, making.period(agreement))


def test_late_usage_becomes_a_line_of_the_next_bill_that_names_its_event(agreement: Agreement, finance: User) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    september, october = making.period(agreement), making.period(agreement, OCTOBER)
    making.use(agreement, making.event("10"))
    invoicing.draft_from_usage(agreement, period=september, by=finance, at=making.NOW)
    late = making.event("3", source_event_id="late")
    making.use(agreement, late, making.event("1", occurred_at=midnight(date(2026, 10, 5))), at=LATER)

    document = billed(agreement, october, finance)

    assert lines(document) == [
        ("人口库查询", "1", "1.00"),
        ("人口库查询（2026-09-01 — 2026-09-30 迟报调整）", "3", "3.00"),
    ]
    assert document.lines.get(position=2).trace["late_events"] == ["网关:late"]


def test_billing_in_two_steps_costs_what_one_step_costs(agreement: Agreement, finance: User) -> None:
    tiers = [{"up_to": "10", "unit_price": "1"}, {"up_to": None, "unit_price": "0.333"}]
    making.rate(agreement, model="graduated", unit_price=None, tiers=tiers)
    september, october = making.period(agreement), making.period(agreement, OCTOBER)
    making.use(agreement, making.event("11"))
    first = invoicing.draft_from_usage(agreement, period=september, by=finance, at=making.NOW)
    making.use(agreement, making.event("11"), at=LATER)
    second = billed(agreement, october, finance)

    assert first.net == Decimal("10.33")
    assert second.net == Decimal("14.00") - first.net  # 10 + 12 × 0.333 = 13.996, rounded once


def test_a_correction_of_a_billed_period_is_credited_in_the_next(agreement: Agreement, finance: User) -> None:
    making.platform_fee(agreement)
    making.rate(agreement, unit_price=Decimal(1))
    september, october = making.period(agreement), making.period(agreement, OCTOBER)
    making.use(agreement, making.event("10", source_event_id="a"))
    invoicing.draft_from_usage(agreement, period=september, by=finance, at=making.NOW)
    making.use(agreement, making.event("-4", corrects="a"), at=LATER)

    assert lines(billed(agreement, october, finance))[-1] == (
        "人口库查询（2026-09-01 — 2026-09-30 迟报调整）", "-4", "-4.00",
    )  # fmt: skip


def test_a_bill_below_zero_is_refused(agreement: Agreement, finance: User) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    september, october = making.period(agreement), making.period(agreement, OCTOBER)
    making.use(agreement, making.event("10", source_event_id="a"))
    invoicing.draft_from_usage(agreement, period=september, by=finance, at=making.NOW)
    making.use(agreement, making.event("-4", corrects="a"), at=LATER)

    with pytest.raises(Refused, match="本期合计为负数"):
        billed(agreement, october, finance)
    october.refresh_from_db()
    assert october.state == ServicePeriod.State.OPEN


def test_a_discarded_draft_and_its_adjustment_are_billed_once(agreement: Agreement, finance: User) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    september, october = making.period(agreement), making.period(agreement, OCTOBER)
    making.use(agreement, making.event("10"))
    first = invoicing.draft_from_usage(agreement, period=september, by=finance, at=making.NOW)
    making.use(agreement, making.event("3"), at=LATER)
    second = billed(agreement, october, finance)
    invoicing.discard(first, by=finance, reason="重拟", at=LATER)

    again = billed(agreement, september, finance)

    assert second.net + again.net == Decimal("13.00")


def test_a_draft_asks_the_same_queries_however_much_was_used(
    agreement: Agreement, finance: User, django_assert_max_num_queries: object
) -> None:
    making.rate(agreement)
    making.use(agreement, *(making.event("1") for _ in range(200)))
    period = making.period(agreement, SEPTEMBER)

    with django_assert_max_num_queries(10):  # type: ignore[operator]
        charges_of(agreement, period)


def test_many_agreements_are_read_at_once(
    agreement: Agreement, other_agreement: Agreement, finance: User, django_assert_num_queries: Any
) -> None:
    for one in (agreement, other_agreement):
        making.platform_fee(one)
        making.rate(one, unit_price=Decimal(1), free_units=Decimal(2))
        making.use(one, making.event("7"), making.event("0.25"))
    september = making.period(agreement)
    billed(agreement, september, finance)
    making.use(agreement, making.event("3"), making.event("5", occurred_at=midnight(OCTOBER)))
    periods = [making.period(agreement, OCTOBER), making.period(other_agreement)]
    alone = [charges_of(one.agreement, one) for one in periods]

    with django_assert_num_queries(5):
        ready = ready_of(periods)

    with django_assert_num_queries(1):  # the name of the late row
        assert [charged_at_once(ready[one.agreement_id]) for one in periods] == alone
    assert [str(charge.net) for charges in alone for charge in charges] == [
        "5000.00", "3.00", "3.00", "5000.00", "5.25",
    ]  # fmt: skip


def test_what_was_read_before_new_usage_is_read_anew(agreement: Agreement) -> None:
    making.rate(agreement, unit_price=Decimal(1))
    making.use(agreement, making.event("7"))
    september = making.period(agreement)
    ready = ready_of([september])[agreement.pk]
    making.use(agreement, making.event("1"))

    assert [str(charge.net) for charge in charges_of(agreement, september, ready)] == ["8.00"]
    assert [str(charge.net) for charge in charged_at_once(ready)] == ["7.00"]


@given(
    cuts=st.sets(st.integers(0, 20), min_size=2, max_size=8),
    other=st.sets(st.integers(0, 20), min_size=2, max_size=8),
    uses=st.lists(st.tuples(st.booleans(), st.integers(-2, 22), st.integers(1, 9)), max_size=12),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_are_those_of_counting_by_hand(
    agreement: Agreement, other_agreement: Agreement, cuts: set[int], other: set[int],
    uses: list[tuple[bool, int, int]],
) -> None:  # fmt: skip
    first = date(2026, 9, 1)
    day = [first + timedelta(days=number) for number in range(-3, 24)]
    with transaction.atomic():
        pair = [agreement, other_agreement]
        for which, number, quantity in uses:
            at = midnight(first + timedelta(days=number)) + timedelta(hours=1)
            making.use(pair[which], making.event(str(quantity), occurred_at=at))
        edges = [{day[cut + 3] for cut in cuts}, {day[cut + 3] for cut in other}]
        found = usage_of({one.pk: own for one, own in zip(pair, edges, strict=True)})
        for place, (one, own) in enumerate(zip(pair, edges, strict=True)):
            for low, high in pairwise(sorted(own)):
                by_hand = sum(
                    quantity
                    for which, number, quantity in uses
                    if which == place and low <= first + timedelta(days=number) < high
                )
                assert found[one.pk].of("query", (low, high)) == by_hand
        transaction.set_rollback(True)
