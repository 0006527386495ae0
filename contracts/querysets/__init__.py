"""Names for sets of rows, and the one rule of scope."""

from contracts.querysets.agreements import AgreementQuerySet, AgreementVersionQuerySet, OrganisationQuerySet
from contracts.querysets.controls import RULED_STATES, OfAgreementQuerySet, RuleVersionQuerySet
from contracts.querysets.decisions import DecisionQuerySet
from contracts.querysets.papers import PaperQuerySet, ServedNoticeQuerySet

__all__ = [
    "RULED_STATES",
    "AgreementQuerySet",
    "AgreementVersionQuerySet",
    "DecisionQuerySet",
    "OfAgreementQuerySet",
    "OrganisationQuerySet",
    "PaperQuerySet",
    "RuleVersionQuerySet",
    "ServedNoticeQuerySet",
]
