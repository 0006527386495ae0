"""The API of money: usage in, bills out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from billing.models import Document
from billing.usage import Event, take_in
from contracts.models import Agreement
from people.api import Problem, demand, person

router = Router(tags=["billing"])
MOST_EVENTS = 5000


class EventIn(Schema):
    """One metered use.  id is unique within its source; occurred_at with a zone; quantity as text, exact."""

    id: str = Field(..., min_length=1, max_length=80)
    meter: str = Field(..., min_length=1, max_length=60)
    occurred_at: datetime
    quantity: Decimal
    corrects: str = Field("", max_length=80)


class UsageIn(Schema):
    """A batch of usage of one agreement: all of it is taken in, or nothing."""

    agreement: str
    source: str = Field(..., min_length=1, max_length=60)
    batch: str = Field("", max_length=80)
    events: list[EventIn] = Field(..., min_length=1, max_length=MOST_EVENTS)


class UsageOut(Schema):
    """What became of the batch: rows that were new, and rows that stood already with the same content."""

    added: int
    known: int


class BillOut(Schema):
    """An issued bill, amounts in yuan."""

    number: str
    agreement: str
    kind: str
    issued_on: date
    net: Decimal
    tax: Decimal
    gross: Decimal
    due_on: date | None
    due_provisional: bool | None


class BillPage(Schema):
    """Some bills, newest first, and how many there are."""

    count: int
    items: list[BillOut]


class Filters(Schema):
    """Which bills."""

    agreement: str = ""
    limit: int = Field(50, ge=1, le=100)
    offset: int = Field(0, ge=0)


@router.post("/usage", response={200: UsageOut, 422: Problem}, summary="Take usage in")
def usage(request: HttpRequest, body: UsageIn) -> dict[str, int]:
    """The same event again adds nothing; the same id with other content is refused and nothing of the batch is kept."""
    user = demand(request, "billing.import_usage")
    agreement = Agreement.objects.exclude(state="draft").filter(number=body.agreement).first()
    if agreement is None:
        raise Http404
    events = [Event(row.id, row.meter, row.occurred_at, row.quantity, row.corrects) for row in body.events]
    at = timezone.now()
    taken = take_in(agreement, events, source=body.source, batch=body.batch or f"api-{at:%Y%m%d}", by=user, at=at)
    return {"added": taken.added, "known": taken.known}


@router.get("/bills", response=BillPage, summary="List issued bills")
def bills(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """Party B gets its own organisations' bills; those who may see documents at Party A get all."""
    user = person(request)
    rows: Any = Document.objects.issued()
    rows = rows.for_user(user) if not user.is_staff else rows if user.has_perm("billing.view_document") else rows.none()
    if filters.agreement:
        rows = rows.filter(agreement__number=filters.agreement)
    count = rows.count()
    page = rows.with_due().select_related("agreement").order_by("-issued_on", "-pk")
    names = ("number", "kind", "issued_on", "net", "tax", "gross", "due_on", "due_provisional")
    items = [
        {**{name: getattr(row, name) for name in names}, "agreement": row.agreement.number}
        for row in page[filters.offset : filters.offset + filters.limit]
    ]
    return {"count": count, "items": items}
