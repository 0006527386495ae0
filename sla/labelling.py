"""Labelling: the words that operations keep and put on tickets; Party B never sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.acts import begin, finish
from sla.models import Label, Labelled, Ticket, TicketEntry
from sla.naming import free_name, retire_row, revive_row


@transaction.atomic
def make(*, name: str, sort: str, tone: str, at: datetime, by: User) -> Label:
    """A new label or category.  Raises Refused for a name that is taken."""
    label = Label.objects.create(name=free_name(Label, name), sort=sort, tone=tone)
    record("label.made", obj=label, by=by, at=at, data={"name": label.name, "sort": sort})
    return label


@transaction.atomic
def revise(label: Label, *, name: str, tone: str, at: datetime, by: User) -> Label:
    """Another name or colour; what it is used as stays.  Raises Refused for a name that is taken."""
    label = Label.objects.select_for_update().get(pk=label.pk)
    label.name, label.tone = free_name(Label, name, but=label), tone
    label.save()
    record("label.revised", obj=label, by=by, at=at, data={"name": label.name})
    return label


@transaction.atomic
def retire(label: Label, *, at: datetime, by: User) -> Label:
    """Take a label out of use; tickets that carry it keep it."""
    label = Label.objects.select_for_update().get(pk=label.pk)
    retire_row(label, "label.retired", at=at, by=by)
    return label


@transaction.atomic
def revive(label: Label, *, at: datetime, by: User) -> Label:
    """Take a retired label into use again."""
    label = Label.objects.select_for_update().get(pk=label.pk)
    revive_row(label, "label.revived", at=at, by=by)
    return label


@transaction.atomic
def put(ticket: Ticket, *, at: datetime, by: User, category: Label | None, labels: Iterable[Label]) -> Ticket:
    """Give the ticket exactly this category and these labels.  Raises Refused when that changes nothing."""
    act = begin("label", ticket, at=at, by=by)
    wanted = {label.pk: label for label in [*labels, *([category] if category else [])]}
    worn = {row.label_id: row for row in act.ticket.labelled.select_related("label")}
    taken = [row for pk, row in worn.items() if pk not in wanted]
    added = [label for pk, label in wanted.items() if pk not in worn]
    if not taken and not added:
        raise Refused(_("分类和标签没有变化。"))
    _demand_usable(added)
    act.ticket.labelled.filter(pk__in=[row.pk for row in taken]).delete()
    for label in added:
        Labelled.objects.create(ticket=act.ticket, label=label, sort=label.sort, by=by, at=act.at)
    act.data = {"added": [label.name for label in added], "removed": [row.label.name for row in taken]}
    return finish(act, TicketEntry.Kind.LABELLED, "")


def add(ticket: Ticket, *, at: datetime, by: User, label: Label) -> Ticket:
    """Put one more label on the ticket; a category takes the place of the one it has.  Raises Refused as `put` does."""
    rows = list(ticket.labelled.select_related("label"))
    if any(row.label_id == label.pk for row in rows):
        raise Refused(_("报告已经有“%(name)s”。") % {"name": label.name})
    labels = [row.label for row in rows if row.sort == Label.Sort.LABEL]
    category = next((row.label for row in rows if row.sort == Label.Sort.CATEGORY), None)
    if label.sort == Label.Sort.CATEGORY:
        return put(ticket, at=at, by=by, category=label, labels=labels)
    return put(ticket, at=at, by=by, category=category, labels=[*labels, label])


def _demand_usable(labels: list[Label]) -> None:
    for label in labels:
        if label.retired:
            raise Refused(_("“%(name)s”已停用，请选择其他标签。") % {"name": label.name})
    if sum(label.sort == Label.Sort.CATEGORY for label in labels) > 1:
        raise Refused(_("一份报告只能有一个分类。"))
