"""Who agreed to what."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "contracts"
    verbose_name = _("协议")

    def ready(self) -> None:
        from contracts import (
            accounts,
            board_panels,
            case_panels,
            control_panels,
            dates,
            duty_panels,
            merging,
            party_pages,
            sharing_panels,
            templating,
            text_panels,
        )
        from contracts.agenda import add_dates
        from contracts.findables import register_sources
        from contracts.living import register_life
        from contracts.panels import add_panels
        from contracts.readings import register_readers
        from contracts.sections import add_sections
        from contracts.wording import ACTIONS
        from journal import effects
        from journal.wording import name_actions
        from people.account_parts import add_parts

        name_actions(ACTIONS)
        register_readers()
        register_sources()
        accounts.register_change()
        merging.register_merge()
        areas = (board_panels, text_panels, duty_panels, party_pages, case_panels, control_panels, sharing_panels)
        for area in areas:
            add_panels(area.agreement_panels)
            add_sections(area.agreement_sections)
        add_parts(duty_panels.account_parts)
        for provider in (dates.duties, dates.ends_of_agreements):
            add_dates(provider)
        effects.register(
            templating.KIND,
            templating.publish_approved,
            permission="contracts.publish_templateversion",
            label=_("发布协议模板"),
            present=templating.present,
            describe=templating.describe,
        )
        register_life()
