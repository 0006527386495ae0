"""What users of other systems complain of (reference, section 2), each as a test that this product must pass.

The number in a test's name is the complaint's; its docstring names where it was made.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Agreement, AgreementVersion
from journal import choosing
from journal.models import Notice
from journal.outbox import send_due
from people.models import User
from sla import crediting, maintenance, pausing, queues, tickets, watch
from sla.attainment import Month
from sla.credit_panels import percent_words
from sla.desk_panels import time_in_hand
from sla.faces import face_of
from sla.figures import month_figures
from sla.models import Breach, Clock, Ticket
from sla.month_results import result_of
from sla.revising import ClockFollower
from sla.uptime import availability_of
from tests import make
from tests.sla import make_targets
from tests.sla.make_sla import NINE, clock, local, make_ticket
from tests.sla.make_targets import target
from tests.sla.make_uptime import NIGHT, announced, done, outage, service, term
from tests.sla.test_crediting import EACH, broken, excuse, rule

pytestmark = pytest.mark.django_db


def test_25_the_share_of_kept_promises_never_flatters(agreement: Agreement, party_b: User, operator: User) -> None:
    """chatwoot 9747 ("% SLA met"): what is open and broken counts, and one of many is never rounded away."""
    rule(agreement, below=Decimal(100), share=None, amount=Decimal("100.00"))
    for _number in range(2):
        kept = make_ticket(agreement, party_b)
        tickets.respond(kept, at=NINE + timedelta(hours=1), by=operator, text="在看。")
    make_ticket(agreement, party_b)  # nobody ever answers it
    watch.sweep(at=NINE + timedelta(days=1))

    [credit] = crediting.compute(agreement, date(2026, 9, 1), at=local("2026-10-02 09:00"))

    assert (credit.working["judged"], credit.working["broken"]) == (3, 1)
    assert percent_words(credit.working["attainment"]) == "66.66%"
    assert percent_words([1_999_999, 20_000]) == "99.99%"  # one miss in 200 thousand
    assert credit.amount == Decimal("100.00")


def test_25_a_promise_is_counted_in_one_month_only(agreement: Agreement, party_b: User, operator: User) -> None:
    """chatwoot 15024: broken in September, answered in October, it costs once."""
    rule(agreement, **EACH)
    late = make_ticket(agreement, party_b, local("2026-09-30 14:00"))
    watch.sweep(at=local("2026-09-30 17:00"))
    tickets.respond(late, at=local("2026-10-08 10:00"), by=operator, text="在看。")
    november = local("2026-11-02 09:00")

    given = [crediting.compute(agreement, date(2026, month, 1), at=november) for month in (9, 10)]

    assert [[row.amount for row in rows] for rows in given] == [[Decimal("200.00")], []]


def test_25_an_excused_breach_is_shown_and_not_paid(
    agreement: Agreement, party_b: User, operator: User, contract_manager: User
) -> None:
    """chatwoot 15024 (freeze a miss): the raw figure stays beside the adjudicated one."""
    rule(agreement, **EACH)
    excuse(broken(agreement, party_b, operator), contract_manager)

    assert crediting.compute(agreement, date(2026, 9, 1), at=local("2026-10-02 09:00")) == []
    result = result_of(agreement, date(2026, 9, 1), "response", at=local("2026-10-02 09:00"))
    assert (result.broken_raw, result.broken) == (1, 0)
    assert [result.raw.attainment, result.adjudicated.attainment] == [0, 100]


def test_21_each_team_has_its_own_time(agreement: Agreement, party_b: User, operator: User, ops_lead: User) -> None:
    """frappe/helpdesk 1895: one clock for the whole journey does not tell which team the ticket waited for."""
    first = queues.make(name="一线", members=[operator], at=NINE, by=ops_lead)
    second = queues.make(name="数据组", members=[ops_lead], at=NINE, by=ops_lead)
    queues.send_new(first, agreement=None, kind="", at=NINE, by=ops_lead)
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(minutes=30), by=operator, text="在看。")
    queues.move(ticket, queue=second, at=NINE + timedelta(minutes=60), by=operator)
    tickets.ask_party_b(ticket, at=NINE + timedelta(minutes=90), by=ops_lead, text="请补充。")
    tickets.reply(ticket, at=NINE + timedelta(minutes=120), by=party_b, text="补充。")

    # 11:00 to 15:00 holds an hour and a half of lunch; half an hour before it was Party B's.
    teams, people = time_in_hand(ticket, at=NINE + timedelta(hours=6))

    assert [(row.name, row.working, row.waiting) for row in teams] == [("一线", 3600, 0), ("数据组", 10800, 1800)]
    assert [(row.name, row.working) for row in people] == [("", 12600), ("王晓明", 1800)]
    solution = ticket.clocks.get(kind="solution")
    assert sum(row.working for row in teams) == face_of(solution, at=NINE + timedelta(hours=6)).used


# --- Notices -----------------------------------------------------------------------------------------------------


def told(person: User, kind: str) -> list[str]:
    found = Notice.objects.filter(recipient=person, kind=kind, channel="in_app").order_by("pk")
    return list(found.values_list("subject", flat=True))


def test_04_no_escalation_is_repeated_however_often_one_looks(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    """glpi 1996, 2408 (mails without end): days of sweeps and of sending, a mail server that fails in between."""
    make_ticket(agreement, party_b)

    def fail(notice: Notice) -> None:
        raise OSError("away")

    for hours in range(0, 100, 5):
        at = NINE + timedelta(hours=hours)
        watch.sweep(at)
        send_due(at=at, sender=fail if hours == 5 else None)

    mails = Notice.objects.filter(recipient=operator, channel="email", kind__startswith="clock.")
    assert sorted(mails.values_list("kind", flat=True)) == ["clock.breached", "clock.breached", "clock.warned"]
    assert set(mails.values_list("state", flat=True)) == {"sent"}


def test_06_every_level_escalates_and_levels_missed_are_caught_up(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    """glpi 5319 (only the first level): one level after another; after a stop of days the highest, with the breach."""
    make_ticket(agreement, party_b)
    for minutes in (60, 90, 108):
        watch.sweep(NINE + timedelta(minutes=minutes))
    levels = [subject.partition("%")[0][-2:] for subject in told(operator, "clock.warned")]
    make_ticket(agreement, party_b, local("2026-09-17 08:30"))

    watch.sweep(local("2026-09-17 16:29"))
    watch.sweep(local("2026-09-21 09:00"))

    assert levels == ["50", "75", "90"]
    late = Clock.objects.get(ticket__received_at=local("2026-09-17 08:30"), kind="solution")
    assert late.events.get(kind="warned").data == {"level": 75, "skipped": [50]}
    assert Breach.objects.filter(clock=late).count() == 1


def test_12_a_changed_deadline_is_told_again_on_the_same_day(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    """zammad 4348 (one notice a type a day): half of eight hours used at 14:00, and half of the new six, too."""
    target(agreement.versions.get(), time="6", priority=2)
    ticket = make_ticket(agreement, party_b, local("2026-09-16 08:30"))
    tickets.respond(ticket, at=local("2026-09-16 08:40"), by=operator, text="在看。")
    watch.sweep(local("2026-09-16 14:00"))

    tickets.reprioritise(ticket, at=local("2026-09-16 14:10"), by=operator, priority=2, text="窗口排队。")
    watch.sweep(local("2026-09-16 14:11"))

    bodies = Notice.objects.filter(recipient=operator, kind="clock.warned", channel="in_app").order_by("pk")
    dues = [body.partition("将于 ")[2][:16] for body in bodies.values_list("body", flat=True)]
    assert dues == ["2026-09-17 09:00", "2026-09-16 16:00"]


def test_20_the_sweep_costs_what_is_due_and_not_what_is_open(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    """helpdesk 2967 (5,000 open tickets): the queries are the same beside 5 open tickets and beside 25."""
    counts = []
    for more in (5, 20):
        for _number in range(more):
            make_ticket(agreement, party_b, local("2026-09-17 08:30"))
        due = make_ticket(agreement, party_b)
        with CaptureQueriesContext(connection) as captured:
            watch.sweep(NINE + timedelta(minutes=60))
        tickets.cancel(due, at=NINE + timedelta(minutes=61), by=operator, text="误报。")
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_24_checkers_that_race_write_one_violation(
    race: Callable[..., list[Any]], agreement: Agreement, party_b: User, operator: User
) -> None:
    """itsm 83 (duplicate violation rows): four at once, one breach and one notice of each clock."""
    make_ticket(agreement, party_b)

    answers = race(*[lambda: watch.sweep(local("2026-09-20 09:00"))] * 4)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Breach.objects.count() == 2
    assert len(told(operator, "clock.breached")) == len(told(party_b, "clock.breached")) == 2


def test_28_nobody_is_reminded_at_midnight(agreement: Agreement, party_b: User, operator: User) -> None:
    """zammad 4432 (reminders at midnight): warnings fall into support time, and other mail waits for the morning."""
    choosing.choose(operator, choosing.Wanted(night_from=time(20), night_until=time(8)), at=NINE)
    make_ticket(agreement, party_b, local("2026-09-16 16:30"))
    for hour in range(17, 48):
        watch.sweep(local("2026-09-16 00:00") + timedelta(hours=hour))
    warned = Clock.objects.get(kind="solution").events.filter(kind="warned").values_list("at", flat=True)
    make_ticket(agreement, party_b, local("2026-09-17 23:00"))

    hours = {at.astimezone(NINE.tzinfo).hour for at in warned}
    assert hours <= set(range(8, 19))
    mail = Notice.objects.get(recipient=operator, channel="email", kind="ticket.filed", state="held")
    assert mail.next_attempt_at == local("2026-09-18 08:00")


def test_22_the_figures_of_a_month_read_its_own_clocks_and_not_every_open_one(
    agreement: Agreement, party_b: User
) -> None:
    """Odoo helpdesk 837 (one record per ticket and promise): the questions asked do not grow with what is open."""
    asked = []
    for _round in range(2):
        for _number in range(3):
            make_ticket(agreement, party_b)
        with CaptureQueriesContext(connection) as queries:
            month_figures(agreement, Month(2026, 9), NINE + timedelta(minutes=5))
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_24_a_breach_that_two_have_seen_is_counted_once(agreement: Agreement, party_b: User) -> None:
    """heidsoft/itsm 83: two checkers wrote two violations; here the second look finds nothing to add."""
    make_ticket(agreement, party_b)
    for _checker in range(2):
        watch.sweep(at=NINE + timedelta(days=1))

    assert month_figures(agreement, Month(2026, 9), NINE + timedelta(days=1)).of("response").broken == 1


def test_25_times_in_the_figures_are_support_hours(agreement: Agreement, party_b: User, operator: User) -> None:
    """chatwoot 13392: wall clock where support hours were promised.  From 17:00 to 9:00 it is one hour."""
    late = make_ticket(agreement, party_b, local("2026-09-16 17:00"))
    tickets.respond(late, at=local("2026-09-17 09:00"), by=operator, text="在看。")

    figure = month_figures(agreement, Month(2026, 9), local("2026-10-01 00:00")).of("response")

    assert (figure.median, figure.kept) == (3600, 1)


def test_25_a_miss_stays_a_miss_after_it_is_solved(agreement: Agreement, party_b: User, operator: User) -> None:
    """chatwoot 15024: freeze a miss after resolution.  The month's figure is the same before and after the answer."""
    late = make_ticket(agreement, party_b)
    watch.sweep(at=NINE + timedelta(days=1))
    before = month_figures(agreement, Month(2026, 9), local("2026-10-01 00:00")).of("response").raw
    tickets.respond(late, at=local("2026-10-09 10:00"), by=operator, text="在看。")

    after = month_figures(agreement, Month(2026, 9), local("2026-11-01 00:00")).of("response").raw

    assert (before, after) == (Decimal("0.00"), Decimal("0.00"))


def test_26_a_breach_at_midnight_is_counted_in_its_civil_month(party_b_other: User) -> None:
    """fivetran dbt_zendesk 25: a zone shifts the breach by hours.  A month ends at 24:00 in Shanghai, 16:00 UTC."""
    [body] = [made.organisation for made in party_b_other.memberships.all()]
    made = make.agreement(party_b=body, version_clock_hours="natural", version_response_hours=Decimal("2"))
    make_ticket(made, party_b_other, local("2026-09-30 21:59:59"))
    make_ticket(made, party_b_other, local("2026-09-30 22:00:00"))
    watch.sweep(at=local("2026-10-05 00:00"))

    broken_in = [month_figures(made, Month(2026, n), local("2026-10-05 00:00")).of("response").broken for n in (9, 10)]

    assert broken_in == [1, 1]


# --- The engine -------------------------------------------------------------------------------------------------------

HOUR = 3600


def at(text: str) -> datetime:
    return local(f"2026-09-{text}")


@pytest.fixture
def version(agreement: Agreement) -> AgreementVersion:
    return agreement.versions.get()


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    """A fault of priority 3, answered at a quarter past nine; eight support hours for the solution."""
    return tickets.respond(make_ticket(agreement, party_b), at=at("16 09:15"), by=operator, text="正在处理。")


def closed(ticket: Ticket, operator: User, party_b: User) -> Ticket:
    """Proposed at ten, confirmed and closed at eleven on the 16th."""
    tickets.propose(ticket, at=at("16 10:00"), by=operator, text="已修复。")
    tickets.confirm(ticket, at=at("16 11:00"), by=party_b)
    return tickets.close(ticket, at=at("16 11:00"), by=operator)


@pytest.mark.parametrize("number", [1, 2])
def test_01_and_02_pause_time_survives_a_change_of_priority(
    version: AgreementVersion, ticket: Ticket, operator: User, party_b: User, number: int
) -> None:
    """glpi 15605 and 6902: paused while it changes, and paused before it changes."""
    target(version, time="4", priority=1)
    tickets.ask_party_b(ticket, at=at("16 10:00"), by=operator, text="请提供日志。")
    if number == 1:
        tickets.reprioritise(ticket, at=at("16 10:30"), by=operator, priority=1, text="业务已停。")
        tickets.reply(ticket, at=at("16 11:00"), by=party_b, text="见附件。")
    else:
        tickets.reply(ticket, at=at("16 11:00"), by=party_b, text="见附件。")
        tickets.reprioritise(ticket, at=at("16 11:30"), by=operator, priority=1, text="业务已停。")

    # Four hours from nine, one hour of them paused.
    assert clock(ticket, "solution").due_at == at("16 15:30")


def test_05_a_paused_clock_is_never_shown_as_violated(ticket: Ticket, operator: User) -> None:
    """glpi 24481."""
    tickets.ask_party_b(ticket, at=at("16 10:00"), by=operator, text="请提供日志。")
    watch.sweep(at("22 10:00"))

    solution = clock(ticket, "solution")
    face = face_of(solution, at=at("22 10:00"))
    assert (solution.state, solution.breached_at, face.tone, face.used) == ("paused", None, "muted", HOUR)
    assert not Breach.objects.filter(kind="solution").exists()


def test_13_a_message_moves_no_deadline_of_a_running_clock(ticket: Ticket, operator: User, party_b: User) -> None:
    """zammad 3140 and 5177: what "update time" means.  Here each clock has one beginning and named acts."""
    before = clock(ticket, "solution").due_at
    tickets.reply(ticket, at=at("16 10:00"), by=party_b, text="还是不行。")
    tickets.note(ticket, at=at("16 10:30"), by=operator, text="已联系网关厂商。")

    assert clock(ticket, "solution").due_at == before


@pytest.mark.parametrize("over", ["closed", "cancelled"])
def test_14_what_is_over_never_escalates(ticket: Ticket, operator: User, party_b: User, over: str) -> None:
    """zammad 2949, znuny 200."""
    if over == "closed":
        closed(ticket, operator, party_b)
    else:
        tickets.cancel(ticket, at=at("16 10:00"), by=party_b, text="误报。")

    assert watch.sweep(at("30 10:00")) == {}
    assert not Breach.objects.exists()


@pytest.mark.parametrize("days", [pytest.param(3, id="the same clock"), pytest.param(None, id="a new round")])
def test_14_a_reopened_ticket_does_not_escalate_at_once(
    version: AgreementVersion, agreement: Agreement, operator: User, party_b: User, days: int | None
) -> None:
    """zammad 188: reopened tickets escalated from the old start."""
    target(version, reopen_days=days)
    made = make_ticket(agreement, party_b)
    tickets.respond(made, at=at("16 09:15"), by=operator, text="正在处理。")
    closed(made, operator, party_b)
    tickets.reopen(made, at=at("18 16:00"), by=party_b, text="又出现了。")

    assert watch.sweep(at("18 16:01")) == {}
    assert not Breach.objects.exists()


def test_15_reopening_gives_a_fresh_clock_only_where_it_was_agreed(
    version: AgreementVersion, agreement: Agreement, operator: User, party_b: User
) -> None:
    """znuny 369: a reset on reopening was asked and refused; here the agreement says which, and both are kept."""
    target(version, reopen_days=1)
    made = make_ticket(agreement, party_b)
    tickets.respond(made, at=at("16 09:15"), by=operator, text="正在处理。")
    closed(made, operator, party_b)
    tickets.reopen(made, at=at("17 16:00"), by=party_b, text="又出现了。")
    assert [row.cycle for row in made.clocks.filter(kind="solution")] == [1]
    tickets.propose(made, at=at("17 16:10"), by=operator, text="已修复。")
    tickets.confirm(made, at=at("17 16:20"), by=party_b)
    tickets.reopen(made, at=at("21 16:00"), by=party_b, text="又出现了。")

    rows = made.clocks.filter(kind="solution").order_by("cycle")
    assert [(row.cycle, row.state, row.consumed_seconds) for row in rows] == [
        (1, "met", HOUR + 600),
        (2, "running", 0),
    ]


def test_16_paused_time_is_counted_once_and_only_in_support_hours(
    ticket: Ticket, operator: User, party_b: User
) -> None:
    """erpnext 51111, 49414, 52489."""
    tickets.ask_party_b(ticket, at=at("16 17:00"), by=operator, text="请提供日志。")
    pausing.hold(ticket, reason="maintenance", at=at("16 17:15"))
    tickets.reply(ticket, at=at("17 08:00"), by=party_b, text="见附件。")
    pausing.release(ticket, reason="maintenance", at=at("17 08:45"))

    # Half an hour of the evening and a quarter of the morning: 09:30 becomes 10:15.
    assert clock(ticket, "solution").due_at == at("17 10:15")


def test_18_a_hold_never_moves_the_beginning(ticket: Ticket, operator: User, party_b: User) -> None:
    """helpdesk 2449: the hold was added to the creation time."""
    tickets.ask_party_b(ticket, at=at("16 10:00"), by=operator, text="请提供日志。")
    tickets.reply(ticket, at=at("16 11:00"), by=party_b, text="见附件。")

    assert clock(ticket, "solution").started_at == at("16 09:00")
    assert Ticket.objects.get().received_at == at("16 09:00")


def test_18_a_changed_holiday_list_moves_what_is_open(ticket: Ticket) -> None:
    """helpdesk 2449, the other half."""
    ClockFollower().follow(make_targets.holiday_on("2026-09-17"), by=None, at=at("16 10:00"))

    assert clock(ticket, "solution").due_at == at("18 09:30")


def test_25_support_hours_are_counted_where_support_hours_were_promised(ticket: Ticket) -> None:
    """chatwoot 13392: the wall clock was used."""
    watch.sweep(at("17 08:00"))

    assert not Breach.objects.exists()
    assert face_of(clock(ticket, "solution"), at=at("17 08:00")).used == 7 * HOUR


def test_25_a_miss_stays_a_miss_after_the_solution(ticket: Ticket, operator: User) -> None:
    """chatwoot 15024: freeze a miss after the resolution."""
    tickets.propose(ticket, at=at("17 10:00"), by=operator, text="已修复。")

    solution = clock(ticket, "solution")
    assert (solution.state, solution.breached_at) == ("missed", at("17 09:30"))
    assert Breach.objects.get().detected_at == at("17 10:00")


def test_25_one_clock_of_a_kind_and_round(ticket: Ticket) -> None:
    """chatwoot 8938: uniqueness of the applied promise."""
    kinds = [(row.kind, row.cycle) for row in Clock.objects.filter(ticket=ticket)]

    assert sorted(kinds) == [("response", 1), ("solution", 1)]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize(
    "ahead, excluded, down, kept",
    [
        pytest.param(timedelta(days=3), 4 * 3600, 0, True, id="announced in time: out of the figure"),
        pytest.param(timedelta(hours=5), 0, 4 * 3600, False, id="announced late: counted, and the page says why"),
    ],
)
def test_27_maintenance_is_out_of_the_figure_when_it_was_announced_in_time(
    agreement: Agreement,
    operator: User,
    ops_lead: User,
    ahead: timedelta,
    excluded: int,
    down: int,
    kept: bool,
) -> None:
    """uptime-kuma 204, kibana 209245: maintenance spoils the figure; healthchecks 874: availability by month."""
    about = service(agreement)
    term(agreement, about)
    window = announced(ops_lead, about, at=NIGHT - ahead)
    done(window, operator, NIGHT, NIGHT + timedelta(hours=4))
    outage(operator, about, since=local("2026-08-31 23:30"), until=local("2026-09-01 00:10"))

    (august,) = availability_of(agreement, date(2026, 8, 1), local("2026-10-05 12:00"))
    (september,) = availability_of(agreement, date(2026, 9, 1), local("2026-10-05 12:00"))

    assert (august.down, september.down, september.excluded) == (1800, 600 + down, excluded)
    assert september.met is kept
    assert maintenance.verdicts(window)[0].verdict == ("in_time" if kept else "late")
