"""Evidence of a breach: frozen whole, checkable from its JSON alone, chained; nothing can be altered unseen."""

import copy
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contracts.models import Agreement
from people.models import User
from sla import evidence, tickets, watch
from sla.models import Breach, Ticket
from tests import make
from tests.sla.make_sla import NINE, local, make_ticket
from tests.sla.make_targets import target

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    return make_ticket(agreement, party_b, local("2026-09-30 17:00"))


@pytest.fixture
def breach(ticket: Ticket) -> Breach:
    watch.sweep(local("2026-10-08 09:10"))
    watch.sweep(local("2026-10-08 10:05"))
    made: Breach = Breach.objects.get()
    return made


def test_evidence_says_everything_needed_to_count_again(breach: Breach, ticket: Ticket) -> None:
    said = breach.evidence

    assert said["ticket"]["number"] == ticket.number
    assert said["clock"] == {"kind": "response", "cycle": 1, "target_seconds": 7200}
    assert said["due_at"] == said["breached_at"] == "2026-10-08T02:00:00+00:00"
    assert said["consumed_seconds"] == 7500
    assert said["hours"]["weekly"][0] == [["08:30", "12:00"], ["13:30", "17:30"]]
    assert said["calendar"]["days"]["2026"]["off"]["2026-10-01"] == "国庆节"
    assert [event["kind"] for event in said["events"]] == ["started", "warned", "breached"]
    assert {warning["kind"] for warning in said["warnings"]} == {"clock.warned"}
    assert said["tzdata"] != ""


def test_evidence_stands_by_itself(breach: Breach) -> None:
    assert evidence.problems(json.loads(json.dumps(breach.evidence))) == []
    assert evidence.flaws(breach) == []


@pytest.mark.parametrize(
    "path, value, words",
    [
        pytest.param(["breached_at"], "2026-10-08T03:00:00+00:00", "breached_at: written", id="the instant"),
        pytest.param(["due_at"], "2026-10-08T03:00:00+00:00", "due_at: written", id="the due time"),
        pytest.param(["consumed_seconds"], 7201, "consumed_seconds: written 7201, counted 7500", id="the time used"),
        pytest.param(["consumed_seconds"], 7000, "no more than the target", id="less than the target"),
        pytest.param(["hours", "weekly", 3], [["08:30", "09:00"]], "due_at: written", id="the hours"),
        pytest.param(["calendar", "days", "2026", "off", "2026-10-08"], "国庆节", "pinned hash", id="a holiday more"),
        pytest.param(["events", 0, "at"], "2026-09-30T01:00:00+00:00", "due_at: written", id="when it started"),
        pytest.param(["events", 0, "data", "target_seconds"], 3600, "due_at: written", id="the target"),
    ],
)
def test_altered_evidence_does_not_stand(breach: Breach, path: list[Any], value: Any, words: str) -> None:
    altered = copy.deepcopy(breach.evidence)
    place = altered
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert words in " ".join(evidence.problems(altered))


def test_breaches_are_chained(breach: Breach, ticket: Ticket) -> None:
    watch.sweep(local("2026-10-20 09:00"))

    first, second = Breach.objects.order_by("number")
    assert (first.number, first.previous_sha256) == (1, "")
    assert (second.number, second.previous_sha256) == (2, first.sha256)
    assert evidence.flaws(second) == []


@pytest.mark.parametrize(
    "alter, words",
    [
        pytest.param(lambda b: b.evidence["ticket"].update(title="改"), "stored hash", id="the evidence"),
        pytest.param(lambda b: setattr(b, "sha256", "0" * 64), "stored hash", id="the hash"),
        pytest.param(lambda b: setattr(b, "previous_sha256", "0" * 64), "missing or altered", id="the link"),
    ],
)
def test_an_altered_breach_shows(breach: Breach, alter: Callable[[Breach], None], words: str) -> None:
    alter(breach)

    assert words in " ".join(evidence.flaws(breach))


def test_evidence_with_a_pause_stands(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(minutes=30), by=operator, text="处理中。")
    tickets.ask_party_b(ticket, at=NINE + timedelta(minutes=60), by=operator, text="请提供流水号。")
    tickets.reply(ticket, at=NINE + timedelta(days=1), by=party_b, text="见附件。")

    watch.sweep(NINE + timedelta(days=9))

    said = Breach.objects.get().evidence
    assert evidence.problems(said) == []
    assert {entry["reason"] for entry in said["counted"]["entries"]} >= {"pause", "hours"}


def test_evidence_in_natural_hours_stands(agreement: Agreement, party_b: User) -> None:
    make.reword(agreement.versions.get(), clock_hours="natural")
    make_ticket(agreement, party_b)

    watch.sweep(NINE + timedelta(hours=3))

    assert Breach.objects.get().evidence["hours"] is None
    assert evidence.problems(Breach.objects.get().evidence) == []


def test_a_breach_on_an_unpublished_year_says_that_it_is_provisional(agreement: Agreement, party_b: User) -> None:
    make_ticket(agreement, party_b, local("2026-12-31 17:00"))

    watch.sweep(local("2027-01-04 17:00"))

    assert Breach.objects.get(kind="response").evidence["provisional"] is True


# --- manage.py evidence verify FILE --------------------------------------------------------------------------


def written(breach: Breach, tmp_path: Path, **changes: Any) -> str:
    path = tmp_path / "breach.json"
    path.write_text(json.dumps({**breach.evidence, "sha256": breach.sha256, **changes}), encoding="utf-8")
    return str(path)


def test_the_command_checks_a_file(breach: Breach, tmp_path: Path) -> None:
    said = io.StringIO()

    call_command("evidence", "verify", written(breach, tmp_path), stdout=said)

    assert said.getvalue().startswith(f"breach 1 stands: {breach.ticket.number}")


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"detected_at": "2026-10-08T04:00:00+00:00"}, "consumed_seconds: written 7500", id="detected"),
        pytest.param({"number": 7}, "does not have the stated hash", id="the number"),
        pytest.param({"format": "other/1"}, "is no evidence of a breach", id="another format"),
        pytest.param({"events": []}, "is no evidence of a breach", id="no events"),
    ],
)
def test_the_command_fails_on_an_altered_file(
    breach: Breach, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("evidence", "verify", written(breach, tmp_path, **changes))


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_the_command_fails_on_something_else(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)

    with pytest.raises(CommandError):
        call_command("evidence", "verify", str(path))


OLD = Path(__file__).parent / "vectors" / "breach_before_terms_table.json"


def test_evidence_written_before_there_was_a_terms_table_still_stands() -> None:
    """A file as it was made then: one reason of a pause, an end without a reason, no word of the promise."""
    said = json.loads(OLD.read_text(encoding="utf-8"))
    sha256 = said.pop("sha256")

    assert evidence.problems(said) == []
    assert evidence.digest(said) == sha256


def test_evidence_states_the_promise_that_its_events_pinned(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    made = target(agreement.versions.get(), time="4", priority=1, hours="natural")
    ticket = make_ticket(agreement, party_b)
    tickets.reprioritise(ticket, at=NINE + timedelta(hours=1), by=operator, priority=1, text="业务已停。")
    watch.sweep(NINE + timedelta(hours=5))
    said = Breach.objects.get(kind="solution").evidence

    assert (said["promise"]["target"], said["promise"]["hours"], said["hours"]) == (made.pk, "natural", None)
    assert (said["carried_seconds"], evidence.problems(said)) == (3600, [])
    said["promise"]["cap_seconds"] = 60
    assert evidence.problems(said) == ["the promise is not what the events pinned"]
