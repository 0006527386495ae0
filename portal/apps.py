"""The assembly: settings, addresses, the admin site and the commands that know every app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "守约"

    def ready(self) -> None:
        from portal import checks  # noqa: F401, PLC0415  registers the system checks
