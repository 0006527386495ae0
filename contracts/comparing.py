"""Comparing two versions of an agreement: parameters in a table, clauses aligned by number, changed words marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.clauses import filled_blanks, worded
from contracts.differing import other_changes
from contracts.diffing import Row, Wording, align
from contracts.models import AgreementVersion
from contracts.parameters import Change, parameters_of


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two versions say, side by side."""

    old: AgreementVersion
    new: AgreementVersion
    parameters: Sequence[Change]
    others: Sequence[Change]
    clauses: Sequence[Row]

    @property
    def changed_parameters(self) -> list[Change]:
        """The parameters that read differently."""
        return [row for row in self.parameters if row.differs]

    @property
    def kept_parameters(self) -> list[Change]:
        """The parameters that read the same."""
        return [row for row in self.parameters if not row.differs]

    @property
    def changed_clauses(self) -> list[Row]:
        """The clauses that were added, changed or removed, or whose filled blanks read differently."""
        return [row for row in self.clauses if row.change != "same"]

    @property
    def kept_clauses(self) -> list[Row]:
        """The clauses that read the same."""
        return [row for row in self.clauses if row.change == "same"]


def compare(old: AgreementVersion, new: AgreementVersion) -> Comparison:
    """Two versions of one agreement side by side, clauses as people read them, blanks filled."""
    return Comparison(
        old=old,
        new=new,
        parameters=parameters_of(old, new),
        others=other_changes(old, new),
        clauses=align(_wordings(old), _wordings(new)),
    )


def _wordings(version: AgreementVersion) -> list[Wording]:
    blanks = filled_blanks(version)
    return [
        Wording(number=clause.number, heading=clause.heading, text=worded(clause, blanks))
        for clause in version.clauses.all()
    ]
