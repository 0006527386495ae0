"""Rules, violations, protection, confidentiality and intellectual property as the clause board reads them."""

from datetime import datetime

from django.utils.translation import gettext as _

from contracts.board import Reader, Reading, Standing, list_link
from contracts.models import Agreement
from contracts.receipts import standings


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


READERS: tuple[tuple[str | tuple[str, ...], Reader], ...] = (("usage_rules", read_rules),)
