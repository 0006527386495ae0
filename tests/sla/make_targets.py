"""Makers of a version's terms table, written while the version is a draft as the database demands."""

from decimal import Decimal
from typing import Any

from contracts.models import AgreementVersion
from sla.models import PriorityMatrix, ServiceTarget
from sla.priority import usual_matrix
from tests import make


def target(version: AgreementVersion, clock: str = "solution", hours: str = "8", **changes: Any) -> ServiceTarget:
    """A promised time for faults of every priority, in support hours."""
    fields: dict[str, Any] = {"ticket_kind": "fault", "clock": clock, "target_hours": Decimal(hours), **changes}
    if clock == "response":
        fields.setdefault("pause_reasons", [])
    with make.thawed(version):
        return ServiceTarget.objects.create(version=version, **fields)


def matrix(version: AgreementVersion, **cells: int) -> PriorityMatrix:
    """The usual priorities but for some cells."""
    with make.thawed(version):
        return PriorityMatrix.objects.create(version=version, **{**usual_matrix(), **cells})
