"""Names for sets of rows, and the one rule of scope."""

from contracts.querysets.agreements import AgreementQuerySet, AgreementVersionQuerySet, OrganisationQuerySet
from contracts.querysets.controls import RULED_STATES, OfAgreementQuerySet, RuleVersionQuerySet
from contracts.querysets.decisions import DecisionQuerySet
from contracts.querysets.duties import ObligationOccurrenceQuerySet, ObligationQuerySet
from contracts.querysets.papers import PaperQuerySet, ServedNoticeQuerySet
from contracts.querysets.sharing import AgreementItemQuerySet, CatalogueItemQuerySet, UpdateEventQuerySet
from contracts.querysets.signing import SignatureMarkQuerySet

__all__ = [
    "RULED_STATES",
    "AgreementItemQuerySet",
    "AgreementQuerySet",
    "AgreementVersionQuerySet",
    "CatalogueItemQuerySet",
    "DecisionQuerySet",
    "ObligationOccurrenceQuerySet",
    "ObligationQuerySet",
    "OfAgreementQuerySet",
    "OrganisationQuerySet",
    "PaperQuerySet",
    "RuleVersionQuerySet",
    "ServedNoticeQuerySet",
    "SignatureMarkQuerySet",
    "UpdateEventQuerySet",
]
