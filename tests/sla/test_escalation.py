"""Escalation: the rules of who is told, their tiers, the levels after a breach, and each notice once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import Agreement
from journal import choosing, endpoints
from journal.models import Endpoint, Event, Notice
from people import roles
from people.models import User
from people.refusal import Refused
from sla import chasing, escalation, evidence, levels, queues, tickets, watch, watching
from sla.clocks import Dial, dial_of
from sla.escalation import Wanted
from sla.levels import Line
from sla.models import Breach, Chase, Clock, ClockEvent, EscalationRule, Ticket
from sla.querysets import ClockQuerySet
from sla.quiet_hours import AgreedHours
from tests import make
from tests.sla.make_sla import NINE, local, make_ticket

pytestmark = pytest.mark.django_db
DAYS_LATER = local("2026-09-23 09:00")


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User, ops_lead: User) -> Ticket:
    return make_ticket(agreement, party_b)


@pytest.fixture
def rule(ops_lead: User) -> Callable[..., EscalationRule]:
    return lambda **said: escalation.add(Wanted(**said), by=ops_lead, at=NINE)


@pytest.fixture
def robot(system_admin: User) -> Endpoint:
    target = endpoints.Target(name="值班群", kind="dingtalk", url_variable="SHOUYUE_ROBOT_DUTY_URL")
    return endpoints.add(target, by=system_admin, at=NINE)


def told(kind: str, channel: str = "in_app") -> list[str]:
    found = Notice.objects.filter(kind=kind, channel=channel).order_by("pk")
    return sorted(found.values_list("recipient__username", flat=True))


# --- The tiers, pure -----------------------------------------------------------------------------


def spoken(lines: list[Line], moment: str, told: int, upto: int) -> list[tuple[int, str]]:
    return [(line.number, line.audience) for line in levels.reached(lines, moment, told=told, upto=upto)]


def test_without_rules_the_built_in_ones_speak() -> None:
    lines = levels.effective([], "response")

    assert spoken(lines, "share", 0, 50) == [(50, "in_charge")]
    assert spoken(lines, "share", 75, 90) == [(90, "in_charge"), (90, "lead")]
    assert spoken(lines, "share", 0, 90) == [(50, "in_charge"), (75, "in_charge"), (90, "in_charge"), (90, "lead")]
    assert spoken(lines, "breach", -1, 0) == [(0, "in_charge"), (0, "lead"), (0, "party_b")]
    assert levels.next_after(lines, 0) is None


@pytest.mark.parametrize(
    "tier, heard",
    [(levels.GENERAL, ["person"]), (levels.OF_AGREEMENT, ["nobody"])],
    ids=["of all agreements", "of the agreement"],
)
def test_the_higher_tier_speaks_alone_for_its_level(tier: int, heard: list[str]) -> None:
    general = Line(moment="breach", audience="person", person=1, tier=levels.GENERAL)
    own = Line(moment="breach", audience="nobody", tier=levels.OF_AGREEMENT)
    lines = levels.effective([general, own][: tier + 0], "solution")

    assert [line.audience for line in lines if line.moment == "breach"] == heard
    assert len([line for line in lines if line.moment == "share"]) == 4, "other levels stay as they were"


def test_a_rule_of_one_kind_of_clock_leaves_the_other_alone() -> None:
    own = Line(moment="breach", audience="lead", clock_kind="response", tier=levels.GENERAL)

    assert [line.audience for line in levels.effective([own], "response") if line.moment == "breach"] == ["lead"]
    assert len([line for line in levels.effective([own], "solution") if line.moment == "breach"]) == 3


def test_a_share_between_the_warnings_speaks_at_the_next_one() -> None:
    own = Line(moment="share", number=60, audience="lead", tier=levels.GENERAL)
    lines = levels.effective([own], "response")

    assert spoken(lines, "share", 0, 50) == [(50, "in_charge")]
    assert spoken(lines, "share", 50, 75) == [(60, "lead"), (75, "in_charge")]


# --- The rules at work ---------------------------------------------------------------------------


def test_a_named_person_hears_what_the_rule_says(ticket: Ticket, finance: User, rule: Any) -> None:
    rule(moment="share", number=50, audience="person", person=finance, by_email=False)

    watch.sweep(after(60))

    assert told("clock.warned") == ["finance"]
    assert told("clock.warned", "email") == []


def test_an_agreement_without_rules_of_its_own_keeps_the_general_ones(
    ticket: Ticket, other_agreement: Agreement, party_b_other: User, rule: Any
) -> None:
    make_ticket(other_agreement, party_b_other)
    rule(agreement=other_agreement, moment="share", number=50, audience="nobody")

    watch.sweep(after(60))

    assert told("clock.warned") == ["operator", "ops_lead"]


def test_one_who_is_named_twice_is_told_once(ticket: Ticket, ops_lead: User, rule: Any) -> None:
    rule(moment="breach", audience="lead", by_email=False)
    rule(moment="breach", audience="person", person=ops_lead)

    watch.sweep(after(121))

    assert told("clock.breached") == told("clock.breached", "email") == ["ops_lead"]


def test_a_level_missed_in_an_outage_leaves_nobody_out(ticket: Ticket, finance: User, rule: Any) -> None:
    rule(moment="share", number=50, audience="person", person=finance)

    watch.sweep(after(110))

    assert told("clock.warned") == ["finance", "operator", "ops_lead"]
    subjects = Notice.objects.filter(kind="clock.warned").values_list("subject", flat=True)
    assert all("90%" in subject for subject in subjects)


def test_a_group_outside_is_told_with_the_rest(ticket: Ticket, robot: Endpoint, rule: Any) -> None:
    rule(moment="breach", audience="endpoint", endpoint=robot)
    rule(moment="breach", audience="party_b")

    watch.sweep(after(121))

    notice = Notice.objects.get(endpoint=robot)
    assert (notice.channel, notice.state, notice.recipient) == ("dingtalk", "pending", None)
    assert "甲方未在约定时限内" not in notice.body, "the words for Party B stay with Party B"
    assert told("clock.breached") == ["party_b"]


def test_a_breach_says_who_was_warned_and_where(ticket: Ticket, robot: Endpoint, rule: Any) -> None:
    rule(moment="share", number=90, audience="endpoint", endpoint=robot)
    watch.sweep(after(110))
    watch.sweep(after(121))

    breach = Breach.objects.get(kind="response")
    assert {"值班群", "王晓明"} <= {warning["to"] for warning in breach.evidence["warnings"]}
    assert evidence.flaws(breach) == []


# --- After a breach ------------------------------------------------------------------------------


def test_levels_after_a_breach_are_told_each_once(ticket: Ticket, rule: Any) -> None:
    rule(moment="after", number=1, audience="in_charge")
    rule(moment="after", number=2, audience="lead")
    watch.sweep(after(121))

    # The promise broke at 11:00; an hour of support later it is 12:00, another one 14:30 (lunch from 12:00 to 13:30).
    assert Chase.objects.get().next_check_at == local("2026-09-16 12:00")
    counts = [
        watch.sweep(local(f"2026-09-16 {hour}"))["chased"] for hour in ("11:59", "12:00", "12:30", "14:29", "14:30")
    ]
    assert counts == [0, 1, 0, 0, 1]
    assert told("clock.chased") == ["operator", "ops_lead", "ops_lead"]
    assert Chase.objects.get().next_check_at is None


def test_levels_after_a_breach_that_an_outage_missed_collapse_into_the_highest(ticket: Ticket, rule: Any) -> None:
    for hours, audience in ((1, "in_charge"), (2, "lead"), (4, "party_b")):
        rule(moment="after", number=hours, audience=audience)
    watch.sweep(after(121))

    assert watch.sweep(local("2026-09-16 16:31"))["chased"] == 1
    staff = Notice.objects.filter(kind="clock.chased", channel="in_app", recipient__is_staff=True)
    assert {notice.subject for notice in staff} == {f"响应超时已满 4 小时：{ticket.number} {ticket.title}"}
    assert told("clock.chased") == ["operator", "ops_lead", "party_b"]


def test_a_breach_that_is_seen_days_late_tells_what_came_after_it_as_well(ticket: Ticket, rule: Any) -> None:
    rule(moment="after", number=2, audience="lead")

    counts = watch.sweep(DAYS_LATER)

    assert (counts["breached"], counts["chased"]) == (2, 2)
    watch.sweep(DAYS_LATER)
    assert told("clock.chased") == ["ops_lead", "ops_lead"]


def test_a_clock_that_has_stopped_is_not_chased(ticket: Ticket, operator: User, rule: Any) -> None:
    rule(moment="after", number=1, audience="lead")
    watch.sweep(after(121))
    tickets.respond(ticket, at=after(130), by=operator, text="已处理。")

    assert watch.sweep(local("2026-09-16 12:00"))["ended"] == 1
    assert told("clock.chased") == []


def test_a_disputed_solution_is_chased_again(ticket: Ticket, operator: User, party_b: User, rule: Any) -> None:
    rule(moment="after", number=2, audience="lead", clock_kind="solution")
    tickets.respond(ticket, at=after(30), by=operator, text="处理中。")
    watch.sweep(local("2026-09-17 10:00"))
    assert Breach.objects.get().breached_at == local("2026-09-17 09:30")
    tickets.propose(ticket, at=local("2026-09-17 10:30"), by=operator, text="已修复。")
    watch.sweep(local("2026-09-17 15:00"))
    tickets.dispute(ticket, at=local("2026-09-17 15:30"), by=party_b, text="仍有问题。")

    watch.sweep(local("2026-09-17 16:29"))
    assert told("clock.chased") == []
    watch.sweep(local("2026-09-17 16:30"))
    assert told("clock.chased") == ["ops_lead"]


def test_while_party_b_is_asked_nobody_is_chased(ticket: Ticket, operator: User, party_b: User, rule: Any) -> None:
    rule(moment="after", number=1, audience="lead", clock_kind="solution")
    tickets.respond(ticket, at=after(30), by=operator, text="处理中。")
    watch.sweep(local("2026-09-17 09:40"))
    tickets.ask_party_b(ticket, at=local("2026-09-17 10:00"), by=operator, text="请提供流水号。")
    for hour in ("10:30", "11:30", "14:00", "15:30"):
        watch.sweep(local(f"2026-09-17 {hour}"))
    assert told("clock.chased") == []

    tickets.reply(ticket, at=local("2026-09-17 16:00"), by=party_b, text="流水号 1。")
    for hour in ("16:30", "16:45", "17:29"):
        watch.sweep(local(f"2026-09-17 {hour}"))

    assert told("clock.chased") == ["ops_lead"]


def test_a_new_rule_reaches_what_is_broken_already(ticket: Ticket, rule: Any) -> None:
    watch.sweep(after(121))
    assert Chase.objects.get().next_check_at is None
    rule(moment="after", number=1, audience="lead")

    watch.sweep(local("2026-09-16 12:00"))

    assert told("clock.chased") == ["ops_lead"]


def test_a_bad_chase_is_put_back_and_stops_nobody(
    ticket: Ticket, agreement: Agreement, party_b: User, rule: Any, caplog: pytest.LogCaptureFixture
) -> None:
    rule(moment="after", number=1, audience="lead")
    make_ticket(agreement, party_b, after(1))
    watch.sweep(after(122))
    bad = Chase.objects.order_by("pk").first()
    assert bad is not None
    last = bad.clock.events.order_by("-seq").first()
    assert last is not None
    ClockEvent.objects.create(clock=bad.clock, seq=last.seq + 1, kind="resumed", at=after(123), recorded_at=after(123))

    counts = watch.sweep(local("2026-09-16 14:00"))

    assert (counts["failed"], counts["chased"]) == (1, 1)
    assert f"chase {bad.pk} could not be judged" in caplog.text


def test_the_sweep_of_chases_reads_its_index(ticket: Ticket) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Chase.objects.due(NINE).values_list("pk", flat=True)[:200].explain()

    assert "chase_next" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# --- The verbs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said, words",
    [
        ({"moment": "share", "number": 0, "audience": "lead"}, "1 到 99"),
        ({"moment": "share", "number": 100, "audience": "lead"}, "1 到 99"),
        ({"moment": "breach", "number": 2, "audience": "lead"}, "不用填"),
        ({"moment": "after", "number": 0, "audience": "lead"}, "1 到 720"),
        ({"moment": "after", "number": 721, "audience": "lead"}, "1 到 720"),
        ({"moment": "share", "number": 50, "audience": "party_b"}, "甲方内部的事"),
        ({"moment": "breach", "audience": "person"}, "请选择人员"),
        ({"moment": "breach", "audience": "endpoint"}, "请选择渠道"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rule: Any, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        rule(**said)


def test_party_b_cannot_be_named_as_one_of_us(rule: Any, party_b: User) -> None:
    with pytest.raises(Refused, match="甲方在用的账号"):
        rule(moment="breach", audience="person", person=party_b)


def test_the_same_rule_again_is_refused_until_the_first_has_ended(rule: Any, ops_lead: User) -> None:
    first = rule(moment="breach", audience="lead")
    with pytest.raises(Refused, match="已有同样的规则"):
        rule(moment="breach", audience="lead", by_email=False)

    escalation.end(first, reason="改用邮件", by=ops_lead, at=NINE)
    assert rule(moment="breach", audience="lead", by_email=False).pk
    assert Event.objects.filter(action__startswith="escalation.").count() == 3


def test_the_table_itself_keeps_one_of_each(rule: Any) -> None:
    rule(moment="breach", audience="lead")
    with pytest.raises(IntegrityError), transaction.atomic():
        EscalationRule.objects.bulk_create([EscalationRule(moment="breach", audience="lead", made_at=NINE)])


def test_an_ended_rule_gives_way_to_the_built_in_ones(ticket: Ticket, ops_lead: User, rule: Any) -> None:
    quiet = rule(moment="share", number=50, audience="nobody")
    escalation.end(quiet, reason="恢复默认", by=ops_lead, at=NINE)

    watch.sweep(after(60))

    assert told("clock.warned") == ["operator", "ops_lead"]


# --- The pages -----------------------------------------------------------------------------------


def test_the_preview_says_who_would_be_told(
    client: Client, ticket: Ticket, ops_lead: User, finance: User, robot: Endpoint, rule: Any
) -> None:
    rule(moment="after", number=4, audience="person", person=finance)
    rule(agreement=ticket.agreement, moment="breach", audience="endpoint", endpoint=robot)
    client.force_login(ops_lead)

    page = client.get(reverse("admin:sla_escalationrule_preview"), {"ticket": ticket.number}).content.decode()

    for words in ("时限用到 50%", "超时满 4 个支持小时", "李静", "值班群", "本协议规则", "通用规则", "系统默认"):
        assert words in page
    assert not Notice.objects.filter(kind__startswith="clock.").exists()


def test_the_preview_of_no_ticket_says_so(client: Client, ops_lead: User) -> None:
    client.force_login(ops_lead)

    page = client.get(reverse("admin:sla_escalationrule_preview"), {"ticket": "<b>GZ-1"}).content.decode()

    assert "没有编号为 &lt;b&gt;GZ-1 的报告" in page


def test_a_rule_is_added_on_its_page(client: Client, ops_lead: User) -> None:
    client.force_login(ops_lead)
    said = {"moment": "after", "number": "4", "audience": "lead", "by_email": "on", "submission_key": "k" * 20}

    client.post(reverse("admin:sla_escalationrule_listverb", args=["add"]), said)

    made = EscalationRule.objects.get()
    assert (made.agreement, made.number, made.by_email) == (None, 4, True)
    page = client.get(reverse("admin:sla_escalationrule_changelist")).content.decode()
    assert "超时满 4 个支持小时" in page
    assert "系统默认" in page


def test_the_list_asks_no_more_for_more_rules(client: Client, ops_lead: User, rule: Any) -> None:
    client.force_login(ops_lead)
    counts = []
    for number in (1, 2, 8):
        rule(moment="after", number=number, audience="lead")
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("admin:sla_escalationrule_changelist"))
        counts.append(len(captured))

    assert counts[1] == counts[2]


# --- Exactly once --------------------------------------------------------------------------------


def breach_notices(person: User) -> int:
    return Notice.objects.filter(kind="clock.breached", recipient=person, channel="email").count()


@pytest.mark.parametrize(
    "at, kind, each",
    [(after(60), "clock.warned", 1), (DAYS_LATER, "clock.breached", 2), (DAYS_LATER, "clock.chased", 2)],
    ids=["warning", "breach", "after the breach"],
)
def test_four_workers_tell_each_once(
    race: Callable[..., list[Any]],
    agreement: Agreement,
    party_b: User,
    operator: User,
    ops_lead: User,
    at: datetime,
    kind: str,
    each: int,
) -> None:
    choosing.choose(operator, choosing.Wanted(most=0), at=NINE)
    escalation.add(Wanted(moment="after", number=2, audience="in_charge"), by=ops_lead, at=NINE)
    for seconds in range(4):
        make_ticket(agreement, party_b, NINE + timedelta(seconds=seconds))

    answers = race(*[lambda: watch.sweep(at + timedelta(seconds=5))] * 4)
    watch.sweep(at + timedelta(seconds=5))

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    for channel in ("in_app", "email"):
        assert Notice.objects.filter(kind=kind, recipient=operator, channel=channel).count() == 4 * each
    assert Event.objects.filter(action=kind).count() == 4 * each


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_level_would_be_told_again(ticket: Ticket, rule: Any) -> None:
    """Negative control: two looks that both read the chase before either wrote; the keys of the notices are left."""
    rule(moment="after", number=1, audience="lead")
    watch.sweep(after(121))
    stale = Chase.objects.get()
    at = local("2026-09-16 12:00")
    watch.sweep(at)
    dial = dial_of(stale.clock)
    spoken_again = levels.reached(
        escalation.lines_for(ticket.agreement_id, "response"), levels.AFTER, told=stale.told_hours, upto=1
    )
    with transaction.atomic():
        chasing._tell(dial, spoken_again, 1, at)

    assert Event.objects.filter(action="clock.chased").count() == 2, "the stale reading records it again"
    assert told("clock.chased") == ["ops_lead"], "the notice's key lets no second one in"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_lock_four_workers_get_into_one_anothers_way(
    race: Callable[..., list[Any]], agreement: Agreement, party_b: User, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control of the race above: all four read the clock before one writes, and the constraints stop three."""
    make_ticket(agreement, party_b)
    gate = threading.Barrier(4)

    def read_together(row: Clock) -> Dial:
        gate.wait(20)
        return dial_of(row)

    monkeypatch.setattr(watch, "dial_of", read_together)
    monkeypatch.setattr(ClockQuerySet, "select_for_update", lambda self, **kwargs: self)
    counts = race(*[lambda: watch.sweep(after(60))] * 4)

    assert sorted((count["warned"], count["failed"]) for count in counts) == [(0, 1)] * 3 + [(1, 0)]
    assert told("clock.warned") == ["operator"]


# --- Support hours as quiet hours ----------------------------------------------------------------


def test_outside_support_hours_mail_waits_for_the_next_working_morning(operator: User) -> None:
    hours = make.support_hours(name="工作日")
    choosing.choose(operator, choosing.Wanted(support_hours=str(hours.pk)), at=NINE)

    choice = choosing.choice_of(operator)
    # Wednesday evening; the eve of the National Day holiday, which ends with a make-up day on Saturday the 10th.
    assert choosing.quiet_until(choice, at=local("2026-09-16 18:00")) == local("2026-09-17 08:30")
    assert choosing.quiet_until(choice, at=local("2026-09-16 12:10")) == local("2026-09-16 13:30")
    assert choosing.quiet_until(choice, at=local("2026-09-30 17:30")) == local("2026-10-08 08:30")


def test_party_b_chooses_among_its_own_support_hours(party_b: User, agreement: Agreement) -> None:
    make.support_hours(name="别家的时段")

    named = [name for _code, name in AgreedHours().choices(party_b)]

    assert "别家的时段" not in named
    assert AgreedHours().next_open("no number", NINE) == NINE


# --- Queues and watchers -------------------------------------------------------------------------


def test_without_a_person_the_queue_that_holds_the_ticket_is_told(
    agreement: Agreement, party_b: User, operator: User, ops_lead: User
) -> None:
    member = make.user("member", roles.OPERATIONS, name="孙洁")
    queue = queues.make(name="网络组", members=[member], at=NINE, by=ops_lead)
    queues.send_new(queue, agreement=None, kind="", at=NINE, by=ops_lead)
    make_ticket(agreement, party_b)

    watch.sweep(after(60))

    assert told("ticket.filed") == ["member", "party_b"]
    assert told("clock.warned") == ["member"]


def test_watchers_get_the_news_of_their_side(
    ticket: Ticket, operator: User, ops_lead: User, agreement: Agreement
) -> None:
    colleague = make.user("colleague", name="孙悦")
    make.member(colleague, agreement.party_b)
    watching.watch(ticket, at=after(1), by=colleague)
    watching.watch(ticket, at=after(1), by=ops_lead)
    tickets.accept(ticket, at=after(2), by=operator)
    tickets.note(ticket, at=after(3), by=operator, text="内部")

    assert set(told("ticket.accepted")) == {"colleague", "ops_lead", "party_b"}
    assert told("ticket.note") == []


def test_a_new_rule_wakes_what_runs_and_not_what_is_long_done(
    ticket: Ticket, agreement: Agreement, party_b: User, operator: User, rule: Any
) -> None:
    done = make_ticket(agreement, party_b)
    watch.sweep(after(121))
    tickets.cancel(done, at=after(125), by=operator, text="误报。")

    rule(moment="after", number=1, audience="lead")

    assert [chase.clock.ticket for chase in Chase.objects.filter(next_check_at__isnull=False)] == [ticket]


def test_a_rule_that_came_while_the_clock_stood_still_speaks_after_a_dispute(
    ticket: Ticket, operator: User, party_b: User, rule: Any
) -> None:
    tickets.respond(ticket, at=after(30), by=operator, text="处理中。")
    watch.sweep(local("2026-09-17 10:00"))
    tickets.propose(ticket, at=local("2026-09-17 10:30"), by=operator, text="已修复。")
    rule(moment="after", number=2, audience="lead", clock_kind="solution")
    tickets.dispute(ticket, at=local("2026-09-17 15:30"), by=party_b, text="仍有问题。")

    for time in ("15:31", "16:30"):
        watch.sweep(local(f"2026-09-17 {time}"))

    assert told("clock.chased") == ["ops_lead"]
