"""What was promised and whether it was kept."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "sla"
    verbose_name = _("服务水平")

    def ready(self) -> None:
        from contracts.touching import add_toucher
        from journal.wording import name_actions
        from sla.findables import register_sources
        from sla.readings import register_readers
        from sla.telling import ACTIONS
        from sla.touching import touched_tickets

        name_actions(ACTIONS)
        register_readers()
        add_toucher(touched_tickets)
        register_sources()
