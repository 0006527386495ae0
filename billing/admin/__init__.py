"""The console's pages on money; each module registers its own."""

from billing.admin import documents, formal_invoices, lpr_rates, periods, rates, receipts, usage

__all__ = ["documents", "formal_invoices", "lpr_rates", "periods", "rates", "receipts", "usage"]
