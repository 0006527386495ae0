"""What a reader of the board asks for in the address: one state, one side."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from contracts.board import LABELS, Standing
from contracts.panorama import SIDES, Board


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, known words only; empty means all."""

    state: str
    side: str

    def of(self, board: Board) -> Board:
        """The lines that were asked for."""
        return board.kept_to(standing=self.state, side=self.side)

    @property
    def states(self) -> list[tuple[str, object]]:
        """What may be chosen for the state."""
        return [(standing.value, LABELS[standing]) for standing in Standing]

    @property
    def sides(self) -> tuple[tuple[str, object], ...]:
        """What may be chosen for the side."""
        return SIDES

    @property
    def words(self) -> str:
        """The filter in words, empty for none."""
        chosen = [str(label) for value, label in (*self.states, *self.sides) if value in {self.state, self.side}]
        return "、".join(chosen)

    @property
    def query(self) -> str:
        """The filter as the query of an address."""
        said = {name: value for name, value in (("state", self.state), ("side", self.side)) if value}
        return f"?{urlencode(said)}" if said else ""


def asked(said: Mapping[str, str]) -> Asked:
    """The filter of an address; words that are no filter are dropped."""
    state, side = said.get("state", ""), said.get("side", "")
    return Asked(state if state in set(Standing) else "", side if side in dict(SIDES) else "")
