"""Notices and service (通知与送达): what was sent, and what has not arrived yet."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from contracts.board import Reading, Standing, list_link
from contracts.models import Agreement

LONG_UNDERWAY = timedelta(days=7)


def read_notices(agreement: Agreement, at: datetime) -> Reading:
    """Kept when every notice sent has arrived; due soon when one has been under way for a week."""
    notices = list(agreement.served_notices.exclude(state="draft").values_list("state", "sent_at"))
    links = (
        list_link(
            _("往来通知"), "contracts_servednotice", "contracts.view_servednotice", agreement__id__exact=agreement.pk
        ),
    )
    late = [sent_at for state, sent_at in notices if state == "sent" and at - sent_at >= LONG_UNDERWAY]
    if late:
        note = _("%(n)d 份通知发出 7 天以上仍未登记送达") % {"n": len(late)}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(notices), links=links)
    if notices:
        note = _("已发出 %(n)d 份通知") % {"n": len(notices)}
        return Reading(standing=Standing.KEPT, note=note, count=len(notices), links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)
