"""Organisations, agreements, their versions (the terms), clauses, papers, served notices and usage rules."""

from contracts.models.agreements import Agreement
from contracts.models.boards import BoardTally
from contracts.models.decisions import Decision
from contracts.models.hours import SupportHours
from contracts.models.organisations import Membership, Organisation
from contracts.models.papers import Paper
from contracts.models.rules import RuleAcknowledgement, RuleNotice, RuleVersion, UsageRule
from contracts.models.serving import ServedNotice
from contracts.models.templates import AgreementTemplate, TemplateBlank, TemplateClause, TemplateVersion
from contracts.models.versions import AgreementVersion, Clause

__all__ = [
    "Agreement",
    "AgreementTemplate",
    "AgreementVersion",
    "BoardTally",
    "Clause",
    "Decision",
    "Membership",
    "Organisation",
    "Paper",
    "RuleAcknowledgement",
    "RuleNotice",
    "RuleVersion",
    "ServedNotice",
    "SupportHours",
    "TemplateBlank",
    "TemplateClause",
    "TemplateVersion",
    "UsageRule",
]
