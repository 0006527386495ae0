"""Organisations, agreements, their versions (the terms), clauses, papers, served notices and usage rules."""

from contracts.models.agreements import Agreement
from contracts.models.boards import BoardTally
from contracts.models.hours import SupportHours
from contracts.models.organisations import Membership, Organisation
from contracts.models.papers import Paper
from contracts.models.rules import RuleAcknowledgement, RuleNotice, RuleVersion, UsageRule
from contracts.models.serving import ServedNotice
from contracts.models.versions import AgreementVersion, Clause

__all__ = [
    "Agreement",
    "AgreementVersion",
    "BoardTally",
    "Clause",
    "Membership",
    "Organisation",
    "Paper",
    "RuleAcknowledgement",
    "RuleNotice",
    "RuleVersion",
    "ServedNotice",
    "SupportHours",
    "UsageRule",
]
