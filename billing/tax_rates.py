"""The table of tax rates: a new rate follows the one before it; what bills were made with is never changed."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.models import DocumentLine, TaxRate
from journal.recording import record
from people.models import User
from people.refusal import Refused


@transaction.atomic
def keep_tax_rate(row: TaxRate, *, by: User, at: datetime) -> TaxRate:
    """Keep a new or edited rate; one that is open before it ends where it begins.

    Raises Refused when bills were made with it, or when bills stand for days from which it would apply.
    """
    rows = TaxRate.objects.select_for_update(no_key=True).filter(fee_kind=row.fee_kind)
    others = [other for other in rows.order_by("valid_from") if other.pk != row.pk]
    adding = row.pk is None
    if not adding and row.lines.exists():
        raise Refused(_("已有账单按这个税率计税，不能修改；税率变动的，请登记新的一条。"))
    _check_unbilled(row.fee_kind, row.valid_from)
    _end_the_one_before(row, others, by=by, at=at)
    if rival := _rival(row):
        raise Refused(
            _("“%(kind)s”在这段时间已有税率 %(rate)s%%（%(day)s 起），适用期不能重叠。")
            % {"kind": row.get_fee_kind_display(), "rate": f"{rival.rate.normalize():f}", "day": rival.valid_from}
        )
    row.save()
    _note("tax_rate.added" if adding else "tax_rate.changed", row, by=by, at=at)
    return row


@transaction.atomic
def end_tax_rate(row: TaxRate, *, on: date, by: User, at: datetime) -> TaxRate:
    """The rate applies no longer from a day on; bills made with it for later days stand in the way."""
    row = TaxRate.objects.select_for_update(no_key=True).get(pk=row.pk)
    _end(row, on, by=by, at=at)
    return row


def _end_the_one_before(row: TaxRate, others: list[TaxRate], *, by: User, at: datetime) -> None:
    for other in others:
        if other.valid_to is None and other.valid_from < row.valid_from:
            _end(other, row.valid_from, by=by, at=at)


def _end(row: TaxRate, on: date, *, by: User, at: datetime) -> None:
    if on <= row.valid_from:
        raise Refused(_("结束日期须晚于适用自 %(day)s。") % {"day": row.valid_from})
    if row.valid_to is not None and row.valid_to < on:
        raise Refused(_("这个税率已于 %(day)s 结束。") % {"day": row.valid_to})
    billed = row.lines.filter(tax_point__gte=on).order_by("-tax_point").first()
    if billed is not None:
        raise Refused(
            _("已有账单按这个税率计税到 %(day)s，结束日期不能更早；错开的账单请用贷项通知单更正。")
            % {"day": billed.tax_point}
        )
    row.valid_to = on
    row.save()
    _note("tax_rate.ended", row, by=by, at=at)


def _check_unbilled(kind: str, day: date) -> None:
    """No bill took a rate of the table for a day on which the new one would apply."""
    billed = DocumentLine.objects.filter(tax_row__fee_kind=kind, tax_point__gte=day).order_by("-tax_point").first()
    if billed is not None:
        raise Refused(
            _("%(day)s 已有账单用了税率表（%(document)s），新税率的适用日须晚于这一天；错开的账单请用贷项通知单更正。")
            % {"day": billed.tax_point, "document": billed.document}
        )


def _rival(row: TaxRate) -> TaxRate | None:
    others = TaxRate.objects.filter(fee_kind=row.fee_kind).exclude(pk=row.pk)
    overlapping = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=row.valid_from))
    if row.valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=row.valid_to)
    return overlapping.first()


def _note(action: str, row: TaxRate, *, by: User, at: datetime) -> None:
    data = {"kind": row.fee_kind, "rate": row.rate, "from": row.valid_from, "to": row.valid_to, "basis": row.basis}
    record(action, obj=row, by=by, at=at, data=data)
