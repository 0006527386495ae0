"""The Celery app: the broker carries hints only; a sweep of the database repairs what a lost message left undone."""

import os

from celery import Celery
from django.conf import settings

from portal import spool

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
from portal.schedule import TIMETABLE  # it reads the settings

spool.register()

app = Celery("portal")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    timezone=settings.TIME_ZONE,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    # RabbitMQ counts deliveries in quorum queues only: a limit then ends the loop of a task that kills its worker.
    task_default_queue_type="quorum" if settings.CELERY_BROKER_URL.startswith("amqp") else "classic",
    task_soft_time_limit=300,
    task_time_limit=360,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=10,
    broker_transport_options={"visibility_timeout": 600, "socket_timeout": 20, "confirm_publish": True}
    if not settings.CELERY_BROKER_URL.startswith("spool:")
    else {},
    beat_schedule=TIMETABLE,
    worker_hijack_root_logger=False,
)
app.autodiscover_tasks()
