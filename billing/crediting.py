"""Accepted service credits become lines of the next invoice, each exactly once; and what a month cost, for their rules.

A line names its credit by a unique column: whichever of two runs comes second finds it taken, or fails.  A draft that
is discarded sets its credits free again.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Document, DocumentLine, RateLine
from billing.money import ZERO, fen
from billing.taxing import TaxTable
from contracts.models import Agreement, AgreementVersion
from sla.models import ServiceCredit

HUNDRED = Decimal(100)


def credit_lines(document: Document, charged: Sequence[DocumentLine]) -> list[DocumentLine]:
    """The lines of credits that no invoice carries yet, the oldest month first, as far as the bill stays above zero.

    What does not fit waits for the next bill.  Call it under the agreement's lock.
    """
    waiting = ServiceCredit.objects.accepted().filter(agreement=document.agreement, line__isnull=True)
    net, tax = (sum((getattr(line, name) for line in charged), ZERO) for name in ("net", "tax"))
    lines: list[DocumentLine] = []
    for credit in waiting.select_related("rule").order_by("month", "pk"):
        rate = _tax_rate(document, charged, credit)
        if rate is None:
            continue
        line = _line(document, len(charged) + len(lines) + 1, credit, rate)
        if net + line.net < 0 or tax + line.tax < 0:
            continue
        net, tax = net + line.net, tax + line.tax
        lines.append(line)
    return lines


def month_fee(agreement: Agreement, month: date, fee_kind: str) -> Decimal | None:
    """What the month cost of one kind of fee by the issued invoices, before tax and before credits; None until billed.

    A period that is longer than the month counts by its days in it, rounded half up to the fen.
    """
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    bills = Document.objects.issued().filter(
        agreement=agreement, kind=Document.Kind.INVOICE,
        period__starts_on__lt=following, period__ends_on__gt=month,
    ).select_related("period")  # fmt: skip
    if not _covered(agreement, bills, month, following):
        return None
    lines = DocumentLine.objects.filter(
        document__agreement=agreement, document__kind=Document.Kind.INVOICE, document__state=Document.State.ISSUED,
        rate_line__fee_kind=fee_kind, period__starts_on__lt=following, period__ends_on__gt=month,
    )  # fmt: skip
    return sum((_within(line, month, following) for line in lines.select_related("period")), ZERO)


def place_of_credit(credit: int) -> tuple[str, str] | None:
    """The bill that carries a credit: (its name, its page in the console)."""
    line = DocumentLine.objects.filter(service_credit=credit).select_related("document").first()
    if line is None:
        return None
    return str(line.document), reverse("admin:billing_document_change", args=[line.document_id])


def _covered(agreement: Agreement, bills: Iterable[Document], first: date, following: date) -> bool:
    """Whether every day of the month on which the agreement was in force is on an issued bill."""
    periods = {bill.period_id: bill.period for bill in bills if bill.period}.values()
    billed = sum((min(p.ends_on, following) - max(p.starts_on, first)).days for p in periods)
    start = max(first, agreement.effective_on or first)
    last = min(following, agreement.ends_on + timedelta(days=1)) if agreement.ends_on else following
    return 0 < (last - start).days <= billed


def _within(line: DocumentLine, first: date, following: date) -> Decimal:
    """The part of a line's amount that falls into [first, following), by days."""
    period = line.period
    assert period is not None, "asked for by the query"  # noqa: S101
    days = (min(period.ends_on, following) - max(period.starts_on, first)).days
    return line.net if days == period.days else fen(Fraction(line.net) * Fraction(days, period.days))


def _tax_rate(document: Document, charged: Iterable[DocumentLine], credit: ServiceCredit) -> Decimal | None:
    """The tax rate of the fee that is reduced: of this bill, else of the tariff; None where there is no such fee."""
    kind = credit.rule.fee_kind
    here = [line.tax_rate for line in charged if line.rate_line and line.rate_line.fee_kind == kind]
    if here:
        return Decimal(here[0])
    rates = RateLine.objects.filter(
        version__agreement=document.agreement, version__state=AgreementVersion.State.ACTIVE, fee_kind=kind
    )
    newest = rates.order_by("-valid_from", "-pk").first()
    if newest is None:
        return None
    period = document.period
    return TaxTable().levied(newest, period.last_day if period else credit.month).rate


def _line(document: Document, position: int, credit: ServiceCredit, tax_rate: Decimal) -> DocumentLine:
    net = -credit.amount
    tax = fen(net * tax_rate / HUNDRED)
    with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
        words = _("服务减免 %(month)s %(rule)s") if credit.sequence == 1 else _("服务减免更正 %(month)s %(rule)s")
        description = words % {"month": f"{credit.month:%Y-%m}", "rule": credit.rule}
    return DocumentLine(
        document=document, position=position, description=description, clause=credit.rule.clause, net=net,
        tax_rate=tax_rate, tax=tax, gross=net + tax, period=document.period, service_credit=credit,
        trace={"service_credit": credit.pk, **credit.working},
    )  # fmt: skip
