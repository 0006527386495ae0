"""The workbench: what comes first, what is shown of it, filters, verbs in place, who may; and the desk's own pages."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import answering, labelling, linking, outages, queues, tickets, watch, watching, workbench
from sla.models import CannedAnswer, Label, Queue, SavedFilter, Ticket
from sla.workbench import Asked, asked, open_spans, page_of
from tests import make
from tests.sla.make_sla import NINE, OFFICE, local, make_ticket
from tests.sla.make_uptime import outage as make_outage
from tests.sla.make_uptime import service

pytestmark = pytest.mark.django_db
HERE = "/admin/sla/ticket/workbench/"
LIST = {"HX-Request": "true", "HX-Target": "desk-list"}
FORM = {"HX-Request": "true", "HX-Target": "desk-form"}


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


def numbers(response: Any) -> list[str]:
    return re.findall(r'id="desk-\d+" href="[^"]+">(GZ-2026-\d+)</a>', text(response))


# --- What comes first -----------------------------------------------------------------------------------------


@pytest.fixture
def mixed(agreement: Agreement, party_b: User, operator: User) -> dict[str, Ticket]:
    """One broken, one at risk by its solution clock, two that run, one that waits, a question, one over."""
    made = {
        "broken": make_ticket(agreement, party_b, NINE - timedelta(days=1)),
        "later": make_ticket(agreement, party_b, NINE + timedelta(minutes=20)),
        "sooner": make_ticket(agreement, party_b, NINE),
        "question": make_ticket(agreement, party_b, NINE, kind="question"),
        "waiting": make_ticket(agreement, party_b, NINE),
        "over": make_ticket(agreement, party_b, NINE),
        "risky": make_ticket(agreement, party_b, NINE - timedelta(days=1, hours=-1)),
    }
    tickets.respond(made["waiting"], at=NINE, by=operator, text="请补充。")
    tickets.ask_party_b(made["waiting"], at=NINE, by=operator, text="流水号。")
    tickets.cancel(made["over"], at=NINE, by=operator, text="误报。")
    tickets.respond(made["risky"], at=NINE - timedelta(days=1, hours=-1), by=operator, text="在看。")
    watch.sweep(NINE + timedelta(minutes=29))
    return made


def test_at_risk_first_then_what_runs_out_next_then_the_rest(console: Client, mixed: dict[str, Ticket]) -> None:
    shown = numbers(console.get(HERE))

    assert shown == [mixed[name].number for name in ("broken", "risky", "sooner", "later", "question", "waiting")]


OPEN = {"broken", "later", "sooner", "question", "waiting", "risky"}
FILTERED: dict[str, set[str]] = {
    "show=risk": {"broken", "risky"},
    "show=breached": {"broken"},
    "show=waiting": {"waiting"},
    "show=mine": {"waiting", "risky"},
    "show=unassigned": {"broken", "later", "sooner", "question"},
    "kind=question": {"question"},
    "priority=1": set(),
    "q=人口信息": OPEN,
    "q=没有这个词": set(),
    "desk=none": OPEN,
    "show=no&kind=x&priority=9&desk=a&label=１": OPEN,
}


def test_filters(console: Client, mixed: dict[str, Ticket]) -> None:
    """One stock of tickets for all of them: making it takes longer than asking."""
    found = {query: set(numbers(console.get(f"{HERE}?{query}"))) for query in FILTERED}

    assert found == {query: {mixed[name].number for name in names} for query, names in FILTERED.items()}


def test_filters_by_queue_label_watching_and_escalation(
    console: Client, ticket: Ticket, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    make_ticket(agreement, party_b)
    queue = queues.make(name="一线", members=[operator], at=NINE, by=ops_lead)
    label = labelling.make(name="急", sort="label", tone="bad", at=NINE, by=ops_lead)
    queues.move(ticket, queue=queue, at=NINE, by=operator)
    labelling.add(ticket, label=label, at=NINE, by=operator)
    watching.watch(ticket, at=NINE, by=operator)

    for query in (f"desk={queue.pk}", f"label={label.pk}", "show=watched", "show=ours"):
        assert numbers(console.get(f"{HERE}?{query}")) == [ticket.number], query
    assert numbers(console.get(f"{HERE}?show=escalated")) == []


def test_what_is_left_and_when_it_counts(console: Client, ticket: Ticket) -> None:
    shown = text(console.get(HERE))

    # An hour and a half of two hours is left; support time runs from now until lunch, 9,000 seconds.
    assert 'data-left="5400" data-spans="0-9000 14400-28800' in shown
    assert "剩 1 小时 30 分钟" in shown


@pytest.mark.parametrize(
    "at, beginning",
    [
        ("2026-09-16 12:00", "5400-19800 "),
        ("2026-09-18 17:00", "0-1800 142200-154800 "),  # Sunday the 20th is a make-up working day
        ("2026-09-30 17:00", "0-1800"),  # then the National Day holiday, beyond the three days that are told
    ],
    ids=["at lunch", "before a make-up Sunday", "before the long holiday"],
)
def test_the_stretches_that_the_countdown_follows(at: str, beginning: str) -> None:
    assert open_spans(OFFICE, local(at)).startswith(beginning)


def test_pages_of_a_hundred(agreement: Agreement, party_b: User, operator: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(workbench, "PER_PAGE", 3)
    running = [make_ticket(agreement, party_b, NINE + timedelta(minutes=m)) for m in range(4)]
    asking = [make_ticket(agreement, party_b, NINE, kind="question") for _ in range(3)]

    pages = [page_of(Asked(), operator, number=n, at=NINE + timedelta(minutes=30)) for n in (1, 2, 3, 9, 0)]

    found = [[line.ticket.pk for line in page.lines] for page in pages]
    expected = [t.pk for t in running + asking]
    assert found == [expected[:3], expected[3:6], expected[6:], expected[6:], expected[:3]]
    assert [(page.number, page.pages, page.count) for page in pages][:3] == [(1, 3, 7), (2, 3, 7), (3, 3, 7)]


def test_the_workbench_asks_no_more_for_more_rows(
    console: Client, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    label = labelling.make(name="急", sort="label", tone="bad", at=NINE, by=ops_lead)
    queue = queues.make(name="一线", members=[operator], at=NINE, by=ops_lead)
    queues.send_new(queue, agreement=None, kind="", at=NINE, by=ops_lead)

    def one_more() -> None:
        made = make_ticket(agreement, party_b)
        labelling.add(made, label=label, at=NINE, by=operator)
        make_ticket(agreement, party_b, kind="question")

    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            console.get(HERE)
        return len(captured)

    one_more()
    counted()
    few = counted()
    for _ in range(4):
        one_more()

    assert counted() == few
    assert few <= 32


# --- The page -------------------------------------------------------------------------------------------------


def test_the_list_asks_for_itself_alone(console: Client, ticket: Ticket) -> None:
    whole, part = text(console.get(HERE)), text(console.get(HERE, headers=LIST))

    assert "<html" in whole
    assert 'hx-trigger="every 60s, desk-changed from:body"' in whole
    assert "<html" not in part
    assert ticket.number in part


def test_a_verb_opens_in_place_and_answers_with_news(console: Client, ticket: Ticket) -> None:
    url = f"/admin/sla/ticket/{ticket.pk}/do/respond/"

    opened = text(console.get(url, headers=FORM))
    refused = text(console.post(url, {KEY_FIELD: new_key(), "text": " "}, headers=FORM))
    done = console.post(url, {KEY_FIELD: new_key(), "text": "在看。"}, headers=FORM)

    assert "<html" not in opened
    assert f'hx-post="{url}"' in opened
    assert "这个字段是必填项" in refused
    assert done["HX-Trigger"] == "desk-changed"
    assert "已响应，响应时限停止。" in text(done)
    assert Ticket.objects.get().state == "responded"


@pytest.mark.parametrize(
    "who, verbs", [("operator", ["accept", "respond"]), ("ops_lead", ["accept", "respond"]), ("auditor", [])]
)
def test_verbs_are_offered_by_role(
    client: Client, ticket: Ticket, request: pytest.FixtureRequest, who: str, verbs: list[str]
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert re.findall(r'data-verb="(\w+)"', text(client.get(HERE))) == verbs


@pytest.mark.parametrize("who, status", [("finance", 403), ("security_admin", 403), ("party_b", 403)])
def test_others_have_no_workbench(client: Client, request: pytest.FixtureRequest, who: str, status: int) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(HERE).status_code == status
    assert client.post(HERE, {"name": "x"}).status_code == status
    assert not SavedFilter.objects.exists()


def test_a_filter_is_kept_shown_to_the_team_and_dropped(console: Client, client: Client, ops_lead: User) -> None:
    console.post(f"{HERE}?kind=question&x=1", {"name": "咨询", "shared": "on"})

    row = SavedFilter.objects.get()
    assert (row.query, row.shared) == ("kind=question", True)
    client.force_login(ops_lead)
    assert "★ 咨询" in text(client.get(HERE))
    assert "不是您保存的" in text(client.post(HERE, {"drop": row.pk}, follow=True))
    client.force_login(row.user)
    client.post(f"{HERE}?kind=question", {"drop": row.pk})
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("words", ['"><script>alert(1)</script>', "{{ 7|add:7 }}", "' OR 1=1 --", "%00", "😀" * 100])
def test_hostile_words_are_only_words(console: Client, ticket: Ticket, words: str) -> None:
    shown = text(console.get(HERE, {"q": words}))
    console.post(f"{HERE}?kind=fault", {"name": words[:40]})
    again = text(console.get(HERE))

    for page in (shown, again):
        assert "<script>alert" not in page
    assert "14" not in re.findall(r'name="q"[^>]*value="([^"]*)"', shown)


def test_an_address_is_read_back_as_it_was_understood() -> None:
    what = asked({"show": "mine", "desk": "7", "kind": "nope", "q": "  门户   超时 ", "label": "x"})

    assert what == Asked(show="mine", desk="7", q="门户 超时")
    assert what.query == "show=mine&desk=7&q=%E9%97%A8%E6%88%B7+%E8%B6%85%E6%97%B6"
    assert not Asked().filtered


# --- Many at once ---------------------------------------------------------------------------------------------


def test_chosen_rows_lead_to_a_page_and_are_done_one_by_one(
    console: Client, ticket: Ticket, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    twin = make_ticket(agreement, party_b)
    tickets.reassign(twin, to=ops_lead, at=NINE, by=operator)
    chosen = {"action": "assign", "_selected_action": [ticket.pk, twin.pk]}

    page = console.post("/admin/sla/ticket/", chosen, follow=True)
    said = {"act": "assign", "ids": f"{ticket.pk},{twin.pk},x,９", "to": ops_lead.pk}
    done = text(console.post("/admin/sla/ticket/mass/", said, follow=True))

    assert {ticket.number, twin.number} <= set(re.findall(r"GZ-2026-\d+", text(page)))
    assert "“转派给”：完成 1 份。" in done
    assert f"{twin.number} 未处理：这份报告已经由 赵国强 负责。" in done
    assert Ticket.objects.get(pk=ticket.pk).assignee == ops_lead


@pytest.mark.parametrize("who, status", [("auditor", 403), ("contract_manager", 403), ("party_b", 403)])
def test_whoever_only_reads_does_nothing_to_many(
    client: Client, ticket: Ticket, ops_lead: User, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(who))

    answer = client.post("/admin/sla/ticket/mass/", {"act": "assign", "ids": ticket.pk, "to": ops_lead.pk})

    assert answer.status_code == status
    assert Ticket.objects.get().assignee is None


def test_many_reports_are_explained_by_one_outage(
    console: Client, ticket: Ticket, agreement: Agreement, party_b: User, operator: User
) -> None:
    twin = make_ticket(agreement, party_b)
    outage = make_outage(operator, service(agreement), since=NINE)
    outages.link(outage, tickets=[ticket], by=operator, at=NINE)

    said = {"act": "outage", "ids": f"{ticket.pk},{twin.pk}", "outage": outage.pk}
    console.post("/admin/sla/ticket/mass/", said)

    assert {link.ticket for link in outage.links.all()} == {ticket, twin}


def test_the_list_is_filtered_by_queue_and_label(
    console: Client, ticket: Ticket, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    twin = make_ticket(agreement, party_b)
    queue = queues.make(name="一线", members=[operator], at=NINE, by=ops_lead)
    label = labelling.make(name="急", sort="label", tone="bad", at=NINE, by=ops_lead)
    queues.move(ticket, queue=queue, at=NINE, by=operator)
    labelling.add(ticket, label=label, at=NINE, by=operator)

    def shown(query: str) -> set[str]:
        page = text(console.get(f"/admin/sla/ticket/?{query}"))
        return set(re.findall(r"/change/[^>]*>(GZ-2026-\d+)</a>", page))

    assert shown(f"desk={queue.pk}") == shown(f"label={label.pk}") == {ticket.number}
    assert shown("desk=none") == {twin.number}
    assert shown("desk=x&label=９") == {ticket.number, twin.number}


def test_an_act_that_there_is_not(console: Client) -> None:
    assert console.get("/admin/sla/ticket/mass/?act=destroy").status_code == 404


# --- Canned answers -------------------------------------------------------------------------------------------


def canned(by: User, words: str, **changes: Any) -> CannedAnswer:
    said: dict[str, Any] = {"name": "模板", "use": "respond", "text": words, **changes}
    return answering.make(answering.Wording(**said), at=NINE, by=by)


def test_a_canned_answer_is_filled_from_the_ticket_once(
    agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    ticket = make_ticket(agreement, party_b, title="标题里有{本人}和{number}")
    canned(ops_lead, "{乙方}：{编号}“{标题}”，{due}前答复。{me}")

    ((_row, words),) = answering.offered(ticket, "respond", by=operator)

    assert words == f"市大数据管理局：{ticket.number}“标题里有{{本人}}和{{number}}”，2026-09-16 11:00前答复。王晓明"
    assert answering.offered(ticket, "ask", by=operator) == []


def test_a_canned_answer_of_a_queue_is_offered_there_only(ticket: Ticket, operator: User, ops_lead: User) -> None:
    queue = queues.make(name="一线", members=[operator], at=NINE, by=ops_lead)
    canned(ops_lead, "一线收到。", queue=queue)

    assert answering.offered(ticket, "respond", by=operator) == []
    queues.move(ticket, queue=queue, at=NINE, by=operator)
    assert [words for _row, words in answering.offered(ticket, "respond", by=operator)] == ["一线收到。"]


HOSTILE = '</option></select><script>alert(1)</script><img src=x onerror="alert(2)">'


def test_hostile_words_in_a_canned_answer_are_only_words(
    console: Client, client: Client, ticket: Ticket, party_b: User, ops_lead: User
) -> None:
    row = canned(ops_lead, HOSTILE, name="<b>粗</b>")
    url = f"/admin/sla/ticket/{ticket.pk}/do/respond/"

    opened = text(console.get(url))
    console.post(url, {KEY_FIELD: new_key(), "text": "", "canned": row.pk})
    client.force_login(party_b)
    read = text(client.get(f"/portal/tickets/{ticket.number}/"))

    assert ticket.entries.get(kind="responded").text == HOSTILE
    for page in (opened, read):
        assert "<script>alert" not in page
        assert 'onerror="' not in page
        assert "<b>粗" not in page
    assert 'data-text="&lt;/option&gt;' in opened


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"text": "请打{电话}。"}, "不认识 {电话}", id="unknown placeholder"),
        pytest.param({"text": " "}, "请填写答复内容", id="no text"),
        pytest.param({"text": "长" * 4001}, "内容太长", id="long text"),
        pytest.param({"name": " "}, "请填写名称", id="no name"),
    ],
)
def test_a_canned_answer_that_cannot_be(ops_lead: User, changes: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        canned(ops_lead, **{"words": "收到。", **{("words" if k == "text" else k): v for k, v in changes.items()}})


# --- The desk's own pages and the ticket's page ----------------------------------------------------------------


def do(client: Client, model: str, verb: str, pk: int | None = None, **said: Any) -> Any:
    where = f"/admin/sla/{model}/" + (f"{pk}/" if pk else "")
    return client.post(f"{where}do/{verb}/", {KEY_FIELD: new_key(), **said}, follow=True)


def test_the_lead_keeps_queues_labels_and_answers(
    client: Client, agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    client.force_login(ops_lead)
    do(client, "queue", "make", name="一线", members=[operator.pk])
    queue = Queue.objects.get()
    do(client, "queue", "rule", queue.pk, agreement=agreement.pk, kind="fault")
    page = text(do(client, "queue", "revise", queue.pk, name="一线组", members=[operator.pk, ops_lead.pk]))
    do(client, "label", "make", name="接口", sort="category", tone="info")
    do(client, "cannedanswer", "make", name="收到", use="any", text="{编号}收到。", queue="")

    assert "一线组" in page
    assert f"{agreement} · 故障" in page
    assert Label.objects.get().name == "接口"
    assert CannedAnswer.objects.get().text == "{编号}收到。"
    do(client, "queue", "drop-rule", queue.pk, rule=queue.rules.get().pk)
    assert "已停用" in text(do(client, "queue", "retire", queue.pk))


@pytest.mark.parametrize("model", ["queue", "label", "cannedanswer"])
@pytest.mark.parametrize("who", ["operator", "auditor"])
def test_only_the_lead_keeps_them(client: Client, request: pytest.FixtureRequest, model: str, who: str) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(f"/admin/sla/{model}/").status_code == 200
    assert do(client, model, "make", name="我的").status_code == 403


def test_the_ticket_page_shows_the_desk_and_what_party_b_sees(
    console: Client, ticket: Ticket, agreement: Agreement, other_agreement: Agreement, party_b: User,
    party_b_other: User, operator: User, ops_lead: User,
) -> None:  # fmt: skip
    foreign = make_ticket(other_agreement, party_b_other, title="外单位的报告")
    twin = make_ticket(agreement, party_b, title="本单位的报告")
    for other in (foreign, twin):
        linking.link(ticket, other=other, kind="related", at=NINE, by=operator)
    tickets.note(ticket, at=NINE, by=operator, text="只给甲方看的话。")
    queues.move(ticket, queue=queues.make(name="一线", members=[], at=NINE, by=ops_lead), at=NINE, by=operator)

    shown = text(console.get(f"/admin/sla/ticket/{ticket.pk}/change/"))
    desk, facing = shown.split('id="panel-desk"')[1].split('id="panel-facing"')

    assert {"外单位的报告", "本单位的报告", "一线", "只给甲方看的话。"} <= {
        words for words in ("外单位的报告", "本单位的报告", "一线", "只给甲方看的话。") if words in desk
    }
    facing = facing.split("</section></section>")[0].split('id="ticket_form"')[0]
    assert "本单位的报告" in facing
    for hidden in ("外单位的报告", "一线", "只给甲方看的话。"):
        assert hidden not in facing.split("登记内容")[0]
    assert "乙方现在可以：" in facing


def test_the_preview_is_what_party_b_gets(client: Client, ticket: Ticket, operator: User, party_b: User) -> None:
    tickets.respond(ticket, at=NINE + timedelta(minutes=5), by=operator, text="正在处理。")
    client.force_login(party_b)
    theirs = text(client.get(f"/portal/tickets/{ticket.number}/"))
    client.force_login(operator)
    ours = text(client.get(f"/admin/sla/ticket/{ticket.pk}/change/"))

    timeline = re.findall(r'<ol class="sy-timeline">.*?</ol>', theirs, re.S)
    assert timeline[0] in re.findall(r'<ol class="sy-timeline">.*?</ol>', ours, re.S)


@pytest.mark.parametrize("who", ["operator", "ops_lead", "auditor"])
def test_readers_open_every_page_of_a_merged_ticket(
    client: Client, ticket: Ticket, agreement: Agreement, party_b: User, operator: User, request: pytest.FixtureRequest,
    who: str,
) -> None:  # fmt: skip
    twin = make_ticket(agreement, party_b)
    client.force_login(operator)
    merged = do(client, "ticket", "merge", twin.pk, into=ticket.number.lower(), text="同一次故障。")
    client.force_login(request.getfixturevalue(who))

    assert "已合并。" in text(merged)
    assert "并入了本报告" in text(client.get(f"/admin/sla/ticket/{ticket.pk}/change/"))
    assert "已并入" in text(client.get(f"/admin/sla/ticket/{twin.pk}/change/"))
    events = text(client.get(f"/admin/sla/clock/{twin.clocks.get(kind='response').pk}/change/"))
    assert f'→ <a href="/admin/sla/ticket/{ticket.pk}/change/">{ticket.number}</a>' in events


@pytest.mark.parametrize(
    "verb, said, words",
    [
        ("merge", {"into": "GZ-2026-999999", "text": "同。"}, "没有编号为 GZ-2026-999999 的报告"),
        ("link", {"other": "<script>", "kind": "related"}, "没有编号为 &lt;SCRIPT&gt; 的报告"),
        ("escalate", {"to": "999", "text": "急。"}, "选择一个有效的选项"),
        ("queue", {"queue": "abc"}, "选择一个有效的选项"),
        ("label", {"category": "7"}, "选择一个有效的选项"),
    ],
)
def test_bad_input_in_the_verbs_of_the_desk(
    console: Client, ticket: Ticket, ops_lead: User, verb: str, said: dict[str, str], words: str
) -> None:
    assert words in text(do(console, "ticket", verb, ticket.pk, **said))


# --- The portal -----------------------------------------------------------------------------------------------


@pytest.fixture
def colleague(agreement: Agreement) -> User:
    account = make.user("colleague", name="林静")
    make.member(account, agreement.party_b)
    return account


def press(client: Client, ticket: Ticket, verb: str) -> Any:
    return client.post(f"/portal/tickets/{ticket.number}/{verb}/", {KEY_FIELD: new_key()}, follow=True)


def test_a_colleague_watches_and_stops(client: Client, ticket: Ticket, colleague: User) -> None:
    client.force_login(colleague)

    assert "已关注，有新进展会通知您。" in text(press(client, ticket, "watch"))
    assert watching.watchers(ticket) == [colleague]
    assert ticket.number in text(client.get("/portal/tickets/?group=watched"))
    assert "已经关注" in text(press(client, ticket, "watch"))
    assert "已取消关注。" in text(press(client, ticket, "unwatch"))
    assert ticket.number not in text(client.get("/portal/tickets/?group=watched"))
    assert watching.watchers(ticket) == []


def test_another_organisation_finds_nothing_to_watch(client: Client, ticket: Ticket, party_b_other: User) -> None:
    client.force_login(party_b_other)

    assert press(client, ticket, "watch").status_code == 404
    assert watching.watchers(ticket) == []


def test_party_b_sees_the_bar_and_its_own_links_only(
    client: Client, ticket: Ticket, agreement: Agreement, other_agreement: Agreement, party_b: User,
    party_b_other: User, operator: User,
) -> None:  # fmt: skip
    foreign = make_ticket(other_agreement, party_b_other, title="外单位的报告")
    twin = make_ticket(agreement, party_b, title="本单位的报告")
    for other in (foreign, twin):
        linking.link(ticket, other=other, kind="related", at=NINE, by=operator)
    client.force_login(party_b)

    shown = text(client.get(f"/portal/tickets/{ticket.number}/"))

    assert 'aria-label="已用 30 分钟（2026-09-16 09:00 至 2026-09-16 09:30）；剩余 1 小时 30 分钟"' in shown
    assert f'href="/portal/tickets/{twin.number}/"' in shown
    assert foreign.number not in shown
    assert "外单位的报告" not in shown
