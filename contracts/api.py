"""The API of shared information: updates of the data, told by the systems that make them."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from contracts.models import UpdateEvent
from contracts.updates import Told, take_in
from people.api import Problem, demand

router = Router(tags=["sharing"])
MOST_UPDATES = 5000


class UpdateIn(Schema):
    """One real update of a data resource.  id is unique within its source; updated_at with a zone."""

    item: str = Field(..., min_length=1, max_length=40, description="catalogue number")
    updated_at: AwareDatetime
    id: str = Field(..., min_length=1, max_length=80)
    data_date: date | None = Field(None, description="the day up to which the data reaches")
    rows: int | None = Field(None, ge=0, lt=10**15)
    note: str = Field("", max_length=200)


class UpdatesIn(Schema):
    """A batch of updates of one source: all of it is taken in, or nothing."""

    source: str = Field(..., min_length=1, max_length=60)
    updates: list[UpdateIn] = Field(..., min_length=1, max_length=MOST_UPDATES)


class UpdatesOut(Schema):
    """What became of the batch: updates that were new, and those that stood already with the same content."""

    added: int
    known: int


@router.post("/updates", response={200: UpdatesOut, 422: Problem}, summary="Tell updates of shared data")
def updates(request: HttpRequest, body: UpdatesIn) -> dict[str, int]:
    """The same update again adds nothing; the same id with other content is refused, and with it the whole batch."""
    user = demand(request, "contracts.record_update")
    told = [_told(row) for row in body.updates]
    taken = take_in(told, source=body.source, way=UpdateEvent.Way.API, by=user, at=timezone.now())
    return {"added": taken.added, "known": taken.known}


def _told(row: UpdateIn) -> Told:
    moment: datetime = row.updated_at
    return Told(
        number=row.item,
        updated_at=moment,
        external_id=row.id,
        data_date=row.data_date,
        rows=row.rows,
        note=row.note,
    )
