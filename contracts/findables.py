"""What of this app can be found: agreements, clauses in force, papers, notices, breach cases and disputes."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.clauses import filled_blanks, worded
from contracts.models import (
    Agreement,
    AgreementVersion,
    BreachCase,
    Clause,
    Dispute,
    Paper,
    ServedNotice,
)
from contracts.searching import Findable, Source, add_source

CHUNK = 500


def _page(model: str, pk: int) -> str:
    return reverse(f"admin:contracts_{model}_change", args=[pk])


def _agreements() -> Iterator[Findable]:
    for row in Agreement.objects.select_related("party_a", "party_b", "manager").iterator(chunk_size=CHUNK):
        yield Findable(
            object_id=row.pk,
            agreement_id=row.pk,
            title=f"{row.number} {row.title}",
            body=f"{row.party_a.name} {row.party_b.name}",
            url=_page("agreement", row.pk),
            portal_url=reverse("contracts:agreement", args=[row.pk]),
            for_party_b=row.state != Agreement.State.DRAFT,
        )


def _clauses() -> Iterator[Findable]:
    """Clauses of active versions, worded as they are read."""
    versions = AgreementVersion.objects.filter(state=AgreementVersion.State.ACTIVE)
    related = ("agreement__party_a", "agreement__party_b", "support_hours")
    for version in versions.select_related(*related).prefetch_related("clauses").iterator(chunk_size=50):
        blanks = filled_blanks(version)
        for clause in version.clauses.all():
            yield _clause(clause, version, worded(clause, blanks))


def _clause(clause: Clause, version: AgreementVersion, text: str) -> Findable:
    return Findable(
        object_id=clause.pk,
        agreement_id=version.agreement_id,
        title=f"{clause.number} {clause.heading}",
        body=text,
        url=_page("clause", clause.pk),
        portal_url=reverse("contracts:agreement", args=[version.agreement_id]),
        for_party_b=True,
    )


def _papers() -> Iterator[Findable]:
    for row in Paper.objects.iterator(chunk_size=CHUNK):
        yield Findable(
            object_id=row.pk,
            agreement_id=row.agreement_id,
            title=row.title,
            body=row.name,
            url=_page("paper", row.pk),
            portal_url=reverse("contracts:paper", args=[row.pk]),
            for_party_b=row.for_party_b and row.agreement_id is not None,
        )


def _notices() -> Iterator[Findable]:
    for row in ServedNotice.objects.iterator(chunk_size=CHUNK):
        yield Findable(
            object_id=row.pk,
            agreement_id=row.agreement_id,
            title=row.subject,
            body=row.text,
            url=_page("servednotice", row.pk),
            portal_url=reverse("contracts:agreement", args=[row.agreement_id]),
            for_party_b=row.state != ServedNotice.State.DRAFT,
        )


def _cases() -> Iterator[Findable]:
    for row in BreachCase.objects.iterator(chunk_size=CHUNK):
        yield Findable(
            object_id=row.pk,
            agreement_id=row.agreement_id,
            title=f"{row.number} {row.title}",
            body=" ".join(part for part in (row.clause_numbers, row.facts, row.finding_text, row.outcome) if part),
            url=_page("breachcase", row.pk),
            portal_url=reverse("contracts:case", args=[row.pk]),
            for_party_b=row.notice_id is not None,
        )


def _disputes() -> Iterator[Findable]:
    for row in Dispute.objects.iterator(chunk_size=CHUNK):
        yield Findable(
            object_id=row.pk,
            agreement_id=row.agreement_id,
            title=row.title,
            body=row.matter,
            url=_page("dispute", row.pk),
            portal_url=reverse("contracts:dispute", args=[row.pk]),
            for_party_b=True,
        )


SOURCES = (
    Source(kind="agreement", label=_("协议"), permission="contracts.view_agreement", everything=_agreements),
    Source(kind="clause", label=_("条款"), permission="contracts.view_clause", everything=_clauses),
    Source(kind="case", label=_("违约案件"), permission="contracts.view_breachcase", everything=_cases),
    Source(kind="dispute", label=_("争议"), permission="contracts.view_dispute", everything=_disputes),
    Source(kind="notice", label=_("往来通知"), permission="contracts.view_servednotice", everything=_notices),
    Source(kind="paper", label=_("文件"), permission="contracts.view_paper", everything=_papers),
)


def register_sources() -> None:
    """Let these kinds be found."""
    for source in SOURCES:
        add_source(source)
