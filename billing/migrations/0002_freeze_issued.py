"""Guards: usage, receipts and allocations are append-only; an issued document, its lines and a used price stay as they are."""

from django.db import migrations

from billing.guards import closed_when
from journal.triggers import append_only, frozen_when

ISSUED_PARENT = "EXISTS (SELECT 1 FROM billing_document d WHERE d.id = {}.document_id AND d.state = 'issued')"
USED = "EXISTS (SELECT 1 FROM billing_documentline l WHERE l.rate_line_id = OLD.id)"


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("journal", "0001_initial")]

    operations = [
        *append_only("billing_usagerecord"),
        *append_only("billing_bankreceipt"),
        *append_only("billing_allocation"),
        *frozen_when("billing_document", "OLD.state = 'issued'", allowed_columns=("pdf_sha256",)),
        *frozen_when("billing_document", "OLD.pdf_sha256 <> ''"),
        *frozen_when("billing_documentline", ISSUED_PARENT.format("OLD")),
        *closed_when("billing_documentline", ISSUED_PARENT.format("NEW")),
        *frozen_when("billing_rateline", USED, allowed_columns=("valid_to",)),
        *frozen_when("billing_formalinvoice", "OLD.state IN ('rejected', 'red_lettered')"),
    ]
