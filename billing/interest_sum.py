"""Overdue bills with their interest on a day, and the totals: for an agreement, or for all of a Party B's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Prefetch
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import lpr_rates
from billing.corrections import BILLS
from billing.interest import InterestTerms
from billing.models import Allocation, CollectionCost, Document
from billing.money import ZERO
from billing.overdue import Rows, debt_from, terms_of
from billing.querysets import DocumentQuerySet
from billing.sheets import judgment_of
from people.exporting import Row

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is open of one bill or of several, in yuan."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    interest_paid: Decimal = ZERO
    interest_open: Decimal = ZERO
    costs: Decimal = ZERO
    doubled: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def owed(self) -> Decimal:
        """All that is open."""
        return self.principal + self.interest_open + self.costs + self.doubled


@dataclass(frozen=True, slots=True)
class Line:
    """An overdue bill on a day."""

    document: Document
    due_on: date
    days: int
    sums: Sums
    provisional: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """All overdue bills on a day, and their totals."""

    on: date
    lines: list[Line]
    total: Sums

    @property
    def missing(self) -> tuple[str, ...]:
        """The months whose LPR has no row, which make a line provisional."""
        return tuple(sorted({month for line in self.lines for month in line.missing}))


def summary_of(documents: DocumentQuerySet, *, on: date) -> Summary:
    """The bills among documents that were due before a day and owe something on it, the oldest due date first."""
    lines = sorted(_lines(documents, on), key=lambda line: (line.due_on, line.document.number or ""))
    return Summary(on, lines, sum((line.sums for line in lines), Sums()))


def overdue_agreements(*, on: date) -> list[dict[str, object]]:
    """The agreements with bills overdue on a day: key, number, Party B and how many bills."""
    owing = Document.objects.filter(kind__in=BILLS).owing(until=on - ONE_DAY).order_by()
    named = owing.values("agreement", "agreement__number", "agreement__party_b__name")
    return list(named.annotate(bills=Count("pk")).order_by("agreement__number"))


HEADER = (
    _("账单"), _("协议"), _("到期日"), _("逾期天数"), _("未付本金"), _("利息合计"), _("已付利息"), _("未付利息"),
    _("费用"), _("加倍利息"), _("应付合计"), _("暂计"),
)  # fmt: skip


def sheet_rows(summary: Summary) -> Iterator[Row]:
    """The lines of the spreadsheet, the total last."""
    for line in summary.lines:
        sums, bill = line.sums, line.document
        yield [
            bill.number, bill.agreement.number, line.due_on, line.days, sums.principal, sums.interest,
            sums.interest_paid, sums.interest_open, sums.costs, sums.doubled, sums.owed,
            "、".join(line.missing),
        ]  # fmt: skip
    total = summary.total
    yield [
        gettext("合计"), "", None, None, total.principal, total.interest, total.interest_paid, total.interest_open,
        total.costs, total.doubled, total.owed, "",
    ]  # fmt: skip


def _lines(documents: DocumentQuerySet, on: date) -> Iterator[Line]:
    table, agreed = lpr_rates.table(), dict[int, InterestTerms]()
    for bill in _with_rows(documents, on):
        if bill.version_id not in agreed:
            agreed[bill.version_id] = terms_of(bill.version)
        due = bill.due_on
        assert due is not None, "asked for by the query"  # noqa: S101
        rows = Rows(due, bill.paid_by, bill.standing_costs, judgment_of(bill))
        debt = debt_from(bill, rows, table=table, agreed=agreed[bill.version_id])
        found = debt.on(on)
        sums = Sums(
            found.principal_open, found.total_interest, found.interest_paid, found.interest_open, found.costs_open,
            debt.doubled_open(on),
        )  # fmt: skip
        if sums.owed:
            yield Line(bill, due, (on - due).days, sums, found.provisional, found.missing)


def _with_rows(documents: DocumentQuerySet, on: date) -> Iterable[Document]:
    due = documents.filter(kind__in=BILLS).with_due().filter(due_on__lt=on).defer("snapshot")
    return due.select_related("agreement__party_b", "version__agreement", "judgment").prefetch_related(
        Prefetch("allocations", Allocation.objects.standing().order_by("effective_on", "pk"), to_attr="paid_by"),
        Prefetch("costs", CollectionCost.objects.standing(), to_attr="standing_costs"),
    )
