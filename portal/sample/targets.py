"""Sample terms table: one agreement promises more for what is urgent, and a time for restoration."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from contracts.models import AgreementVersion
from people.models import User
from sla import targets
from sla.models import PriorityMatrix, ServiceTarget
from sla.priority import usual_matrix

ROWS: tuple[dict[str, Any], ...] = (
    {"clock": "response", "priority": 1, "target_hours": Decimal(1), "hours": "natural"},
    {"clock": "solution", "priority": 1, "target_hours": Decimal(4), "hours": "natural", "reopen_days": 5},
    {"clock": "solution", "target_hours": Decimal(8), "pause_cap_hours": Decimal(16), "reopen_days": 5},
    {"clock": "restoration", "target_hours": Decimal(14), "pause_reasons": ["maintenance", "force_majeure"]},
    {"clock": "response", "ticket_kind": "question", "target_hours": Decimal(8)},
)


def agree_on_targets(version: AgreementVersion, *, by: User, at: datetime) -> None:
    """Write the table into a draft, as the contract manager does."""
    for row in ROWS:
        targets.keep_target(ServiceTarget(version=version, **row), by=by, at=at)
    matrix = PriorityMatrix(version=version, **{**usual_matrix(), "part_high": 1})
    targets.keep_matrix(matrix, by=by, at=at)
