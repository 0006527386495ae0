"""The pages of dunning: the workbench with its stages, queries that do not grow, buttons that do what they say."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import demands, dunning, invoicing, lifting, stopping
from billing.models import DebtorStop, Demand, Document, DunningCase, DunningStep
from contracts.models import Agreement
from people.models import User
from tests import make
from tests.billing import making
from tests.billing.dunning_rows import PROPOSAL, approved, at, delivered, drafted, noticed, sent, stopped

BACKEND = "django.contrib.auth.backends.ModelBackend"
CASES = reverse("admin:billing_dunningcase_changelist")
Stage = Callable[[Agreement, User, User], Any]


@pytest.fixture
def late(bill: Document, finance: User) -> Document:
    """The bill of September, due on 21 October 2026."""
    making.received(bill, finance)
    return bill


@pytest.fixture
def staff(client: Client, finance: User) -> Client:
    """Finance at the console."""
    client.force_login(finance, backend=BACKEND)
    return client


def on(month: int, day: int) -> time_machine.travel:
    return time_machine.travel(at(month, day), tick=False)


def stage(agreement: Agreement, day: date) -> str:
    found: str = DunningCase.objects.with_debt(today=day).get(pk=agreement.pk).stage
    return found


def _dunned(agreement: Agreement, by: User, lead: User, *, day: tuple[int, int]) -> None:
    dunning.dun(agreement.party_b, at=at(*day))


def _issued(agreement: Agreement, by: User, lead: User) -> None:
    demands.issue(drafted(agreement, by), by=lead, at=at(11, 9))


def _proposed(agreement: Agreement, by: User, lead: User) -> None:
    delivered(agreement, by, lead)
    stopping.propose(agreement, PROPOSAL, by=by, at=at(12, 2))


def _approved(agreement: Agreement, by: User, lead: User) -> None:
    delivered(agreement, by, lead)
    approved(agreement, by, lead)


def _noticed(agreement: Agreement, by: User, lead: User) -> None:
    delivered(agreement, by, lead)
    noticed(agreement, by, lead)


def _stopped(agreement: Agreement, by: User, lead: User) -> None:
    delivered(agreement, by, lead)
    stopped(agreement, by, lead)


def _reviewed(agreement: Agreement, by: User, lead: User) -> None:
    _stopped(agreement, by, lead)
    demands.withdraw(Demand.objects.get(), reason="有误", by=lead, at=at(12, 10))
    lifting.follow(DebtorStop.objects.get(), at=at(12, 10))


@pytest.mark.parametrize(
    ("before", "day", "expected"),
    [
        pytest.param(None, date(2026, 10, 21), "not_due", id="on the due date"),
        pytest.param(None, date(2026, 10, 22), "overdue", id="overdue"),
        pytest.param(lambda a, b, c: _dunned(a, b, c, day=(10, 22)), date(2026, 10, 22), "reminded", id="reminded"),
        pytest.param(lambda a, b, c: _dunned(a, b, c, day=(11, 6)), date(2026, 11, 6), "demand_due", id="to demand"),
        pytest.param(lambda a, b, c: drafted(a, b), date(2026, 11, 9), "demand_draft", id="drafted"),
        pytest.param(_issued, date(2026, 11, 9), "demand_issued", id="issued"),
        pytest.param(sent, date(2026, 11, 9), "demand_sent", id="sent"),
        pytest.param(delivered, date(2026, 12, 1), "cure_running", id="last day of the cure period"),
        pytest.param(delivered, date(2026, 12, 2), "cure_over", id="cure period over"),
        pytest.param(_proposed, date(2026, 12, 2), "stop_proposed", id="proposed"),
        pytest.param(_approved, date(2026, 12, 2), "stop_approved", id="approved"),
        pytest.param(_noticed, date(2026, 12, 3), "stop_noticed", id="noticed"),
        pytest.param(_stopped, date(2026, 12, 9), "stop_in_force", id="suspended"),
        pytest.param(_reviewed, date(2026, 12, 10), "review", id="to be reviewed"),
    ],
)
def test_the_stage_of_a_case(
    late: Document, finance: User, finance_lead: User, before: Stage | None, day: date, expected: str
) -> None:
    if before is not None:
        before(late.agreement, finance, finance_lead)

    assert stage(late.agreement, day) == expected


def test_what_a_case_owes(late: Document, finance: User, finance_lead: User) -> None:
    making.receipt("1000.00")
    found = DunningCase.objects.with_debt(today=date(2026, 10, 22)).get()

    assert (found.open_fen, found.overdue_fen, found.overdue_since) == (540600, 540600, date(2026, 10, 21))
    assert not DunningCase.objects.with_debt(today=date(2026, 10, 21)).owing().exists()


def test_the_workbench_asks_no_more_for_more_debtors(
    staff: Client, late: Document, finance: User, finance_lead: User
) -> None:
    hours = make.support_hours()

    def queries() -> int:
        with (
            on(11, 9),
            CaptureQueriesContext(
                connection,
            ) as caught,
        ):
            assert staff.get(CASES).status_code == 200
        return len(caught)

    few = queries()
    for _number in range(3):
        agreement = make.agreement(version_support_hours=hours)
        making.platform_fee(agreement)
        draft = invoicing.draft_from_usage(agreement, period=making.period(agreement), by=finance, at=making.NOW)
        making.received(invoicing.issue(draft, by=finance_lead, on=making.OCTOBER, at=making.NOW), finance)

    assert queries() == few


def test_the_workbench_shows_who_owes_and_what_is_next(staff: Client, late: Document, finance: User) -> None:
    with on(11, 9):
        dunning.dun(late.agreement.party_b, at=at(11, 9))
        page = staff.get(CASES).content.decode()
        csv = b"".join(staff.get(reverse("admin:billing_dunningcase_export", args=["csv"]))).decode()

    for text in ("市大数据管理局", "5,406.00", "应当催告", "拟制催告函"):
        assert text in page
    assert "5406.00" in csv


def test_finance_drafts_from_the_workbench(staff: Client, late: Document) -> None:
    url = reverse("admin:billing_dunningcase_verb", args=[late.agreement_id, "draft-demand"])
    said = {"consequence": "提请暂停服务", "cure_days": "15", "cure_counted": "working", "submission_key": "k" * 32}
    with on(11, 9):
        case = staff.get(reverse("admin:billing_dunningcase_change", args=[late.agreement_id])).content.decode()
        answer = staff.post(url, said)

    made = Demand.objects.get()
    assert answer.headers["Location"] == reverse("admin:billing_demand_change", args=[made.pk])
    assert "暂停服务的条件" in case
    assert "没有催告函" in case


def test_a_bill_shows_its_ladder(staff: Client, late: Document) -> None:
    with on(10, 22):
        dunning.dun(late.agreement.party_b, at=at(10, 22))
        page = staff.get(reverse("admin:billing_document_change", args=[late.pk])).content.decode()

    assert "催款阶梯" in page
    for text in ("2026-10-16", "2026-10-22", "2026-10-29", "2026-11-06", "已提醒"):
        assert text in page


def test_the_lead_writes_the_ladder_down(client: Client, finance_lead: User) -> None:
    client.force_login(finance_lead, backend=BACKEND)
    listed = reverse("admin:billing_dunningstep_listverb", args=["set-out"])

    client.post(listed, {"submission_key": "k" * 32})
    step = DunningStep.objects.get(code="again")
    said = {"name": "第二次提醒", "kind": "reminder", "days": "5", "counted": "working", "active": "on", "_save": "1"}
    client.post(reverse("admin:billing_dunningstep_change", args=[step.pk]), said)

    step.refresh_from_db()
    assert (step.name, step.days, step.counted) == ("第二次提醒", 5, "working")


@pytest.mark.parametrize("kind", ["demand", "debtorstop"])
def test_letters_and_suspensions_are_shown_and_exported(
    staff: Client, late: Document, finance: User, finance_lead: User, kind: str
) -> None:
    _stopped(late.agreement, finance, finance_lead)
    row = (Demand if kind == "demand" else DebtorStop).objects.get()
    with on(12, 9):
        staff.force_login(finance, backend=BACKEND)  # the session of today is over by then
        listed = staff.get(reverse(f"admin:billing_{kind}_changelist")).content.decode()
        page = staff.get(reverse(f"admin:billing_{kind}_change", args=[row.pk])).content.decode()
        table = b"".join(staff.get(reverse(f"admin:billing_{kind}_export", args=["csv"]))).decode()

    assert "市大数据管理局" in listed
    assert "市大数据管理局" in table
    assert ("宽限期的计算" if kind == "demand" else "条件核对记录") in page


def test_termination_is_offered_only_when_it_may_be(
    client: Client, late: Document, finance: User, finance_lead: User, contract_manager: User
) -> None:
    case = reverse("admin:billing_dunningcase_change", args=[late.agreement_id])
    link = reverse("admin:contracts_agreement_verb", args=[late.agreement_id, "terminate"])
    delivered(late.agreement, finance, finance_lead)

    with on(12, 1):
        client.force_login(contract_manager, backend=BACKEND)
        assert link not in client.get(case).content.decode()
    with on(12, 2):
        client.force_login(contract_manager, backend=BACKEND)
        assert link in client.get(case).content.decode()
