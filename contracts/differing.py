"""What two versions differ in beyond parameters and clauses: decisions on open readings, and what other apps keep."""

from contracts.carrying import carried_changes
from contracts.deciding import asked_of
from contracts.models import AgreementVersion
from contracts.parameters import Change


def other_changes(old: AgreementVersion, new: AgreementVersion) -> list[Change]:
    """Decisions that were answered otherwise, and what reads differently in the rows of other apps."""
    return [*_decided(old, new), *carried_changes(old, new)]


def _decided(old: AgreementVersion, new: AgreementVersion) -> list[Change]:
    """Questions whose answer no field of the version holds: those that one does are parameters."""
    before, after = _answers(old), _answers(new)
    titles = {**before, **after}
    changes = [Change(what=title, old=before.get(title, ""), new=after.get(title, "")) for title in titles]
    return [change for change in changes if change.differs]


def _answers(version: AgreementVersion) -> dict[str, str]:
    return {
        str(asked.question.title): str(asked.option.label) if asked.option else "—"
        for asked in asked_of(version)
        if not asked.question.field
    }
