"""What of this app can be found: bills."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import Document, UsageStatement
from contracts.referring import add_kind
from contracts.searching import Findable, Source, add_source

CHUNK = 500


def _documents() -> Iterator[Findable]:
    rows = Document.objects.select_related("agreement__party_b", "period").defer("snapshot")
    for row in rows.prefetch_related("lines").iterator(chunk_size=CHUNK):
        lines = " ".join(line.description for line in row.lines.all())
        yield Findable(
            object_id=row.pk,
            agreement_id=row.agreement_id,
            title=f"{row.number or '草稿'} {row.get_kind_display()}",
            body=f"{row.agreement.party_b.name} {row.period or ''} {lines}",
            url=reverse("admin:billing_document_change", args=[row.pk]),
            portal_url=reverse("billing:document", args=[row.pk]),
            for_party_b=row.is_issued,
        )


def _document_url(number: str) -> str | None:
    pk = Document.objects.filter(number=number).values_list("pk", flat=True).first()
    return reverse("admin:billing_document_change", args=[pk]) if pk else None


def _statement_url(number: str) -> str | None:
    pk = UsageStatement.objects.filter(number=number).values_list("pk", flat=True).first()
    return reverse("admin:billing_usagestatement_change", args=[pk]) if pk else None


def register_sources() -> None:
    """Let bills be found, and their numbers be followed."""
    add_kind(r"DZ-\d{4}-\d{5}", "billing.view_usagestatement", _statement_url)
    add_kind(r"ZD-\d{4}-\d{5}", "billing.view_document", _document_url)
    add_source(Source(kind="document", label=_("账单"), permission="billing.view_document", everything=_documents))
