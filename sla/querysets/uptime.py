"""Names for sets of services, windows and outages, and who of Party B may see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from contracts.models import Agreement, AgreementItem

if TYPE_CHECKING:
    from people.models import User


class ServiceQuerySet(models.QuerySet[Any]):
    def concerning(self, agreements: models.QuerySet[Agreement]) -> Self:
        """The services of these agreements: named, for all of the provider, or carrying an item that is shared."""
        items = AgreementItem.objects.standing().filter(agreement__in=agreements).values("item")
        named = self.model.agreements.through.objects.filter(agreement__in=agreements).values("service")
        carried = self.model.items.through.objects.filter(catalogueitem__in=items).values("service")
        shared = Q(for_all=True, provider__in=agreements.values("party_a"))
        return self.filter(shared | Q(pk__in=named) | Q(pk__in=carried))

    def of(self, agreement: Agreement) -> Self:
        """The services of one agreement."""
        return self.concerning(Agreement.objects.filter(pk=agreement.pk))

    def for_user(self, user: User) -> Self:
        """The services of the agreements of the user's organisations."""
        return self.concerning(Agreement.objects.for_user(user))

    def offered_on(self, day: date) -> Self:
        """Services that are offered on a civil day."""
        return self.filter(since__lte=day).filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day))


class _OfServices(models.QuerySet[Any]):
    def of_services(self, services: models.QuerySet[Any]) -> Self:
        """Rows that touch any of these services, each once."""
        links = self.model.services.through.objects.filter(service__in=services)
        return self.filter(pk__in=links.values(self.model._meta.model_name))

    def _of_user(self, user: User) -> Self:
        services: Any = self.model._meta.get_field("services").related_model
        return self.of_services(services.objects.for_user(user))


class WindowQuerySet(_OfServices):
    def told(self) -> Self:
        """Windows that were announced, cancelled ones included."""
        announcements: Any = self.model._meta.get_field("announcements").related_model
        return self.filter(pk__in=announcements.objects.values("window"))

    def for_user(self, user: User) -> Self:
        """The announced windows of the services of the user's organisations."""
        return self.told()._of_user(user)

    def ahead(self, at: datetime) -> Self:
        """Announced windows that have not ended: to come, or under way."""
        return self.filter(Q(state="running") | Q(state="announced", planned_to__gt=at))

    def overrun(self, at: datetime) -> Self:
        """Windows under way whose planned end has passed and that nobody has dealt with yet."""
        return self.filter(state="running", overrun_at__isnull=True, planned_to__lte=at).order_by("planned_to", "pk")


class OutageQuerySet(_OfServices):
    def for_user(self, user: User) -> Self:
        """The announced outages of the services of the user's organisations."""
        return self.filter(announced_at__isnull=False)._of_user(user)

    def standing(self) -> Self:
        """Outages that count: those not withdrawn."""
        return self.exclude(state="withdrawn")

    def open(self) -> Self:
        """Outages that have not ended."""
        return self.filter(state="open")

    def touching(self, since: datetime, until: datetime) -> Self:
        """Standing outages with some time in [since, until)."""
        return self.standing().filter(started_at__lt=until).filter(Q(ended_at__isnull=True) | Q(ended_at__gt=since))
