"""Who is told of a disputed bill: finance when Party B objects, Party B of the decision."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import BillDispute
from billing.telling import holders, people_of
from journal.models import Notice
from journal.outbox import announce_each
from people import roles
from people.models import User


def tell_opened(dispute: BillDispute, *, by: User, at: datetime) -> None:
    """Finance and its leads learn that a bill is disputed."""
    told = _told(dispute)
    announce_each(
        [person for person in holders(roles.FINANCE, roles.FINANCE_LEAD) if person.pk != by.pk],
        key=f"bill_dispute.opened:{dispute.pk}",
        kind="bill_dispute.opened",
        subject=lambda: _("账单 %(number)s 有异议，涉及 %(amount)s 元") % told,
        body=lambda: _("乙方对账单 %(number)s 提出异议，涉及 %(amount)s 元。理由：%(reason)s") % told,
        url=reverse("admin:billing_document_change", args=[dispute.document_id]),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def tell_decided(dispute: BillDispute, *, at: datetime) -> None:
    """Party B learns how its objection was decided."""
    announce_each(
        people_of(dispute.document),
        key=f"bill_dispute.decided:{dispute.pk}",
        kind="bill_dispute.decided",
        subject=lambda: _("账单 %(number)s 的异议已裁定：%(outcome)s") % _told(dispute),
        body=lambda: (
            _("贵方对账单 %(number)s 中 %(amount)s 元的异议%(outcome)s，成立 %(upheld)s 元。说明：%(decision)s")
            % _told(dispute)
        ),
        url=reverse("billing:document", args=[dispute.document_id]),
        at=at,
    )


def tell_withdrawn(dispute: BillDispute, *, by: User, at: datetime) -> None:
    """Finance and its leads learn that an objection fell away."""
    told = _told(dispute)
    announce_each(
        [person for person in holders(roles.FINANCE, roles.FINANCE_LEAD) if person.pk != by.pk],
        key=f"bill_dispute.withdrawn:{dispute.pk}",
        kind="bill_dispute.withdrawn",
        subject=lambda: _("账单 %(number)s 的异议已撤回") % told,
        body=lambda: _("对账单 %(number)s 中 %(amount)s 元的异议已撤回。") % told,
        url=reverse("admin:billing_document_change", args=[dispute.document_id]),
        at=at,
    )


def _told(dispute: BillDispute) -> dict[str, Any]:
    return {
        "number": dispute.document.number or "",
        "amount": dispute.amount,
        "reason": dispute.reason,
        "outcome": dispute.get_outcome_display(),
        "upheld": dispute.upheld,
        "decision": dispute.decision,
    }
