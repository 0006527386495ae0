"""The suspension of a debtor as a kind of request: what the approver reads, and what his consent sets off."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import stopping
from billing.models import DebtorStop
from billing.stop_conditions import LABELS
from contracts.models import Suspension
from journal import effects
from journal.models import Approval


def register_stops() -> None:
    """Make the suspension of a debtor known as a kind of request; call it from AppConfig.ready."""
    effects.register(
        stopping.KIND,
        stopping.approve,
        permission="billing.approve_debtorstop",
        label=gettext_lazy("欠费暂停服务"),
        present=present,
        describe=describe,
    )


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    rows = DebtorStop.objects.select_related("agreement", "demand")
    return stopping.contents(rows.get(pk=approval.target_id))


def describe(approval: Approval) -> Iterator[tuple[object, object]]:
    """What the approver reads: the scope, the reason, and each condition as it was found at the proposal."""
    stop = DebtorStop.objects.select_related("agreement__party_b", "demand").get(pk=approval.target_id)
    yield _("协议编号"), stop.agreement.number
    yield _("乙方"), stop.agreement.party_b.name
    yield _("催告函"), stop.demand.number
    yield _("范围"), Suspension.Scope(stop.scope).label
    if stop.scope_note:
        yield _("范围说明"), stop.scope_note
    yield _("理由"), stop.reason
    for key, _met, evidence in stop.checks[0]["conditions"]:
        yield LABELS[key], evidence
