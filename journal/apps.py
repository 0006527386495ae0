"""What happened and who must be told."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from journal.triggers import restore


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = _("履约日志")

    def ready(self) -> None:
        # SQLite loses a table's triggers when a migration rebuilds the table.
        post_migrate.connect(restore, sender=self, dispatch_uid="journal.restore_guards")
