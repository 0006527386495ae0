"""What must hold of the rows of money, each check by its name; none of them trusts the guards of the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext as _

from billing.balancing import CREDITS, differences
from billing.many_debts import debts
from billing.models import Allocation, BankReceipt, Document, DocumentLine, FormalInvoice, NumberSeries, Refund
from billing.money_sheets import yuan_of
from billing.numbering import SERIES, printed
from billing.open_items import BILLS, fen_of, sum_of
from billing.overdue import Debt
from billing.printing import path_of
from billing.wording import yuan
from contracts.models import Agreement

SHOWN = 5
SLICES = 28  # a nightly run reads the files of one slice; every file is read once in so many days


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold: by which check, of which row, and what is wrong."""

    check: str
    row: str
    words: str

    def __str__(self) -> str:
        return f"[{self.check}] {self.row}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to check: everything or one agreement, on a day; files of one slice, or all (None)."""

    on: date
    agreement: Agreement | None = None
    slice: int | None = None

    def of(self, rows: QuerySet[Any], path: str = "agreement") -> QuerySet[Any]:
        """The rows of the agreement that is asked for, unordered."""
        return (rows if self.agreement is None else rows.filter(**{path: self.agreement})).order_by()


def four_ways(asked: Asked) -> Iterator[Fault]:
    """The balance by documents, by the view, by the statement of account and by the ageing is one balance."""
    for one in differences(asked.on, agreement=asked.agreement):
        amounts = " / ".join(yuan(yuan_of(fen)) for fen in one.ways)
        papers = _names(one.papers)
        row = f"agreement {one.agreement}" if one.agreement else f"organisation {one.body}"
        told = {"amounts": amounts, "papers": papers}
        yield Fault("four-ways", row, _("单据、明细账、对账单、账龄的余额不相等：%(amounts)s；涉及 %(papers)s") % told)


def _names(papers: tuple[int, ...]) -> str:
    numbers = dict(Document.objects.filter(pk__in=[pk for pk in papers[:SHOWN] if pk > 0]).values_list("pk", "number"))
    shown = [numbers.get(pk) or (f"document {pk}" if pk > 0 else f"receipt {-pk}") for pk in papers[:SHOWN]]
    return ", ".join(shown) + (" …" if len(papers) > SHOWN else "")


def receipts_not_overspent(asked: Asked) -> Iterator[Fault]:
    """What a receipt paid and what was refunded of it is not more than came in."""
    paid = Allocation.objects.filter(receipt=OuterRef("pk"))
    back = Refund.objects.filter(receipt=OuterRef("pk")).exclude(state="dropped")
    rows = asked.of(BankReceipt.objects.all(), "allocations__document__agreement").distinct()
    rows = rows.annotate(came=fen_of("amount"), gone=sum_of(paid, "receipt") + sum_of(back, "receipt"))
    for pk, came, gone in rows.filter(Q(gone__gt=F("came")) | Q(gone__lt=0)).values_list("pk", "came", "gone"):
        words = _("到账 %(came)s 元，核销和退款共 %(gone)s 元") % {
            "came": yuan(yuan_of(came)),
            "gone": yuan(yuan_of(gone)),
        }
        yield Fault("receipts", f"receipt {pk}", words)


def credits_not_overspent(asked: Asked) -> Iterator[Fault]:
    """What a credit note or a write-off pays is not more than it is worth."""
    rows = asked.of(Document.objects.issued().filter(kind__in=CREDITS))
    rows = rows.annotate(worth=fen_of("gross"), gone=sum_of(Allocation.objects.filter(credit=OuterRef("pk")), "credit"))
    for number, worth, gone in rows.filter(Q(gone__gt=F("worth")) | Q(gone__lt=0)).values_list(
        "number", "worth", "gone"
    ):
        words = _("金额 %(worth)s 元，用出 %(gone)s 元") % {"worth": yuan(yuan_of(worth)), "gone": yuan(yuan_of(gone))}
        yield Fault("credits", number, words)


def credit_notes_within_bills(asked: Asked) -> Iterator[Fault]:
    """The credit notes of a bill are not more than the bill."""
    notes = Document.objects.issued().filter(kind="credit_note", refers_to=OuterRef("pk"))
    rows = asked.of(Document.objects.issued().filter(kind__in=BILLS, corrections__kind="credit_note")).distinct()
    rows = rows.annotate(worth=fen_of("gross"), credited=sum_of(notes, "refers_to", "gross"))
    for number, worth, gone in rows.filter(credited__gt=F("worth")).values_list("number", "worth", "credited"):
        words = _("账单 %(worth)s 元，贷项共 %(gone)s 元") % {
            "worth": yuan(yuan_of(worth)),
            "gone": yuan(yuan_of(gone)),
        }
        yield Fault("credit-notes", number, words)


def bills_not_overpaid(asked: Asked) -> Iterator[Fault]:
    """What pays a bill is not more than its gross and the interest that had run."""
    rows = asked.of(Document.objects.issued().filter(kind__in=BILLS))
    paid = Allocation.objects.filter(document=OuterRef("pk"), component="principal")
    over = rows.annotate(worth=fen_of("gross"), paid=sum_of(paid, "document"))
    for number, worth, gone in over.filter(Q(paid__gt=F("worth")) | Q(paid__lt=0)).values_list(
        "number", "worth", "paid"
    ):
        words = _("应付 %(worth)s 元，核销本金 %(gone)s 元") % {
            "worth": yuan(yuan_of(worth)),
            "gone": yuan(yuan_of(gone)),
        }
        yield Fault("bills", number, words)
    charged = rows.filter(pk__in=_charged().values("document"))
    accepted = FormalInvoice.objects.filter(state="accepted", document__in=charged)
    due = dict(accepted.values_list("document", "due_on"))
    for bill, debt in debts(charged, due, until=date.max):
        over = _over(debt)
        if over:
            words = _("核销超过当日应付的利息或费用 %(over)s 元") % {"over": yuan(over)}
            yield Fault("bills", bill.number or str(bill.pk), words)


def _charged() -> QuerySet[Any]:
    return Allocation.objects.standing().exclude(component="principal")


def _over(debt: Debt) -> Decimal:
    """What was paid of interest, costs and the doubled part beyond what had run on the day of the payment."""
    last = max((payment.on for payment in (*debt.payments, *debt.doubled_paid)), default=date.min)
    doubled = debt.doubled(last)
    unfounded = (
        sum((payment.amount for payment in debt.doubled_paid), Decimal(0)) if doubled is None else doubled.credit
    )
    return debt.on(last).credit + unfounded


def totals_are_sums(asked: Asked) -> Iterator[Fault]:
    """The totals of an issued document are the sums of its lines, and gross is net and tax."""
    lines = DocumentLine.objects.filter(document=OuterRef("pk"))
    rows = asked.of(Document.objects.issued())
    for name in ("net", "tax", "gross"):
        rows = rows.annotate(**{f"own_{name}": fen_of(name), f"sum_{name}": sum_of(lines, "document", name)})
    wrong = ~Q(own_gross=F("own_net") + F("own_tax"))
    lined = Q(Exists(lines)) | ~Q(kind="write_off")  # a write-off may have no lines at all
    for name in ("net", "tax", "gross"):
        wrong |= ~Q(**{f"own_{name}": F(f"sum_{name}")}) & lined
    for number, own, total in rows.filter(wrong).values_list("number", "own_gross", "sum_gross"):
        words = _("合计 %(own)s 元，各行之和 %(total)s 元") % {"own": yuan(yuan_of(own)), "total": yuan(yuan_of(total))}
        yield Fault("totals", number, words)


def numbers_without_gaps(asked: Asked) -> Iterator[Fault]:
    """The numbers of a series and year are 1 to the last one given out, each once, and printed as they are."""
    rows = Document.objects.issued().order_by().values("series", "year")
    grouped = rows.annotate(count=Count("pk"), first=Min("sequence"), final=Max("sequence"))
    found = {(row["series"], row["year"]): row for row in grouped}
    # Other papers (statements of use, demands) count in series of their own.
    series_of_documents = NumberSeries.objects.filter(series__in=SERIES.values())
    given = {(row.series, row.year): row.last for row in series_of_documents}
    for series, year in sorted({*found, *given}):
        row = found.get((series, year), {"count": 0, "first": 1, "final": 0})
        last = given.get((series, year), 0)
        if (row["first"], row["final"], row["count"]) != (1, last, last):
            yield Fault("numbers", f"{series}-{year}", _gaps(series, year, last))
    for number, series, year, sequence in asked.of(Document.objects.issued()).values_list(
        "number", "series", "year", "sequence"
    ):
        if number != printed(series, year, sequence):
            yield Fault("numbers", number, _("编号与字轨、年度、序号不符"))


def _gaps(series: str, year: int, last: int) -> str:
    there = set(Document.objects.issued().filter(series=series, year=year).values_list("sequence", flat=True))
    wanted = set(range(1, last + 1))
    listed = ", ".join(str(one) for one in sorted(wanted ^ there)[:SHOWN])
    return _("已用到 %(last)d 号，缺少或多出：%(listed)s") % {"last": last, "listed": listed}


def reversals_mirror(asked: Asked) -> Iterator[Fault]:
    """A reversal is the row that it reverses with the sign turned: the same paper, part, source and day."""
    same = Q(reverses__amount=-F("amount"))
    for name in ("document", "component", "effective_on"):
        same &= Q(**{name: F(f"reverses__{name}")})
    for name in ("receipt", "credit"):
        same &= Q(**{name: F(f"reverses__{name}")}) | Q(**{f"{name}__isnull": True, f"reverses__{name}__isnull": True})
    rows = asked.of(Allocation.objects.filter(reverses__isnull=False), "document__agreement")
    for pk, original in rows.exclude(same).values_list("pk", "reverses_id"):
        yield Fault(
            "reversals", f"allocation {pk}", _("与所冲回的记录 %(original)d 不是相反的一笔") % {"original": original}
        )


def snapshots_agree(asked: Asked) -> Iterator[Fault]:
    """The frozen content says the number and the totals of its row."""
    names = ("gross", "net", "tax", "amount")
    texts = {f"said_{name}": KeyTextTransform(name, "snapshot") for name in names}
    rows = asked.of(Document.objects.issued()).annotate(
        said_number=KeyTextTransform("number", KeyTransform("heading", "snapshot")), **texts
    )
    columns = ("number", "net", "tax", "gross", "said_number", *texts)
    for number, net, tax, gross, frozen_number, *frozen in rows.values_list(*columns).iterator(2000):
        said = dict(zip(names, frozen, strict=True))
        own = {"net": net, "tax": tax, "gross": gross, "amount": gross}
        wrong = [name for name, value in said.items() if value is not None and Decimal(value) != own[name]]
        if wrong or frozen_number != number or (said["gross"] or said["amount"]) is None:
            yield Fault(
                "snapshots", number, _("冻结内容与账单不符：%(names)s") % {"names": ", ".join(wrong) or "number"}
            )


def files_as_kept(asked: Asked) -> Iterator[Fault]:
    """A kept PDF is the one whose hash was taken.  One that is lost is drawn anew from the frozen content."""
    rows = asked.of(Document.objects.issued().exclude(pdf_sha256="").only("pk", "number", "year", "pdf_sha256"))
    if asked.slice is not None:
        rows = rows.annotate(part=F("pk") % SLICES).filter(part=asked.slice % SLICES)
    for document in rows.iterator(500):
        path = path_of(document)
        if not default_storage.exists(path):
            continue
        with default_storage.open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != document.pdf_sha256:
            yield Fault("files", document.number or "", _("存档 PDF 的校验值不符"))


CHECKS: tuple[Callable[[Asked], Iterator[Fault]], ...] = (
    four_ways,
    receipts_not_overspent,
    credits_not_overspent,
    credit_notes_within_bills,
    bills_not_overpaid,
    totals_are_sums,
    numbers_without_gaps,
    reversals_mirror,
    snapshots_agree,
    files_as_kept,
)


def verify(asked: Asked) -> Iterator[Fault]:
    """Everything that does not hold, check by check."""
    for check in CHECKS:
        yield from check(asked)
