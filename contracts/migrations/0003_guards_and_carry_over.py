"""What guards the rows (triggers, no overlap), the index of the search, and what older rows carry over."""

import logging
from typing import Any

from django.db import DatabaseError, migrations, transaction
from django.utils import timezone

from contracts.names import key
from journal.overlaps import Days, never_overlapping
from journal.triggers import append_only, closed_when, frozen_when

log = logging.getLogger("contracts.migrations")
CLOSED = "(SELECT v.state FROM contracts_agreementversion v WHERE v.id = OLD.version_id) <> 'draft'"
DAYS = Days(group="agreement_id", starts="effective_from", ends="effective_to", only=("state", "active"))
PUBLISHED = "EXISTS (SELECT 1 FROM contracts_templateversion v WHERE v.id = {}.version_id AND v.state <> 'draft')"
ACTIVE_PARENT = "EXISTS (SELECT 1 FROM contracts_agreementversion v WHERE v.id = OLD.version_id AND v.state = 'active')"


def carry_over(apps, schema_editor):
    """Each organisation's name becomes its current one; the accounts that it held become rows, the last one current."""
    model = apps.get_model("contracts", "Organisation")
    names = apps.get_model("contracts", "OrganisationName")
    for row in model.objects.all():
        model.objects.filter(pk=row.pk).update(name_key=key(row.name))
        names.objects.create(organisation=row, name=row.name, key=key(row.name), kind="current")
        _accounts(apps, row)


def _accounts(apps, row):
    """The accounts of one organisation, from its history: (bank, number) and the civil day each began."""
    past = apps.get_model("contracts", "HistoricalOrganisation").objects.filter(id=row.pk)
    held = []
    for state in past.order_by("history_date", "history_id"):
        account = (state.bank_name, state.bank_account)
        if not held or held[-1][0] != account:
            held.append((account, timezone.localdate(state.history_date)))
    if not held or held[-1][0] != (row.bank_name, row.bank_account):
        held.append(((row.bank_name, row.bank_account), timezone.localdate()))
    accounts = apps.get_model("contracts", "BankAccount").objects
    ends = [began for _account, began in held[1:]] + [None]
    for ((bank, number), began), ended in zip(held, ends, strict=True):
        if number:
            accounts.create(
                organisation=row,
                holder=row.name,
                bank=bank,
                number=number,
                state="former" if ended else "current",
                valid_from=began,
                valid_to=ended,
            )


def take_back(apps, schema_editor):
    """Write each current account back beside its organisation's name."""
    model = apps.get_model("contracts", "Organisation")
    for account in apps.get_model("contracts", "BankAccount").objects.filter(state="current"):
        model.objects.filter(pk=account.organisation_id).update(bank_name=account.bank, bank_account=account.number)


def index_pieces(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL an index of three-letter pieces, where the extension may be made; a search works without it."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(
                "CREATE INDEX IF NOT EXISTS searchentry_pieces ON contracts_searchentry USING gin (text gin_trgm_ops)"
            )
    except DatabaseError as error:
        log.warning("no pg_trgm here (%s): the search reads every entry, which is slower and finds the same", error)


def drop_pieces(apps: Any, schema_editor: Any) -> None:
    """The index goes; the extension may serve others."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS searchentry_pieces")


REMOVED = [
    migrations.RemoveField(model_name="historicalorganisation", name="bank_account"),
    migrations.RemoveField(model_name="historicalorganisation", name="bank_name"),
    migrations.RemoveField(model_name="organisation", name="bank_account"),
    migrations.RemoveField(model_name="organisation", name="bank_name"),
]
GUARDS = [
    *append_only("contracts_paper"),
    *frozen_when("contracts_ruleversion", "OLD.state = 'published'"),
    *append_only("contracts_rulenotice"),
    *append_only("contracts_ruleacknowledgement"),
    *frozen_when("contracts_templateversion", "OLD.state = 'published'", allowed_columns=("state", "retired_at")),
    *frozen_when("contracts_templateversion", "OLD.state = 'retired'"),
    *frozen_when("contracts_templateclause", PUBLISHED.format("OLD")),
    *closed_when("contracts_templateclause", PUBLISHED.format("NEW")),
    *frozen_when("contracts_templateblank", PUBLISHED.format("OLD")),
    *closed_when("contracts_templateblank", PUBLISHED.format("NEW")),
    *append_only("contracts_decision"),
    *append_only("contracts_itemconsent"),
    *append_only("contracts_updateevent"),
    *append_only("contracts_obligationevent"),
    *append_only("contracts_obligationextension"),
    *append_only("contracts_signaturemark"),
    *frozen_when("contracts_agreementversion", "OLD.state = 'active'", allowed_columns=("effective_to", "state")),
    *frozen_when("contracts_clause", ACTIVE_PARENT),
    *frozen_when( "contracts_bankaccount", "OLD.state IN ('current', 'former')", allowed_columns=("state", "valid_to") ),
    *frozen_when("contracts_agreementparty", "OLD.frozen_at IS NOT NULL", allowed_columns=("superseded_at",)),
    *append_only("contracts_violationentry"),
    *append_only("contracts_caseentry"),
    *append_only("contracts_interruption"),
    *append_only("contracts_disputestep"),
    *never_overlapping("contracts_agreementversion", "agrver_no_overlap", DAYS),
    *frozen_when("contracts_clauseamendment", CLOSED),
    *append_only("contracts_interfacespec"),
    *append_only("contracts_openingconfirmation"),
    *append_only("contracts_agreementtext"),
    *append_only("contracts_termchange"),
    *append_only("contracts_renewalobjection"),
    *append_only("contracts_channelcheck"),
    *append_only("contracts_measurecheck"),
    migrations.RunPython(index_pieces, drop_pieces, elidable=False),
]


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_whole_agreement")]
    operations = [
        migrations.RunPython(carry_over, take_back),
        *REMOVED,
        *GUARDS,
    ]
