"""The API of fault reports: file, follow, answer, confirm and dispute; operations handle theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from contracts.models import Agreement
from journal.idempotency import once
from people.api import IDEMPOTENCY_HEADER, Problem, person
from people.models import User
from sla import tickets
from sla.models import Ticket

router = Router(tags=["tickets"])
MOST = 100
Text = Field("", max_length=8000)

BY_PARTY_B: dict[str, Callable[..., Ticket]] = {
    "reply": tickets.reply,
    "confirm": tickets.confirm,
    "dispute": tickets.dispute,
    "reopen": tickets.reopen,
    "cancel": tickets.cancel,
}
BY_OPERATIONS: dict[str, Callable[..., Ticket]] = {
    "accept": tickets.accept,
    "respond": tickets.respond,
    "ask": tickets.ask_party_b,
    "propose": tickets.propose,
    "restore": tickets.restore,
    "close": tickets.close,
}


class TicketIn(Schema):
    """A fault report.  found_at with a zone, for example 2026-09-18T10:00:00+08:00."""

    agreement: str = Field(..., description="The agreement's number")
    kind: str = "fault"
    title: str = Field(..., max_length=120)
    description: str = Field(..., max_length=8000)
    found_at: datetime
    impact: Literal["whole", "part", "single"] = "part"
    urgency: Literal["high", "medium", "low"] = "medium"


class ClockOut(Schema):
    """One promise: when it is due, and where it stands.  Seconds are support time."""

    kind: str
    cycle: int
    state: str
    held: str = Field("", description="The reasons for which the clock is paused, separated by commas")
    target_seconds: int | None
    due_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    provisional: bool


class TicketOut(Schema):
    """A ticket as Party B sees it."""

    number: str
    agreement: str
    kind: str
    priority: int
    state: str
    title: str
    found_at: datetime
    reported_at: datetime
    received_at: datetime
    responded_at: datetime | None
    proposed_at: datetime | None
    restored_at: datetime | None
    closed_at: datetime | None
    clocks: list[ClockOut]


class TicketPage(Schema):
    """Some tickets, newest first, and how many there are."""

    count: int
    items: list[TicketOut]


class Said(Schema):
    """What is said with an act."""

    text: str = Text


class Filters(Schema):
    """Which tickets."""

    state: str = ""
    agreement: str = ""
    received_from: datetime | None = None
    limit: int = Field(50, ge=1, le=MOST)
    offset: int = Field(0, ge=0)


@router.post("", response={201: TicketOut, 422: Problem, 409: Problem}, summary="File a fault report")
def file(request: HttpRequest, body: TicketIn) -> Status[Any]:
    """Starts both clocks at the moment of receipt.  Send an Idempotency-Key: the same key again files nothing new."""
    user, at = person(request), timezone.now()
    said = body.dict()
    agreement = _agreements(user).filter(number=said.pop("agreement")).first()
    if agreement is None:
        raise Http404

    def work() -> dict[str, Any]:
        report = tickets.Report(agreement=agreement, channel=Ticket.Channel.API.value, **said)
        return {"number": tickets.file(report, at=at, by=user).number}

    key = request.headers.get(IDEMPOTENCY_HEADER, "")
    done = once(f"api/tickets/{user.pk}", key, request=body.dict(), run=work, at=at) if key else work()
    return Status(201, _shown(_visible(user).get(number=done["number"])))


@router.get("", response=TicketPage, summary="List tickets")
def find(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """Party B gets its own organisations' tickets; those who may see tickets at Party A get all."""
    rows = _visible(person(request))
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.agreement:
        rows = rows.filter(agreement__number=filters.agreement)
    if filters.received_from is not None:
        rows = rows.filter(received_at__gte=filters.received_from)
    page = rows.order_by("-received_at", "-pk")[filters.offset : filters.offset + filters.limit]
    return {"count": rows.count(), "items": [_shown(ticket) for ticket in page]}


@router.get("/{number}", response={200: TicketOut, 404: Problem}, summary="One ticket")
def one(request: HttpRequest, number: str) -> dict[str, Any]:
    """A ticket with its clocks; another organisation's is answered as missing."""
    return _shown(_found(person(request), number))


@router.post("/{number}/{act}", response={200: TicketOut, 404: Problem, 422: Problem}, summary="Act on a ticket")
def act(request: HttpRequest, number: str, act: str, body: Said) -> dict[str, Any]:
    """Party B: reply, confirm, dispute, reopen, cancel.  Operations: accept, respond, ask, propose, restore, close."""
    user = person(request)
    ticket = _found(user, number)
    verbs = BY_OPERATIONS if user.has_perm("sla.handle_ticket") else {} if user.is_staff else BY_PARTY_B
    if act not in verbs:
        raise Http404
    verbs[act](ticket, at=timezone.now(), by=user, text=body.text)
    return _shown(_found(user, number))


def _agreements(user: User) -> QuerySet[Agreement]:
    if user.is_staff:
        return Agreement.objects.all() if user.has_perm("sla.add_ticket") else Agreement.objects.none()
    return Agreement.objects.for_user(user).distinct()


def _visible(user: User) -> QuerySet[Ticket]:
    rows = Ticket.objects.select_related("agreement").prefetch_related("clocks")
    if user.is_staff:
        return rows if user.has_perm("sla.view_ticket") else rows.none()
    return rows.for_user(user).distinct()


def _found(user: User, number: str) -> Ticket:
    ticket = _visible(user).filter(number=number).first()
    if ticket is None:
        raise Http404
    return ticket


def _shown(ticket: Ticket) -> dict[str, Any]:
    names = (
        "number", "kind", "priority", "state", "title", "found_at", "reported_at", "received_at", "responded_at",
        "proposed_at", "restored_at", "closed_at",
    )  # fmt: skip
    clocks = [
        {name: getattr(clock, name) for name in ClockOut.model_fields}
        for clock in sorted(ticket.clocks.all(), key=lambda clock: (clock.cycle, clock.kind))
    ]
    return {**{name: getattr(ticket, name) for name in names}, "agreement": ticket.agreement.number, "clocks": clocks}
