"""The clause board: the worst reading is shown, and nothing is green without a row."""

from datetime import UTC, datetime

import pytest

from contracts import board
from contracts.board import Reading, Standing
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement
from people.models import User

NOW = datetime(2026, 9, 18, tzinfo=UTC)


def saying(reading: Reading) -> board.Reader:
    return lambda agreement, at: reading


def test_nothing_is_kept_without_a_row() -> None:
    with pytest.raises(ValueError, match="without a row"):
        Reading(standing=Standing.KEPT)


@pytest.mark.django_db
def test_the_worst_of_several_readings_is_shown(agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "_readers", {})
    for standing, count in ((Standing.KEPT, 2), (Standing.OVERDUE, 1), (Standing.DUE_SOON, 3)):
        board.add_reader("term", saying(Reading(standing=standing, count=count, note=standing.value)))

    reading = board.read(agreement, "term", at=NOW)

    assert (reading.standing, reading.note, reading.count) == (Standing.OVERDUE, "overdue", 6)


@pytest.mark.django_db
def test_every_clause_of_the_text_has_its_line(agreement: Agreement, auditor: User) -> None:
    version = agreement.versions.get()
    write_standard_clauses(version)

    rows = board.board_of(agreement, version, user=auditor, at=NOW)

    assert len(rows) == 42
    by_number = {row.clause.number: row for row in rows}
    assert by_number["1.2.1"].reading.standing == Standing.NOT_TRACKABLE
    assert all(row.clause.topic for row in rows)
