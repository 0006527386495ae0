"""The ledger view anew: what is reversed of a write-off is owed again, and no credit of the payer."""

from django.db import migrations

from journal.database_views import DatabaseView

# No percent sign and no quoted literal that an engine would read otherwise: the words are the same on both.
ENTRY = (
    "SELECT {key} || CAST({row}.id AS varchar(20)) AS key, {kind} AS kind, {day} AS entered_on, "
    "{sign}CAST(ROUND({amount} * 100) AS bigint) AS fen, {body} AS body, {agreement} AS agreement_id, "
    "{document} AS document_id, {receipt} AS receipt_id FROM {rows} WHERE {which}"
)
NONE = "CAST(NULL AS bigint)"
BILL = (
    "billing_allocation x JOIN billing_document d ON d.id = x.document_id "
    "JOIN contracts_agreement a ON a.id = d.agreement_id "
)
OF_BILL = {"body": "a.party_b_id", "agreement": "d.agreement_id", "document": "d.id", "receipt": NONE}
OF_PAYER = {"body": "r.party_id", "agreement": NONE, "document": NONE, "receipt": "r.id"}
ALLOCATED = {"row": "x", "day": "x.effective_on", "amount": "x.amount"}
CREDITS = "('credit_note', 'write_off')"

ENTRIES = [
    # What was issued: bills are owed, credit notes and write-offs are owed less.
    {
        "key": "'doc-'", "row": "d", "kind": "d.kind", "day": "d.issued_on", "amount": "d.gross",
        "sign": f"CASE WHEN d.kind IN {CREDITS} THEN -1 ELSE 1 END * ", **OF_BILL,
        "rows": "billing_document d JOIN contracts_agreement a ON a.id = d.agreement_id", "which": "d.state = 'issued'",
    },
    # What a receipt pays of a bill.
    {
        "key": "'pay-'", "kind": "'payment'", "sign": "-", **ALLOCATED, **OF_BILL, "receipt": "x.receipt_id",
        "rows": BILL, "which": "x.receipt_id IS NOT NULL",
    },
    # Interest and costs come into the account as they are paid or waived; those of an interest invoice with it.
    {
        "key": "'charge-'", "kind": "CASE WHEN x.component = 'costs' THEN 'costs' ELSE 'interest' END", "sign": "", **ALLOCATED, **OF_BILL,
        "rows": BILL + "LEFT JOIN billing_document c ON c.id = x.credit_id",
        "which": "x.component <> 'principal' AND (c.id IS NULL OR c.kind <> 'interest_invoice')",
    },
    # What a credit note or a write-off pays: off the bill, and off the credit itself.
    {
        "key": "'credit-'", "kind": "'credited'", "sign": "-", **ALLOCATED, **OF_BILL,
        "rows": BILL + "JOIN billing_document c ON c.id = x.credit_id", "which": f"c.kind IN {CREDITS}",
    },
    {
        "key": "'spend-'", "kind": "'spent'", "sign": "", **ALLOCATED, **OF_BILL,
        "rows": "billing_allocation x JOIN billing_document d ON d.id = x.credit_id "
                "JOIN contracts_agreement a ON a.id = d.agreement_id",
        "which": f"d.kind IN {CREDITS} AND (d.kind <> 'write_off' OR x.reverses_id IS NULL)",
    },
    # Money of a known payer: it comes, pays, or goes back.
    {
        "key": "'receipt-'", "row": "r", "kind": "'receipt'", "sign": "-", "day": "r.value_date",
        "amount": "r.amount", **OF_PAYER, "rows": "billing_bankreceipt r", "which": "r.party_id IS NOT NULL",
    },
    {
        "key": "'apply-'", "kind": "'applied'", "sign": "", **ALLOCATED, **OF_PAYER,
        "rows": "billing_allocation x JOIN billing_bankreceipt r ON r.id = x.receipt_id",
        "which": "r.party_id IS NOT NULL",
    },
    {
        "key": "'refund-'", "row": "x", "kind": "'refund'", "sign": "", "day": "x.refunded_on", "amount": "x.amount",
        **OF_PAYER, "rows": "billing_refund x JOIN billing_bankreceipt r ON r.id = x.receipt_id",
        "which": "x.refunded_on IS NOT NULL AND r.party_id IS NOT NULL",
    },
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_usage_sums")]

    operations = [DatabaseView("ledger_entry", " UNION ALL ".join(ENTRY.format(**entry) for entry in ENTRIES))]
