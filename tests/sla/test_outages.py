"""Outages: recorded, announced once to all, ended, explained; what is shortened afterwards needs a second person."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts.models import Agreement
from journal import approvals
from journal.models import Approval, Notice
from people import roles
from people.models import User
from people.refusal import Refused
from sla import outages
from sla.models import Outage, OutageEntry, OutageTicket, Service
from tests import make
from tests.sla.make_sla import PDF, local, make_ticket
from tests.sla.make_uptime import outage, service

pytestmark = pytest.mark.django_db
SINCE, UNTIL = local("2026-09-10 10:00"), local("2026-09-10 13:00")
NOW = local("2026-09-10 15:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def about(agreement: Agreement) -> Service:
    return service(agreement, for_all=True)


@pytest.fixture
def told(about: Service, operator: User) -> Outage:
    """An outage that was announced and is over."""
    row = outage(operator, about, since=SINCE, until=UNTIL)
    return outages.announce(row, text="查询接口中断，已恢复。", by=operator, at=NOW)


def correction(row: Outage, **changes: Any) -> outages.Correction:
    """As it is, but for the changes."""
    fields: dict[str, Any] = {
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "services": list(row.services.all()),
        "reason": "日志核对",
        **changes,
    }
    return outages.Correction(**fields)


def test_one_announcement_reaches_every_party_b(told: Outage, party_b: User, party_b_other: User) -> None:
    outages.update(told, text="原因在查。", by=told.recorded_by, at=NOW + HOUR)  # type: ignore[arg-type]

    rows = Notice.objects.filter(kind="outage.updated", channel="in_app")
    assert {row.recipient for row in rows} == {party_b, party_b_other}
    assert rows.count() == 2


def test_many_reports_hang_on_one_outage_and_a_report_on_one_only(
    told: Outage, about: Service, agreement: Agreement, party_b: User, operator: User
) -> None:
    tickets = [make_ticket(agreement, party_b, local(f"2026-09-10 10:{minute}")) for minute in (10, 20)]
    outages.link(told, tickets=tickets, by=operator, at=NOW)
    other = outage(operator, about, since=SINCE, until=UNTIL)

    assert OutageTicket.objects.filter(outage=told).count() == 2
    with pytest.raises(Refused, match=f"已关联到中断 {told.number}"):
        outages.link(other, tickets=tickets[:1], by=operator, at=NOW)


@pytest.mark.parametrize(
    "act, words",
    [
        pytest.param(lambda row, by: outages.announce(row, text="再次", by=by, at=NOW), "已经公告", id="told twice"),
        pytest.param(lambda row, by: outages.end(row, ended_at=NOW, by=by, at=NOW), "已经登记恢复", id="ended twice"),
        pytest.param(lambda row, by: outages.update(row, text=" ", by=by, at=NOW), "请写明告知的内容", id="no words"),
        pytest.param(
            lambda row, by: outages.explain(row, cause="force_majeure", root_cause="雷击", by=by, at=NOW),
            "请用“更正”提请另一人批准", id="force majeure by one person",
        ),
        pytest.param(
            lambda row, by: outages.correct(row, correction(row, ended_at=SINCE - HOUR), by=by, at=NOW),
            "恢复时间不能早于", id="backwards",
        ),
        pytest.param(
            lambda row, by: outages.correct(row, correction(row, reason=""), by=by, at=NOW), "请写明更正的理由",
            id="no reason",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    told: Outage, operator: User, act: Callable[[Outage, User], Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        act(told, operator)


def test_an_outage_in_the_future_is_refused(about: Service, operator: User) -> None:
    what = outages.Happening(title="预告", services=[about], started_at=NOW + HOUR)

    with pytest.raises(Refused, match="不能晚于现在"):
        outages.start(what, by=operator, at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"started_at": SINCE + HOUR}, id="began later"),
        pytest.param({"ended_at": UNTIL - HOUR}, id="ended earlier"),
        pytest.param({"withdrawn": True}, id="was none"),
        pytest.param({"cause": "force_majeure"}, id="force majeure"),
    ],
)
def test_shortening_what_was_announced_waits_for_a_second_person(
    told: Outage, operator: User, ops_lead: User, changes: dict[str, Any]
) -> None:
    asked = outages.correct(told, correction(told, **changes), by=operator, at=NOW)
    assert isinstance(asked, Approval)
    before = Outage.objects.get()

    approvals.approve(asked, by=ops_lead, at=NOW + HOUR)

    after = Outage.objects.get()
    assert (before.started_at, before.ended_at, before.state) == (SINCE, UNTIL, "ended")
    assert (after.started_at, after.ended_at, after.state, after.cause) != (SINCE, UNTIL, "ended", "unknown")
    last = OutageEntry.objects.latest("pk")
    assert last.data["was"]["started_at"] == SINCE.astimezone(before.started_at.tzinfo).isoformat()


def test_dropping_a_service_shortens_too(told: Outage, about: Service, agreement: Agreement, operator: User) -> None:
    other = service(agreement, name="另一项")

    assert isinstance(outages.correct(told, correction(told, services=[other]), by=operator, at=NOW), Approval)


def test_who_asks_cannot_approve(told: Outage, ops_lead: User) -> None:
    asked = outages.correct(told, correction(told, withdrawn=True), by=ops_lead, at=NOW)
    assert isinstance(asked, Approval)

    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(asked, by=ops_lead, at=NOW)


def test_a_request_is_void_once_the_outage_changed(told: Outage, operator: User, ops_lead: User) -> None:
    asked = outages.correct(told, correction(told, ended_at=UNTIL - HOUR), by=operator, at=NOW)
    assert isinstance(asked, Approval)
    outages.correct(told, correction(told, ended_at=UNTIL + HOUR), by=operator, at=NOW)

    with pytest.raises(Refused, match="原申请作废"):
        approvals.approve(asked, by=ops_lead, at=NOW)


def test_lengthening_needs_one_person_and_stays_visible(told: Outage, operator: User) -> None:
    outages.correct(told, correction(told, ended_at=UNTIL + HOUR), by=operator, at=NOW)

    assert Outage.objects.get().ended_at == UNTIL + HOUR
    assert OutageEntry.objects.latest("pk").kind == "corrected"


def test_what_nobody_was_told_of_is_corrected_by_one(about: Service, operator: User) -> None:
    row = outage(operator, about, since=SINCE, until=UNTIL)

    assert isinstance(outages.correct(row, correction(row, withdrawn=True), by=operator, at=NOW), Outage)
    assert not Notice.objects.filter(kind="outage.withdrawn").exists()


def test_the_report_on_the_cause_is_kept(told: Outage, operator: User, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("分析.pdf", PDF, content_type="application/pdf")

    row = outages.explain(told, cause="hardware", root_cause="磁盘写满。", file=file, by=operator, at=NOW)

    assert row.report is not None
    assert (row.report.name, row.cause) == ("分析.pdf", "hardware")


def test_a_source_record_is_taken_once(about: Service, operator: User) -> None:
    first: dict[str, Any] = {"source": "monitoring", "source_key": "zabbix-1"}
    outage(operator, about, since=SINCE, **first)

    with pytest.raises(Refused, match="来源记录号 zabbix-1 已经登记过"):
        outage(operator, about, since=SINCE, **first)


def test_monitoring_tells_operations_at_once(about: Service, ops_lead: User, operator: User) -> None:
    outage(operator, about, since=SINCE)

    people = {row.recipient for row in Notice.objects.filter(kind="outage.recorded", channel="in_app")}
    assert people == {ops_lead, operator}
    assert make.user("auditor_x", roles.AUDITOR) not in people
