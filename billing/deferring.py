"""A due date moved by a supplement: the days that bear interest move with it (sales interpretation 18 (1))."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.due_dates import moved
from billing.models import Allocation, Document, FormalInvoice
from contracts.models import AgreementVersion
from journal.recording import record
from people.models import User
from people.refusal import Refused


def supplements_of(document: Document) -> QuerySet[AgreementVersion]:
    """The supplements of the bill's agreement that are in force or were: one of them may move its due date."""
    active = AgreementVersion.State.ACTIVE
    found: QuerySet[AgreementVersion] = document.agreement.versions.filter(
        kind=AgreementVersion.Kind.SUPPLEMENT, state=active
    )
    return found.order_by("-number")


@transaction.atomic
def move_due(document: Document, *, supplement: AgreementVersion, to: date, by: User, at: datetime) -> FormalInvoice:
    """Set the due date that the parties agreed in a supplement in the place of the counted one.

    The counted one stays in the working.  Raises Refused without an accepted formal invoice, for a supplement that is
    not an active one of this agreement, and once interest of the bill was paid, moved or waived by the earlier date.
    """
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    accepted = document.formal_invoices.filter(state=FormalInvoice.State.ACCEPTED)
    invoice: FormalInvoice | None = accepted.first()
    if invoice is None or invoice.due_on is None or invoice.received_on is None:
        raise Refused(_("乙方还没有签收正式发票，没有可以改期的到期日。"))
    if not supplements_of(document).filter(pk=supplement.pk).exists():
        raise Refused(_("只能按本协议已生效的补充协议改期。"))
    if to == invoice.due_on or to < invoice.received_on:
        raise Refused(
            _("新的到期日 %(to)s 须不同于现在的 %(now)s，也不早于收到发票之日。") % {"to": to, "now": invoice.due_on}
        )
    if document.allocations.standing().filter(component=Allocation.Component.INTEREST).exists():
        raise Refused(_("已有按原到期日抵充、转出或减免的利息，请先冲回再改期。"))
    step = {"supplement": supplement.label, "before": invoice.due_on.isoformat(), "after": to.isoformat()}
    working = dict(invoice.due_working or {})
    invoice.due_working = {**working, "moved": [*moved(working), step]}
    invoice.due_on, invoice.due_provisional = to, False
    invoice.save()
    record(
        "formal_invoice.due_moved", obj=document, by=by, at=at, data={"formal_invoice": invoice.number, **step},
        organisation_id=document.agreement.party_b_id, agreement_id=document.agreement_id,
    )  # fmt: skip
    return invoice
