"""The console's pages on money; each module registers its own."""

from billing.admin import (
    anomalies,
    disputes,
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
    "disputes",
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
