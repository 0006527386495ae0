"""Health: does the database answer, can the broker's folder be written, how far is the sweep behind."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection

from sla.watch import lag


def health(*, at: datetime) -> dict[str, Any]:
    """Each part with "ok" or what is wrong; no secrets and no paths, since anybody may ask.

    sweep_lag_seconds is how long the clock that waits longest has been waiting for the worker: a number to alarm on,
    but not a fault of the process that answers.  None when the database does not answer.
    """
    parts = {"database": _database(), "broker": _broker()}
    behind = int(lag(at).total_seconds()) if parts["database"] == "ok" else None
    return {"ok": all(state == "ok" for state in parts.values()), **parts, "sweep_lag_seconds": behind}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return "does not answer"
    return "ok"


def _broker() -> str:
    """A spool folder must be writable; other brokers are watched by the workers themselves."""
    address = urlsplit(settings.CELERY_BROKER_URL)
    if address.scheme != "spool":
        return "ok"
    folder = Path(address.path)
    while not folder.is_dir():  # the first message makes it
        folder = folder.parent
    return "ok" if os.access(folder, os.W_OK) else "folder cannot be written"
