"""The blocks of Party B's page 规则与安全, each a heading, a table of its own rows and perhaps a way to add one."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.querysets import RULED_STATES
from contracts.receipts import standings
from people.models import User
from people.showing import Panel


@dataclass(frozen=True, kw_only=True)
class Block:
    """One section of the page; action is the label of the button that leads to action_url."""

    panel: Panel
    action: object = ""
    action_url: str = ""


def blocks(user: User, *, at: datetime) -> list[Block]:
    """Everything on the page, for the organisations that the user acts for."""
    return [_rules(user)]


def _rules(user: User) -> Block:
    mine = Agreement.objects.for_user(user).filter(state__in=RULED_STATES).order_by("number")
    found = sorted(standings(mine), key=lambda row: row.arrived_at is not None)
    waiting = sum(row.arrived_at is None for row in found)
    panel = Panel(
        name="rules",
        label=_("使用规则"),
        template="portal/contracts/parts/rules.html",
        context={"standings": found},
        count=waiting,
    )
    return Block(panel=panel)
