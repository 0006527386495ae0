"""Views stand aside while tables change, and come back as the applied migrations say."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing.models import LedgerEntry
from journal import database_views

PLAN = ["something to migrate"]


@pytest.mark.django_db
def test_a_view_is_away_during_a_run_and_there_after_it() -> None:
    database_views.take_away(using="default", plan=PLAN)
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.count()

    database_views.bring_back(using="default", plan=None)  # the flush between tests makes nothing
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.count()

    database_views.bring_back(using="default", plan=[])  # a run with nothing to do brings back what is missing
    assert LedgerEntry.objects.count() == 0


@pytest.mark.django_db
def test_the_last_definition_replaces_another_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW ledger_entry")
        cursor.execute("CREATE VIEW ledger_entry AS SELECT 1 AS key")

    database_views.bring_back(using="default", plan=PLAN)

    assert LedgerEntry.objects.filter(fen__gt=0).count() == 0
    assert set(database_views.views(connection)) == {"ledger_entry"}


def test_an_operation_says_what_it_makes_and_changes_no_model() -> None:
    made = database_views.DatabaseView("ledger_entry", "SELECT 1 AS key")

    assert made.describe() == "Make the view ledger_entry"
    assert made.reversible
