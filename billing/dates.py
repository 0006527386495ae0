"""The due dates of bills on the agenda (contracts.agenda)."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.faces import STANDINGS, open_amount
from billing.models import Document
from billing.money import ZERO
from billing.wording import yuan
from contracts.agenda import Asked, Entry

TITLE = gettext_lazy("付款到期：%(number)s")
SHOWN = ("not_due", "due_soon", "part_paid", "overdue", "paid")


def due_dates(asked: Asked, *, words: object = TITLE) -> Iterator[Entry]:
    """Bills whose time to pay runs or ran: finance answers for all, others for the agreements that they manage.

    words: how an entry is titled, with %(number)s in it.
    """
    user, rows = asked.user, Document.objects.issued()
    if user.is_staff:
        if not user.has_perm("billing.view_document"):
            return
        if asked.mine and not user.has_perm("billing.record_receipt"):
            rows = rows.filter(agreement__manager=user)
    else:
        rows = Document.objects.for_user(user)
    rows = rows.with_standing(today=asked.today, soon=asked.today).filter(
        standing__in=SHOWN, due_on__gte=asked.first, due_on__lte=asked.last
    )
    for row in rows.defer("snapshot").select_related("agreement"):
        name = "admin:billing_document_change" if user.is_staff else "billing:document"
        label, tone = STANDINGS[row.standing]
        yield Entry(
            uid=f"bill-{row.pk}",
            day=row.due_on,
            title=str(words) % {"number": row.number},
            kind=_("付款到期"),
            url=reverse(name, args=[row.pk]),
            state=label,
            tone=tone,
            agreement=row.agreement.number,
            note=_("未付 %(amount)s 元") % {"amount": yuan(open_amount(row) or ZERO)},
            provisional=row.due_provisional,
            closed=row.standing == "paid",
        )
