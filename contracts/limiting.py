"""Reminding of limitations that run out: at 180, 90 and 30 days, and when one is over; each told once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from contracts import case_telling, limitation
from contracts.models import BreachCase


def remind_due(*, at: datetime) -> int:
    """Tell of every open case whose limitation is near or over; returns how many cases were looked at.

    Telling again changes nothing: a notice has the case, its last day and the level as its key.  Levels that an outage
    left out collapse into the nearest.
    """
    horizon = timezone.localdate(at) + timedelta(days=max(limitation.LEVELS))
    rows = BreachCase.objects.running_out(horizon).order_by("pk").values_list("pk", flat=True)
    return sum(_remind(pk, at) for pk in list(rows))


@transaction.atomic
def _remind(pk: int, at: datetime) -> int:
    rows = BreachCase.objects.select_related("agreement__manager").select_for_update(of=("self",), no_key=True)
    case = rows.open().filter(pk=pk, limitation_on__isnull=False).first()
    if case is None:
        return 0
    level = limitation.level_on(case.limitation_on, timezone.localdate(at))
    if level is not None:
        case_telling.remind(case, last=case.limitation_on, level=level, at=at)
    return 1
