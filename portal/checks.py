"""System checks: settings that cannot work together, each with an id and what to do."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register()
def settings_fit_together(**kwargs: Any) -> list[CheckMessage]:
    """The spool broker serves one machine; HTTPS needs an https address; zone and time support must stand."""
    found: list[CheckMessage] = []
    if settings.HTTPS and urlsplit(settings.SITE_URL).scheme != "https":
        found.append(
            Error(
                "SHOUYUE_HTTPS is on but SHOUYUE_SITE_URL is not an https address.",
                hint="Write SHOUYUE_SITE_URL=https://your.host, or SHOUYUE_HTTPS=no.",
                id="portal.E001",
            )
        )
    if not settings.USE_TZ:
        found.append(Error("Times must be stored in UTC.", hint="Keep USE_TZ = True.", id="portal.E002"))
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        found.append(
            Error(
                "ATOMIC_REQUESTS would make every page view take the write lock.",
                hint="Remove ATOMIC_REQUESTS; verbs open their own transactions.",
                id="portal.E003",
            )
        )
    return found


@register(Tags.security, deploy=True)
def embedded_parts_in_deployment(**kwargs: Any) -> list[CheckMessage]:
    """A deployment over several machines cannot share a spool folder or a SQLite file."""
    found: list[CheckMessage] = []
    engine = settings.DATABASES["default"]["ENGINE"]
    if settings.CELERY_BROKER_URL.startswith("spool:") and "sqlite" not in engine:
        found.append(
            Warning(
                "PostgreSQL is used with the spool broker, which serves one machine only.",
                hint="Set CELERY_BROKER_URL=amqp://… or redis://… when web and workers run on several machines.",
                id="portal.W001",
            )
        )
    return found
