"""Invoice runs: every period that is over, each with its result; a crash, two runs at once, two persons."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing import charging, invoicing, running
from billing.models import Document, InvoiceRun, InvoiceRunRow, NumberSeries, UsageAnomaly
from billing.run_panels import reviewed, sheet_rows
from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW, OCTOBER
from tests.journal.racing import race

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDFs are drawn after the commit and are not what is tested here."""
    monkeypatch.setattr(invoicing, "keep_pdf", lambda document: None)


@pytest.fixture
def three(db: None) -> list[Agreement]:
    """September of three agreements; the last one has no price."""
    hours = make.support_hours()
    made = [make.agreement(version_support_hours=hours) for _ in range(3)]
    for agreement in made:
        making.period(agreement)
    for agreement in made[:2]:
        making.platform_fee(agreement)
    return made


@pytest.fixture
def run(three: list[Agreement], finance: User) -> InvoiceRun:
    """A run over them that has drafted."""
    made = running.start(over_on=OCTOBER, by=finance, at=NOW)
    running.work_waiting(now=now)
    made.refresh_from_db()
    return made


def results(run: InvoiceRun) -> list[tuple[str, str]]:
    return [(row.drafting, row.issuing) for row in run.rows.order_by("pk")]


def test_every_period_that_is_over_has_its_result(run: InvoiceRun, three: list[Agreement]) -> None:
    assert run.state == InvoiceRun.State.DRAFTED
    assert results(run) == [("drafted", ""), ("drafted", ""), ("refused", "")]
    assert "没有适用的价目" in run.rows.get(drafting="refused").reason
    assert Document.objects.filter(state="draft", drafted_by=run.started_by).count() == 2


def test_nothing_that_is_over_or_a_day_to_come_is_refused(agreement: Agreement, finance: User) -> None:
    with pytest.raises(Refused, match="没有已经结束、尚未出账的服务周期"):
        running.start(over_on=OCTOBER, by=finance, at=NOW)
    with pytest.raises(Refused, match="晚于今天"):
        running.start(over_on=date(2026, 11, 1), by=finance, at=NOW)


def test_the_periods_of_an_agreement_are_drafted_in_turn(agreement: Agreement, finance: User) -> None:
    making.platform_fee(agreement)
    making.months(agreement)

    made = running.start(over_on=OCTOBER, by=finance, at=NOW)
    running.work_waiting(now=now)

    assert [row.drafting for row in made.rows.all()] == ["drafted"] * 9


def test_a_run_that_was_cut_off_goes_on_without_a_second_draft(
    three: list[Agreement], finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = running.start(over_on=OCTOBER, by=finance, at=NOW)
    real = running.draft_row

    def dies_after_the_first(pk: int, *, at: datetime) -> str:
        if Document.objects.exists():
            raise KeyboardInterrupt
        return real(pk, at=at)

    monkeypatch.setattr(running, "draft_row", dies_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        running.work_waiting(now=now)
    monkeypatch.setattr(running, "draft_row", real)

    assert running.work_waiting(now=now) == 0, "its worker may still be alive"
    assert running.work_waiting(now=lambda: NOW + timedelta(minutes=4)) == 1
    assert results(made) == [("drafted", ""), ("drafted", ""), ("refused", "")]
    assert Document.objects.count() == 2


def test_a_draft_made_in_between_is_skipped_in_words(three: list[Agreement], finance: User) -> None:
    made = running.start(over_on=OCTOBER, by=finance, at=NOW)
    invoicing.draft_from_usage(three[0], period=three[0].periods.get(), by=finance, at=NOW)

    running.work_waiting(now=now)

    first = made.rows.order_by("pk")[0]
    assert first.drafting == "skipped"
    assert "该周期已另行出账" in first.reason


def test_trouble_of_one_period_does_not_stop_the_others(
    three: list[Agreement], finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = invoicing.draft_from_usage

    def fails_once(agreement: Agreement, **said: Any) -> Document:
        if agreement == three[0]:
            raise ArithmeticError("no such number")
        return real(agreement, **said)

    monkeypatch.setattr(invoicing, "draft_from_usage", fails_once)
    made = running.start(over_on=OCTOBER, by=finance, at=NOW)
    running.work_waiting(now=now)

    assert results(made)[:2] == [("refused", ""), ("drafted", "")]
    assert "ArithmeticError: no such number" in made.rows.order_by("pk")[0].reason


def test_the_lead_issues_all_and_the_numbers_have_no_gap(run: InvoiceRun, finance_lead: User) -> None:
    running.ask_issue(run, on=OCTOBER, by=finance_lead, at=NOW)
    running.work_waiting(now=now)
    run.refresh_from_db()

    assert run.state == InvoiceRun.State.DONE
    assert results(run) == [("drafted", "issued"), ("drafted", "issued"), ("refused", "")]
    assert list(Document.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]


def test_whoever_started_a_run_does_not_issue_it(run: InvoiceRun) -> None:
    with pytest.raises(Refused, match="开具人不能是发起人"):
        running.ask_issue(run, on=OCTOBER, by=run.started_by, at=NOW)
    with pytest.raises(IntegrityError, match="run_two_persons"), transaction.atomic():
        InvoiceRun.objects.filter(pk=run.pk).update(issued_by=run.started_by, issue_on=OCTOBER, issue_asked_at=NOW)


def test_what_cannot_be_issued_says_why_and_takes_no_number(run: InvoiceRun, finance: User, finance_lead: User) -> None:
    invoicing.discard(Document.objects.earliest("pk"), by=finance, reason="重算", at=NOW)
    running.ask_issue(run, on=date(2026, 9, 30), by=finance_lead, at=NOW)
    running.work_waiting(now=now)

    row = run.rows.get(issuing="refused")
    assert "早于服务周期的结束" in row.issue_reason
    assert not NumberSeries.objects.filter(last__gt=0).exists()
    assert [one.is_discarded for one in reviewed(run)].count(True) == 1


def test_an_issue_whose_result_was_lost_is_found_issued(run: InvoiceRun, finance_lead: User) -> None:
    running.ask_issue(run, on=OCTOBER, by=finance_lead, at=NOW)
    lost = Document.objects.earliest("pk")
    invoicing.issue(lost, by=finance_lead, on=OCTOBER, at=NOW)

    running.work_waiting(now=now)

    assert [issuing for _drafting, issuing in results(run)] == ["issued", "issued", ""]
    assert NumberSeries.objects.get().last == 2


def test_a_stopped_run_leaves_the_rest_alone(three: list[Agreement], finance: User) -> None:
    made = running.start(over_on=OCTOBER, by=finance, at=NOW)
    running.stop(made, by=finance, at=NOW)

    assert running.work_waiting(now=now) == 0
    assert results(made) == [("skipped", "")] * 3
    with pytest.raises(Refused, match="已经结束"):
        running.stop(made, by=finance, at=NOW)


def test_refusals_come_first_and_amounts_stand_beside_the_last_period(
    run: InvoiceRun, three: list[Agreement], finance: User
) -> None:
    for agreement in three:
        making.period(agreement, OCTOBER)
    making.use(three[0], making.event("1000", occurred_at=NOW - timedelta(days=1)))
    making.rate(three[0])
    later = NOW + timedelta(days=20)
    second = running.start(over_on=date(2026, 11, 1), by=finance, at=later)
    running.work_waiting(now=lambda: later)

    rows = reviewed(second)

    assert [one.row.drafting for one in rows] == ["refused", "refused", "drafted", "drafted"]
    assert (str(rows[2].gross), str(rows[2].before), str(rows[2].change), str(rows[2].share)) == (
        "5353.00", "5300.00", "53.00", "1.0",
    )  # fmt: skip
    assert len(list(sheet_rows(second))) == 4


def test_anomalies_of_a_period_stand_beside_it(run: InvoiceRun, three: list[Agreement]) -> None:
    days = {"day": date(2026, 9, 30), "until": date(2026, 10, 2)}
    fields = {"meter": "query", "observed": 1, "expected": 1, "found_at": NOW, **days}
    for agreement, kind in ((three[0], "gap"), (three[0], "jump"), (three[1], "gap")):
        UsageAnomaly.objects.create(agreement=agreement, kind=kind, **fields)
    UsageAnomaly.objects.create(agreement=three[2], kind="gap", **{**fields, "day": OCTOBER})

    assert {one.row.period.agreement_id: one.anomalies for one in reviewed(run)} == {
        three[0].pk: 2, three[1].pk: 1, three[2].pk: 0,
    }  # fmt: skip


def test_the_page_shows_progress_and_results(
    client: Client, run: InvoiceRun, finance: User, finance_lead: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(finance)
    name = "admin:billing_invoicerun"
    shown = client.get(reverse(f"{name}_change", args=[run.pk])).content.decode()
    assert "没有适用的价目" in shown
    assert "5,300.00" in shown
    said = client.get(reverse(f"{name}_progress", args=[run.pk])).json()
    assert (said["done"], said["total"], said["percent"], said["over"]) == (3, 3, 100, True)
    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"{name}_changelist")).status_code == 200

    client.force_login(finance_lead)
    url = reverse(f"{name}_verb", args=[run.pk, "issue"])
    answer = client.post(url, {"submission_key": "run-form-00000001", "on": "2026-10-01"}, follow=True)
    assert "马上开始开具" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.ISSUING


@pytest.fixture
def at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Runs works at once, each on a connection of its own."""
    return partial(race, tmp_path=tmp_path, monkeypatch=monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_draft_each_period_once(
    at_once: Callable[..., list[Any]], three: list[Agreement], finance: User
) -> None:
    first, second = (running.start(over_on=OCTOBER, by=finance, at=NOW) for _ in range(2))

    outcomes = at_once(*(partial(running.work, made, now=now) for made in (first, second)))

    assert outcomes == [None, None]
    assert Document.objects.count() == 2
    both = [row.drafting for made in (first, second) for row in made.rows.all()]
    assert sorted(both) == ["drafted", "drafted", "refused", "refused", "skipped", "skipped"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer begin at a time")
def test_without_the_lock_only_the_constraint_stops_the_second(
    at_once: Callable[..., list[Any]], three: list[Agreement], finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both look before either writes; one row is kept back by the unique index alone."""
    both_have_looked, real = Barrier(2, timeout=10), charging.charges_of

    def charges_of(*said: Any, **more: Any) -> Any:
        found = real(*said, **more)
        both_have_looked.wait()
        return found

    monkeypatch.setattr(invoicing, "charges_of", charges_of)
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, **options: rows.all())
    made = [running.start(over_on=OCTOBER, by=finance, at=NOW) for _ in range(2)]
    rows = [run.rows.order_by("pk")[0].pk for run in made]

    outcomes = at_once(*(partial(running.draft_row, pk, at=NOW) for pk in rows))

    assert sorted(outcomes) == ["drafted", "skipped"]
    assert InvoiceRunRow.objects.filter(drafting="drafted").count() == 1
