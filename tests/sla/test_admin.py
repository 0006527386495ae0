"""The console's pages: the queue by what runs out next, the verbs as buttons, the evidence."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Agreement
from people.models import User
from people.submitting import KEY_FIELD, new_key
from sla import evidence, tickets, watch
from sla.models import Breach, Ticket
from tests import make
from tests.sla.make_sla import NINE, PDF, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(time_machine: Any, settings: Any, tmp_path: Path) -> Any:
    """It is half past nine on Wednesday."""
    time_machine.move_to(NINE + timedelta(minutes=30), tick=False)
    settings.MEDIA_ROOT = tmp_path
    return time_machine


@pytest.fixture
def console(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def ticket(agreement: Agreement, party_b: User) -> Ticket:
    return make_ticket(agreement, party_b)


def text(response: Any) -> str:
    content: str = response.content.decode()
    return content


def do(console: Client, ticket: Ticket, verb: str, **said: Any) -> Any:
    url = f"/admin/sla/ticket/{ticket.pk}/do/{verb}/"
    return console.post(url, {KEY_FIELD: new_key(), **said}, follow=True)


def queue(response: Any) -> list[str]:
    """The numbers of the queue, in order."""
    return re.findall(r"/change/[^>]*>(GZ-2026-\d+)</a>", text(response))


# --- The queue -----------------------------------------------------------------------------------------------


def test_what_runs_out_next_comes_first(console: Client, agreement: Agreement, party_b: User, operator: User) -> None:
    late = make_ticket(agreement, party_b, NINE + timedelta(minutes=20))
    soon = make_ticket(agreement, party_b, NINE)
    answered = make_ticket(agreement, party_b, NINE - timedelta(minutes=20))
    tickets.respond(answered, at=NINE, by=operator, text="正在处理。")
    question = make_ticket(agreement, party_b, NINE, kind="question")

    shown = console.get("/admin/sla/ticket/")

    assert queue(shown) == [soon.number, late.number, answered.number, question.number]
    assert "剩 1 小时 30 分钟" in text(shown)


def test_the_queue_shows_open_tickets_and_a_search_all(console: Client, ticket: Ticket, operator: User) -> None:
    tickets.cancel(ticket, at=NINE, by=operator, text="误报。")

    assert queue(console.get("/admin/sla/ticket/")) == []
    assert queue(console.get("/admin/sla/ticket/?q=人口信息")) == [ticket.number]
    assert queue(console.get("/admin/sla/ticket/?queue=done")) == [ticket.number]


@pytest.fixture
def queues(agreement: Agreement, party_b: User, operator: User, ops_lead: User) -> dict[str, Ticket]:
    """One ticket for each queue."""
    made = {
        name: make_ticket(agreement, party_b, NINE + timedelta(seconds=place))
        for place, name in enumerate(["fresh", "mine", "lead's", "risky", "broken", "asked"])
    }
    tickets.accept(made["mine"], at=NINE, by=operator)
    tickets.accept(made["lead's"], at=NINE, by=ops_lead)
    old = make_ticket(agreement, party_b, NINE - timedelta(days=1))
    made["broken"] = old
    watch.sweep(NINE)
    risky = make_ticket(agreement, party_b, NINE - timedelta(minutes=20))
    made["risky"] = risky
    risky.clocks.filter(kind="response").update(next_level=90)
    tickets.respond(made["asked"], at=NINE, by=ops_lead, text="好。")
    tickets.ask_party_b(made["asked"], at=NINE, by=ops_lead, text="请补充。")
    return made


@pytest.mark.parametrize(
    "name, expected",
    [
        ("mine", {"mine"}),
        ("risk", {"risky", "broken"}),  # the solution of the broken one runs out too
        ("breached", {"broken"}),
        ("waiting", {"asked"}),
    ],
)
def test_saved_queues(console: Client, queues: dict[str, Ticket], name: str, expected: set[str]) -> None:
    shown = set(queue(console.get(f"/admin/sla/ticket/?queue={name}")))

    assert shown == {queues[key].number for key in expected}


def test_the_unassigned(console: Client, queues: dict[str, Ticket]) -> None:
    shown = set(queue(console.get("/admin/sla/ticket/?queue=unassigned")))

    assert queues["fresh"].number in shown
    assert queues["mine"].number not in shown


@pytest.mark.parametrize("model", ["ticket", "clock", "breach"])
def test_lists_ask_no_more_for_more_rows(
    console: Client, agreement: Agreement, party_b: User, operator: User, model: str
) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            console.get(f"/admin/sla/{model}/")
        return len(captured)

    def one_more(minute: int) -> None:
        made = make_ticket(agreement, party_b, NINE - timedelta(days=1, seconds=minute))
        tickets.accept(made, at=NINE - timedelta(days=1), by=operator)
        watch.sweep(NINE)

    one_more(0)
    counted()
    few = counted()
    for minute in range(1, 5):
        one_more(minute)

    assert counted() == few


# --- A ticket ------------------------------------------------------------------------------------------------


def test_the_ticket_page_shows_clocks_timeline_and_buttons(console: Client, ticket: Ticket) -> None:
    shown = text(console.get(f"/admin/sla/ticket/{ticket.pk}/change/"))

    assert "响应时限" in shown
    assert "到期：2026年9月16日（周三）11:00" in shown
    assert [verb for verb in ("accept", "respond", "propose", "close") if f"/do/{verb}/" in shown] == [
        "accept",
        "respond",
    ]


def test_a_ticket_from_acceptance_to_closing(console: Client, ticket: Ticket, party_b: User, moment: Any) -> None:
    do(console, ticket, "accept")
    answered = do(console, ticket, "respond", text="正在处理。")
    do(console, ticket, "propose", text="已扩容。", attachments=[SimpleUploadedFile("方案.pdf", PDF)])
    moment.shift(timedelta(minutes=5))
    tickets.confirm(Ticket.objects.get(), at=NINE + timedelta(minutes=35), by=party_b)
    closed = do(console, ticket, "close")

    assert "已响应，响应时限停止。" in text(answered)
    assert "已关闭。" in text(closed)
    assert "方案.pdf" in text(closed)
    assert Ticket.objects.get().state == "closed"


def test_an_internal_note_is_marked(console: Client, ticket: Ticket) -> None:
    shown = text(do(console, ticket, "note", text="等网络科确认。"))

    assert "等网络科确认。" in shown
    assert "仅甲方可见" in shown


def test_what_is_refused_is_shown_and_the_words_stay(console: Client, ticket: Ticket) -> None:
    program = SimpleUploadedFile("修复.exe", b"MZ" + bytes(50))

    shown = text(do(console, ticket, "respond", text="请运行附件。", attachments=[program]))

    assert "附件“修复.exe”是可执行程序，不能上传。" in shown
    assert "请运行附件。" in shown
    assert Ticket.objects.get().state == "reported"


def test_a_verb_that_came_too_late_says_so(console: Client, ticket: Ticket, ops_lead: User) -> None:
    tickets.respond(ticket, at=NINE, by=ops_lead, text="已答复。")

    shown = text(do(console, ticket, "respond", text="我也答复。"))

    assert "记录的状态已经变化" in shown
    assert ticket.entries.filter(kind="responded").count() == 1


def test_reassigning_offers_only_those_who_may(console: Client, ticket: Ticket, ops_lead: User, finance: User) -> None:
    shown = text(console.get(f"/admin/sla/ticket/{ticket.pk}/do/reassign/"))
    do(console, ticket, "reassign", to=ops_lead.pk)
    refused = do(console, ticket, "reassign", to=finance.pk)

    assert "赵国强" in shown
    assert "李静" not in shown
    assert Ticket.objects.get().assignee == ops_lead
    assert "选择一个有效的选项" in text(refused)


def test_operations_take_down_a_report_by_telephone(console: Client, agreement: Agreement, operator: User) -> None:
    said = {
        KEY_FIELD: new_key(),
        "agreement": agreement.pk,
        "channel": "phone",
        "kind": "fault",
        "title": "窗口无法查询",
        "description": "东区窗口来电。",
        "found_at": "2026-09-16T08:30",
        "reported_at": "2026-09-16T09:10",
        "impact": "part",
        "urgency": "high",
    }

    shown = console.post("/admin/sla/ticket/do/file/", said, follow=True)

    made = Ticket.objects.get()
    assert f"已登记，编号 {made.number}。" in text(shown)
    assert (made.channel, made.reporter) == ("phone", operator)
    assert made.reported_at == NINE + timedelta(minutes=10)
    assert made.received_at == NINE + timedelta(minutes=30)


@pytest.mark.parametrize("who", ["auditor", "contract_manager"])
def test_readers_see_and_do_not_act(client: Client, ticket: Ticket, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))

    page = client.get(f"/admin/sla/ticket/{ticket.pk}/change/")
    acted = do(client, ticket, "respond", text="我来。")

    assert page.status_code == 200
    assert "/do/respond/" not in text(page)
    assert acted.status_code == 403
    assert Ticket.objects.get().state == "reported"


def test_a_ticket_cannot_be_edited_nor_deleted_by_form(console: Client, ticket: Ticket) -> None:
    edited = console.post(f"/admin/sla/ticket/{ticket.pk}/change/", {"title": "改", "state": "closed"})
    deleted = console.post(f"/admin/sla/ticket/{ticket.pk}/delete/", {"post": "yes"})
    history = console.get(f"/admin/sla/ticket/{ticket.pk}/history/")

    assert (edited.status_code, deleted.status_code, history.status_code) == (403, 403, 200)
    assert Ticket.objects.get().title == ticket.title


# --- Clocks and breaches -------------------------------------------------------------------------------------


@pytest.fixture
def breach(ticket: Ticket) -> Breach:
    watch.sweep(NINE + timedelta(minutes=60))
    watch.sweep(NINE + timedelta(minutes=121))
    made: Breach = Breach.objects.get()
    return made


def test_the_breach_page_shows_evidence_that_stands(console: Client, breach: Breach) -> None:
    shown = text(console.get(f"/admin/sla/breach/{breach.pk}/change/"))

    assert "证据核对一致" in shown
    assert "2026-09-16 11:00:00" in shown
    assert "9月16日（周三）09:00至11:00，计时2小时，累计2小时" in shown
    assert "王晓明 · 站内通知" in shown


def test_an_altered_breach_is_shown_as_such(console: Client, breach: Breach, monkeypatch: Any) -> None:
    monkeypatch.setattr(evidence, "digest", lambda said: "0" * 64)

    assert "证据核对不一致" in text(console.get(f"/admin/sla/breach/{breach.pk}/change/"))


def test_the_evidence_file_is_a_download_that_verifies(console: Client, breach: Breach) -> None:
    response = console.get(f"/admin/sla/breach/{breach.pk}/evidence/")

    said = json.loads(response.content)
    assert response["Content-Disposition"] == 'attachment; filename="breach-000001.json"'
    assert said.pop("sha256") == breach.sha256
    assert evidence.problems(said) == []


def test_evidence_is_for_those_who_may_see_breaches(client: Client, breach: Breach, system_admin: User) -> None:
    client.force_login(system_admin)

    assert client.get(f"/admin/sla/breach/{breach.pk}/evidence/").status_code in {403, 404}


def test_a_missing_breach_has_no_evidence(console: Client) -> None:
    assert console.get("/admin/sla/breach/99/evidence/").status_code == 404


def test_breaches_and_clocks_are_read_only(console: Client, breach: Breach) -> None:
    for path in (f"breach/{breach.pk}", f"clock/{breach.clock_id}"):
        assert console.get(f"/admin/sla/{path}/change/").status_code == 200
        assert console.post(f"/admin/sla/{path}/change/", {"kind": "solution"}).status_code == 403
        assert console.post(f"/admin/sla/{path}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_is_exported_with_the_permission(client: Client, ops_lead: User, ticket: Ticket) -> None:
    client.force_login(ops_lead)

    response = client.get("/admin/sla/ticket/export/csv/?queue=all")

    exported = b"".join(response).decode("utf-8-sig")
    assert ticket.number in exported
    assert "市大数据管理局" in exported


def test_an_agreement_shows_its_tickets_and_breaches(
    client: Client, contract_manager: User, breach: Breach, agreement: Agreement
) -> None:
    client.force_login(contract_manager)

    shown = text(client.get(f"/admin/contracts/agreement/{agreement.pk}/change/"))

    assert breach.ticket.number in shown
    assert f"/admin/sla/breach/{breach.pk}/change/" in shown
    assert make.PASSWORD not in shown
