"""The assembly: settings, addresses, the admin site and the commands that know every app."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "守约"

    def ready(self) -> None:
        from billing.dates import due_dates
        from billing.panels import agreement_panels as bills_of_agreement
        from billing.revising import DueDateFollower
        from contracts import performing
        from contracts.agenda import add_dates
        from contracts.panels import add_panels
        from contracts.revising import OccurrenceFollower
        from journal import effects
        from people.accounts import account_changed
        from portal import celery, checks  # noqa: F401  the app that tasks are sent by; the system checks
        from portal.account_events import keep_account_event
        from sla import adjudicating
        from sla.panels import agreement_panels
        from sla.revising import ClockFollower
        from worktime.following import add_follower

        account_changed.connect(keep_account_event, dispatch_uid="portal.keep_account_event")
        add_panels(agreement_panels)
        add_panels(bills_of_agreement)
        add_dates(due_dates)
        add_follower(ClockFollower())
        add_follower(DueDateFollower())
        add_follower(OccurrenceFollower())
        effects.register(
            adjudicating.KIND,
            adjudicating.excuse,
            permission="sla.decide_adjudication",
            label=_("超时免责"),
            present=adjudicating.present,
        )
        effects.register(
            performing.WAIVE,
            performing.waive,
            permission="contracts.waive_occurrence",
            label=_("豁免义务"),
            present=performing.present,
            describe=performing.describe,
        )


class ConsoleConfig(AdminConfig):
    """Django's admin with our site, so that `@admin.register` in an app needs no import from here."""

    default_site = "portal.site.ShouyueAdminSite"
