"""Obligations on the clause board: silent where there is none, else late, soon, kept or still to come."""

from datetime import date
from typing import Any

import pytest

from contracts import board, performing
from contracts.board import Standing
from contracts.models import Agreement
from contracts.readings.duties import READERS, reader_of, tallies
from people.models import User
from tests.contracts.duty_rows import NOW, TODAY, days, duty, noon

pytestmark = pytest.mark.django_db


def reading(agreement: Agreement, topic: str = "security_checks", **moment: Any) -> board.Reading | None:
    return reader_of(topic)(Agreement.objects.get(pk=agreement.pk), moment.get("at", NOW))


def test_nothing_to_say_without_an_obligation(agreement: Agreement) -> None:
    assert reading(agreement) is None
    assert reader_of("term") is reader_of("term")
    assert len(READERS) == len({topic for topic, _reader in READERS})


def test_a_reader_with_nothing_to_say_is_as_if_not_there(agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "_readers", {})
    board.add_reader("term", lambda agreement, at: None)
    assert board.read(agreement, "term", at=NOW) == board.Reading(standing=Standing.UNPROVEN)

    board.add_reader("term", lambda agreement, at: board.Reading(standing=Standing.KEPT, count=1))

    assert board.read(agreement, "term", at=NOW).standing == Standing.KEPT


def test_late_soon_kept(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager)

    late = reading(agreement)
    assert late is not None and (late.standing, str(late.note)) == (Standing.OVERDUE, "1 项义务逾期未完成")
    assert late.links[0].permission == "contracts.view_obligationoccurrence"
    for occurrence in row.occurrences.filter(due_on__lt=TODAY):
        performing.done(occurrence, done_on=TODAY, evidence="已查", by=contract_manager, at=NOW)
    soon = reading(agreement)
    assert soon is not None and soon.standing == Standing.DUE_SOON
    for occurrence in row.occurrences.filter(due_on=date(2026, 9, 25)):
        performing.done(occurrence, done_on=TODAY, evidence="已查", by=contract_manager, at=NOW)
    kept = reading(agreement)
    assert kept is not None and (kept.standing, kept.count) == (Standing.KEPT, 1)
    assert kept.note == "按期完成 1 次，逾期完成 1 次"


def test_to_come_and_done_late_are_no_proof(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager, tracked_from=TODAY, anchor=date(2026, 10, 25))
    coming = reading(agreement)
    assert coming is not None and (coming.standing, coming.note) == (
        Standing.UNPROVEN,
        "尚未到期，下次 2026-10-25 到期",
    )

    first = row.occurrences.get(due_on=days(row)[0])
    after = noon(date(2026, 10, 26))
    performing.done(first, done_on=date(2026, 10, 26), evidence="迟了", by=contract_manager, at=after)

    late = reading(agreement, at=after)
    assert late is not None and (late.standing, late.note) == (Standing.UNPROVEN, "逾期完成 1 次")


def test_party_b_is_led_to_its_own_page_only(agreement: Agreement, contract_manager: User) -> None:
    duty(agreement, contract_manager)
    duty(agreement, contract_manager, topic="usage_rules", title="账号自查", side="b")

    own, theirs = reading(agreement, "usage_rules"), reading(agreement)

    assert own is not None and own.links[0].portal_url == "/portal/duties/?stand=all"
    assert theirs is not None and theirs.links[0].portal_url == ""


def test_a_whole_board_costs_two_queries(
    agreement: Agreement, contract_manager: User, django_assert_num_queries: Any
) -> None:
    for topic in ("security_checks", "compliance", "freshness"):
        duty(agreement, contract_manager, topic=topic, title=topic)

    with django_assert_num_queries(2):
        read = [reader(agreement, NOW) for _topic, reader in READERS]

    assert sum(found is not None for found in read) == 3
    assert tallies(agreement, noon(date(2026, 12, 1)))["freshness"].overdue > tallies(agreement, NOW)["freshness"].soon
