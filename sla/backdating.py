"""Pauses that are written down afterwards: two persons, and both times stay in the events.

For what happened and was not recorded in time.  A breach that is written already stays: it is looked at again by an
adjudication, never undone by a pause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal import approvals
from journal.models import Approval
from people.models import User
from people.refusal import Refused
from sla import clocks
from sla.acts import second
from sla.faces import reason_words
from sla.models import Clock, Ticket
from sla.pausing import hold, release
from sla.steps import OPEN
from sla.telling import moment

KIND = "clock.backdate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A pause that nobody recorded: why, [since, until), and what it rests on."""

    reason: str
    since: datetime
    until: datetime
    grounds: str


@transaction.atomic
def ask(ticket: Ticket, gap: Gap, *, by: User, at: datetime) -> Approval:
    """Ask a second person to leave a past stretch of time out of the running clocks.

    Raises Refused for times out of order or before the receipt, a ticket that is over, and when no clock would pause.
    """
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    _check(ticket, gap, at)
    content = {
        "ticket": ticket.number,
        "reason": gap.reason,
        "since": second(gap.since).isoformat(),
        "until": second(gap.until).isoformat(),
        "grounds": gap.grounds.strip(),
    }
    return approvals.ask(KIND, target=ticket, content=content, by=by, at=at, reason=gap.grounds.strip())


def approved(approval: Approval, *, by: User, at: datetime) -> Ticket:
    """The approved effect: the stretch is held and released at once.  Runs inside the approving transaction."""
    said = approval.content
    ticket = Ticket.objects.get(pk=approval.target_id)
    since, until = datetime.fromisoformat(said["since"]), datetime.fromisoformat(said["until"])
    _check(ticket, Gap(reason=said["reason"], since=since, until=until, grounds=said["grounds"]), at)
    kinds = [dial.clock.kind for dial in _open_dials(ticket, said["reason"])]
    data = {"approval": approval.pk}
    hold(ticket, reason=said["reason"], at=at, by=by, kinds=kinds, since=since, data=data)
    release(ticket, reason=said["reason"], at=at, by=by, until=until)
    return Ticket.objects.get(pk=ticket.pk)


def describe(approval: Approval) -> Iterator[tuple[object, object]]:
    """What the approver reads."""
    said = approval.content
    yield _("编号"), said["ticket"]
    yield _("暂停原因"), reason_words(said["reason"])
    for label, name in ((_("开始"), "since"), (_("结束"), "until")):
        yield label, moment(datetime.fromisoformat(said[name]))
    yield _("依据"), said["grounds"]


def _check(ticket: Ticket, gap: Gap, at: datetime) -> None:
    if ticket.state not in OPEN:
        raise Refused(_("报告已经结束，不能再补记暂停。"))
    if gap.reason not in Clock.Reason.values:
        raise Refused(_("没有这种暂停原因，请重新选择。"))
    if not gap.grounds.strip():
        raise Refused(_("请写明依据：当时发生了什么，有什么证明。"))
    if not second(gap.since) < second(gap.until) <= second(at):
        raise Refused(_("补记的暂停须先开始后结束，且已经过去。"))
    if second(gap.since) < ticket.received_at:
        raise Refused(_("暂停不能早于收到报告的时间 %(at)s。") % {"at": moment(ticket.received_at)})
    if not _open_dials(ticket, gap.reason):
        raise Refused(_("没有可以补记的时限：已停止、正因同一原因暂停，或约定不因此暂停。"))


def _open_dials(ticket: Ticket, reason: str) -> list[clocks.Dial]:
    """The clocks that are not stopped, not held for the reason now, and may be."""
    return [
        dial
        for kind, dial in clocks.locked(ticket).items()
        if kind != Clock.Kind.RESPONSE
        and not dial.course.over
        and reason not in dial.course.held
        and dial.course.allows(reason)
    ]
