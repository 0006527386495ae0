"""The console's pages on money; each module registers its own."""

from billing.admin import (
    anomalies,
    documents,
    formal_invoices,
    lpr_rates,
    periods,
    rates,
    receipts,
    taxes,
    uploads,
    usage,
)

__all__ = [
    "anomalies",
    "documents",
    "formal_invoices",
    "lpr_rates",
    "periods",
    "rates",
    "receipts",
    "taxes",
    "uploads",
    "usage",
]
from billing.admin import disputes, documents, formal_invoices, lpr_rates, periods, rates, receipts, usage

__all__ = ["disputes", "documents", "formal_invoices", "lpr_rates", "periods", "rates", "receipts", "usage"]
