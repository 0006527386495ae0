"""Random lives of a ticket against a clerk's paper clocks: stored columns, events and paper always agree."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from sla import clocks, pausing, tickets, watch
from sla.models import Clock, Ticket
from sla.replay import consumed_at
from sla.revising import ClockFollower
from tests.sla.make_sla import make_ticket
from tests.sla.make_targets import holiday_on, target
from tests.sla.simple_model import DAY, FOREVER, HOUR, PaperClock, moment_of, second_of

pytestmark = pytest.mark.django_db
WAITS = st.one_of(st.integers(0, 120), st.integers(0, 5 * HOUR))
START = 2 * DAY + 9 * HOUR  # Wednesday the 16th at nine
FRIDAY = 4
# What the terms of the test say: (response, solution, restoration) by priority, in seconds; the hours; the cap.
PROMISES = {
    1: ((2 * HOUR, "support"), (3 * HOUR, "natural"), (2 * HOUR, "support")),
    2: ((2 * HOUR, "support"), (4 * HOUR, "support"), None),
    3: ((2 * HOUR, "support"), (8 * HOUR, "support"), None),
    4: ((2 * HOUR, "support"), (8 * HOUR, "support"), None),
}
CAP = {1: None, 2: 2 * HOUR, 3: None, 4: None}
KINDS = ("response", "solution", "restoration")
# From which states a verb may start and where it leads, written down once more; empty: it stays.
OPEN = {"reported", "accepted", "responded", "awaiting_b", "disputed", "proposed", "confirmed"}
LIFE: dict[str, tuple[set[str], str]] = {
    "accept": ({"reported"}, "accepted"),
    "respond": ({"reported", "accepted"}, "responded"),
    "ask_party_b": ({"responded", "disputed"}, "awaiting_b"),
    "reply": (OPEN, ""),
    "propose": ({"responded", "awaiting_b", "disputed"}, "proposed"),
    "restore": (OPEN - {"reported"}, ""),
    "confirm": ({"proposed"}, "confirmed"),
    "dispute": ({"proposed"}, "disputed"),
    "close": ({"confirmed"}, "closed"),
    "reopen": ({"confirmed", "closed"}, "disputed"),
    "cancel": ({"reported", "accepted", "responded", "awaiting_b", "disputed"}, "cancelled"),
}


class Life(RuleBasedStateMachine):
    """One ticket: what the product says beside what the paper says."""

    agreement: Agreement
    party_b: User
    operator: User

    def __init__(self) -> None:
        super().__init__()
        self.place = transaction.savepoint()
        self.now, self.revised, self.looked = START, False, False

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.place)

    @initialize(urgency=st.sampled_from(["high", "medium", "low"]), wait=WAITS)
    def file(self, urgency: str, wait: int) -> None:
        self.now += wait
        self.ticket = make_ticket(self.agreement, self.party_b, at=moment_of(self.now), impact="whole", urgency=urgency)
        self.state, self.priority = "reported", {"high": 1, "medium": 2, "low": 3}[urgency]
        self.restored, self.ended = False, 0
        self.old: list[PaperClock] = []
        self.paper = self.fresh(self.now)

    def fresh(self, now: int) -> dict[str, PaperClock]:
        promises = zip(KINDS, PROMISES[self.priority], strict=True)
        return {kind: self.clock(kind, now, said) for kind, said in promises if said is not None}

    def clock(self, kind: str, now: int, said: tuple[int, str]) -> PaperClock:
        seconds, hours = said
        return PaperClock(kind, now, seconds, hours, CAP[self.priority] if kind == "solution" else None)

    @property
    def remedies(self) -> list[PaperClock]:
        return [clock for kind, clock in self.paper.items() if kind != "response"]

    def fitting(self) -> list[str]:
        """What the state allows, but rarely what ends everything."""
        return [verb for verb, (start, _to) in LIFE.items() if self.state in start and verb != "cancel"] or ["cancel"]

    @rule(verb=st.runner().flatmap(lambda life: st.sampled_from(life.fitting())), wait=WAITS)
    def act_in_turn(self, verb: str, wait: int) -> None:
        self.act(verb, wait)

    @rule(verb=st.sampled_from([*LIFE]), wait=WAITS)
    def act_at_random(self, verb: str, wait: int) -> None:
        self.act(verb, wait)

    def act(self, verb: str, wait: int) -> None:
        self.pass_time(wait)
        allowed = self.state in LIFE[verb][0]
        if verb == "restore":
            allowed = allowed and not self.restored
        if verb == "close" and "restoration" in self.paper:
            allowed = allowed and self.paper["restoration"].stopped is not None
        call: Callable[..., Ticket] = getattr(tickets, verb)
        if not allowed:
            with pytest.raises(Refused):
                call(self.ticket, at=moment_of(self.now), by=self.operator, text="写明情况。")
            return
        self.ticket = call(self.ticket, at=moment_of(self.now), by=self.operator, text="写明情况。")
        getattr(self, f"on_{verb}", lambda now: None)(self.now)
        self.state = self.ticket.state if verb == "reopen" else LIFE[verb][1] or self.state

    def pass_time(self, wait: int) -> None:
        self.now += wait
        self.looked = False

    def on_respond(self, now: int) -> None:
        self.paper["response"].stop(now)

    def on_ask_party_b(self, now: int) -> None:
        for clock in self.remedies:
            if clock.stopped is None:
                clock.hold("awaiting_party_b", now)

    def on_reply(self, now: int) -> None:
        for clock in self.remedies:
            clock.release("awaiting_party_b", now)
        if self.state == "awaiting_b":
            self.state = "responded"

    def on_propose(self, now: int) -> None:
        for clock in self.remedies:
            clock.release("awaiting_party_b", now)
        self.paper["solution"].stop(now)

    def on_restore(self, now: int) -> None:
        self.restored = True
        if "restoration" in self.paper:
            self.paper["restoration"].stop(now)

    def on_dispute(self, now: int) -> None:
        self.restored = False
        for clock in self.remedies:
            clock.go_on(now)

    def on_confirm(self, now: int) -> None:
        self.ended = now

    on_close = on_confirm

    def on_reopen(self, now: int) -> None:
        # The window is one support day: the end of the next day that is worked, here always within three days.
        day = self.ended // DAY + 1
        closed = {FRIDAY} if self.revised and self.solution_follows() else set()
        while day not in {0, 1, 2, 3, 4, 6, 7, 8, 9, 10} - closed and self.paper["solution"].hours != "natural":
            day += 1
        if self.priority in {1, 2, 3} and now < (day + 1) * DAY:
            self.on_dispute(now)
            assert self.ticket.state == "disputed"
            return
        assert self.ticket.state == "reported"
        for clock in self.paper.values():
            clock.cancel(now)
        self.old += self.paper.values()
        self.restored = False
        self.paper = self.fresh(now)
        if self.revised:
            for clock in self.paper.values():
                clock.parts[-1].closed = frozenset({FRIDAY})

    def solution_follows(self) -> bool:
        return bool(self.paper["solution"].parts[-1].closed)

    def on_cancel(self, now: int) -> None:
        for clock in self.paper.values():
            clock.cancel(now)

    @rule(to=st.integers(1, 4), wait=WAITS)
    def reprioritise(self, to: int, wait: int) -> None:
        self.pass_time(wait)
        said: dict[str, Any] = {"at": moment_of(self.now), "by": self.operator, "priority": to, "text": "业务已停。"}
        if self.state not in OPEN or to == self.priority:
            with pytest.raises(Refused):
                tickets.reprioritise(self.ticket, **said)
            return
        self.ticket = tickets.reprioritise(self.ticket, **said)
        self.priority = to
        promises = dict(zip(KINDS, PROMISES[to], strict=True))
        if promises["restoration"] is not None and "restoration" not in self.paper:
            started = self.paper["solution"].started
            self.paper["restoration"] = PaperClock("restoration", started, None)
            self.paper["restoration"].parts[-1].closed = self.paper["solution"].parts[-1].closed
        for kind, clock in self.paper.items():
            said_of = promises[kind]
            seconds, hours = said_of if said_of is not None else (None, "support")
            clock.aim(seconds, hours, CAP[to] if kind == "solution" else None, self.now)

    @rule(reason=st.sampled_from(["maintenance", "suspension"]), wait=WAITS)
    def hold(self, reason: str, wait: int) -> None:
        self.hold_for(reason, wait)

    def hold_for(self, reason: str, wait: int) -> None:
        self.pass_time(wait)
        if self.state in OPEN:
            pausing.hold(self.ticket, reason=reason, at=moment_of(self.now))
            for clock in self.remedies:
                clock.hold(reason, self.now)

    @rule(reason=st.sampled_from(["maintenance", "suspension"]), wait=WAITS)
    def release(self, reason: str, wait: int) -> None:
        self.release_from(reason, wait)

    def release_from(self, reason: str, wait: int) -> None:
        self.pass_time(wait)
        if self.state in OPEN | {"closed"}:
            pausing.release(self.ticket, reason=reason, at=moment_of(self.now))
            for clock in self.remedies:
                clock.release(reason, self.now)

    @rule(first=st.booleans(), waits=st.tuples(WAITS, WAITS, WAITS))
    def overlap(self, *, first: bool, waits: tuple[int, int, int]) -> None:
        """Two reasons at once, and one of them over."""
        one, other, third = waits
        self.hold_for("maintenance", one)
        self.hold_for("suspension", other)
        self.release_from("maintenance" if first else "suspension", third)

    @rule(wait=WAITS)
    def sweep(self, wait: int) -> None:
        self.pass_time(wait)
        for _again in range(2):  # what a capped wait sets free may be over already
            watch.sweep(moment_of(self.now))
        for clock in self.paper.values():
            clock.uncap(self.now)
            clock.look(self.now)
        self.looked = True

    @precondition(lambda self: not self.revised and self.now < FRIDAY * DAY)
    @rule(wait=st.integers(0, 2 * HOUR))
    def declare_holiday(self, wait: int) -> None:
        """Friday the 18th is closed after all."""
        if self.now + wait >= FRIDAY * DAY:
            return
        self.pass_time(wait)
        ClockFollower().follow(holiday_on("2026-09-18"), by=None, at=moment_of(self.now))
        for clock in self.paper.values():
            clock.close_day(FRIDAY, self.now)
        self.revised = True

    @invariant()
    def paper_and_product_agree(self) -> None:
        if not hasattr(self, "paper"):
            return
        assert Ticket.objects.get(pk=self.ticket.pk).state == self.state
        rows = {(row.cycle, row.kind): row for row in self.ticket.clocks.all()}
        newest = max(cycle for cycle, _kind in rows)
        assert {kind for cycle, kind in rows if cycle == newest} == set(self.paper)
        for row in rows.values():
            assert clocks.differences(row) == {}
        for kind, clock in self.paper.items():
            self.compare(rows[newest, kind], clock)

    def compare(self, row: Clock, clock: PaperClock) -> None:
        dial = clocks.dial_of(row)
        assert (row.state, row.held) == (clock.verdict(), ",".join(sorted(clock.holds)))
        assert row.target_seconds == clock.target
        assert consumed_at(dial.course, dial.calendar, moment_of(self.now)) == clock.used(self.now), row.kind
        due = None if clock.target is None or not clock.running else clock.last_in_time(FOREVER)
        if due is not None and clock.used(self.now) <= (clock.target or 0):
            assert row.breach_from is not None
            assert second_of(row.breach_from) == due
        if row.breached_at is not None or self.looked or clock.stopped is not None:
            assert (row.breached_at and second_of(row.breached_at)) == clock.broken


@pytest.fixture
def terms(agreement: Agreement) -> None:
    """Priority 1 solves in natural hours and restores; 2 caps a wait; 1 to 3 may be reopened for a support day."""
    version = agreement.versions.get()
    target(version, time="3", hours="natural", priority=1, reopen_days=1)
    target(version, time="4", priority=2, reopen_days=1, pause_cap_hours=Decimal(2))
    target(version, time="8", priority=3, reopen_days=1)
    target(version, time="8", priority=4)
    target(version, "restoration", "2", priority=1)


@pytest.mark.usefixtures("terms")
def test_paper_clocks_and_stored_clocks_agree(agreement: Agreement, party_b: User, operator: User) -> None:
    said = {"agreement": agreement, "party_b": party_b, "operator": operator}
    machine = type("LifeOfOne", (Life,), said)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
