"""The portal's pages: Party B files, follows, replies, confirms and disputes its own, and sees nobody else's."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.models import Agreement
from people.models import User
from people.submitting import KEY_FIELD, new_key
from sla import tickets, watch
from sla.models import Attachment, Ticket
from tests.sla.make_sla import NINE, PDF, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(time_machine: Any, settings: Any, tmp_path: Path) -> None:
    """It is a quarter past nine on Wednesday, and files go to a folder of the test's own."""
    time_machine.move_to(NINE + timedelta(minutes=15), tick=False)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def page(client: Client, party_b: User) -> Client:
    client.force_login(party_b)
    return client


def filled(agreement: Agreement, **changes: Any) -> dict[str, Any]:
    """The form as a clerk fills it in."""
    return {
        KEY_FIELD: new_key(),
        "agreement": agreement.pk,
        "kind": "fault",
        "title": "人口信息查询接口返回超时",
        "description": "自 8:40 起连续返回 504。",
        "found_at": "2026-09-16T08:40",
        "impact": "whole",
        "urgency": "high",
        **changes,
    }


def text(response: Any) -> str:
    content: str = response.content.decode()
    return content


# --- Filing --------------------------------------------------------------------------------------------------


def test_a_report_gets_a_number_and_shows_both_deadlines_with_their_ledger(page: Client, agreement: Agreement) -> None:
    response = page.post("/portal/tickets/new/", filled(agreement), follow=True)

    assert response.redirect_chain == [("/portal/tickets/GZ-2026-000001/", 302)]
    shown = text(response)
    assert "报告已提交，编号 GZ-2026-000001。" in shown
    assert "2026-09-16 11:15" in shown
    assert "2026-09-17 09:45" in shown
    assert "9月16日（周三）12:00至13:30，午休，不计时" in shown
    assert Ticket.objects.get().priority == 1


def test_the_ledger_speaks_the_readers_language(page: Client, agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b)

    shown = text(page.get(f"/portal/tickets/{ticket.number}/", headers={"accept-language": "en"}))

    assert "Wed 16 Sep 12:00 to 13:30: lunch, not counted" in shown


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"found_at": "2026-09-16T09:16"}, "发现时间不能晚于现在", id="found in the future"),
        pytest.param({"found_at": "2025-12-31T10:00"}, "发现时间早于协议生效日期", id="found before the agreement"),
        pytest.param({"found_at": "16 September"}, "输入一个有效的日期/时间", id="no date"),
        pytest.param({"title": ""}, "这个字段是必填项", id="no title"),
        pytest.param({"kind": "party"}, "选择一个有效的选项", id="unknown kind"),
        pytest.param({KEY_FIELD: "nonsense"}, "表单已失效", id="a key that no form made"),
    ],
)
def test_bad_input_is_refused_and_stays_in_the_form(
    page: Client, agreement: Agreement, changes: dict[str, str], words: str
) -> None:
    response = page.post("/portal/tickets/new/", filled(agreement, **changes))

    assert response.status_code == 200
    assert words in text(response)
    assert "自 8:40 起连续返回 504。" in text(response)
    assert not Ticket.objects.exists()


def test_an_executable_is_refused_with_nothing_half_written(page: Client, agreement: Agreement, tmp_path: Path) -> None:
    program = SimpleUploadedFile("截图.png", b"MZ" + bytes(100))

    response = page.post("/portal/tickets/new/", filled(agreement, attachments=[program]))

    assert "附件“截图.png”是可执行程序，不能上传。" in text(response)
    assert not Ticket.objects.exists()
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_the_same_form_twice_makes_one_ticket(page: Client, agreement: Agreement) -> None:
    form = filled(agreement)

    first, again = page.post("/portal/tickets/new/", form), page.post("/portal/tickets/new/", form)

    assert first["Location"] == again["Location"] == "/portal/tickets/GZ-2026-000001/"
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("whose", ["another organisation's", "missing", "nonsense"])
def test_an_agreement_that_is_not_ours_is_answered_as_missing(
    page: Client, agreement: Agreement, other_agreement: Agreement, whose: str
) -> None:
    pk = {"another organisation's": other_agreement.pk, "missing": 999_999, "nonsense": "１; DROP"}[whose]

    response = page.post("/portal/tickets/new/", {**filled(agreement), "agreement": pk})

    assert response.status_code == 404
    assert not Ticket.objects.exists()


# --- The ticket ----------------------------------------------------------------------------------------------


@pytest.fixture
def proposed(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    ticket = make_ticket(agreement, party_b)
    ticket = tickets.respond(ticket, at=NINE + timedelta(minutes=5), by=operator, text="正在处理。")
    return tickets.propose(ticket, at=NINE + timedelta(minutes=10), by=operator, text="已扩容，请验证。")


def act(page: Client, ticket: Ticket, verb: str, **said: Any) -> Any:
    return page.post(f"/portal/tickets/{ticket.number}/{verb}/", {KEY_FIELD: new_key(), **said}, follow=True)


def test_party_b_confirms(page: Client, proposed: Ticket) -> None:
    response = act(page, proposed, "confirm")

    assert "已确认，谢谢。" in text(response)
    assert Ticket.objects.get().state == "confirmed"


def test_party_b_disputes_and_the_clock_goes_on(page: Client, proposed: Ticket) -> None:
    response = act(page, proposed, "dispute", text="仍然超时。")

    assert "异议已提交，解决方案时限继续计时。" in text(response)
    assert proposed.clocks.get(kind="solution").state == "running"


def test_a_dispute_needs_a_reason_and_keeps_the_page(page: Client, proposed: Ticket) -> None:
    response = act(page, proposed, "dispute", text=" ")

    assert response.status_code == 200
    assert "这个字段是必填项" in text(response)
    assert Ticket.objects.get().state == "proposed"


def test_what_came_too_late_is_shown_with_the_input(page: Client, proposed: Ticket, party_b: User) -> None:
    tickets.confirm(proposed, at=timezone.now(), by=party_b)

    response = act(page, proposed, "dispute", text="仍然超时，请看日志。")

    assert "现在是“已确认”，不能进行此操作" in text(response)
    assert "仍然超时，请看日志。" in text(response)


def test_a_reply_with_a_file_resumes_the_clock(
    page: Client, agreement: Agreement, party_b: User, operator: User
) -> None:
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(minutes=5), by=operator, text="正在处理。")
    tickets.ask_party_b(ticket, at=NINE + timedelta(minutes=6), by=operator, text="请提供日志。")

    shown = text(page.get(f"/portal/tickets/{ticket.number}/"))
    response = act(page, ticket, "reply", text="见附件。", attachments=[SimpleUploadedFile("a.log", b"504 Gateway")])

    assert "甲方请贵方补充，请回复" in shown
    assert "a.log" in text(response)
    assert ticket.clocks.get(kind="solution").state == "running"


def test_a_reply_sent_twice_is_one_line(page: Client, proposed: Ticket) -> None:
    said = {KEY_FIELD: new_key(), "text": "收到。"}

    for _ in range(2):
        page.post(f"/portal/tickets/{proposed.number}/reply/", said)

    assert proposed.entries.filter(kind="replied").count() == 1


def test_a_reply_larger_than_a_page_is_refused(page: Client, proposed: Ticket) -> None:
    response = act(page, proposed, "reply", text="长" * 8001)

    assert "确保该变量包含不超过 8000 字符" in text(response)
    assert not proposed.entries.filter(kind="replied").exists()


@pytest.mark.parametrize("verb", ["respond", "propose", "close", "note", "nonsense"])
def test_verbs_of_party_a_do_not_exist_here(page: Client, proposed: Ticket, verb: str) -> None:
    assert act(page, proposed, verb, text="我自己来。").status_code == 404


def test_opening_the_address_of_a_verb_does_nothing(page: Client, proposed: Ticket) -> None:
    response = page.get(f"/portal/tickets/{proposed.number}/confirm/")

    assert response["Location"] == f"/portal/tickets/{proposed.number}/"
    assert Ticket.objects.get().state == "proposed"


def test_what_was_said_cannot_run_in_the_page(page: Client, agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, title="<script>alert(1)</script>", description="<img src=x onerror=a()>")
    tickets.reply(ticket, at=NINE, by=party_b, text="<b onclick=a()>x</b>")

    shown = text(page.get(f"/portal/tickets/{ticket.number}/"))

    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "<b onclick" not in shown


def test_a_breach_is_shown_to_party_b(page: Client, agreement: Agreement, party_b: User, time_machine: Any) -> None:
    ticket = make_ticket(agreement, party_b)
    time_machine.move_to(NINE + timedelta(minutes=150), tick=False)
    watch.sweep(timezone.now())

    shown = text(page.get(f"/portal/tickets/{ticket.number}/"))

    assert "已超时" in shown
    assert "响应时限已于 2026-09-16 11:00 用尽。" in shown
    assert "超出 30 分钟" in shown


# --- Whose ---------------------------------------------------------------------------------------------------


def test_internal_lines_never_reach_party_b(page: Client, agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b)
    secret = SimpleUploadedFile("内部.pdf", PDF)
    tickets.note(ticket, at=NINE, by=operator, text="机密：乙方欠费。", files=[secret])
    tickets.reassign(ticket, at=NINE, by=operator, to=operator, text="机密：换人。")
    watch.sweep(NINE + timedelta(minutes=60))
    kept = Attachment.objects.get()

    pages = ["/portal/", "/portal/tickets/", f"/portal/tickets/{ticket.number}/", "/portal/tickets/export/"]
    shown = "".join(b"".join(page.get(url)).decode() for url in pages)

    assert "机密" not in shown
    assert "内部.pdf" not in shown
    assert "预警" not in shown
    assert page.get(f"/portal/attachments/{kept.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["tickets/{number}/", "tickets/{number}/reply/", "attachments/{file}/"])
@pytest.mark.parametrize("who", ["party_b_other", "outsider"])
def test_foreign_rows_are_answered_exactly_like_missing_ones(
    client: Client, agreement: Agreement, party_b: User, path: str, who: str, request: pytest.FixtureRequest
) -> None:
    ticket = make_ticket(agreement, party_b, files=[SimpleUploadedFile("a.pdf", PDF)])
    client.force_login(request.getfixturevalue(who))
    kept = Attachment.objects.get()

    ask = client.post if "reply" in path else client.get
    foreign = ask(f"/portal/{path.format(number=ticket.number, file=kept.pk)}")
    missing = ask(f"/portal/{path.format(number='GZ-2026-999999', file=999_999)}")

    assert foreign.status_code == missing.status_code == 404
    assert _without_marks(foreign) == _without_marks(missing)


def _without_marks(response: Any) -> str:
    """The page without what differs from one request to the next."""
    return re.sub(r'(nonce|value|content)="[^"]*"|GZ-2026-\d+|attachments/\d+', "", text(response))


def test_a_file_comes_as_a_download_that_no_browser_opens(page: Client, agreement: Agreement, party_b: User) -> None:
    make_ticket(agreement, party_b, files=[SimpleUploadedFile("接口 报错.pdf", PDF)])

    response = page.get(f"/portal/attachments/{Attachment.objects.get().pk}/")

    assert b"".join(response) == PDF
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_that_is_gone_is_missing(page: Client, agreement: Agreement, party_b: User, tmp_path: Path) -> None:
    make_ticket(agreement, party_b, files=[SimpleUploadedFile("a.pdf", PDF)])
    kept = Attachment.objects.get()
    (tmp_path / str(kept.file.name)).unlink()

    assert page.get(f"/portal/attachments/{kept.pk}/").status_code == 404


def test_staff_read_files_by_permission(client: Client, agreement: Agreement, party_b: User, operator: User) -> None:
    make_ticket(agreement, party_b, files=[SimpleUploadedFile("a.pdf", PDF)])
    url = f"/portal/attachments/{Attachment.objects.get().pk}/"

    client.force_login(operator)

    assert b"".join(client.get(url)) == PDF


def test_staff_without_the_permission_do_not(
    client: Client, agreement: Agreement, party_b: User, system_admin: User
) -> None:
    make_ticket(agreement, party_b, files=[SimpleUploadedFile("a.pdf", PDF)])
    client.force_login(system_admin)

    assert client.get(f"/portal/attachments/{Attachment.objects.get().pk}/").status_code == 404


def test_the_way_in_is_the_sign_in(client: Client, agreement: Agreement) -> None:
    assert client.get("/portal/tickets/")["Location"].startswith("/sign-in/")


# --- The list ------------------------------------------------------------------------------------------------


@pytest.fixture
def several(agreement: Agreement, other_agreement: Agreement, party_b: User, operator: User) -> list[Ticket]:
    """A fault at nine, a question an hour before, a closed fault the day before; another organisation's fault."""
    day_before = NINE - timedelta(days=1)
    closed = make_ticket(agreement, party_b, day_before, title="已解决的旧故障")
    for verb, by in (("respond", operator), ("propose", operator), ("confirm", party_b), ("close", operator)):
        closed = getattr(tickets, verb)(closed, at=day_before + timedelta(hours=3), by=by, text="好。")
    question = make_ticket(agreement, party_b, NINE - timedelta(hours=1), kind="question", title="如何申请配额")
    fault = make_ticket(agreement, party_b, description="网关 504")
    make_ticket(other_agreement, operator, title="别家的故障")
    return [fault, question, closed]


def numbers(response: Any) -> list[str]:
    """The numbers of the table's rows, in order."""
    return re.findall(r'tickets/(GZ-2026-\d+)/">', text(response))


@pytest.mark.parametrize(
    "query, places",
    [
        pytest.param("", [0, 1, 2], id="newest first"),
        pytest.param("?sort=oldest", [2, 1, 0], id="oldest first"),
        pytest.param("?sort=due", [0, 1, 2], id="soonest due first"),
        pytest.param("?q=网关", [0], id="a word of the description"),
        pytest.param("?q=配额 申请", [1], id="two words"),
        pytest.param("?q=GZ-2026-000001", [2], id="the number"),
        pytest.param("?group=open", [0, 1], id="open"),
        pytest.param("?group=done", [2], id="done"),
        pytest.param("?group=breached", [2], id="broken"),
        pytest.param("?kind=question", [1], id="kind"),
        pytest.param("?kind=nonsense&sort=nonsense&group=nonsense&agreement=x&page=99", [0, 1, 2], id="nonsense"),
        pytest.param("?q=别家", [], id="nothing of others"),
    ],
)
def test_search_filters_and_order(page: Client, several: list[Ticket], query: str, places: list[int]) -> None:
    assert numbers(page.get(f"/portal/tickets/{query}")) == [several[place].number for place in places]


def test_an_empty_list_says_what_to_do(page: Client) -> None:
    assert "还没有报告。" in text(page.get("/portal/tickets/"))
    assert "没有找到符合条件的报告。" in text(page.get("/portal/tickets/?q=x"))


def test_pages(page: Client, agreement: Agreement, party_b: User) -> None:
    for minute in range(21):
        make_ticket(agreement, party_b, NINE + timedelta(seconds=minute))

    first, second = page.get("/portal/tickets/?sort=newest"), page.get("/portal/tickets/?sort=newest&page=2")

    assert (len(numbers(first)), len(numbers(second))) == (20, 1)
    assert "sort=newest&amp;page=2" in text(first)


def test_the_csv_is_the_filtered_list_safe_from_formulas(
    page: Client, several: list[Ticket], agreement: Agreement, party_b: User
) -> None:
    make_ticket(agreement, party_b, kind="question", title="=HYPERLINK(1)")

    response = page.get("/portal/tickets/export/?kind=question")

    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["标题", "'=HYPERLINK(1)", "如何申请配额"]
    assert rows[1][8] == "2026-09-16 09:00:00"


@pytest.mark.parametrize("path", ["", "?sort=due&group=open", "export/"])
def test_the_number_of_queries_does_not_grow_with_the_list(
    page: Client, agreement: Agreement, party_b: User, operator: User, path: str
) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            b"".join(page.get(f"/portal/tickets/{path}"))
        return len(captured)

    make_ticket(agreement, party_b)
    few = counted()
    for minute in range(6):
        made = make_ticket(agreement, party_b, NINE + timedelta(seconds=minute))
        tickets.accept(made, at=NINE + timedelta(minutes=1), by=operator)

    assert counted() == few


def test_the_ticket_page_asks_no_more_for_a_longer_timeline(
    page: Client, agreement: Agreement, party_b: User, operator: User
) -> None:
    ticket = make_ticket(agreement, party_b, files=[SimpleUploadedFile("a.pdf", PDF)])

    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            page.get(f"/portal/tickets/{ticket.number}/")
        return len(captured)

    few = counted()
    for _ in range(4):
        tickets.reply(ticket, at=NINE, by=party_b, text="补充。", files=[SimpleUploadedFile("b.pdf", PDF)])

    assert counted() == few
