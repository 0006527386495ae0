"""Maintenance: planned, announced, judged, begun and ended; what it holds; what overruns; two at once."""

import threading
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contracts.models import Agreement, ServedNotice
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from sla import concerning, maintenance, maintenance_holds
from sla.models import Announcement, ClockEvent, MaintenanceWindow, Outage, Reach, Service, Ticket
from tests import make
from tests.journal.racing import race
from tests.sla.make_sla import clock, local, make_ticket
from tests.sla.make_uptime import announced, plan, service, term

pytestmark = pytest.mark.django_db
NOON = local("2026-09-16 10:00")  # a Wednesday in support hours
TOLD = NOON - timedelta(days=3)
HOUR = timedelta(hours=1)


@pytest.fixture
def about(agreement: Agreement) -> Service:
    """A service whose maintenance holds both clocks by the agreement."""
    made = service(agreement)
    term(agreement, made, holds_solution=True, holds_restoration=True)
    return made


def at_noon(about: Service, by: User, at: datetime = TOLD, **changes: Any) -> MaintenanceWindow:
    """Two hours from ten o'clock on, announced three days ahead."""
    return announced(by, about, at=at, planned_from=NOON, planned_to=NOON + 2 * HOUR, **changes)


def reported(agreement: Agreement, party_b: User, about: Service, by: User) -> Ticket:
    """A fault of the service, received an hour before."""
    ticket = make_ticket(agreement, party_b, NOON - HOUR)
    return concerning.name_services(ticket, services=[about], by=by, at=NOON - HOUR)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"title": " "}, "请写明维护的标题", id="no title"),
        pytest.param({"services": []}, "请选择涉及的服务", id="no service"),
        pytest.param({"planned_to": NOON - HOUR}, "计划结束须晚于计划开始", id="backwards"),
        pytest.param({"planned_from": TOLD - 2 * HOUR, "planned_to": TOLD - HOUR}, "已经过去", id="over already"),
        pytest.param({"emergency": True}, "紧急维护须写明理由", id="urgent without a reason"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(about: Service, ops_lead: User, changes: dict[str, Any], words: str) -> None:
    said = {"services": [about], "planned_from": NOON, "planned_to": NOON + HOUR, **changes}
    services = said.pop("services")

    with pytest.raises(Refused, match=words):
        maintenance.plan(plan(*services, **said), by=ops_lead, at=TOLD)


def test_an_announcement_tells_party_b_and_serves_a_notice(
    about: Service, agreement: Agreement, ops_lead: User, party_b: User, party_b_other: User
) -> None:
    window = at_noon(about, ops_lead)

    (notice,) = ServedNotice.objects.all()
    assert (notice.agreement, notice.kind, notice.state, notice.sent_at) == (agreement, "maintenance", "sent", TOLD)
    assert Reach.objects.get().notice == notice
    assert window.state == "announced"
    told = Notice.objects.filter(kind="maintenance.announced", channel="in_app")
    assert [row.recipient for row in told] == [party_b]


def test_the_receipt_is_confirmed_by_party_b_alone(
    about: Service, ops_lead: User, party_b: User, party_b_other: User
) -> None:
    window = at_noon(about, ops_lead)

    assert maintenance.confirm_receipt(window, by=party_b_other, at=TOLD + HOUR) == 0
    assert maintenance.confirm_receipt(window, by=party_b, at=TOLD + HOUR) == 1
    assert maintenance.confirm_receipt(window, by=party_b, at=TOLD + 2 * HOUR) == 0
    assert ServedNotice.objects.get().received_at == TOLD + HOUR


def test_work_in_time_holds_the_named_clocks_until_it_ends(
    about: Service, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    ticket = reported(agreement, party_b, about, operator)
    window, before = at_noon(about, ops_lead), clock(ticket, "solution")

    maintenance.begin(window, by=operator, at=NOON)
    held = clock(ticket, "solution")
    maintenance.finish(window, by=operator, at=NOON + HOUR)
    after = clock(ticket, "solution")

    assert (held.state, held.held, clock(ticket, "response").state) == ("paused", "maintenance", "running")
    assert (after.state, after.held) == ("running", "")
    assert before.due_at is not None and after.due_at is not None
    assert after.due_at - before.due_at == HOUR


@pytest.mark.parametrize(
    "changes, at",
    [
        pytest.param({}, NOON - 5 * HOUR, id="announced too late"),
        pytest.param({"interrupts": False}, TOLD, id="the service can be used meanwhile"),
    ],
)
def test_work_that_does_not_count_holds_nothing(
    about: Service,
    agreement: Agreement,
    party_b: User,
    operator: User,
    ops_lead: User,
    changes: dict[str, Any],
    at: datetime,
) -> None:
    ticket = reported(agreement, party_b, about, operator)
    window = at_noon(about, ops_lead, at=at, **changes)

    maintenance.begin(window, by=operator, at=NOON)

    assert clock(ticket, "solution").state == "running"


def test_a_clock_that_the_terms_do_not_name_runs_on(
    agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    silent = service(agreement)
    term(agreement, silent)
    ticket = reported(agreement, party_b, silent, operator)

    maintenance.begin(at_noon(silent, ops_lead), by=operator, at=NOON)

    assert clock(ticket, "solution").state == "running"


def test_a_ticket_on_another_service_runs_on(
    about: Service, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    ticket = make_ticket(agreement, party_b, NOON - HOUR)

    maintenance.begin(at_noon(about, ops_lead), by=operator, at=NOON)

    assert clock(ticket, "solution").state == "running"


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_comes_meanwhile_is_held_by_the_sweep(
    about: Service, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    maintenance.begin(at_noon(about, ops_lead), by=operator, at=NOON)
    ticket = make_ticket(agreement, party_b, NOON + HOUR / 2)
    concerning.name_services(ticket, services=[about], by=operator, at=NOON + HOUR / 2)

    counts = [dict(maintenance_holds.follow(NOON + HOUR)) for _again in range(2)]

    assert clock(ticket, "solution").held == "maintenance"
    assert [count.get("held", 0) for count in counts] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_an_overrun_frees_the_clocks_and_is_an_outage_once(
    about: Service, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    ticket = reported(agreement, party_b, about, operator)
    window = at_noon(about, ops_lead)
    maintenance.begin(window, by=operator, at=NOON)

    for _again in range(2):
        maintenance_holds.follow(NOON + 2 * HOUR + timedelta(minutes=1))
    maintenance.finish(window, by=operator, at=NOON + 3 * HOUR)

    (outage,) = Outage.objects.all()
    assert (outage.started_at, outage.ended_at, outage.cause) == (NOON + 2 * HOUR, NOON + 3 * HOUR, "overrun")
    assert clock(ticket, "solution").state == "running"
    resumed = ClockEvent.objects.get(clock__ticket=ticket, clock__kind="solution", kind="resumed")
    assert resumed.data["until"] == (NOON + 2 * HOUR).astimezone(resumed.at.tzinfo).isoformat()


def test_a_cancelled_window_cannot_begin(about: Service, operator: User, ops_lead: User) -> None:
    window = maintenance.cancel(at_noon(about, ops_lead), reason="改期", by=ops_lead, at=TOLD + HOUR)

    with pytest.raises(Refused, match="现在是“已取消”，不能开始"):
        maintenance.begin(window, by=operator, at=NOON)


def test_a_change_of_announced_work_is_announced_anew(about: Service, ops_lead: User) -> None:
    window = at_noon(about, ops_lead)
    later = plan(about, planned_from=NOON + 24 * HOUR, planned_to=NOON + 26 * HOUR)

    maintenance.change(window, later, by=ops_lead, at=NOON - HOUR)

    kinds = list(Announcement.objects.order_by("seq").values_list("kind", "reaches__verdict"))
    assert kinds == [("announced", "in_time"), ("changed", "late")]


def test_what_was_announced_cannot_be_rewritten(about: Service, ops_lead: User) -> None:
    at_noon(about, ops_lead)

    with pytest.raises(Exception, match="append-only"):
        Announcement.objects.update(at=TOLD - 9 * HOUR)


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_hold_the_clocks_once(
    about: Service,
    agreement: Agreement,
    party_b: User,
    operator: User,
    ops_lead: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticket = reported(agreement, party_b, about, operator)
    window = at_noon(about, ops_lead)

    answers = race(
        *[partial(maintenance.begin, window, by=person, at=NOON) for person in (operator, ops_lead)],
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert Event.objects.filter(action="maintenance.begun").count() == 1
    paused = ClockEvent.objects.filter(clock__ticket=ticket, clock__kind="solution", kind="paused")
    assert paused.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_begin(
    about: Service, operator: User, ops_lead: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the state is read without a lock by both before either writes."""
    gate = threading.Barrier(2, timeout=20)
    window = at_noon(about, ops_lead)

    def unlocked(seen: MaintenanceWindow, *states: str, doing: str) -> MaintenanceWindow:
        found: MaintenanceWindow = MaintenanceWindow.objects.get(pk=seen.pk)
        gate.wait()
        return found

    monkeypatch.setattr(maintenance, "_locked", unlocked)
    race(
        *[partial(maintenance.begin, window, by=person, at=NOON) for person in (operator, ops_lead)],
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    assert Event.objects.filter(action="maintenance.begun").count() == 2


def test_a_service_of_another_agreement_cannot_be_named(
    agreement: Agreement, other_agreement: Agreement, party_b: User, operator: User
) -> None:
    ticket = make_ticket(agreement, party_b)
    theirs = service(other_agreement, name="公积金查询")

    with pytest.raises(Refused, match="“公积金查询”不是该协议的服务"):
        concerning.name_services(ticket, services=[theirs], by=operator, at=NOON)


def test_the_agreement_of_a_version_that_changed_later_keeps_its_verdict(
    about: Service, agreement: Agreement, ops_lead: User
) -> None:
    at_noon(about, ops_lead)
    version = agreement.versions.get()
    with make.thawed(version):
        version.service_terms.update(notice_hours=500)

    assert Reach.objects.get().verdict == "in_time"
