"""What the records of this app say of the clauses: readers for the clause board, one module an area."""

from contracts import board
from contracts.readings import (
    access,
    breaching,
    controls,
    duties,
    life,
    organisations,
    protection,
    serving,
    sharing,
    supplements,
    text,
)

READERS: tuple[tuple[str | tuple[str, ...], board.Reader], ...] = (
    ("notices", serving.read_notices),
    *breaching.READERS,
    *controls.READERS,
    *duties.READERS,
    *life.READERS,
    *protection.READERS,
    *sharing.READERS,
    ("coverage", text.read_coverage),
    ("final_provisions", text.read_final_provisions),
    ("parties", organisations.read_parties),
    ("sides", organisations.read_sides),
    ("supplements", supplements.read_supplements),
    ("supplements", supplements.read_filing),
    *access.READERS,
)


def register_readers() -> None:
    """Let this app's readers speak for their topics."""
    for topics, reader in READERS:
        board.add_reader(topics, reader)
