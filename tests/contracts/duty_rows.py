"""Makers of obligations and their occurrences."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from contracts import obligations
from contracts.models import Agreement, Obligation, ObligationOccurrence
from contracts.obligations import Terms
from people.models import User

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)  # a Friday
TODAY = date(2026, 9, 18)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def terms(**changes: Any) -> Terms:
    """A's security check on the 25th of every month, tracked from 2026-08-01, with a report as evidence."""
    fields: dict[str, Any] = {
        "clause_number": "7.2.2",
        "topic": "security_checks",
        "title": "定期安全检查",
        "side": "a",
        "rule": "every",
        "every_number": 1,
        "every_unit": "month",
        "anchor": date(2026, 7, 25),
        "tracked_from": date(2026, 8, 1),
        "evidence_needed": "检查报告",
        **changes,
    }
    return Terms(**fields)


def event_terms(**changes: Any) -> Terms:
    """B connects within ten working days of the notice."""
    fields: dict[str, Any] = {
        "clause_number": "3.1.1",
        "topic": "onboarding",
        "title": "按通知完成对接",
        "side": "b",
        "rule": "after_working",
        "every_number": None,
        "every_unit": "",
        "anchor": None,
        "after_number": 10,
        "event_name": "收到接入通知",
        **changes,
    }
    return terms(**fields)


def duty(agreement: Agreement, by: User, *, at: datetime = NOW, **changes: Any) -> Obligation:
    return obligations.make(agreement, terms(**changes), by=by, at=at)


def days(obligation: Obligation, **state: Any) -> list[date]:
    return list(obligation.occurrences.filter(**state).order_by("due_on").values_list("due_on", flat=True))


def first(obligation: Obligation) -> ObligationOccurrence:
    row: ObligationOccurrence = obligation.occurrences.order_by("due_on")[0]
    return row
