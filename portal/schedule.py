"""The beat timetable: one line says what runs and when.  Tasks are named, not imported."""

from typing import Any

from celery.schedules import crontab
from django.conf import settings

TIMETABLE: dict[str, dict[str, Any]] = {
    "sweep clocks": {"task": "sla.tasks.sweep_clocks", "schedule": settings.SWEEP_SECONDS},
    "send notices": {"task": "journal.tasks.send_notices", "schedule": settings.SWEEP_SECONDS},
    "verify the chain": {"task": "journal.tasks.verify_chain", "schedule": crontab(hour="3", minute="10")},
    "anchor the chain": {"task": "journal.tasks.anchor_chain", "schedule": crontab(minute="5")},
    "end old requests": {"task": "journal.tasks.expire_approvals", "schedule": crontab(minute="15")},
}
