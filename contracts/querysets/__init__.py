"""Names for sets of rows, and the one rule of scope."""

from contracts.querysets.agreements import AgreementQuerySet, AgreementVersionQuerySet, OrganisationQuerySet
from contracts.querysets.papers import PaperQuerySet, ServedNoticeQuerySet

__all__ = [
    "AgreementQuerySet",
    "AgreementVersionQuerySet",
    "OrganisationQuerySet",
    "PaperQuerySet",
    "ServedNoticeQuerySet",
]
