"""Health: does the database answer, can the broker's folder be written."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection


def health() -> dict[str, Any]:
    """Each part with "ok" or what is wrong; no secrets and no paths, since anybody may ask."""
    parts = {"database": _database(), "broker": _broker()}
    return {"ok": all(state == "ok" for state in parts.values()), **parts}


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
