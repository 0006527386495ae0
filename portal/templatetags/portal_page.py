"""What the portal's frame shows on every page: its menu and the organisation one acts for."""

from typing import Any

from django import template

from contracts.models import Membership
from journal.outbox import unread_for
from people.models import User
from portal import navigation
from portal.navigation import Item

register = template.Library()


@register.simple_tag(takes_context=True)
def portal_menu(context: dict[str, Any]) -> tuple[list[Item], list[Item]]:
    """The sections of the top bar, and the pages of the section that is shown."""
    return navigation.portal_menu(context["request"], unread=unread_count(context))


@register.simple_tag(takes_context=True)
def unread_count(context: dict[str, Any]) -> int:
    """How many notices the signed-in person has not read."""
    user = getattr(context["request"], "user", None)
    return unread_for(user).count() if isinstance(user, User) else 0


@register.simple_tag(takes_context=True)
def acting_for(context: dict[str, Any]) -> list[str]:
    """The names of the organisations that the signed-in person acts for."""
    user = getattr(context["request"], "user", None)
    if not isinstance(user, User):
        return []
    return list(
        Membership.objects.filter(user=user, active=True).order_by("pk").values_list("organisation__name", flat=True)
    )
