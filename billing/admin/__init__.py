"""The console's pages on money; each module registers its own."""

from billing.admin import (
    anomalies,
    bank,
    disputes,
    documents,
    formal_invoices,
    ledger,
    lpr_rates,
    periods,
    rates,
    receipts,
    runs,
    statements,
    taxes,
    uploads,
    usage,
)

__all__ = [
    "anomalies",
    "bank",
    "disputes",
    "documents",
    "formal_invoices",
    "ledger",
    "lpr_rates",
    "periods",
    "rates",
    "receipts",
    "runs",
    "statements",
    "taxes",
    "uploads",
    "usage",
]
