"""The verbs of the desk: queues, watching, labels, links, merging, escalating; what is refused, who is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from contracts.models import Agreement, Membership
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from sla import escalating, labelling, linking, massing, merging, queues, saving, tickets, watching
from sla.admin.desk_verbs import MASS
from sla.models import Breach, Holding, Label, Labelled, Queue, SavedFilter, Ticket, TicketLink
from sla.steps import DESK, may
from tests import make
from tests.sla.make_sla import NINE, PDF, clock, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def ticket(agreement: Agreement, party_b: User) -> Ticket:
    return make_ticket(agreement, party_b)


@pytest.fixture
def twin(agreement: Agreement, party_b: User) -> Ticket:
    """The same fault, reported once more five minutes later."""
    return make_ticket(agreement, party_b, after(5), title="人口库打不开")


@pytest.fixture
def desk(operator: User, ops_lead: User) -> Queue:
    """A queue whose one member is the operator."""
    return queues.make(name="平台服务组", members=[operator], at=NINE, by=ops_lead)


@pytest.fixture
def other_desk(ops_lead: User) -> Queue:
    """A queue of the lead alone."""
    return queues.make(name="数据组", members=[ops_lead], at=NINE, by=ops_lead)


def held(ticket: Ticket) -> list[tuple[str, str]]:
    return [(str(row.queue or ""), str(row.person or "")) for row in Holding.objects.filter(ticket=ticket)]


# --- Queues ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules, expected",
    [
        pytest.param([], "", id="no rule"),
        pytest.param([("all", False, "")], "all", id="what is left"),
        pytest.param([("all", False, ""), ("kind", False, "fault")], "kind", id="a kind before all"),
        pytest.param([("kind", False, "fault"), ("own", True, "")], "own", id="an agreement before a kind"),
        pytest.param([("own", True, ""), ("both", True, "fault")], "both", id="both before one"),
        pytest.param([("question", False, "question")], "", id="another kind's"),
    ],
)
def test_a_new_ticket_begins_in_the_queue_of_the_narrowest_rule(
    agreement: Agreement, party_b: User, ops_lead: User, rules: list[tuple[str, bool, str]], expected: str
) -> None:
    for name, own, kind in rules:
        queue = queues.make(name=name, members=[], at=NINE, by=ops_lead)
        queues.send_new(queue, agreement=agreement if own else None, kind=kind, at=NINE, by=ops_lead)

    assert held(make_ticket(agreement, party_b)) == [(expected, "")]


def test_a_rule_set_again_leads_to_the_new_queue(desk: Queue, other_desk: Queue, ops_lead: User) -> None:
    queues.send_new(desk, agreement=None, kind="", at=NINE, by=ops_lead)
    queues.send_new(other_desk, agreement=None, kind="", at=NINE, by=ops_lead)

    assert not desk.rules.exists()
    assert other_desk.rules.count() == 1


def test_moving_to_a_queue_tells_its_members_and_leaves_out_whoever_is_none(
    ticket: Ticket, desk: Queue, other_desk: Queue, operator: User, ops_lead: User
) -> None:
    tickets.accept(ticket, at=after(1), by=operator)
    queues.move(ticket, queue=desk, at=after(2), by=operator)
    moved = queues.move(ticket, queue=other_desk, at=after(3), by=operator, text="数据问题。")

    assert moved.assignee is None
    assert held(ticket) == [("", ""), ("", "王晓明"), ("平台服务组", "王晓明"), ("数据组", "")]
    told = Notice.objects.get(recipient=ops_lead, kind="ticket.queued", channel="in_app")
    assert (told.subject, told.body) == (f"请处理：{ticket.number} {ticket.title}", "数据问题。")
    assert ticket.entries.filter(kind="queued", internal=True).count() == 2
    assert Event.objects.filter(action="ticket.queued").count() == 2


def test_a_holding_ends_with_the_ticket_and_never_changes_after(ticket: Ticket, operator: User) -> None:
    tickets.cancel(ticket, at=after(7), by=operator, text="误报。")

    row = Holding.objects.get()
    assert row.until == after(7)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.until = after(9)
        row.save()


@pytest.mark.parametrize(
    "spoil, words",
    [
        pytest.param(
            lambda q, b: queues.make(name=" 平台服务组 ", members=[], at=NINE, by=b), "已经有“平台服务组”", id="taken"
        ),
        pytest.param(lambda q, b: queues.make(name=" ", members=[], at=NINE, by=b), "请填写名称", id="no name"),
        pytest.param(lambda q, b: queues.make(name="长" * 41, members=[], at=NINE, by=b), "名称太长", id="long name"),
        pytest.param(lambda q, b: queues.revive(q, at=NINE, by=b), "没有停用", id="revived while it stands"),
    ],
)
def test_a_queue_that_cannot_be(desk: Queue, ops_lead: User, spoil: Callable[..., Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        spoil(desk, ops_lead)


def test_only_handlers_become_members(ops_lead: User, finance: User) -> None:
    with pytest.raises(Refused, match="李静 不能处理故障报告，不能加入队列"):
        queues.make(name="平台服务组", members=[finance], at=NINE, by=ops_lead)


def test_a_queue_with_open_tickets_stays(ticket: Ticket, desk: Queue, operator: User, ops_lead: User) -> None:
    queues.move(ticket, queue=desk, at=after(1), by=operator)

    with pytest.raises(Refused, match="队列里还有 1 份未结束的报告"):
        queues.retire(desk, at=after(2), by=ops_lead)
    tickets.cancel(ticket, at=after(3), by=operator, text="误报。")
    assert queues.retire(desk, at=after(4), by=ops_lead).retired


# --- Watching -------------------------------------------------------------------------------------------------


@pytest.fixture
def colleague(agreement: Agreement) -> User:
    """Another person of the ticket's organisation."""
    account = make.user("colleague", name="林静")
    make.member(account, agreement.party_b)
    return account


def test_colleagues_and_operations_may_watch(ticket: Ticket, colleague: User, operator: User, auditor: User) -> None:
    for person in (colleague, operator, auditor):
        watching.watch(ticket, at=after(1), by=person)

    assert watching.watchers(ticket) == [colleague, operator, auditor]
    assert watching.watchers_of_party_b(ticket) == [colleague]
    assert watching.watchers_of_operations(ticket) == [operator, auditor]
    assert not ticket.entries.for_party_b().filter(kind="watched").exists()


@pytest.mark.parametrize("who", ["party_b_other", "outsider", "finance", "system_admin"])
def test_strangers_may_not_watch(ticket: Ticket, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)

    with pytest.raises(Refused, match="不能查看这份报告"):
        watching.watch(ticket, at=after(1), by=person)


def test_whoever_left_the_organisation_gets_no_more_news(ticket: Ticket, colleague: User) -> None:
    watching.watch(ticket, at=after(1), by=colleague)
    Membership.objects.filter(user=colleague).update(active=False)

    assert watching.watchers(ticket) == []


def test_watching_twice_and_not_watching_are_refused(ticket: Ticket, operator: User) -> None:
    with pytest.raises(Refused, match="没有关注"):
        watching.unwatch(ticket, at=after(1), by=operator)
    watching.watch(ticket, at=after(1), by=operator)
    with pytest.raises(Refused, match="已经关注"):
        watching.watch(ticket, at=after(2), by=operator)
    watching.unwatch(ticket, at=after(3), by=operator)
    assert not watching.watches(ticket, operator)


# --- Labels ---------------------------------------------------------------------------------------------------


def test_one_category_and_any_labels(ticket: Ticket, operator: User, ops_lead: User) -> None:
    made = [
        labelling.make(name=name, sort=sort, tone="info", at=NINE, by=ops_lead)
        for name, sort in (("接口", "category"), ("数据", "category"), ("反复出现", "label"))
    ]
    labelling.add(ticket, label=made[0], at=after(1), by=operator)
    labelling.add(ticket, label=made[2], at=after(2), by=operator)
    labelling.add(ticket, label=made[1], at=after(3), by=operator)

    assert {row.label.name for row in Labelled.objects.all()} == {"数据", "反复出现"}
    last = ticket.entries.filter(kind="labelled").latest("pk")
    assert (last.data, last.internal) == ({"added": ["数据"], "removed": ["接口"]}, True)
    with pytest.raises(Refused, match="报告已经有“数据”"):
        labelling.add(ticket, label=made[1], at=after(4), by=operator)
    with pytest.raises(Refused, match="没有变化"):
        labelling.put(ticket, category=made[1], labels=[made[2]], at=after(5), by=operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Labelled.objects.create(ticket=ticket, label=made[0], sort="category", by=operator, at=NINE)


def test_a_retired_label_is_put_on_no_more(ticket: Ticket, operator: User, ops_lead: User) -> None:
    label = labelling.make(name="旧", sort="label", tone="muted", at=NINE, by=ops_lead)
    label = labelling.retire(label, at=NINE, by=ops_lead)

    with pytest.raises(Refused, match="“旧”已停用"):
        labelling.add(ticket, label=label, at=after(1), by=operator)
    assert Label.objects.standing().count() == 0


# --- Links ----------------------------------------------------------------------------------------------------


def test_links_read_from_both_ends(ticket: Ticket, twin: Ticket, operator: User) -> None:
    linking.link(ticket, other=twin, kind="caused_by", at=after(6), by=operator)

    assert [(tie.words, tie.ticket) for tie in linking.ties_of(ticket)] == [("起因于", twin)]
    assert [(tie.words, tie.ticket) for tie in linking.ties_of(twin)] == [("引起了", ticket)]
    linking.unlink(twin, tie=TicketLink.objects.get(), at=after(7), by=operator)
    assert linking.ties_of(ticket) == []


@pytest.mark.parametrize(
    "kind, words",
    [
        pytest.param("related", "已经有这种关联", id="related is the same from both ends"),
        pytest.param("duplicate", "不能互相关联", id="duplicates of one another"),
        pytest.param("caused_by", "不能互相关联", id="causes of one another"),
    ],
)
def test_a_link_back_is_refused(ticket: Ticket, twin: Ticket, operator: User, kind: str, words: str) -> None:
    linking.link(ticket, other=twin, kind=kind, at=after(6), by=operator)

    with pytest.raises(Refused, match=words):
        linking.link(twin, other=ticket, kind=kind, at=after(7), by=operator)
    with pytest.raises(Refused, match="已经有这种关联"):
        linking.link(ticket, other=twin, kind=kind, at=after(8), by=operator)


def test_a_ticket_is_not_linked_to_itself_nor_by_an_unknown_tie(ticket: Ticket, twin: Ticket, operator: User) -> None:
    with pytest.raises(Refused, match="不能把报告关联到它自己"):
        linking.link(ticket, other=ticket, kind="related", at=after(6), by=operator)
    with pytest.raises(Refused, match="没有这种关系"):
        linking.link(ticket, other=twin, kind="sibling", at=after(6), by=operator)


def test_party_b_sees_links_to_its_own_tickets_only(
    ticket: Ticket, twin: Ticket, other_agreement: Agreement, party_b_other: User, operator: User
) -> None:
    foreign = make_ticket(other_agreement, party_b_other)
    linking.link(ticket, other=foreign, kind="related", at=after(6), by=operator)
    linking.link(ticket, other=twin, kind="duplicate", at=after(7), by=operator)

    assert [tie.ticket for tie in linking.ties_for_party_b(ticket)] == [twin]
    assert {tie.ticket for tie in linking.ties_of(ticket)} == {twin, foreign}


# --- Merging --------------------------------------------------------------------------------------------------


def test_a_merged_ticket_goes_on_in_the_survivor(
    ticket: Ticket, agreement: Agreement, party_b: User, operator: User, auditor: User
) -> None:
    photo = SimpleUploadedFile("截图.pdf", PDF)
    again = make_ticket(agreement, party_b, after(5), title="又打不开", files=[photo])
    tickets.note(again, at=after(6), by=operator, text="同一网关。", files=[SimpleUploadedFile("内部.pdf", PDF)])
    watching.watch(again, at=after(7), by=auditor)
    before = clock(ticket, "response")

    gone = merging.merge(again, into=ticket, text="同一次故障。", at=after(10), by=operator)

    assert (gone.state, gone.merge.into) == ("cancelled", ticket)
    assert {c.state for c in gone.clocks.all()} == {"cancelled"}
    ends = [c.events.get(kind="cancelled") for c in gone.clocks.all()]
    assert {(e.data["merged_into"], e.reason) for e in ends} == {(ticket.number, "同一次故障。")}
    kept = clock(ticket, "response")
    assert (kept.started_at, kept.due_at, kept.state) == (before.started_at, before.due_at, "running")
    lines = ticket.entries.filter(kind="merged")
    assert [(line.internal, [f.name for f in line.attachments.all()]) for line in lines] == [
        (False, ["截图.pdf"]),
        (True, ["内部.pdf"]),
    ]
    assert watching.watchers(ticket) == [auditor]
    assert Notice.objects.filter(recipient=party_b, kind="ticket.merged", channel="in_app").count() == 2
    assert {e.object_id for e in Event.objects.filter(action="ticket.merged")} == {str(again.pk), str(ticket.pk)}


def test_the_survivor_is_found_through_later_merges(
    ticket: Ticket, twin: Ticket, agreement: Agreement, party_b: User, operator: User
) -> None:
    third = make_ticket(agreement, party_b, after(6))
    merging.merge(ticket, into=twin, text="同一次故障。", at=after(10), by=operator)
    merging.merge(twin, into=third, text="同一次故障。", at=after(11), by=operator)

    assert [merging.survivor(row) for row in (ticket, twin, third)] == [third] * 3


def test_what_was_broken_before_a_merge_stays_broken(ticket: Ticket, twin: Ticket, operator: User) -> None:
    merging.merge(ticket, into=twin, text="同一次故障。", at=after(150), by=operator)

    assert clock(ticket, "response").state == "missed"
    assert Breach.objects.get().ticket == ticket


def test_only_one_agreements_tickets_are_merged(
    ticket: Ticket, other_agreement: Agreement, party_b_other: User, operator: User
) -> None:
    foreign = make_ticket(other_agreement, party_b_other)

    with pytest.raises(Refused, match="只能合并同一份协议的报告"):
        merging.merge(ticket, into=foreign, text="同一次故障。", at=after(10), by=operator)
    assert clock(ticket, "response").state == "running"


@pytest.mark.parametrize(
    "text, words", [(" ", "请写明为什么合并"), ("因" * 301, "原因太长，最多 300 字")], ids=["no reason", "long reason"]
)
def test_a_merge_has_a_reason(ticket: Ticket, twin: Ticket, operator: User, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        merging.merge(ticket, into=twin, text=text, at=after(10), by=operator)


def test_nothing_is_merged_into_itself_or_into_what_is_over(ticket: Ticket, twin: Ticket, operator: User) -> None:
    with pytest.raises(Refused, match="不能把报告并入它自己"):
        merging.merge(ticket, into=ticket, text="误点。", at=after(10), by=operator)
    merging.merge(twin, into=ticket, text="同一次故障。", at=after(10), by=operator)
    with pytest.raises(Refused, match="现在是“已撤销”"):
        merging.merge(ticket, into=twin, text="同一次故障。", at=after(11), by=operator)


# --- Escalating -----------------------------------------------------------------------------------------------


def test_escalating_tells_the_lead_and_stays_on_record(ticket: Ticket, operator: User, ops_lead: User) -> None:
    escalating.escalate(ticket, to=ops_lead, text="厂商不答复。", at=after(3), by=operator)

    told = Notice.objects.get(recipient=ops_lead, kind="ticket.escalated", channel="in_app")
    assert (told.level, told.body) == ("urgent", "厂商不答复。")
    assert (ticket.escalations.get().reason, ticket.entries.get(kind="escalated").internal) == ("厂商不答复。", True)


@pytest.mark.parametrize(
    "by, to, text, words",
    [
        pytest.param("operator", "ops_lead", " ", "请写明为什么上报", id="no reason"),
        pytest.param("operator", "ops_lead", "因" * 1001, "原因太长", id="long reason"),
        pytest.param("operator", "finance", "急。", "李静 不是运维主管", id="no lead"),
        pytest.param("ops_lead", "ops_lead", "急。", "不能上报给自己", id="oneself"),
    ],
)
def test_an_escalation_that_leads_nowhere(
    ticket: Ticket, request: pytest.FixtureRequest, by: str, to: str, text: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        escalating.escalate(
            ticket, to=request.getfixturevalue(to), text=text, at=after(3), by=request.getfixturevalue(by)
        )


# --- Every verb in every state --------------------------------------------------------------------------------


def brought_to(state: str, ticket: Ticket, by: User) -> Ticket:
    """The ticket brought to a state by verbs alone."""
    road = {
        "reported": [],
        "accepted": ["accept"],
        "responded": ["respond"],
        "awaiting_b": ["respond", "ask_party_b"],
        "proposed": ["respond", "propose"],
        "confirmed": ["respond", "propose", "confirm"],
        "disputed": ["respond", "propose", "dispute"],
        "closed": ["respond", "propose", "confirm", "close"],
        "cancelled": ["cancel"],
    }[state]
    for minute, verb in enumerate(road, start=10):
        ticket = getattr(tickets, verb)(ticket, at=after(minute), by=by, text="写明情况。")
    return ticket


@pytest.mark.parametrize("state", [state.value for state in Ticket.State])
def test_every_verb_of_the_desk_in_every_state(
    state: str, ticket: Ticket, twin: Ticket, desk: Queue, operator: User, ops_lead: User
) -> None:
    label = labelling.make(name="接口", sort="category", tone="info", at=NINE, by=ops_lead)
    ticket = brought_to(state, ticket, operator)
    calls: dict[str, Callable[[], Ticket]] = {
        "queue": lambda: queues.move(ticket, queue=desk, at=after(60), by=operator),
        "escalate": lambda: escalating.escalate(ticket, to=ops_lead, text="急。", at=after(60), by=operator),
        "label": lambda: labelling.add(ticket, label=label, at=after(60), by=operator),
        "link": lambda: linking.link(ticket, other=twin, kind="related", at=after(60), by=operator),
        "watch": lambda: watching.watch(ticket, at=after(60), by=operator),
        "take_in": lambda: merging.merge(twin, into=ticket, text="同一次故障。", at=after(60), by=operator),
        "merge": lambda: merging.merge(ticket, into=twin, text="同一次故障。", at=after(60), by=operator),
    }
    assert set(calls) == set(DESK)
    for verb, call in calls.items():
        with transaction.atomic():
            if may(verb, state):
                assert call().state in {state, "cancelled"}, verb
            else:
                with pytest.raises(Refused, match="现在是“"):
                    call()
            transaction.set_rollback(True)


# --- Many at once, and filters --------------------------------------------------------------------------------


def test_what_one_refuses_stops_none_of_the_others(
    ticket: Ticket, twin: Ticket, operator: User, ops_lead: User
) -> None:
    acts = {act.name: act for act in MASS}
    done = brought_to("confirmed", ticket, operator)

    closed = massing.do(acts["close"], [twin, done], {"text": ""}, at=after(60), by=operator)
    given = massing.do(acts["assign"], [twin, done], {"to": ops_lead}, at=after(61), by=operator)

    assert [t.number for t in closed.changed] == [done.number]
    assert "现在是“待受理”" in closed.refused[0][1]
    assert [t.number for t in given.changed] == [twin.number]
    assert Ticket.objects.get(pk=twin.pk).assignee == ops_lead


def test_a_filter_is_ones_own_unless_shared(operator: User, ops_lead: User, auditor: User) -> None:
    saving.save(name="急的", query="priority=1", shared=False, at=NINE, by=operator)
    saving.save(name="数据", query="kind=data_quality", shared=True, at=NINE, by=ops_lead)
    saving.save(name="急的", query="priority=2", shared=False, at=NINE, by=operator)

    usable = SavedFilter.objects.usable_by
    assert [(row.name, row.query) for row in usable(operator)] == [
        ("急的", "priority=2"),
        ("数据", "kind=data_quality"),
    ]
    with pytest.raises(Refused, match="不是您保存的"):
        saving.drop(SavedFilter.objects.get(name="数据").pk, at=NINE, by=operator)
    with pytest.raises(Refused, match="只有处理报告的人员"):
        saving.save(name="审计", query="", shared=True, at=NINE, by=auditor)
    saving.drop(SavedFilter.objects.get(name="急的").pk, at=NINE, by=operator)
    assert [row.name for row in usable(operator)] == ["数据"]


@pytest.mark.parametrize(
    "name, query, words",
    [
        pytest.param(" ", "", "请填写筛选的名称", id="no name"),
        pytest.param("名" * 41, "", "名称太长", id="long name"),
        pytest.param("长", "q=" + "x" * 500, "筛选条件太长", id="long query"),
    ],
)
def test_a_filter_that_cannot_be_kept(operator: User, name: str, query: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        saving.save(name=name, query=query, shared=False, at=NINE, by=operator)


def test_nobody_keeps_filters_without_end(operator: User) -> None:
    for number in range(saving.MOST):
        saving.save(name=f"第 {number} 个", query="", shared=False, at=NINE, by=operator)

    with pytest.raises(Refused, match="每人最多保存 30 个筛选"):
        saving.save(name="再一个", query="", shared=False, at=NINE, by=operator)
