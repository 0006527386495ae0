"""A pause written down afterwards: two persons, both times kept, nothing undone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from contracts.models import Agreement
from journal import approvals
from people.models import User
from people.refusal import Refused
from sla import backdating, pausing, tickets, watch
from sla.models import Breach, ClockEvent, Ticket
from sla.timeline import lines_of
from tests.sla.make_sla import clock, local, make_ticket

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return local(f"2026-09-{text}")


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    return tickets.respond(make_ticket(agreement, party_b), at=at("16 09:15"), by=operator, text="正在处理。")


def gap(**changes: Any) -> backdating.Gap:
    """The line was down from ten to eleven."""
    fields = {"reason": "maintenance", "since": at("16 10:00"), "until": at("16 11:00"), "grounds": "运营商割接。"}
    return backdating.Gap(**{**fields, **changes})


def test_a_second_person_lets_the_stretch_be_left_out(ticket: Ticket, operator: User, ops_lead: User) -> None:
    asked = backdating.ask(ticket, gap(), by=operator, at=at("16 14:00"))
    before = clock(ticket, "solution").due_at
    approvals.approve(asked, by=ops_lead, at=at("16 15:00"))

    solution = clock(ticket, "solution")
    assert (before, solution.due_at, solution.state) == (at("17 09:30"), at("17 10:30"), "running")
    assert watch.drifted() == {}


def test_both_times_stay_in_the_events(ticket: Ticket, operator: User, ops_lead: User) -> None:
    asked = backdating.ask(ticket, gap(), by=operator, at=at("16 14:00"))
    approvals.approve(asked, by=ops_lead, at=at("16 15:00"))

    paused, resumed = ClockEvent.objects.filter(kind__in=["paused", "resumed"]).order_by("seq")
    assert (paused.at, datetime.fromisoformat(paused.data["since"])) == (at("16 15:00"), at("16 10:00"))
    assert (resumed.at, datetime.fromisoformat(resumed.data["until"])) == (at("16 15:00"), at("16 11:00"))
    assert paused.by == ops_lead


def test_the_one_who_asked_cannot_approve(ticket: Ticket, ops_lead: User) -> None:
    asked = backdating.ask(ticket, gap(), by=ops_lead, at=at("16 14:00"))

    with pytest.raises(Refused, match="不能审批自己"):
        approvals.approve(asked, by=ops_lead, at=at("16 15:00"))


def test_operations_cannot_approve(ticket: Ticket, operator: User, ops_lead: User) -> None:
    asked = backdating.ask(ticket, gap(), by=ops_lead, at=at("16 14:00"))

    with pytest.raises(Refused, match="没有审批此事项的权限"):
        approvals.approve(asked, by=operator, at=at("16 15:00"))


def test_a_breach_that_is_written_stays(ticket: Ticket, operator: User, ops_lead: User) -> None:
    watch.sweep(at("17 09:31"))
    asked = backdating.ask(ticket, gap(), by=operator, at=at("17 09:40"))
    approvals.approve(asked, by=ops_lead, at=at("17 09:50"))

    assert Breach.objects.get().breached_at == at("17 09:30")
    assert clock(ticket, "solution").breached_at == at("17 09:30")


def test_party_b_reads_when_and_why(ticket: Ticket, operator: User, ops_lead: User) -> None:
    approvals.approve(backdating.ask(ticket, gap(), by=operator, at=at("16 14:00")), by=ops_lead, at=at("16 15:00"))

    said = [line.text for line in lines_of(ticket.entries.for_party_b())][-2:]

    assert said == [
        "因约定的计划维护，提出解决方案时限自 2026-09-16 10:00 起暂停计时。",
        "约定的计划维护结束，提出解决方案时限自 2026-09-16 11:00 起恢复计时。",
    ]


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"until": at("16 10:00")}, "先开始后结束", id="no time at all"),
        pytest.param({"until": at("16 14:01")}, "已经过去", id="in the future"),
        pytest.param({"since": at("16 08:59")}, "不能早于收到报告的时间", id="before the receipt"),
        pytest.param({"grounds": " "}, "请写明依据", id="no grounds"),
        pytest.param({"reason": "lunch"}, "没有这种暂停原因", id="no such reason"),
    ],
)
def test_a_gap_is_refused(ticket: Ticket, operator: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        backdating.ask(ticket, gap(**changes), by=operator, at=at("16 14:00"))


def test_a_stopped_clock_is_not_counted_again(ticket: Ticket, operator: User) -> None:
    tickets.propose(ticket, at=at("16 13:00"), by=operator, text="已修复。")

    with pytest.raises(Refused, match="没有可以补记的时限"):
        backdating.ask(ticket, gap(), by=operator, at=at("16 14:00"))


def test_what_changed_meanwhile_is_refused_at_the_approval(ticket: Ticket, operator: User, ops_lead: User) -> None:
    asked = backdating.ask(ticket, gap(), by=operator, at=at("16 14:00"))
    pausing.hold(ticket, reason="maintenance", at=at("16 14:30"))

    with transaction.atomic(), pytest.raises(Refused, match="正因同一原因暂停"):
        approvals.approve(asked, by=ops_lead, at=at("16 14:30") + timedelta(minutes=1))
