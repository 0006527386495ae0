"""The console's pages on money; each module registers its own."""

from billing.admin import documents, formal_invoices, periods, rates, receipts, usage

__all__ = ["documents", "formal_invoices", "periods", "rates", "receipts", "usage"]
