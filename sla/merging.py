"""Merging: one report told twice goes on as one.  The survivor keeps its own start and its own clocks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from sla.acts import Act, begin, finish
from sla.clocks import happen
from sla.judging import settle
from sla.models import Attachment, Merge, Ticket, TicketEntry, Watch
from sla.replay import Happening

LONGEST_REASON = 300


@transaction.atomic
def merge(ticket: Ticket, *, at: datetime, by: User, into: Ticket, text: str) -> Ticket:
    """Let a ticket go on in another one of the same agreement; answers the merged ticket.

    Its clocks are cancelled (what was broken before stays broken), its files and watchers go over, Party B is told on
    both.  Raises Refused for another agreement's ticket, itself, a survivor that is over, and an empty reason.
    """
    words = text.strip()
    if not words:
        raise Refused(_("请写明为什么合并。"))
    if len(words) > LONGEST_REASON:
        raise Refused(_("原因太长，最多 %(most)s 字。") % {"most": LONGEST_REASON})
    if ticket.pk == into.pk:
        raise Refused(_("不能把报告并入它自己，请填写另一份报告的编号。"))
    lock_both(ticket, into)
    gone, stays = begin("merge", ticket, at=at, by=by), begin("take_in", into, at=at, by=by)
    if gone.ticket.agreement_id != stays.ticket.agreement_id:
        raise Refused(_("只能合并同一份协议的报告。不同协议的报告可以“关联”。"))
    gone.at = stays.at = max(gone.at, stays.at)
    Merge.objects.create(ticket=gone.ticket, into=stays.ticket, reason=words, by=by, at=gone.at)
    _cancel_clocks(gone, stays.ticket, words)
    _carry_watchers(gone, stays.ticket)
    _take_in(stays, gone.ticket, words)
    gone.ticket.cancelled_at = gone.at
    gone.data = {"into": stays.ticket.number, "survivor": stays.ticket.pk}
    return finish(gone, TicketEntry.Kind.MERGED, words)


def survivor(ticket: Ticket) -> Ticket:
    """The ticket in which a merged one goes on, through later merges too; one that was not merged is itself."""
    gone = Merge.objects.filter(ticket=ticket).select_related("into__agreement").first()
    return ticket if gone is None else survivor(gone.into)


def lock_both(ticket: Ticket, into: Ticket) -> None:
    """Lock both rows in one order, so that two merges the other way round wait and do not block each other."""
    list(Ticket.objects.select_for_update(no_key=True).filter(pk__in=[ticket.pk, into.pk]).order_by("pk"))


def _cancel_clocks(gone: Act, survivor: Ticket, words: str) -> None:
    for dial in gone.dials.values():
        if dial.clock.stopped_at is None:
            settle(dial, at=gone.at)
            said = {"merged_into": survivor.number, "survivor": survivor.pk}
            happen(dial, Happening("cancelled", gone.at, said, words), by=gone.by, recorded_at=gone.at)


def _carry_watchers(gone: Act, survivor: Ticket) -> None:
    """Whoever watched or reported the merged ticket gets the news of the survivor."""
    people = [*gone.ticket.watches.values_list("user_id", flat=True), gone.ticket.reporter_id]
    already = {*survivor.watches.values_list("user_id", flat=True), survivor.reporter_id}
    new = [pk for pk in dict.fromkeys(people) if pk not in already]
    Watch.objects.bulk_create(Watch(ticket=survivor, user_id=pk, at=gone.at) for pk in new)


def _take_in(stays: Act, gone: Ticket, words: str) -> None:
    """The survivor's line with what the other report said and its files; internal ones on a line of their own."""
    stays.data = {"from": gone.number, "title": gone.title, "merged": gone.pk}
    finish(stays, TicketEntry.Kind.MERGED, gone.description)
    public = stays.ticket.entries.filter(kind=TicketEntry.Kind.MERGED).latest("pk")
    files = Attachment.objects.filter(entry__ticket=gone).select_related("entry").order_by("pk")
    _carry(public, [file for file in files if not file.entry.internal])
    if hidden := [file for file in files if file.entry.internal]:
        data = {"from": gone.number, "title": gone.title, "merged": gone.pk, "files": len(hidden)}
        line = TicketEntry.objects.create(
            ticket=stays.ticket, kind=TicketEntry.Kind.MERGED, by=stays.by, at=stays.at, internal=True, data=data
        )
        _carry(line, hidden)


def _carry(entry: TicketEntry, files: list[Attachment]) -> None:
    """The same kept files on another line: the content is not copied."""
    for file in files:
        Attachment.objects.create(
            entry=entry,
            name=file.name,
            file=file.file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            by=file.by,
            at=file.at,
        )
