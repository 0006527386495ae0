"""Rates, usage, service periods, documents, formal invoices, bank receipts and their allocation."""

from billing.models.anomalies import UsageAnomaly
from billing.models.bank import BankMapping, BankRow, BankStatement, KnownPayer, Refund
from billing.models.cases import DunningCase
from billing.models.demands import Demand, DemandBill
from billing.models.disputes import BillDispute
from billing.models.documents import Document, DocumentLine, FormalInvoice, NumberSeries
from billing.models.dunning import DunningEntry, DunningStep
from billing.models.formal import FormalFile, RedLetter
from billing.models.interest import CollectionCost, Judgment, LprRate
from billing.models.ledger import LedgerEntry
from billing.models.metering import RateLine, ServicePeriod, UsageRecord
from billing.models.receipts import Allocation, BankReceipt
from billing.models.runs import InvoiceRun, InvoiceRunRow
from billing.models.statements import LineAnswer, UsageStatement, UsageStatementLine
from billing.models.stopping import DebtorStop, StopReview
from billing.models.taxes import TaxRate
from billing.models.uploads import StagedUsage, UploadProblem, UsageUpload

__all__ = [
    "Allocation",
    "BankMapping",
    "BankReceipt",
    "BankRow",
    "BankStatement",
    "BillDispute",
    "CollectionCost",
    "DebtorStop",
    "Demand",
    "DemandBill",
    "Document",
    "DocumentLine",
    "DunningCase",
    "DunningEntry",
    "DunningStep",
    "FormalFile",
    "FormalInvoice",
    "InvoiceRun",
    "InvoiceRunRow",
    "Judgment",
    "KnownPayer",
    "LedgerEntry",
    "LineAnswer",
    "LprRate",
    "NumberSeries",
    "RateLine",
    "RedLetter",
    "Refund",
    "ServicePeriod",
    "StagedUsage",
    "StopReview",
    "TaxRate",
    "UploadProblem",
    "UsageAnomaly",
    "UsageRecord",
    "UsageStatement",
    "UsageStatementLine",
    "UsageUpload",
]
