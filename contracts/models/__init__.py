"""Organisations, agreements, their versions (the terms), clauses, papers, served notices and usage rules."""

from contracts.models.agreements import Agreement
from contracts.models.amendments import ClauseAmendment
from contracts.models.boards import BoardTally
from contracts.models.breaching import BreachCase, CaseEntry, Claim, Interruption, Party, PenaltyRule
from contracts.models.catalogue import CatalogueItem, ItemFreshness
from contracts.models.confidence import ConfidentialItem, ControlMeasure, MeasureCheck, PersonUndertaking
from contracts.models.contacts import BankAccount, Contact
from contracts.models.credentials import Credential
from contracts.models.decisions import Decision
from contracts.models.disputes import Dispute, DisputeStep, Stage
from contracts.models.drafting import Drafting
from contracts.models.duties import CalendarFeed, Obligation, ObligationEvent, ObligationExtension, ObligationOccurrence
from contracts.models.endings import ExitTask, Termination
from contracts.models.grants import AccessGrant
from contracts.models.hours import SupportHours
from contracts.models.onboarding import InterfaceSpec, OnboardingTask, OpeningConfirmation
from contracts.models.organisations import Membership, Organisation, OrganisationName
from contracts.models.papers import Paper
from contracts.models.parties import AgreementParty
from contracts.models.permitting import ConsentRequest, ThirdPartyAccess
from contracts.models.property import IPAsset, LawItem, Licence
from contracts.models.relieving import ForceMajeure, Relief
from contracts.models.renewals import RenewalCheck, RenewalObjection, TermChange
from contracts.models.rules import RuleAcknowledgement, RuleNotice, RuleVersion, UsageRule
from contracts.models.safeguards import ChannelCheck, ChannelDuty, ComplianceCertificate, SecureChannel
from contracts.models.searching import SearchEntry
from contracts.models.serving import ServedNotice
from contracts.models.sharing import AgreementItem, ItemConsent
from contracts.models.signing import SignatureMark
from contracts.models.suspensions import Suspension
from contracts.models.templates import AgreementTemplate, TemplateBlank, TemplateClause, TemplateVersion
from contracts.models.texts import AgreementText
from contracts.models.updates import UpdateBatch, UpdateEvent
from contracts.models.versions import AgreementVersion, Clause
from contracts.models.violations import VIOLABLE, VIOLABLE_TOPICS, Violation, ViolationEntry

__all__ = [
    "VIOLABLE",
    "VIOLABLE_TOPICS",
    "AccessGrant",
    "Agreement",
    "AgreementItem",
    "AgreementParty",
    "AgreementTemplate",
    "AgreementText",
    "AgreementVersion",
    "BankAccount",
    "BoardTally",
    "BreachCase",
    "CalendarFeed",
    "CaseEntry",
    "CatalogueItem",
    "ChannelCheck",
    "ChannelDuty",
    "Claim",
    "Clause",
    "ClauseAmendment",
    "ComplianceCertificate",
    "ConfidentialItem",
    "ConsentRequest",
    "Contact",
    "ControlMeasure",
    "Credential",
    "Decision",
    "Dispute",
    "DisputeStep",
    "Drafting",
    "ExitTask",
    "ForceMajeure",
    "IPAsset",
    "InterfaceSpec",
    "Interruption",
    "ItemConsent",
    "ItemFreshness",
    "LawItem",
    "Licence",
    "MeasureCheck",
    "Membership",
    "Obligation",
    "ObligationEvent",
    "ObligationExtension",
    "ObligationOccurrence",
    "OnboardingTask",
    "OpeningConfirmation",
    "Organisation",
    "OrganisationName",
    "Paper",
    "Party",
    "PenaltyRule",
    "PersonUndertaking",
    "Relief",
    "RenewalCheck",
    "RenewalObjection",
    "RuleAcknowledgement",
    "RuleNotice",
    "RuleVersion",
    "SearchEntry",
    "SecureChannel",
    "ServedNotice",
    "SignatureMark",
    "Stage",
    "SupportHours",
    "Suspension",
    "TemplateBlank",
    "TemplateClause",
    "TemplateVersion",
    "TermChange",
    "Termination",
    "ThirdPartyAccess",
    "UpdateBatch",
    "UpdateEvent",
    "UsageRule",
    "Violation",
    "ViolationEntry",
]
