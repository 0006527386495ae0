"""Naming: rows of the desk that are known by a name, taken out of use and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from journal.recording import record
from people.models import User
from people.refusal import Refused


def free_name(model: Any, name: str, *, but: Any = None) -> str:
    """The name in one line.  Raises Refused for an empty one, one that is too long, and one that another row has."""
    words = " ".join(name.split())
    longest = model._meta.get_field("name").max_length
    if not words:
        raise Refused(_("请填写名称。"))
    if len(words) > longest:
        raise Refused(_("名称太长，最多 %(most)s 字。") % {"most": longest})
    taken = model.objects.filter(name=words)
    if (taken if but is None else taken.exclude(pk=but.pk)).exists():
        raise Refused(_("已经有“%(name)s”，请换一个名称。") % {"name": words})
    return words


def retire_row(row: Any, action: str, *, at: datetime, by: User) -> None:
    """Take the locked row out of use.  Raises Refused when it is."""
    if row.retired:
        raise Refused(_("“%(name)s”已经停用。") % {"name": row.name})
    row.retired = True
    row.save(update_fields=["retired"])
    record(action, obj=row, by=by, at=at, data={"name": row.name})


def revive_row(row: Any, action: str, *, at: datetime, by: User) -> None:
    """Take the locked row into use again.  Raises Refused when it is."""
    if not row.retired:
        raise Refused(_("“%(name)s”没有停用。") % {"name": row.name})
    row.retired = False
    row.save(update_fields=["retired"])
    record(action, obj=row, by=by, at=at, data={"name": row.name})
