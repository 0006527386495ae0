"""The dates of this app on the agenda: duties and the ends of agreements."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.agenda import Asked, Entry
from contracts.duty_faces import STANDINGS, standing_of
from contracts.duty_notices import page_of
from contracts.models import Agreement, ObligationOccurrence


def duties(asked: Asked) -> Iterator[Entry]:
    """Occurrences of duties, but for cancelled ones: staff by permission, Party B its own and the joint ones."""
    user, rows = asked.user, ObligationOccurrence.objects.exclude(state="cancelled")
    if user.is_staff:
        if not user.has_perm("contracts.view_obligationoccurrence"):
            return
        rows = rows.in_charge_of(user) if asked.mine else rows
    else:
        rows = rows.for_user(user)
    rows = rows.due_between(asked.first, asked.last).select_related("obligation__agreement")
    for row in rows:
        label, tone = STANDINGS[standing_of(row, asked.today)]
        yield Entry(
            uid=f"duty-{row.pk}",
            day=row.due_on,
            title=row.obligation.title,
            kind=_("义务（%(side)s）") % {"side": row.obligation.get_side_display()},
            url=page_of(row, user),
            state=label,
            tone=tone,
            agreement=row.obligation.agreement.number,
            provisional=row.provisional,
            closed=row.state != ObligationOccurrence.State.OPEN,
        )


def ends_of_agreements(asked: Asked) -> Iterator[Entry]:
    """The written ends of agreements in force."""
    user, rows = asked.user, Agreement.objects.filter(state__in=("in_force", "suspended"))
    if user.is_staff:
        if not user.has_perm("contracts.view_agreement"):
            return
        rows = rows.filter(manager=user) if asked.mine else rows
    else:
        rows = rows.for_user(user)
    for row in rows.filter(ends_on__gte=asked.first, ends_on__lte=asked.last):
        name = "admin:contracts_agreement_change" if user.is_staff else "contracts:agreement"
        yield Entry(
            uid=f"agreement-end-{row.pk}",
            day=row.ends_on,
            title=_("协议届满：%(title)s") % {"title": row.title},
            kind=_("协议届满"),
            url=reverse(name, args=[row.pk]),
            tone="warn",
            agreement=row.number,
        )
