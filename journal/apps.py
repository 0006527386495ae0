"""What happened and who must be told."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from journal import database_views
from journal.triggers import restore, set_aside


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = _("履约日志")

    def ready(self) -> None:
        from journal.choosing_parts import account_parts
        from people.account_parts import add_parts

        add_parts(account_parts)
        # SQLite cannot rebuild a table while triggers name it, and loses the table's own.
        pre_migrate.connect(set_aside, sender=self, dispatch_uid="journal.set_guards_aside")
        post_migrate.connect(restore, sender=self, dispatch_uid="journal.restore_guards")
        # Neither engine changes a table freely while a view reads it.
        pre_migrate.connect(database_views.take_away, sender=self, dispatch_uid="journal.take_views_away")
        post_migrate.connect(database_views.bring_back, sender=self, dispatch_uid="journal.bring_views_back")
