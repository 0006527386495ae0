"""What follows letters of demand and suspensions by the timetable.  It tells and proposes; it never suspends."""

import logging

from celery import shared_task
from django.utils import timezone

from billing import demand_news, demands, lifting, stop_conditions
from billing.demand_paper import keep_pdf
from billing.models import DebtorStop, Demand
from billing.money import ZERO
from billing.periods import civil_day
from people.refusal import Refused

log = logging.getLogger("billing.tasks")


@shared_task
def follow_demands() -> dict[str, int]:
    """Deliveries noted elsewhere, provisional periods, periods that are over unpaid, PDFs that a crash left out."""
    at = timezone.now()
    done = {"delivered": 0, "recounted": 0, "over": 0, "drawn": 0, "refused": 0}
    for demand in Demand.objects.exclude(state__in=["draft", "withdrawn"]).select_related("agreement__party_b"):
        try:
            done["delivered"] += demands.catch_up(demand, at=at)
            done["recounted"] += demands.recount(demand, at=at)
        except Refused as refused:
            done["refused"] += 1
            log.warning("demand %s: %s", demand.pk, refused)
    for demand in Demand.objects.filter(number__isnull=False, pdf_sha256=""):
        keep_pdf(demand)
        done["drawn"] += 1
    over = Demand.objects.delivered().filter(cure_until__lt=civil_day(at), cure_provisional=False)
    for demand in over.select_related("agreement__party_b"):
        bills = stop_conditions.still_demanded(demand.agreement, demand, at=at)
        if left := sum((bill.undisputed for bill in bills), ZERO):
            demand_news.tell_cure_over(demand, left=left, at=at)
            done["over"] += 1
    return done


@shared_task
def review_stops() -> int:
    """Propose to restore what was suspended for a debt that is paid or disputed now; returns how many are new."""
    at = timezone.now()
    return sum(len(lifting.follow(stop, at=at)) for stop in DebtorStop.objects.open())
