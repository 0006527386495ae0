"""The blocks of Party B's page 规则与安全, each a heading, a table of its own rows and perhaps a way to add one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement, Violation
from contracts.querysets import RULED_STATES
from contracts.receipts import standings
from contracts.tables import Linked, table
from contracts.violation_page import due_badge, state_badge
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
    return [_rules(user), _violations(user, timezone.localdate(at))]


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


def _violations(user: User, today: date) -> Block:
    rows = Violation.objects.for_user(user).select_related("agreement", "notice")
    return Block(
        panel=table(
            "violations",
            _("违规与整改"),
            (_("违反条款"), _("协议"), _("责任方"), _("状态"), _("整改期限"), _("告知时间")),
            (
                (
                    Linked(
                        f"{row.clause_number} {row.get_topic_display()}", reverse("contracts:violation", args=[row.pk])
                    ),
                    row.agreement.number,
                    row.get_side_display(),
                    state_badge(row),
                    due_badge(row, today),
                    row.notice.sent_at,
                )
                for row in rows
            ),
            empty=_("没有告知贵单位的违规。"),
        )
    )
