"""What services and security duties make known to the lower apps when the product starts."""

from django.utils.translation import gettext_lazy as _

from contracts.agenda import add_dates
from contracts.carrying import add_carrier
from contracts.panels import add_panels
from contracts.sections import add_sections
from journal import effects
from journal.wording import name_actions
from sla import duty_watch, outages, uptime_news, uptime_panels, uptime_readings, vulnerabilities
from sla.uptime_dates import maintenance_dates
from sla.uptime_terms import FIX_TERMS, SERVICE_TERMS


def set_up() -> None:
    """Words of events, readers of clauses, carriers of terms, dates, panels and approvals.  Again changes nothing."""
    name_actions(uptime_news.ACTIONS)
    name_actions(duty_watch.ACTIONS)
    uptime_readings.register_readers()
    add_carrier(SERVICE_TERMS)
    add_carrier(FIX_TERMS)
    add_dates(maintenance_dates)
    add_panels(uptime_panels.agreement_panels)
    add_sections(uptime_panels.agreement_sections)
    effects.register(
        outages.SHORTEN,
        outages.shorten_approved,
        permission="sla.approve_outage",
        label=_("缩短或撤销服务中断"),
        present=outages.present,
        describe=outages.describe,
    )
    effects.register(
        vulnerabilities.ACCEPT,
        vulnerabilities.accept_approved,
        permission="sla.accept_risk",
        label=_("接受漏洞风险"),
        present=vulnerabilities.present,
        describe=vulnerabilities.describe,
    )
