"""Which services a report is about, said by operations: maintenance of them may hold the report's clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import Service, Ticket, TicketService


@transaction.atomic
def name_services(ticket: Ticket, *, services: Iterable[Service], by: User, at: datetime) -> Ticket:
    """Say which services the report is about; those named before and not now are taken off."""
    row: Ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    wanted = {service.pk: service for service in services}
    own = set(Service.objects.of(row.agreement).values_list("pk", flat=True))
    if strange := [service for pk, service in wanted.items() if pk not in own]:
        raise Refused(_("“%(name)s”不是该协议的服务。") % {"name": strange[0].name})
    named = set(row.service_links.values_list("service", flat=True))
    row.service_links.exclude(service__in=wanted).delete()
    TicketService.objects.bulk_create(
        TicketService(ticket=row, service=service, by=by, at=at) for pk, service in wanted.items() if pk not in named
    )
    record(
        "ticket.service_named",
        obj=row,
        by=by,
        at=at,
        data={"services": sorted(service.code for service in wanted.values())},
        organisation_id=row.agreement.party_b_id,
        agreement_id=row.agreement_id,
    )
    return row
