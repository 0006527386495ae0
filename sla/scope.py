"""Scope: which agreements and people a service concerns."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from contracts.models import Agreement, AgreementItem, Membership
from people.models import User
from sla.models import Service


def agreements_of(services: Iterable[Service]) -> QuerySet[Agreement]:
    """The running agreements that any of these services concerns."""
    rows = list(services)
    everywhere = {row.provider_id for row in rows if row.for_all}
    items = Service.items.through.objects.filter(service__in=rows).values("catalogueitem")
    sharing = AgreementItem.objects.standing().filter(item__in=items).values("agreement")
    named = Service.agreements.through.objects.filter(service__in=rows).values("agreement")
    concerned = Q(party_a__in=everywhere) | Q(pk__in=named) | Q(pk__in=sharing)
    found: QuerySet[Agreement] = Agreement.objects.running().filter(concerned).order_by("pk")
    return found


def concerning(agreement: Agreement, services: Iterable[Service]) -> list[Service]:
    """Those of the services that concern the agreement."""
    rows = list(services)
    own = set(Service.objects.of(agreement).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.pk in own]


def party_b_of(agreements: Iterable[Agreement]) -> list[User]:
    """The active people of the Party Bs of these agreements, each once."""
    bodies = {agreement.party_b_id for agreement in agreements}
    rows = Membership.objects.filter(organisation__in=bodies, active=True, user__is_active=True)
    return list({row.user_id: row.user for row in rows.select_related("user").order_by("pk")}.values())
