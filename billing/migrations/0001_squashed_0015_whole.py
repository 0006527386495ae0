"""The whole schema of this app in one step, for a new database; an older one takes the steps that it replaces."""

from importlib import import_module

from django.conf import settings
from django.db import migrations

from journal.database_views import DatabaseView
from people.together import Together, schema

STEPS = (
    "0001_initial",
    "0002_freeze_issued",
    "0003_service_credits",
    "0004_corrections_and_disputes",
    "0005_bank_statements_and_refunds",
    "0006_interest_rows",
    "0007_lpr_published",
    "0008_usage_uploads_and_anomalies",
    "0009_tax_by_date",
    "0010_ledger_view",
    "0011_statements_and_runs",
    "0012_formal_files",
    "0013_usage_sums",
    "0014_write_offs_return",
    "0015_dunning",
)
OPERATIONS = [
    operation
    for name in STEPS
    for operation in import_module(f"billing.migrations.{name}").Migration.operations
]
SHAPES = schema(OPERATIONS)
KEPT = {id(operation) for operation in SHAPES}
# Guards, views and rows come after the tables, in their order; a view that a later step redefines once, as it is last.
VIEWS = {operation.name: operation for operation in OPERATIONS if isinstance(operation, DatabaseView)}


class Migration(migrations.Migration):
    replaces = [("billing", name) for name in STEPS]
    initial = True
    dependencies = [
        ("contracts", "0006_interest_terms"),
        ("journal", "0003_dropped"),
        ("sla", "0001_squashed_0016_whole"),
        ("worktime", "0002_notice_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        Together(SHAPES),
        *(
            operation
            for operation in OPERATIONS
            if id(operation) not in KEPT and not isinstance(operation, DatabaseView | Together)
        ),
        *VIEWS.values(),
    ]
