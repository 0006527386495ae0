"""What was promised and whether it was kept."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "sla"
    verbose_name = _("服务水平")

    def ready(self) -> None:
        from contracts.carrying import add_carrier
        from contracts.item_pages import add_item_pages
        from contracts.panels import add_panels
        from contracts.sections import add_sections
        from contracts.text.annexing import add_annex
        from contracts.touching import add_toucher
        from journal import effects
        from journal.choosing import use_support_hours
        from journal.wording import name_actions
        from sla import (
            backdating,
            carrying,
            credit_panels,
            crediting,
            knowledge,
            quality,
            quality_panels,
            rating,
            stating,
        )
        from sla.carrying import CREDIT_RULES
        from sla.findables import register_sources
        from sla.quiet_hours import AgreedHours
        from sla.readings import register_readers
        from sla.target_carrying import TARGETS
        from sla.telling import ACTIONS
        from sla.touching import touched_tickets
        from sla.uptime_setup import set_up as set_up_uptime

        name_actions(ACTIONS)
        register_readers()
        use_support_hours(AgreedHours())
        add_toucher(touched_tickets)
        set_up_uptime()
        add_carrier(TARGETS)
        add_annex(stating.annex)
        add_annex(carrying.annex)
        add_panels(stating.agreement_panels)
        add_sections(stating.agreement_sections)
        register_sources()
        name_actions(crediting.ACTIONS)
        name_actions(quality.ACTIONS)
        name_actions(rating.ACTIONS)
        name_actions(knowledge.ACTIONS)
        add_item_pages(quality_panels.item_panels, quality_panels.item_sections)
        add_carrier(CREDIT_RULES)
        add_panels(credit_panels.agreement_panels)
        add_sections(credit_panels.agreement_sections)
        effects.register(
            backdating.KIND,
            backdating.approved,
            permission="sla.approve_backdating",
            label=_("补记暂停"),
            describe=backdating.describe,
        )
        effects.register(
            crediting.KIND,
            crediting.accept,
            permission="sla.accept_credit",
            label=_("认可服务减免"),
            present=crediting.present,
            describe=crediting.describe,
        )
