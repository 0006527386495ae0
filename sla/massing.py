"""Mass acting: the same verb on many tickets, each in a transaction of its own; other parts add their own acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from people.acting import VerbForm
from people.models import User
from people.refusal import Refused
from sla.models import Ticket

MOST = 500
HANDLE = "sla.handle_ticket"
Act = Callable[..., Any]


@dataclass(frozen=True)
class MassAct:
    """Something that may be done to many tickets: call(ticket, at=, by=, **what the form says)."""

    name: str
    label: object
    form: type[VerbForm]
    call: Act
    permission: str = HANDLE
    explain: object = ""


@dataclass
class Done:
    """What came of it: the tickets that were changed, and those that were not with the reason."""

    changed: list[Ticket] = field(default_factory=list)
    refused: list[tuple[Ticket, str]] = field(default_factory=list)


MASS_ACTS: dict[str, MassAct] = {}


def add_mass_act(act: MassAct) -> None:
    """Offer an act in the ticket list; call it from AppConfig.ready.  The same name again takes the place."""
    MASS_ACTS[act.name] = act


def do(act: MassAct, tickets: Iterable[Ticket], said: Mapping[str, Any], *, at: datetime, by: User) -> Done:
    """Do it to each ticket; what one refuses stops none of the others."""
    done = Done()
    for ticket in tickets:
        try:
            act.call(ticket, at=at, by=by, **said)
            done.changed.append(ticket)
        except Refused as refused:
            done.refused.append((ticket, str(refused)))
    return done
