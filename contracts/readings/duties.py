"""Obligations as the clause board reads them: they speak for whatever topic they are about."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.duty_faces import standing_of
from contracts.models import Agreement, ObligationOccurrence
from contracts.scheduling import civil_day
from contracts.topics import TOPICS


@dataclass
class Tally:
    """How the duties of one topic stand."""

    overdue: int = 0
    soon: int = 0
    done: int = 0
    done_late: int = 0
    waived: int = 0
    next_due: date | None = None
    for_party_b: bool = False


def tallies(agreement: Agreement, at: datetime) -> Mapping[str, Tally]:
    """The tally of each topic that has an obligation.

    A board asks for each of its topics in turn: what was counted for one is kept on the agreement for that moment.
    """
    kept: tuple[datetime, Mapping[str, Tally]] | None = vars(agreement).get("_duty_tallies")
    if kept is not None and kept[0] == at:
        return kept[1]
    found: dict[str, Tally] = defaultdict(Tally)
    for topic, side in agreement.obligations.exclude(state="ended").values_list("topic", "side"):
        found[topic].for_party_b |= side != "a"
    today = civil_day(at)
    rows = ObligationOccurrence.objects.filter(obligation__agreement=agreement).exclude(state="cancelled")
    for row in rows.select_related("obligation").order_by("due_on"):
        tally = found[row.obligation.topic]
        tally.for_party_b |= row.obligation.side != "a"
        _count(tally, row, standing_of(row, today))
    vars(agreement)["_duty_tallies"] = (at, found)
    return found


@cache
def reader_of(topic: str) -> Reader:
    """The reader of one topic: nothing to say while no obligation is about it."""

    def read(agreement: Agreement, at: datetime) -> Reading | None:
        tally = tallies(agreement, at).get(topic)
        return None if tally is None else _reading(tally, _links(agreement, topic, tally))

    return read


def _count(tally: Tally, row: ObligationOccurrence, standing: str) -> None:
    if standing == "overdue":
        tally.overdue += 1
    elif standing in ("due_soon", "due_today", "in_grace"):
        tally.soon += 1
    elif standing == "done":
        tally.done += 1
    elif standing == "done_late":
        tally.done_late += 1
    elif standing == "waived":
        tally.waived += 1
    if row.state == ObligationOccurrence.State.OPEN and tally.next_due is None:
        tally.next_due = row.due_on


def _reading(tally: Tally, links: tuple[Link, ...]) -> Reading:
    said = {"late": tally.overdue, "soon": tally.soon, "done": tally.done, "done_late": tally.done_late}
    count = tally.done + tally.done_late + tally.overdue + tally.soon
    if tally.overdue:
        note = _("%(late)d 项义务逾期未完成") % said
        return Reading(standing=Standing.OVERDUE, note=note, count=count, links=links)
    if tally.soon:
        note = _("%(soon)d 项义务即将到期") % said
        return Reading(standing=Standing.DUE_SOON, note=note, count=count, links=links)
    if tally.done:
        note = _("按期完成 %(done)d 次") % said
        if tally.done_late:
            note += _("，逾期完成 %(done_late)d 次") % said
        return Reading(standing=Standing.KEPT, note=note, count=tally.done, links=links)
    note = _("逾期完成 %(done_late)d 次") % said if tally.done_late else ""
    if not note and tally.next_due:
        note = _("尚未到期，下次 %(day)s 到期") % {"day": tally.next_due}
    return Reading(standing=Standing.UNPROVEN, note=note, links=links)


def _links(agreement: Agreement, topic: str, tally: Tally) -> tuple[Link, ...]:
    return (
        list_link(
            _("义务"),
            "contracts_obligationoccurrence",
            "contracts.view_obligationoccurrence",
            portal_url=reverse("contracts:duties") + "?stand=all" if tally.for_party_b else "",
            stand="all",
            obligation__agreement__id__exact=agreement.pk,
            obligation__topic__exact=topic,
        ),
    )


READERS: tuple[tuple[str, Reader], ...] = tuple((topic, reader_of(topic)) for topic, _label in TOPICS)
