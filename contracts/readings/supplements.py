"""Supplements (补充协议, clause 1.4.2): those in force, one that waits for signature, the filing of the contract."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.board import Link, Reading, Standing, list_link
from contracts.models import Agreement, AgreementVersion
from contracts.procurement import filing_of
from contracts.signing import progress_of

State = AgreementVersion.State
SOON = timedelta(days=3)


def read_supplements(agreement: Agreement, at: datetime) -> Reading:
    """Kept when fully signed supplements are in force; due soon while one waits for signature."""
    found = list(agreement.versions.filter(kind=AgreementVersion.Kind.SUPPLEMENT))
    links = tuple(_links(agreement))
    active = len([version for version in found if version.state == State.ACTIVE and progress_of(version).complete])
    if any(version.state == State.SIGNING for version in found):
        note = _("一份补充协议待签署")
        return Reading(standing=Standing.DUE_SOON, note=note, count=active, links=links)
    if active:
        note = _("已有 %(n)d 份补充协议生效") % {"n": active}
        return Reading(standing=Standing.KEPT, note=note, count=active, links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


def read_filing(agreement: Agreement, at: datetime) -> Reading:
    """Public procurement: the contract is filed within seven working days of signing (Government Procurement Law 47).

    For other agreements this reader has nothing to say.
    """
    filing = filing_of(agreement)
    if filing is None:
        return Reading(standing=Standing.UNPROVEN)
    today = timezone.localdate(at)
    if filing.filed_on is not None:
        return Reading(standing=Standing.KEPT, note=_("合同已备案"), count=1)
    if filing.overdue(today):
        note = _("政府采购合同应在 %(day)s 前备案，尚未登记") % {"day": filing.due_on.isoformat()}
        return Reading(standing=Standing.OVERDUE, note=note)
    if filing.due_on - today <= SOON:
        note = _("政府采购合同须在 %(day)s 前备案") % {"day": filing.due_on.isoformat()}
        return Reading(standing=Standing.DUE_SOON, note=note)
    return Reading(standing=Standing.UNPROVEN)


def _links(agreement: Agreement) -> Iterator[Link]:
    yield list_link(
        _("协议版本"),
        "contracts_agreementversion",
        "contracts.view_agreementversion",
        portal_url=reverse("contracts:compare", args=[agreement.pk]),
        agreement__id__exact=agreement.pk,
    )
    yield list_link(
        _("条款变动"),
        "contracts_clauseamendment",
        "contracts.view_clauseamendment",
        version__agreement__id__exact=agreement.pk,
    )
