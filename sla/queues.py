"""Queues: kept by the lead of operations; a ticket is laid with a queue, and its members take it from there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Agreement
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import holding
from sla.acts import begin, finish
from sla.models import Queue, QueueRule, Ticket, TicketEntry
from sla.naming import free_name, retire_row, revive_row

HANDLE = "sla.handle_ticket"


@transaction.atomic
def make(*, name: str, purpose: str = "", members: Iterable[User], at: datetime, by: User) -> Queue:
    """A new queue.  Raises Refused for a name that is taken and a member who may not handle tickets."""
    queue = Queue(name=free_name(Queue, name), purpose=purpose.strip())
    return _keep(queue, members, "queue.made", at=at, by=by)


@transaction.atomic
def revise(queue: Queue, *, name: str, purpose: str = "", members: Iterable[User], at: datetime, by: User) -> Queue:
    """Another name, purpose or other members.  Raises Refused as `make` does."""
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    queue.name, queue.purpose = free_name(Queue, name, but=queue), purpose.strip()
    return _keep(queue, members, "queue.revised", at=at, by=by)


@transaction.atomic
def retire(queue: Queue, *, at: datetime, by: User) -> Queue:
    """Take a queue out of use.  Raises Refused while open tickets lie in it; its rules go."""
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    if waiting := queue.holdings.filter(until__isnull=True).count():
        raise Refused(_("队列里还有 %(count)s 份未结束的报告，请先转到其他队列。") % {"count": waiting})
    queue.rules.all().delete()
    retire_row(queue, "queue.retired", at=at, by=by)
    return queue


@transaction.atomic
def revive(queue: Queue, *, at: datetime, by: User) -> Queue:
    """Take a retired queue into use again."""
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    revive_row(queue, "queue.revived", at=at, by=by)
    return queue


@transaction.atomic
def send_new(queue: Queue, *, agreement: Agreement | None, kind: str, at: datetime, by: User) -> QueueRule:
    """Let new tickets of an agreement, a kind, or both (neither: all others) begin in this queue."""
    if queue.retired:
        raise Refused(_("队列“%(name)s”已停用，请选择其他队列。") % {"name": queue.name})
    rule, _made = QueueRule.objects.update_or_create(agreement=agreement, kind=kind, defaults={"queue": queue})
    said = {"agreement": agreement.number if agreement else "", "kind": kind, "queue": queue.name}
    record("queue.rule_set", obj=queue, by=by, at=at, data=said)
    return rule


@transaction.atomic
def drop_rule(queue: Queue, *, rule: QueueRule, at: datetime, by: User) -> None:
    """New tickets no longer begin in the queue by this rule."""
    found = QueueRule.objects.select_for_update().filter(pk=rule.pk, queue=queue).order_by("pk").first()
    if found is None:
        raise Refused(_("这条规则已经删除，请刷新页面。"))
    said = {"agreement": found.agreement.number if found.agreement else "", "kind": found.kind, "queue": queue.name}
    found.delete()
    record("queue.rule_dropped", obj=queue, by=by, at=at, data=said)


@transaction.atomic
def move(ticket: Ticket, *, at: datetime, by: User, queue: Queue, text: str = "") -> Ticket:
    """Lay a ticket with a queue.  A person who is no member of it gives the ticket up to the queue."""
    act = begin("queue", ticket, at=at, by=by)
    queue = Queue.objects.get(pk=queue.pk)
    if queue.retired:
        raise Refused(_("队列“%(name)s”已停用，请选择其他队列。") % {"name": queue.name})
    before = holding.queue_of(act.ticket)
    if before == queue:
        raise Refused(_("这份报告已经在队列“%(name)s”里。") % {"name": queue.name})
    person = act.ticket.assignee
    if person is not None and not queue.members.filter(pk=person.pk).exists():
        act.ticket.assignee = None
    holding.place(act.ticket, queue=queue, at=act.at)
    given_up = person if act.ticket.assignee is None else None
    act.data = {"from": str(before or ""), "to": queue.name, "queue": queue.pk, "given_up": str(given_up or "")}
    return finish(act, TicketEntry.Kind.QUEUED, text)


def _keep(queue: Queue, members: Iterable[User], action: str, *, at: datetime, by: User) -> Queue:
    chosen = list(members)
    for person in chosen:
        if not person.is_active or not person.has_perm(HANDLE):
            raise Refused(_("%(name)s 不能处理故障报告，不能加入队列。") % {"name": person})
    queue.save()
    queue.members.set(chosen)
    record(action, obj=queue, by=by, at=at, data={"name": queue.name, "members": [str(p) for p in chosen]})
    return queue
