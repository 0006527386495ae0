"""Many bills as debts, in a fixed number of queries."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from billing import lpr_rates
from billing.models import Allocation, CollectionCost, Document
from billing.overdue import Debt, Rows, debt_from


def debts(documents: QuerySet[Any], due: Mapping[int, date | None], *, until: date) -> Iterator[tuple[Document, Debt]]:
    """Each document with its debt, by what stands and took effect up to a day; `due` are the due dates by document."""
    standing = Allocation.objects.standing().filter(effective_on__lte=until).order_by("effective_on", "pk")
    rows = (
        documents.defer("snapshot")
        .select_related("version__agreement__party_a", "version__agreement__party_b", "judgment")
        .prefetch_related(
            Prefetch("allocations", standing, to_attr="paid_by"),
            Prefetch("costs", CollectionCost.objects.standing(), to_attr="standing_costs"),
        )
    )
    table = lpr_rates.table()
    for document in rows.order_by().iterator(500):
        judgment = getattr(document, "judgment", None)
        found = Rows(due.get(document.pk), document.paid_by, document.standing_costs, judgment)
        yield document, debt_from(document, found, table=table)
