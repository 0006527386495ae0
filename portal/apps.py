"""The assembly: settings, addresses, the admin site and the commands that know every app."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "守约"

    def ready(self) -> None:
        from billing.panels import agreement_panels as bills_of_agreement  # noqa: PLC0415
        from contracts.panels import add_panels  # noqa: PLC0415
        from people.accounts import account_changed  # noqa: PLC0415
        from portal import checks  # noqa: F401, PLC0415  registers the system checks
        from portal.account_events import keep_account_event  # noqa: PLC0415
        from sla.panels import agreement_panels  # noqa: PLC0415

        account_changed.connect(keep_account_event, dispatch_uid="portal.keep_account_event")
        add_panels(agreement_panels)
        add_panels(bills_of_agreement)


class ConsoleConfig(AdminConfig):
    """Django's admin with our site, so that `@admin.register` in an app needs no import from here."""

    default_site = "portal.site.ShouyueAdminSite"
