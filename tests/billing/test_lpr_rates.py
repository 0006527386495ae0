"""The LPR table: shipped rows, entering by four eyes, dates by the working calendar, months that are missing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing import lpr_rates
from billing.lpr import bundled
from billing.lpr_rates import Publication
from billing.models import LprRate
from billing.overdue import statement
from billing.tasks.interest import remind_lpr
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make
from tests.billing import making

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def october(**changes: Any) -> Publication:
    fields: dict[str, Any] = {
        "published_on": date(2026, 10, 20), "one_year": Decimal("2.90"), "five_year": Decimal("3.40"),
        "source": "全国银行间同业拆借中心公告 2026-10-20", **changes,
    }  # fmt: skip
    return Publication(**fields)


def test_the_rows_of_the_program_are_in_the_table_with_their_source() -> None:
    assert lpr_rates.table().rows[0].published == date(2019, 8, 20)
    assert [(row.published, row.one_year) for row in lpr_rates.table().rows] == [
        (row.published, row.one_year) for row in bundled().rows
    ]
    newest = LprRate.objects.get(month="2026-09")
    assert (newest.verified_on, "20 Sept 2026" in newest.source) == (date(2026, 11, 23), True)
    assert LprRate.objects.get(month="2026-08").verified_on is None  # derived, nobody has seen the original


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"published_on": date(2026, 11, 27)}, "晚于今天", id="a day to come"),
        pytest.param({"one_year": Decimal(0)}, "须大于 0、小于 30", id="no rate"),
        pytest.param({"one_year": Decimal(300)}, "须大于 0、小于 30", id="basis points"),
        pytest.param({"source": " "}, "请写明来源", id="no source"),
        pytest.param({"published_on": date(2026, 9, 21)}, "2026-09 的 LPR 已经录入", id="a month that has its row"),
    ],
)
def test_what_cannot_be_a_publication_is_refused(finance: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        lpr_rates.enter(october(**changes), by=finance, at=NOW)


def test_a_row_counts_once_a_second_person_has_confirmed_it(finance: User, finance_lead: User) -> None:
    rate = lpr_rates.enter(october(), by=finance, at=NOW)
    before = lpr_rates.table().on(date(2026, 10, 25))
    with pytest.raises(Refused, match="核对人不能是录入人"):
        lpr_rates.confirm(rate, by=finance, at=NOW)
    lpr_rates.confirm(rate, by=finance_lead, at=NOW)
    after = lpr_rates.table().on(date(2026, 10, 25))

    assert (before.rate, before.provisional, before.missing) == (Decimal("0.03"), True, "2026-10")
    assert (after.rate, after.provisional) == (Decimal("0.029"), False)
    assert list(Event.objects.filter(action__startswith="lpr.").order_by("pk").values_list("action", flat=True)) == [
        "lpr.entered", "lpr.confirmed",
    ]  # fmt: skip
    assert [notice.recipient for notice in Notice.objects.filter(kind="lpr.entered", channel="in_app")] == [
        finance_lead
    ]


def test_results_turn_firm_when_the_rows_come(finance: User, finance_lead: User) -> None:
    make.calendar_version()
    terms = {"version_interest_basis": "lpr_floating", "version_interest_rate": Decimal(1)}
    bill = making.owed(make.agreement(**terms), "365000.00", date(2026, 10, 9))
    day = date(2026, 11, 26)
    before = statement(bill, on=day)
    for publication in (october(), october(published_on=date(2026, 11, 20), one_year=Decimal("2.80"))):
        lpr_rates.confirm(lpr_rates.enter(publication, by=finance, at=NOW), by=finance_lead, at=NOW)
    after = statement(bill, on=day)

    assert (before.provisional, before.missing, str(before.total_interest)) == (True, ("2026-10", "2026-11"), "1440.00")
    assert (after.provisional, after.missing) == (False, ())
    # 10 days at 3.00 %, 31 at 2.90 %, 7 at 2.80 %: 300.00 + 899.00 + 196.00
    assert [(segment.days, str(segment.amount)) for segment in after.segments] == [
        (10, "300.000000"), (31, "899.000000"), (7, "196.000000"),
    ]  # fmt: skip


def test_a_wrong_row_is_withdrawn_and_entered_anew(finance: User, finance_lead: User) -> None:
    rate = lpr_rates.confirm(lpr_rates.enter(october(), by=finance, at=NOW), by=finance_lead, at=NOW)
    lpr_rates.withdraw(rate, reason="看错一行", by=finance_lead, at=NOW)
    again = lpr_rates.enter(october(one_year=Decimal("2.95")), by=finance, at=NOW)
    lpr_rates.confirm(again, by=finance_lead, at=NOW)

    assert lpr_rates.table().on(date(2026, 10, 20)).rate == Decimal("0.0295")
    with pytest.raises(Refused, match="已经撤回"):
        lpr_rates.withdraw(rate, reason="再撤", by=finance_lead, at=NOW)


def test_a_rate_in_use_cannot_be_rewritten(finance: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_lprrate SET one_year = 1 WHERE month = '2026-09'")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param(date(2026, 9, 20), "", id="make-up Sunday"),
        pytest.param(date(2026, 6, 22), "", id="the Monday after the Dragon Boat weekend"),
        pytest.param(date(2026, 9, 21), "2026-09-20", id="the Monday after the make-up Sunday"),
        pytest.param(date(2025, 12, 20), "2025-12-22", id="a Saturday"),
        pytest.param(date(2021, 2, 22), "2021-02-20", id="make-up Saturday of February 2021"),
    ],
)
def test_a_day_that_is_not_the_twentieth_or_the_next_working_day_is_warned_of(on: date, expected: str) -> None:
    make.calendar_version()

    warning = lpr_rates.date_warning(on)

    assert (f"该月应在 {expected} 公布" in warning) if expected else warning == ""


def test_missing_months_are_known_the_day_after_their_publication() -> None:
    make.calendar_version()

    assert lpr_rates.missing_months(date(2026, 10, 20)) == ()
    assert lpr_rates.missing_months(date(2026, 10, 21)) == ("2026-10",)
    assert lpr_rates.missing_months(date(2026, 11, 26)) == ("2026-10", "2026-11")


def test_finance_is_told_of_each_missing_month_once(
    finance: User, finance_lead: User, operator: User, time_machine: Any
) -> None:
    make.calendar_version()
    time_machine.move_to(NOW, tick=False)

    assert (remind_lpr(), remind_lpr()) == (2, 2)

    told = Notice.objects.filter(kind="lpr.missing", channel="in_app").order_by("subject", "recipient__username")
    assert [(row.subject[4:11], row.recipient.username) for row in told if row.recipient] == [
        ("2026-10", "finance"), ("2026-10", "finance_lead"), ("2026-11", "finance"), ("2026-11", "finance_lead"),
    ]  # fmt: skip


def test_the_list_names_the_missing_months(
    client: Client, finance: User, time_machine: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.calendar_version()
    time_machine.move_to(NOW, tick=False)
    client.force_login(finance)

    with django_assert_max_num_queries(20):
        page = client.get("/admin/billing/lprrate/").content.decode()

    assert "缺 2026-10、2026-11 的 LPR" in page


def test_the_page_of_entering_says_that_the_day_is_odd(client: Client, finance: User, time_machine: Any) -> None:
    make.calendar_version()
    time_machine.move_to(NOW, tick=False)
    client.force_login(finance)
    data = {
        KEY_FIELD: new_key(),
        "published_on": "2026-10-21",
        "one_year": "3.00",
        "five_year": "3.50",
        "source": "公告",
    }

    page = client.post("/admin/billing/lprrate/do/enter/", data, follow=True).content.decode()

    assert "已录入 2026-10 的 LPR" in page
    assert "该月应在 2026-10-20 公布" in page
