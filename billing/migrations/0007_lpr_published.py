"""The published LPR from August 2019 on, with source; rows whose original was found count as verified."""

from datetime import date
from typing import Any

from django.db import migrations
from django.utils import timezone

from billing.lpr import bundled

VERIFIED_ON = date(2026, 11, 23)


def load(apps: Any, schema_editor: Any) -> None:
    """Add the rows that come with the program; a month that is there already stays as it is."""
    rates = apps.get_model("billing", "LprRate").objects.using(schema_editor.connection.alias)
    known = set(rates.exclude(state="withdrawn").values_list("month", flat=True))
    added = rates.bulk_create(
        rates.model(
            month=f"{row.published:%Y-%m}", published_on=row.published, one_year=row.one_year * 100,
            five_year=row.five_year * 100, source=row.source[:200], origin=row.status, state="in_use",
            verified_on=VERIFIED_ON if row.status == "found" else None,
        )
        for row in bundled().rows
        if f"{row.published:%Y-%m}" not in known
    )  # fmt: skip
    _begin_history(apps, rates.filter(pk__in=[row.pk for row in added]))


def _begin_history(apps: Any, rows: Any) -> None:
    """The rows that the program brought are the first entries of their history, by nobody."""
    past = apps.get_model("billing", "HistoricalLprRate").objects.using(rows.db)
    names = [field.attname for field in rows.model._meta.concrete_fields]
    past.bulk_create(
        past.model(**{name: getattr(row, name) for name in names}, history_type="+", history_date=timezone.now())
        for row in rows
    )


def leave(apps: Any, schema_editor: Any) -> None:
    """The table goes with the migration before."""


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_interest_rows")]

    operations = [migrations.RunPython(load, leave)]
