"""What the address of a page of money asks: the day, whose, how grouped.  What cannot be meant is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from contracts.models import Agreement, Organisation

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters of a page.  on: the day that it speaks of; since: the first day, where it speaks of a span."""

    on: date
    since: date
    body: int | None = None
    agreement: int | None = None
    by: str = ""
    kind: str = ""
    step: str = ""
    order: str = ""


def asked(params: Mapping[str, str], *, today: date) -> Asked:
    """The filters of an address; without a day it is today, without a first day the first of January."""
    on = _day(params.get("on", "")) or today
    since = _day(params.get("from", "")) or on.replace(month=1, day=1)
    return Asked(
        on=on,
        since=min(since, on),
        body=_key(params.get("organisation", "")),
        agreement=_key(params.get("agreement", "")),
        by=params.get("by", ""),
        kind=params.get("kind", ""),
        step=params.get("step", ""),
        order=params.get("sort", ""),
    )


def chosen(what: Asked) -> tuple[QuerySet[Agreement] | None, frozenset[int] | None]:
    """The agreements and the organisations that a page is narrowed to; None where it is not.

    One agreement alone has no money that is not allocated: that belongs to the organisation.
    """
    if what.agreement:
        return Agreement.objects.filter(pk=what.agreement), frozenset()
    if what.body:
        return Agreement.objects.filter(party_b=what.body), frozenset({what.body})
    return None, None


def bodies(agreements: QuerySet[Agreement]) -> list[tuple[int, str]]:
    """The organisations of agreements, to choose from."""
    rows = Organisation.objects.filter(agreements__in=agreements).distinct().order_by("name")
    return list(rows.values_list("pk", "name"))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
