"""The ledger as a view: every movement of what is owed, from the rows that made it, in fen (SQLite keeps doubles)."""

from django.db import migrations, models

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
        "which": f"d.kind IN {CREDITS}",
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
    dependencies = [("billing", "0009_tax_by_date"), ("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("key", models.CharField(max_length=30, primary_key=True, serialize=False, verbose_name="分录号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invoice", "服务账单"), ("interest_invoice", "利息账单"), ("credit_note", "贷项通知单"),
                            ("write_off", "核销单"), ("payment", "收款核销"), ("interest", "利息（已付或已减免）"),
                            ("costs", "费用（已付或已减免）"), ("credited", "贷项抵减"), ("spent", "贷项用出"),
                            ("receipt", "收款"), ("applied", "预收款用出"), ("refund", "退款"),
                        ],
                        max_length=16,
                        verbose_name="摘要",
                    ),
                ),
                ("entered_on", models.DateField(verbose_name="日期")),
                ("fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("body", models.BigIntegerField(verbose_name="单位")),
            ],
            options={
                "verbose_name": "往来分录",
                "verbose_name_plural": "往来明细账",
                "db_table": "ledger_entry",
                "ordering": ["-entered_on", "-key"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        DatabaseView("ledger_entry", " UNION ALL ".join(ENTRY.format(**entry) for entry in ENTRIES)),
    ]  # fmt: skip
