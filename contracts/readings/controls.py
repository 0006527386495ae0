"""Rules, violations, protection, confidentiality and intellectual property as the clause board reads them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.models import VIOLABLE, Agreement
from contracts.receipts import standings
from contracts.violations import CONFIRMED


def read_rules(agreement: Agreement, at: datetime) -> Reading:
    """Kept when every newest version has reached Party B (clause 3.3.1); due soon while one has not."""
    found = standings([agreement])
    links = (
        list_link(_("使用规则"), "contracts_ruleversion", "contracts.view_ruleversion"),
        list_link(
            _("规则确认"),
            "contracts_ruleacknowledgement",
            "contracts.view_ruleacknowledgement",
            agreement__id__exact=agreement.pk,
        ),
    )
    waiting = [row for row in found if row.arrived_at is None]
    if waiting:
        note = _("%(n)d 项规则的最新版本尚未送达或确认") % {"n": len(waiting)}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(found), links=links)
    if found:
        note = _("%(n)d 项规则的最新版本已送达或确认") % {"n": len(found)}
        return Reading(standing=Standing.KEPT, note=note, count=len(found), links=links)
    return Reading(standing=Standing.UNPROVEN, note=_("没有发布使用规则"), links=links)


def violations_reader(topic: str) -> Reader:
    """A reader of the violations of one topic: breached while a confirmed one is open, due soon under review.

    No violation proves nothing.  Party B reads those that it was notified of.
    """

    def read_violations(agreement: Agreement, at: datetime) -> Reading:
        rows = list(agreement.violations.open().filter(topic=topic).values_list("state", "notice_id"))
        links = (
            list_link(
                _("违规"),
                "contracts_violation",
                "contracts.view_violation",
                portal_url=reverse("contracts:compliance"),
                agreement__id__exact=agreement.pk,
                topic__exact=topic,
            ),
        )
        told = [state for state, notice in rows if notice is not None]
        return replace(_of_violations([state for state, _notice in rows], links), party_b=_of_violations(told, links))

    return read_violations


def _of_violations(states: Sequence[str], links: Sequence[Link]) -> Reading:
    confirmed = sum(state in CONFIRMED for state in states)
    if confirmed:
        note = _("%(n)d 项已确认的违规尚未办结") % {"n": confirmed}
        return Reading(standing=Standing.BREACHED, note=note, count=len(states), links=links)
    if states:
        note = _("%(n)d 项违规正在核实") % {"n": len(states)}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(states), links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


READERS: tuple[tuple[str | tuple[str, ...], Reader], ...] = (
    ("usage_rules", read_rules),
    *((topic, violations_reader(topic)) for topic in VIOLABLE),
)
