"""The clause board: the worst reading is shown, and nothing is green without a row."""

from datetime import UTC, datetime

import pytest

from contracts import board
from contracts.board import Reading, Standing
from contracts.models import Agreement

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
def test_party_b_reads_what_it_may_see(agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "_readers", {})
    public = Reading(standing=Standing.KEPT, count=1, note="public")
    board.add_reader("liability", saying(Reading(standing=Standing.BREACHED, count=2, note="secret", party_b=public)))
    board.add_reader("liability", saying(Reading(standing=Standing.DUE_SOON, count=1, note="both")))

    reading = board.read(agreement, "liability", at=NOW)

    assert (reading.note, reading.count) == ("secret", 3)
    assert reading.party_b is not None
    assert (reading.party_b.note, reading.party_b.count) == ("both", 2)
