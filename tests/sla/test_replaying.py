"""Replays of real reports: the same answer as was stored, in steps, stopped, taken up again, and their pages."""

import io
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import replaying, tickets, watch
from sla.models import Clock, Ticket, WhatIf, WhatIfLine
from sla.replaying import Calendars, Scope, Wish, batches, replayed
from sla.tasks.whatif import run_whatifs
from sla.whatif import Otherwise
from tests import make
from tests.sla.make_sla import NINE, local, make_ticket

pytestmark = pytest.mark.django_db
LATER = local("2026-10-20 17:00")
SEPTEMBER = Scope(received_from=NINE.date().replace(day=1), received_to=NINE.date().replace(day=30))
FOUR = (("solution", 0, Decimal(4)),)


def later() -> datetime:
    return LATER


@pytest.fixture
def lived(agreement: Agreement, party_b: User, operator: User) -> list[Ticket]:
    """Kept, paused and resumed, disputed, withdrawn, never answered; and a question."""
    made = [make_ticket(agreement, party_b, NINE + timedelta(hours=n), title=f"报告 {n}") for n in range(5)]
    for ticket, minutes in zip(made[:4], (30, 90, 150, 20), strict=True):
        tickets.respond(ticket, at=ticket.received_at + timedelta(minutes=minutes), by=operator, text="正在查。")
    tickets.propose(made[0], at=NINE + timedelta(hours=6), by=operator, text="重启。")
    tickets.dispute(made[0], at=NINE + timedelta(days=1), by=party_b, text="还不行。")
    tickets.propose(made[0], at=NINE + timedelta(days=1, hours=5), by=operator, text="换盘。")
    tickets.ask_party_b(made[1], at=NINE + timedelta(hours=4), by=operator, text="请补充。")
    tickets.reply(made[1], at=NINE + timedelta(days=2), by=party_b, text="已补充。")
    tickets.propose(made[1], at=NINE + timedelta(days=2, hours=2), by=operator, text="改配置。")
    tickets.cancel(made[2], at=NINE + timedelta(days=5), by=party_b, text="误报。")
    asked = make_ticket(agreement, party_b, NINE, kind="question", title="如何申请")
    tickets.respond(asked, at=NINE + timedelta(hours=1), by=operator, text="见手册。")
    watch.sweep(at=LATER)
    return [*made, asked]


def judged_again(otherwise: Otherwise | None = None, *, natural: bool = False, size: int = 1000) -> dict[int, Any]:
    calendars = Calendars(hours=None, natural=natural)
    found = {}
    for rows in batches(SEPTEMBER, size=size):
        found.update({one.clock: one for one in replayed(rows, otherwise or Otherwise(), calendars, LATER)})
    return found


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_as_agreed_every_verdict_is_the_stored_one(lived: list[Ticket], size: int) -> None:
    found = judged_again(size=size)
    stored = {clock.pk: clock for clock in Clock.objects.all()}

    assert {pk: one.verdict.breached_at for pk, one in found.items()} == {
        pk: clock.breached_at for pk, clock in stored.items()
    }
    stopped = {pk: clock.consumed_seconds for pk, clock in stored.items() if clock.stopped_at}
    assert {pk: found[pk].verdict.consumed for pk in stopped} == stopped
    assert {one.outcome for one in found.values()} == {"", "both"}


def test_a_million_tickets_would_be_read_batch_by_batch(lived: list[Ticket]) -> None:
    with CaptureQueriesContext(connection) as asked:
        judged_again(size=4)

    sizes = [query["sql"] for query in asked if "sla_clockevent" in query["sql"]]
    assert len(sizes) == 3


def queued(by: User, **changes: Any) -> WhatIf:
    fields: dict[str, Any] = {"name": "四小时", "scope": SEPTEMBER, "targets": FOUR, **changes}
    return replaying.ask(Wish(**fields), by=by, at=LATER)


def test_a_run_keeps_sums_and_differences(lived: list[Ticket], ops_lead: User) -> None:
    made = queued(ops_lead)

    assert run_whatifs() == 1
    made.refresh_from_db()

    assert (made.state, made.done, made.total, made.summary["solution"]["clocks"]) == ("done", 12, 12, 6)
    sums = made.summary["solution"]
    assert sums["would"] == sums["was"] + sums.get("new", 0) - sums.get("gone", 0)
    assert made.lines.exclude(outcome="gone").filter(clock__kind="solution").count() == sums["would"]
    assert made.lines.filter(outcome="new", target_seconds=4 * 3600).exists()


def test_nothing_of_the_tickets_changes(lived: list[Ticket], ops_lead: User) -> None:
    before = list(Clock.objects.order_by("pk").values())
    queued(ops_lead, hours_mode="natural")
    replaying.run_waiting(now=later)

    assert list(Clock.objects.order_by("pk").values()) == before


def test_a_stopped_run_keeps_what_it_found_and_goes_no_further(lived: list[Ticket], ops_lead: User) -> None:
    made = queued(ops_lead)
    looks: list[datetime] = []

    def now() -> datetime:
        looks.append(LATER)
        if len(looks) == 3:  # claimed, first batch kept, second one counted
            replaying.stop(made, by=ops_lead, at=LATER)
        return LATER

    replaying.run_waiting(now=now, size=5)
    made.refresh_from_db()

    assert (made.state, made.done) == ("cancelled", 5)
    with pytest.raises(Refused, match="这次试算已经结束"):
        replaying.stop(made, by=ops_lead, at=LATER)


def test_a_run_that_was_cut_off_goes_on_where_it_was(lived: list[Ticket], ops_lead: User) -> None:
    whole, cut = queued(ops_lead), queued(ops_lead, name="又一次")
    first = next(iter(batches(SEPTEMBER, size=5)))
    WhatIf.objects.filter(pk=cut.pk).update(state="running", total=12, moved_at=LATER - timedelta(hours=1))
    cut.refresh_from_db()
    found = replayed(first, replaying.otherwise_of(cut), replaying.calendars_of(cut), LATER)
    assert replaying._kept(cut, found, after=first[-1][0], at=LATER - timedelta(hours=1))

    replaying.run_waiting(now=later)

    assert WhatIf.objects.get(pk=cut.pk).summary == WhatIf.objects.get(pk=whole.pk).summary
    lines = [
        list(WhatIfLine.objects.filter(whatif=w).order_by("clock").values("clock", "outcome")) for w in (cut, whole)
    ]
    assert lines[0] == lines[1]


def test_a_batch_is_not_kept_twice(lived: list[Ticket], ops_lead: User) -> None:
    made = queued(ops_lead)
    claimed, stale = replaying._claimed(LATER), WhatIf.objects.get(pk=made.pk)
    assert claimed is not None
    rows = next(iter(batches(SEPTEMBER, size=5)))
    found = replayed(rows, replaying.otherwise_of(made), replaying.calendars_of(made), LATER)

    assert replaying._claimed(LATER) is None
    assert replaying._kept(claimed, found, after=rows[-1][0], at=LATER)
    assert not replaying._kept(stale, found, after=rows[-1][0], at=LATER)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"targets": ()}, "请至少改变一项", id="nothing otherwise"),
        pytest.param({"targets": (("solution", 0, Decimal(0)),)}, "时限须大于 0 小时", id="no time at all"),
        pytest.param({"hours_mode": "set"}, "请指定支持时段", id="hours not named"),
        pytest.param(
            {"scope": Scope(received_from=SEPTEMBER.received_to, received_to=SEPTEMBER.received_from)},
            "起始日期不能晚于截止日期",
            id="the wrong way round",
        ),
    ],
)
def test_what_is_refused(ops_lead: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        queued(ops_lead, **changes)


def test_only_the_agreements_and_kinds_that_were_chosen(
    lived: list[Ticket], other_agreement: Agreement, party_b_other: User
) -> None:
    make_ticket(other_agreement, party_b_other)
    scope = Scope(
        received_from=SEPTEMBER.received_from, received_to=SEPTEMBER.received_to,
        agreements=(other_agreement.pk,), kinds=("fault",),
    )  # fmt: skip

    assert replaying.clocks_in(scope).count() == 2
    assert replaying.clocks_in(SEPTEMBER).count() == 14


def test_the_console_asks_shows_and_exports(client: Client, lived: list[Ticket], ops_lead: User) -> None:
    client.force_login(ops_lead)
    said = {
        "name": "7×24", "received_from": "2026-09-01", "received_to": "2026-09-30", "kinds": ["fault"],
        "hours_mode": "natural", "target_solution_0": "4", "target_response_2": "0.5", KEY_FIELD: new_key(),
    }  # fmt: skip
    answer = client.post(reverse("admin:sla_whatif_listverb", args=["ask"]), said)
    made = WhatIf.objects.get()
    assert answer["Location"] == reverse("admin:sla_whatif_change", args=[made.pk])
    assert client.get(reverse("admin:sla_whatif_progress", args=[made.pk])).json()["over"] is False

    run_whatifs()

    html = client.get(reverse("admin:sla_whatif_change", args=[made.pk])).content.decode()
    assert "提出解决方案 所有优先级 4 小时" in html
    assert "新增超时" in html
    csv = b"".join(client.get(reverse("admin:sla_whatif_results", args=[made.pk]), {"as": "csv"})).decode()
    assert len(csv.splitlines()) == 1 + made.lines.count()
    assert client.get(reverse("admin:sla_whatif_results", args=[made.pk]), {"as": "exe"}).status_code == 404


def test_the_command_says_the_same_as_the_page(lived: list[Ticket], agreement: Agreement, ops_lead: User) -> None:
    made = queued(ops_lead, scope=Scope(
        received_from=SEPTEMBER.received_from, received_to=SEPTEMBER.received_to, kinds=("fault",)
    ))  # fmt: skip
    replaying.run_waiting(now=later)
    out = io.StringIO()

    call_command("whatif", "--from", "2026-09-01", "--to", "2026-09-30", "--solution", "4", "--agreement",
                 agreement.number, "--lines", stdout=out)  # fmt: skip

    *lines, summary = out.getvalue().splitlines()
    made.refresh_from_db()
    assert json.loads(summary) == made.summary
    assert len(lines) == made.lines.exclude(outcome="both").count()


@pytest.mark.parametrize(
    "options", [["--agreement", "无"], ["--calendar", "999"], ["--hours", "999"], ["--solution", "-1"]], ids=str
)
def test_the_command_refuses_nonsense(options: list[str], db: None) -> None:
    make.calendar()
    with pytest.raises(CommandError):
        call_command("whatif", "--from", "2026-09-01", *options)
