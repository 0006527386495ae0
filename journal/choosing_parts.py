"""The part of everybody's account page that says how they are told."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from journal.choosing import choice_of, hours_choices
from people.models import User
from people.showing import Panel


def account_parts(user: User) -> Iterator[Panel]:
    """When no e-mail comes, and from how many on one letter."""
    choice = choice_of(user)
    named = dict(hours_choices(user)).get(choice.support_hours, "") if choice.support_hours else ""
    yield Panel(
        name="telling",
        label=_("邮件通知方式"),
        template="registration/parts/telling.html",
        context={"choice": choice, "hours": named},
    )
