"""Names for sets of rows, and the one rule of scope."""

from contracts.querysets.agreements import AgreementQuerySet, AgreementVersionQuerySet
from contracts.querysets.controls import (
    RULED_STATES,
    ComplianceCertificateQuerySet,
    ConfidentialItemQuerySet,
    ConsentRequestQuerySet,
    ControlMeasureQuerySet,
    OfAgreementQuerySet,
    PersonUndertakingQuerySet,
    RuleVersionQuerySet,
    SecureChannelQuerySet,
    ThirdPartyAccessQuerySet,
    ViolationEntryQuerySet,
    ViolationQuerySet,
)
from contracts.querysets.decisions import DecisionQuerySet
from contracts.querysets.duties import ObligationOccurrenceQuerySet, ObligationQuerySet
from contracts.querysets.life import ExitTaskQuerySet, SuspensionQuerySet
from contracts.querysets.organisations import (
    AgreementPartyQuerySet,
    ContactQuerySet,
    MembershipQuerySet,
    OrganisationQuerySet,
)
from contracts.querysets.papers import PaperQuerySet, ServedNoticeQuerySet
from contracts.querysets.sharing import (
    AccessGrantQuerySet,
    AgreementItemQuerySet,
    CatalogueItemQuerySet,
    CredentialQuerySet,
    OnboardingQuerySet,
    UpdateEventQuerySet,
)
from contracts.querysets.signing import SignatureMarkQuerySet

__all__ = [
    "RULED_STATES",
    "AccessGrantQuerySet",
    "AgreementItemQuerySet",
    "AgreementPartyQuerySet",
    "AgreementQuerySet",
    "AgreementVersionQuerySet",
    "CatalogueItemQuerySet",
    "ComplianceCertificateQuerySet",
    "ConfidentialItemQuerySet",
    "ConsentRequestQuerySet",
    "ContactQuerySet",
    "ControlMeasureQuerySet",
    "CredentialQuerySet",
    "DecisionQuerySet",
    "ExitTaskQuerySet",
    "MembershipQuerySet",
    "ObligationOccurrenceQuerySet",
    "ObligationQuerySet",
    "OfAgreementQuerySet",
    "OnboardingQuerySet",
    "OrganisationQuerySet",
    "PaperQuerySet",
    "PersonUndertakingQuerySet",
    "RuleVersionQuerySet",
    "SecureChannelQuerySet",
    "ServedNoticeQuerySet",
    "SignatureMarkQuerySet",
    "SuspensionQuerySet",
    "ThirdPartyAccessQuerySet",
    "UpdateEventQuerySet",
    "ViolationEntryQuerySet",
    "ViolationQuerySet",
]
