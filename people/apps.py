"""Who: users, roles, sign-in."""

from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_migrate
from django.utils.translation import gettext_lazy as _

from people.roles import grant_roles


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("用户与角色")

    def ready(self) -> None:
        from people.models import User
        from people.separation import guard_roles

        m2m_changed.connect(guard_roles, sender=User.groups.through, dispatch_uid="people.guard_roles")
        # Django makes its permission rows after each app's migrations, so the grants follow them.
        post_migrate.connect(grant_roles, dispatch_uid="people.grant_roles")
