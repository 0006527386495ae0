"""What tariff, usage, bills and payments say of the clauses on fees, for the clause board."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.faces import today_is
from billing.models import Document, FormalInvoice, RateLine, ServicePeriod, UsageRecord
from billing.periods import civil_day
from contracts import board
from contracts.board import Link, Reading, Standing, list_link
from contracts.models import Agreement, AgreementVersion
from contracts.panorama import applying_version

INVOICES = ("invoice", "interest_invoice")


def read_usage_fee(agreement: Agreement, at: datetime) -> Reading:
    """Charging by use (6.1.1): a tariff, and bills drawn up from it."""
    rates = RateLine.objects.filter(version__agreement=agreement).count()
    links = (_rates(agreement), _usage(agreement), _documents(agreement))
    if not rates:
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有登记价目"), links=links)
    billed = Document.objects.issued().filter(agreement=agreement, kind="invoice").count()
    if billed:
        note = _("价目 %(rates)d 项，按用量出具账单 %(n)d 份") % {"rates": rates, "n": billed}
        return Reading(standing=Standing.KEPT, note=note, count=billed, links=links)
    metered = UsageRecord.objects.filter(agreement=agreement).exists()
    note = _("已有用量，尚未出账") if metered else _("已有价目，尚无用量")
    return Reading(standing=Standing.UNPROVEN, note=note, count=rates, links=links)


def read_fee_kinds(agreement: Agreement, at: datetime) -> Reading:
    """Kinds of fees (6.1.2): those that the tariff names."""
    found = Counter(RateLine.objects.filter(version__agreement=agreement).values_list("fee_kind", flat=True))
    links = (_rates(agreement),)
    if not found:
        return Reading(standing=Standing.UNPROVEN, links=links)
    names = "、".join(str(label) for kind, label in RateLine.FeeKind.choices if kind in found)
    note = _("价目中的费用：%(names)s") % {"names": names}
    return Reading(standing=Standing.KEPT, note=note, count=found.total(), links=links)


def read_payment(agreement: Agreement, at: datetime) -> Reading:
    """Payment in time (6.2.1): overdue by any bill whose due date is past, from a received formal invoice."""
    version = applying_version(agreement, civil_day(at))
    links = (_documents(agreement), _formal_invoices(agreement))
    if version is None or version.payment_working_days is None:
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有约定付款期限"), links=links)
    found = _standings(agreement, at)
    count = found.total()
    if found["overdue"]:
        note = _("%(n)d 份账单逾期未付清，共开具 %(all)d 份") % {"n": found["overdue"], "all": count}
        return Reading(standing=Standing.OVERDUE, note=note, count=count, links=links)
    if found["due_soon"]:
        note = _("%(n)d 份账单即将到期") % {"n": found["due_soon"]}
        return Reading(standing=Standing.DUE_SOON, note=note, count=count, links=links)
    if found["paid"]:
        note = _("没有逾期账单；已付清 %(n)d 份，共开具 %(all)d 份") % {"n": found["paid"], "all": count}
        return Reading(standing=Standing.KEPT, note=note, count=count, links=links)
    note = _("开具 %(all)d 份，都未到期") % {"all": count} if count else ""
    return Reading(standing=Standing.UNPROVEN, note=note, count=count, links=links)


def read_late_payment(agreement: Agreement, at: datetime) -> Reading:
    """Late payment (6.3.2): what Party A may do, so the bills that give it the right."""
    version = applying_version(agreement, civil_day(at))
    links = (_documents(agreement, standing="overdue"),)
    found = _standings(agreement, at)
    if found["overdue"]:
        agreed = version is not None and version.interest_basis != AgreementVersion.InterestBasis.NONE
        note = _("%(n)d 份账单逾期，可以催告") % {"n": found["overdue"]}
        note += _("并计收利息") if agreed else _("；没有约定逾期利息")
        return Reading(standing=Standing.OVERDUE, note=note, count=found["overdue"], links=links)
    settled = found["paid"] + found["due_soon"] + found["not_due"] + found["part_paid"]
    if settled:
        note = _("%(n)d 份账单没有逾期") % {"n": settled}
        return Reading(standing=Standing.KEPT, note=note, count=settled, links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


def read_taxes(agreement: Agreement, at: datetime) -> Reading:
    """Taxes (6.2.2): the formal invoices that state them."""
    standing = FormalInvoice.objects.standing().filter(document__agreement=agreement).count()
    links = (_formal_invoices(agreement),)
    if not standing:
        return Reading(standing=Standing.UNPROVEN, links=links)
    note = _("登记有效的正式发票 %(n)d 张，税额随票载明") % {"n": standing}
    return Reading(standing=Standing.KEPT, note=note, count=standing, links=links)


def read_service_periods(agreement: Agreement, at: datetime) -> Reading:
    """Service periods (6.3.1): near while one that is over waits for its bill."""
    today = civil_day(at)
    periods = list(ServicePeriod.objects.filter(agreement=agreement).values_list("ends_on", "state"))
    links = (
        list_link(
            _("服务周期"), "billing_serviceperiod", "billing.view_serviceperiod", agreement__id__exact=agreement.pk
        ),
    )
    if not periods:
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有开立服务周期"), links=links)
    waiting = sum(1 for ends_on, state in periods if ends_on <= today and state == ServicePeriod.State.OPEN)
    if waiting:
        note = _("%(n)d 个服务周期已结束，尚未出账") % {"n": waiting}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(periods), links=links)
    closed = sum(1 for _ends_on, state in periods if state == ServicePeriod.State.CLOSED)
    if closed:
        note = _("%(n)d 个服务周期已出账") % {"n": closed}
        return Reading(standing=Standing.KEPT, note=note, count=closed, links=links)
    return Reading(standing=Standing.UNPROVEN, note=_("首个服务周期尚未结束"), count=len(periods), links=links)


def _standings(agreement: Agreement, at: datetime) -> Counter[str]:
    today = today_is(civil_day(at))
    issued = Document.objects.issued().filter(agreement=agreement, kind__in=INVOICES)
    return Counter(issued.with_standing(today=today.day, soon=today.soon).values_list("standing", flat=True))


def _documents(agreement: Agreement, **chosen: str) -> Link:
    own = f"{reverse('billing:documents')}?{urlencode({'q': agreement.number})}"
    own += f"&state={chosen['standing']}" if "standing" in chosen else ""
    return list_link(
        _("账单"),
        "billing_document",
        "billing.view_document",
        portal_url=own,
        agreement__id__exact=agreement.pk,
        **chosen,
    )


def _formal_invoices(agreement: Agreement) -> Link:
    return list_link(_("正式发票"), "billing_formalinvoice", "billing.view_formalinvoice", q=agreement.number)


def _rates(agreement: Agreement) -> Link:
    return list_link(_("价目"), "billing_rateline", "billing.view_rateline", q=agreement.number)


def _usage(agreement: Agreement) -> Link:
    return list_link(
        _("用量记录"), "billing_usagerecord", "billing.view_usagerecord", agreement__id__exact=agreement.pk
    )


READERS: Iterable[tuple[str, board.Reader]] = (
    ("usage_fee", read_usage_fee),
    ("fee_kinds", read_fee_kinds),
    ("payment", read_payment),
    ("taxes", read_taxes),
    ("service_periods", read_service_periods),
    ("late_payment", read_late_payment),
)


def register_readers() -> None:
    """Let these readers speak for their topics."""
    for topic, reader in READERS:
        board.add_reader(topic, reader)
