"""Separation: nobody comes to hold two of the three administrators, whatever way the role was given."""

from typing import Any

from django.contrib.auth.models import Group

from people.accounts import refuse_joined_duties
from people.models import User


def guard_roles(**kwargs: Any) -> None:
    """Receiver of m2m_changed on User.groups.  Raises Refused before the row is written."""
    if kwargs["action"] != "pre_add":
        return
    instance, added = kwargs["instance"], kwargs["pk_set"] or set()
    if isinstance(instance, User):
        names = set(Group.objects.filter(pk__in=added).values_list("name", flat=True))
        refuse_joined_duties(names | set(instance.groups.values_list("name", flat=True)))
        return
    for user in User.objects.filter(pk__in=added):
        refuse_joined_duties({instance.name, *user.groups.values_list("name", flat=True)})
