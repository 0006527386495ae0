"""What runs by the timetable: morning reminders, provisional due dates counted anew, PDFs that a crash left out."""

from collections import Counter

from celery import shared_task
from django.utils import timezone

from billing.dunning import debtors, dun
from billing.formal_invoices import recount_due
from billing.models import Document, FormalInvoice
from billing.printing import keep_pdf
from billing.tasks import anomalies, ledger, periods, runs, statements, uploads
from billing.tasks import dunning as following

__all__ = [
    "anomalies",
    "following",
    "keep_pdfs",
    "ledger",
    "periods",
    "recount_due_dates",
    "remind_due",
    "runs",
    "statements",
    "uploads",
]


@shared_task
def remind_due() -> dict[str, int]:
    """Take the steps of the dunning ladder that are due, debtor by debtor; one that fails does not stop the others."""
    at = timezone.now()
    counts = Counter({"told": 0, "proposed": 0, "nothing": 0, "refused": 0})
    for debtor in debtors(at=at):
        counts.update(dun(debtor, at=at))
    return dict(counts)


@shared_task
def recount_due_dates() -> int:
    """Count provisional due dates anew; returns how many were looked at."""
    at = timezone.now()
    rows = list(FormalInvoice.objects.filter(state=FormalInvoice.State.ACCEPTED, due_provisional=True))
    for invoice in rows:
        recount_due(invoice, by=None, at=at)
    return len(rows)


@shared_task
def keep_pdfs() -> int:
    """Draw and keep the PDF of every issued document that has none yet: the repair of a crash after issue."""
    documents = list(Document.objects.issued().filter(pdf_sha256=""))
    for document in documents:
        keep_pdf(document)
    return len(documents)
