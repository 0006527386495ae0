"""The parties and their sides (缔约双方、双方身份): who agreed, proven by what was fixed when it went to signing."""

from datetime import datetime

from django.utils.translation import gettext as _

from contracts import parties
from contracts.board import Link, Reading, Standing, list_link
from contracts.models import Agreement, AgreementParty, Organisation


def read_parties(agreement: Agreement, at: datetime) -> Reading:
    """Kept when both parties are identified: code right or confirmed, kind known, fixed at signing (clause 1.1.1)."""
    sides = _sides(agreement)
    missing = [
        _("%(side)s：%(gaps)s") % {"side": side.get_side_display(), "gaps": "、".join(found)}
        for side in sides
        if (found := parties.gaps(side))
    ]
    proven = sum(side.frozen_at is not None for side in sides)
    if missing or proven < len(parties.SIDES):
        return Reading(standing=Standing.UNPROVEN, note="；".join(missing), count=proven, links=_links(agreement))
    named = _("已固定：%(names)s") % {"names": "、".join(side.name for side in sides)}
    return Reading(standing=Standing.KEPT, note=named, count=proven, links=_links(agreement))


def read_sides(agreement: Agreement, at: datetime) -> Reading:
    """Kept when it was fixed at signing which side is what: it decides the interest rule (clause 1.1.2)."""
    frozen = [side for side in _sides(agreement) if side.frozen_at is not None]
    if len(frozen) < len(parties.SIDES):
        note = _("签署时的单位性质还没有固定")
        return Reading(standing=Standing.UNPROVEN, note=note, count=len(frozen), links=_links(agreement))
    said = "，".join(f"{side.get_side_display()} {Organisation.Kind(side.kind).label}" for side in frozen)
    return Reading(standing=Standing.KEPT, note=said, count=len(frozen), links=_links(agreement))


def _sides(agreement: Agreement) -> list[AgreementParty]:
    return [parties.party_of(agreement, side) for side in parties.SIDES]


def _links(agreement: Agreement) -> tuple[Link, ...]:
    number = agreement.pk
    return (
        list_link(
            _("签署主体"), "contracts_agreementparty", "contracts.view_agreementparty", agreement__id__exact=number
        ),
    )
