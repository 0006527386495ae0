"""Columns and conditions that several models of money share."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Round
from django.db.models.lookups import Exact

LARGEST = Decimal("999999999999.99")


def user_column(label: Any) -> models.ForeignKey[Any, Any]:
    """Who did it; empty where the system did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


def only_digits(field: str) -> Q:
    """Nothing is left of the text when its digits are taken out.  Plain SQL: no engine needs a regular expression."""
    rest: F | Replace = F(field)
    for digit in "0123456789":
        rest = Replace(rest, Value(digit), Value(""))
    return Q(Exact(rest, Value("")))


def totals_fit() -> Q:
    """gross = net + tax, compared in fen: SQLite keeps decimals as doubles."""
    return Q(Exact(Round(F("gross") * 100), Round(F("net") * 100) + Round(F("tax") * 100)))
