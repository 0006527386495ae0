"""What is owed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("费用")

    def ready(self) -> None:
        from billing.carrying import RATES
        from billing.crediting import month_fee, place_of_credit
        from billing.dunning_news import ACTIONS as DUNNING_ACTIONS
        from billing.findables import register_sources
        from billing.readings import register_readers
        from billing.refunds import register_refund
        from billing.stop_approvals import register_stops
        from billing.telling import ACTIONS
        from billing.touching import touched_money
        from billing.warning import rate_warnings
        from contracts.carrying import add_carrier
        from contracts.touching import add_toucher
        from contracts.warning import add_warner
        from journal.wording import name_actions
        from sla.fees import add_fee_source

        name_actions(ACTIONS)
        name_actions(DUNNING_ACTIONS)
        register_stops()
        register_readers()
        register_refund()
        add_carrier(RATES)
        add_toucher(touched_money)
        add_warner(rate_warnings)
        register_sources()
        add_fee_source(month_fee, place_of_credit)
