"""The API of outages: monitoring posts when a service goes down and comes back; people read what concerns them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from journal.idempotency import once
from people.api import IDEMPOTENCY_HEADER, Problem, demand, person
from people.models import User
from people.refusal import Refused
from sla import outages
from sla.models import Outage, Service

router = Router(tags=["outages"])
RECORD = "sla.record_outage"
MOST = 100


class StartIn(Schema):
    """A service went down.  started_at with a zone; source_key is monitoring's own number of the alarm."""

    services: list[str] = Field(..., min_length=1, max_length=50, description="The codes of the services")
    title: str = Field(..., max_length=120)
    started_at: datetime
    source_key: str = Field(..., min_length=1, max_length=80)
    text: str = Field("", max_length=8000)


class EndIn(Schema):
    """The service is back.  ended_at with a zone."""

    ended_at: datetime
    text: str = Field("", max_length=8000)


class OutageOut(Schema):
    """An outage: open while ended_at is empty."""

    number: str
    title: str
    services: list[str]
    state: str
    started_at: datetime
    ended_at: datetime | None
    cause: str
    announced_at: datetime | None


class OutagePage(Schema):
    """Some outages, newest first, and how many there are."""

    count: int
    items: list[OutageOut]


class OutageFilters(Schema):
    """Which outages."""

    state: str = ""
    service: str = ""
    limit: int = Field(50, ge=1, le=MOST)
    offset: int = Field(0, ge=0)


@router.post("", response={201: OutageOut, 422: Problem, 409: Problem}, summary="Post that a service went down")
def outage_start(request: HttpRequest, body: StartIn) -> Status[Any]:
    """Operations' token.  The same source_key again answers the outage that it made; it is announced by a person."""
    user, at = demand(request, RECORD), timezone.now()
    services = list(Service.objects.filter(code__in=body.services))
    if unknown := sorted(set(body.services) - {service.code for service in services}):
        raise Refused(_("没有代码为 %(code)s 的服务。") % {"code": unknown[0]})
    what = outages.Happening(
        title=body.title,
        services=services,
        started_at=_zoned(body.started_at),
        source=Outage.Source.MONITORING.value,
        source_key=body.source_key,
        text=body.text,
    )

    def work() -> dict[str, Any]:
        known = Outage.objects.filter(source=what.source, source_key=what.source_key.strip()).first()
        return {"number": (known or outages.start(what, by=user, at=at)).number}

    return Status(201, _shown(_all().get(number=_once(request, user, body, work, at)["number"])))


@router.post("/{number}/end", response={200: OutageOut, 404: Problem, 422: Problem}, summary="Post that it is back")
def outage_end(request: HttpRequest, number: str, body: EndIn) -> dict[str, Any]:
    """Operations' token.  Send an Idempotency-Key: the same key again changes nothing and answers the same."""
    user, at = demand(request, RECORD), timezone.now()
    row = _all().filter(number=number).first()
    if row is None:
        raise Http404

    def work() -> dict[str, Any]:
        return {"number": outages.end(row, ended_at=_zoned(body.ended_at), text=body.text, by=user, at=at).number}

    _once(request, user, body, work, at, number)
    return _shown(_all().get(number=number))


@router.get("", response=OutagePage, summary="List outages")
def outage_list(request: HttpRequest, filters: Query[OutageFilters]) -> dict[str, Any]:
    """Party B gets the announced outages of its services; those who may see outages at Party A get all."""
    rows = _visible(person(request))
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.service:
        rows = rows.filter(services__code=filters.service)
    page = rows.order_by("-started_at", "-pk")[filters.offset : filters.offset + filters.limit]
    return {"count": rows.count(), "items": [_shown(row) for row in page]}


def _once(
    request: HttpRequest,
    user: User,
    body: Schema,
    work: Callable[[], dict[str, Any]],
    at: datetime,
    about: str = "",
) -> dict[str, Any]:
    key = request.headers.get(IDEMPOTENCY_HEADER, "")
    said = {**body.dict(), "about": about}
    return once(f"api/outages/{user.pk}", key, request=said, run=work, at=at) if key else work()


def _zoned(at: datetime) -> datetime:
    """The instant.  Raises Refused for a time without a zone: nobody can know when it was."""
    if timezone.is_naive(at):
        raise Refused(_("时间须带时区，例如 2026-09-18T10:00:00+08:00。"))
    return at


def _all() -> QuerySet[Outage]:
    rows: QuerySet[Outage] = Outage.objects.prefetch_related("services")
    return rows


def _visible(user: User) -> QuerySet[Outage]:
    if user.is_staff:
        return _all() if user.has_perm("sla.view_outage") else _all().none()
    own: QuerySet[Outage] = Outage.objects.for_user(user).prefetch_related("services")
    return own


def _shown(row: Outage) -> dict[str, Any]:
    names = ("number", "title", "state", "started_at", "ended_at", "cause", "announced_at")
    return {**{name: getattr(row, name) for name in names}, "services": [one.code for one in row.services.all()]}
