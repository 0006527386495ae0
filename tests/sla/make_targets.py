"""Makers of a version's terms table, written while the version is a draft as the database demands."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from contracts.models import AgreementVersion
from sla.models import PriorityMatrix, ServiceTarget
from sla.priority import usual_matrix
from tests import make
from worktime.calendars import almanac_of
from worktime.models import CalendarVersion


def target(version: AgreementVersion, clock: str = "solution", time: str = "8", **changes: Any) -> ServiceTarget:
    """A promised time in hours for faults of every priority, counted in support hours."""
    fields: dict[str, Any] = {"ticket_kind": "fault", "clock": clock, "target_hours": Decimal(time), **changes}
    if clock == "response":
        fields.setdefault("pause_reasons", [])
    with make.thawed(version):
        return ServiceTarget.objects.create(version=version, **fields)


def matrix(version: AgreementVersion, **cells: int) -> PriorityMatrix:
    """The usual priorities but for some cells."""
    with make.thawed(version):
        return PriorityMatrix.objects.create(version=version, **{**usual_matrix(), **cells})


def holiday_on(day: str) -> CalendarVersion:
    """A new version of the calendar in which a working day of 2026 is a holiday, as if a notice had just come."""
    before = make.calendar_version()
    year = before.days["2026"]
    days = {**before.days, "2026": {**year, "off": {**year["off"], day: "临时放假"}}}
    known = datetime(2026, 9, 15, tzinfo=UTC)
    made = CalendarVersion(
        calendar=before.calendar, number=before.number + 1, days=days, source="临时通知", published_on=known.date(),
        known_since=known,
    )  # fmt: skip
    made.sha256 = almanac_of(made).sha256
    made.save()
    return made
