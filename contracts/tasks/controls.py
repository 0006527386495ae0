"""Daily reminders on rules and protection: each row by itself, each level once, a run after an outage catching up."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.db import DataError, IntegrityError
from django.utils import timezone

from contracts import confidentiality, rules, safeguards, violations
from contracts.models import Agreement, ComplianceCertificate, ControlMeasure, SecureChannel, Violation
from contracts.querysets import RULED_STATES
from people.refusal import Refused

log = logging.getLogger("contracts.tasks")

# What one bad row can raise; a lost database is no row's fault and stays visible.
BAD_ROW = (Refused, ValueError, LookupError, TypeError, ArithmeticError, DataError, IntegrityError)


@shared_task
def remind_rules() -> int:
    """Tell each Party B of versions of rules that have not reached it."""
    return _each(Agreement.objects.filter(state__in=RULED_STATES), rules.remind)


@shared_task
def warn_of_violations() -> int:
    """Tell of violations whose deadline is near or past."""
    return _each(Violation.objects.open().select_related("agreement"), violations.warn_of_deadline)


@shared_task
def warn_of_expiries() -> int:
    """Tell of certificates and channels that run out, and of measures whose check is late."""
    at = timezone.now()
    told = _each(
        ComplianceCertificate.objects.standing().select_related("owner"), safeguards.warn_of_certificate, at=at
    )
    told += _each(SecureChannel.objects.in_use().select_related("agreement"), safeguards.warn_of_channel, at=at)
    rows = ControlMeasure.objects.overdue(timezone.localdate(at)).select_related("agreement")
    return told + _each(rows, confidentiality.warn_of_measure, at=at)


def _each(rows: Iterable[Any], verb: Callable[..., int], *, at: datetime | None = None) -> int:
    """Call the verb for each row; one that fails is logged and stops no other.  Returns what the verb counted."""
    at, told = at or timezone.now(), 0
    for row in rows:
        try:
            told += verb(row, at=at)
        except BAD_ROW:
            log.exception("%s %s could not be looked at", type(row).__name__, row.pk)
    return told
