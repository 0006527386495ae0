"""The tariff: prices are entered, and ended; a price that was billed is never changed."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.models import RateLine
from billing.pricing import card_of
from contracts.deciding import answer_of
from contracts.models import AgreementVersion
from journal.recording import record
from people.models import User
from people.refusal import Refused


@transaction.atomic
def keep_rate(line: RateLine, *, by: User, at: datetime) -> RateLine:
    """Keep a new or edited price.  Raises Refused when it was billed already or meets another price of its meter."""
    version = (
        AgreementVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agreement")
        .get(pk=line.version_id)
    )
    _check_open(version)
    card_of(line)
    _check_tax(line, version)
    if line.pk is not None and line.lines.exists():
        raise Refused(
            _("价目“%(name)s”已经用于出账，不能修改；请结束它的适用期，另建一条新价目。") % {"name": line.name}
        )
    if rival := _rival(line):
        raise Refused(
            _("计量项 %(meter)s 在同一适用期已有价目“%(name)s”，请先结束它的适用期。")
            % {"meter": line.meter, "name": rival.name}
        )
    adding = line.pk is None
    line.save()
    _note("rate.added" if adding else "rate.changed", line, version, by=by, at=at)
    return line


@transaction.atomic
def end_rate(line: RateLine, *, on: date, by: User, at: datetime) -> RateLine:
    """The price applies no longer from a day on; what was billed by it stays."""
    version = (
        AgreementVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agreement")
        .get(pk=line.version_id)
    )
    line = RateLine.objects.get(pk=line.pk)
    if on <= line.valid_from:
        raise Refused(_("结束日期须晚于适用自 %(day)s。") % {"day": line.valid_from})
    billed = line.lines.filter(period__ends_on__gt=on).order_by("-period__ends_on").first()
    if billed is not None and billed.period is not None:
        raise Refused(_("该价目已经出账到 %(day)s，结束日期不能更早。") % {"day": billed.period.last_day})
    line.valid_to = on
    line.save()
    _note("rate.ended", line, version, by=by, at=at)
    return line


def _check_open(version: AgreementVersion) -> None:
    """What is offered for signing, or was given up, stands still, its prices too."""
    if version.state not in {AgreementVersion.State.DRAFT, AgreementVersion.State.ACTIVE}:
        raise Refused(
            _("%(version)s 是“%(state)s”，价目不能修改；请先退回草稿。")
            % {"version": version.label, "state": version.get_state_display()}
        )


def _check_tax(line: RateLine, version: AgreementVersion) -> None:
    """What stays when the rate changes is agreed once for the agreement: a price that follows the table obeys it."""
    agreed = answer_of(version, "tax_change")
    if line.tax_rate is not None or not agreed:
        return
    if line.includes_tax != (agreed == "gross"):
        raise Refused(
            _("协议约定税率变动时含税价不变，按税率表计税的价目须填含税价。")
            if agreed == "gross"
            else _("协议约定税率变动时不含税价不变，按税率表计税的价目须填不含税价。")
        )


def _rival(line: RateLine) -> RateLine | None:
    """Another price of the same meter and version whose days overlap."""
    if not line.meter:
        return None
    others = RateLine.objects.filter(version_id=line.version_id, meter=line.meter).exclude(pk=line.pk)
    overlapping = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=line.valid_from))
    if line.valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=line.valid_to)
    return overlapping.first()


def _note(action: str, line: RateLine, version: AgreementVersion, *, by: User, at: datetime) -> None:
    agreement = version.agreement
    record(
        action,
        obj=line,
        by=by,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"model": line.model, "unit_price": line.unit_price, "flat_amount": line.flat_amount, "to": line.valid_to},
    )
