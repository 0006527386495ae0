"""What runs by the timetable: morning reminders, provisional due dates counted anew, PDFs that a crash left out."""

import logging

from celery import shared_task
from django.utils import timezone

from billing.formal_invoices import recount_due
from billing.models import Document, FormalInvoice
from billing.periods import civil_day
from billing.printing import keep_pdf
from billing.reminding import HORIZON, remind
from billing.tasks import anomalies, ledger, periods, runs, statements, uploads
from people.refusal import Refused

__all__ = [
    "anomalies",
    "keep_pdfs",
    "ledger",
    "periods",
    "recount_due_dates",
    "remind_due",
    "runs",
    "statements",
    "uploads",
]

log = logging.getLogger("billing.tasks")


@shared_task
def remind_due() -> dict[str, int]:
    """Tell of every bill that is due soon or overdue; a row that cannot be told of does not stop the others."""
    at = timezone.now()
    told = {"soon": 0, "overdue": 0, "nothing": 0, "refused": 0}
    for document in Document.objects.owing(until=civil_day(at) + HORIZON).iterator():
        try:
            told[remind(document, at=at)] += 1
        except Refused as refused:
            told["refused"] += 1
            log.warning("document %s: %s", document.pk, refused)
    return told


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
