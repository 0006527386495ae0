"""Anomalies: jumps, missing days, silences, use that should not be; each once, explained before it is billed."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing import anomalies, anomaly_rules, invoicing
from billing.models import ServicePeriod, UsageAnomaly
from billing.periods import midnight
from contracts.models import Agreement, Suspension
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests.billing import making
from tests.billing.making import NOW, OCTOBER, SEPTEMBER

DAY = timedelta(days=1)
JULY = date(2026, 7, 1)
UNIT = 1_000_000
State = UsageAnomaly.State


def days(first: date, after: date, amount: int = 100, *, without: Iterable[date] = ()) -> dict[date, int]:
    whole = (first + DAY * number for number in range((after - first).days))
    return {day: amount * UNIT for day in whole if day not in set(without)}


def told(found: Iterable[anomaly_rules.Found]) -> list[tuple[str, str, str]]:
    return [(row.kind, f"{row.day:%m-%d}", f"{row.until:%m-%d}") for row in found]


def use_daily(agreement: Agreement, usage: dict[date, int]) -> None:
    events = [
        making.event(str(amount // UNIT), occurred_at=midnight(day) + timedelta(hours=10))
        for day, amount in usage.items()
    ]
    making.use(agreement, *events)


@pytest.fixture
def busy(agreement: Agreement) -> Agreement:
    """An agreement used on every day from July to the day before yesterday, but for one."""
    use_daily(agreement, days(JULY, date(2026, 10, 19), without=[date(2026, 9, 8)]))
    making.rate(agreement)
    return agreement


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [], id="every day alike"),
        pytest.param({5: 300}, [], id="three medians are no jump"),
        pytest.param({5: 301}, [("jump", "09-05", "09-05")], id="more than three are"),
        pytest.param({5: 900, 6: 400, 9: 500}, [("jump", "09-05", "09-06"), ("jump", "09-09", "09-09")],
                     id="days in a row are one"),
    ],
)  # fmt: skip
def test_jumps(changes: dict[int, int], found: list[tuple[str, str, str]]) -> None:
    usage = days(JULY, OCTOBER)
    usage.update({date(2026, 9, day): amount * UNIT for day, amount in changes.items()})

    assert told(anomaly_rules.jumps(usage, SEPTEMBER, OCTOBER)) == found


@pytest.mark.once
@pytest.mark.parametrize(
    ("amount", "history"),
    [pytest.param(2, 62, id="small numbers"), pytest.param(100, 13, id="thirteen days tell nothing")],
)
def test_what_tells_nothing_is_no_jump(amount: int, history: int) -> None:
    usage = days(SEPTEMBER - DAY * history, SEPTEMBER, amount)
    usage[SEPTEMBER] = amount * 5 * UNIT

    assert not list(anomaly_rules.jumps(usage, SEPTEMBER, SEPTEMBER + DAY))


@pytest.mark.once
@pytest.mark.parametrize(
    ("silent", "found"),
    [
        pytest.param([8], [("missing_day", "09-08", "09-08")], id="one day"),
        pytest.param([8, 9], [("missing_day", "09-08", "09-08"), ("missing_day", "09-09", "09-09")], id="two days"),
        pytest.param([8, 9, 10], [("gap", "09-08", "09-10")], id="three days are a silence"),
        pytest.param(range(8, 31), [("gap", "09-08", "09-30")], id="to the end"),
    ],
)
def test_silences(silent: Iterable[int], found: list[tuple[str, str, str]]) -> None:
    usage = days(JULY, OCTOBER, without=[date(2026, 9, day) for day in silent])

    assert told(anomaly_rules.silences(usage, SEPTEMBER, OCTOBER, excused=lambda day: False)) == found


@pytest.mark.once
def test_an_office_that_rests_at_weekends_is_missed_on_working_days_only() -> None:
    usage = {day: amount for day, amount in days(JULY, OCTOBER).items() if day.weekday() < 5}
    for day in (4, 7):  # Friday and Monday: between them a weekend
        del usage[date(2026, 9, day)]

    found = anomaly_rules.silences(usage, SEPTEMBER, OCTOBER, excused=lambda day: False)

    assert told(found) == [("missing_day", "09-04", "09-04"), ("missing_day", "09-07", "09-07")]


@pytest.mark.once
def test_a_reported_zero_is_no_silence_and_excused_days_are_silent_rightly() -> None:
    usage = days(JULY, OCTOBER, without=[date(2026, 9, 9)])
    usage[date(2026, 9, 8)] = 0

    assert not list(anomaly_rules.silences(usage, SEPTEMBER, OCTOBER, excused=lambda day: day == date(2026, 9, 9)))


@pytest.mark.once
def test_the_median_of_two_is_rounded_half_up() -> None:
    assert anomaly_rules.median([3, 1, 2]) == 2
    assert anomaly_rules.median([1, 2]) == 2
    assert anomaly_rules.median([1, 3]) == 2


def test_each_is_found_once_and_told_once(busy: Agreement, finance: User) -> None:
    assert anomalies.look(busy, by=None, at=NOW) == anomalies.Looked(found=1, resolved=0)
    assert anomalies.look(busy, by=None, at=NOW) == anomalies.Looked(found=0, resolved=0)

    [row] = UsageAnomaly.objects.all()
    assert (row.kind, row.meter, row.day, row.state) == ("missing_day", "query", date(2026, 9, 8), State.OPEN)
    assert Event.objects.filter(action="usage_anomaly.found").count() == 1
    assert Notice.objects.filter(kind="usage_anomaly.found", recipient=finance, channel="in_app").count() == 1


def test_a_bill_waits_until_they_are_explained(busy: Agreement, finance: User) -> None:
    period = making.period(busy)
    assert not anomalies.open_anomalies(period).exists()

    with pytest.raises(Refused, match="本期用量有异常尚未说明：缺少一天 query 2026-09-08"):
        invoicing.draft_from_usage(busy, period=period, by=finance, at=NOW)

    anomalies.look(busy, by=None, at=NOW)
    [row] = anomalies.open_anomalies(period)
    anomalies.acknowledge(row, reason="网关当日升级，已与乙方核对", by=finance, at=NOW)

    assert invoicing.draft_from_usage(busy, period=period, by=finance, at=NOW).lines.count() == 1
    assert ServicePeriod.objects.get(pk=period.pk).state == ServicePeriod.State.CLOSED


def test_late_usage_resolves_what_it_explains(busy: Agreement) -> None:
    anomalies.look(busy, by=None, at=NOW)
    use_daily(busy, {date(2026, 9, 8): 100 * UNIT})

    assert anomalies.look(busy, by=None, at=NOW) == anomalies.Looked(found=0, resolved=1)

    assert UsageAnomaly.objects.get().state == State.RESOLVED
    assert not UsageAnomaly.objects.open().exists()


def test_an_explained_jump_speaks_up_again_when_it_grows(busy: Agreement, finance: User) -> None:
    use_daily(busy, {date(2026, 9, 20): 500 * UNIT, date(2026, 9, 8): 100 * UNIT})
    anomalies.look(busy, by=None, at=NOW)
    row = UsageAnomaly.objects.get(kind="jump")
    assert (row.observed, row.expected) == (Decimal(600), Decimal(100))
    anomalies.acknowledge(row, reason="集中核查", by=finance, at=NOW)
    assert anomalies.look(busy, by=None, at=NOW).found == 0

    use_daily(busy, {date(2026, 9, 20): 100 * UNIT})

    assert anomalies.look(busy, by=None, at=NOW).found == 1
    row.refresh_from_db()
    assert (row.state, row.reason, row.observed) == (State.OPEN, "", Decimal(700))
    assert row.history.filter(state=State.ACKNOWLEDGED, reason="集中核查").exists()


def test_use_after_the_end_and_while_suspended(busy: Agreement, finance: User) -> None:
    use_daily(busy, {date(2026, 9, 8): 100 * UNIT})
    Agreement.objects.filter(pk=busy.pk).update(ends_on=date(2026, 9, 28))
    Suspension.objects.create(
        agreement=busy, scope="service", reason="维护", starts_at=midnight(date(2026, 9, 10)) + timedelta(hours=9),
        ends_at=midnight(date(2026, 9, 12)), suspended_by=finance, lift_reason="完成", lifted_by=finance,
    )  # fmt: skip

    anomalies.look(busy, by=None, at=NOW)

    rows = UsageAnomaly.objects.order_by("day").values_list("kind", "day", "until", "observed")
    assert list(rows) == [
        ("suspended", date(2026, 9, 10), date(2026, 9, 11), Decimal(200)),
        ("after_end", date(2026, 9, 29), date(2026, 10, 18), Decimal(2000)),
    ]


@pytest.mark.parametrize("reason", ["", "  "])
def test_no_reason_is_no_explanation(busy: Agreement, finance: User, reason: str) -> None:
    anomalies.look(busy, by=None, at=NOW)

    with pytest.raises(Refused, match="须写明理由"):
        anomalies.acknowledge(UsageAnomaly.objects.get(), reason=reason, by=finance, at=NOW)


def test_it_is_explained_in_the_console(
    client: Client, busy: Agreement, finance: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    anomalies.look(busy, by=None, at=NOW)
    row = UsageAnomaly.objects.get()
    client.force_login(finance)
    said = {"reason": "停机维护", KEY_FIELD: new_key()}

    client.post(reverse("admin:billing_usageanomaly_verb", args=[row.pk, "acknowledge"]), said)

    row.refresh_from_db()
    assert (row.state, row.reason, row.settled_by) == (State.ACKNOWLEDGED, "停机维护", finance)
    with pytest.raises(Refused, match="已经是“已说明”"):
        anomalies.acknowledge(row, reason="再说一次", by=finance, at=NOW)
    with django_assert_max_num_queries(14):
        page = client.get(reverse("admin:billing_usageanomaly_changelist")).content.decode()
    assert "停机维护" in page
