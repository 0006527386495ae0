"""The past: what a record said at one moment of its history, in words."""

from typing import Any

from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey
from django.utils.text import capfirst


def facts_of(past: Any) -> list[tuple[str, object]]:
    """The fields of a row of history, as (label, what it said); links that have gone are shown by their number."""
    simple = [(capfirst(str(field.verbose_name)), _said(past, field)) for field in past.tracked_fields]
    linked = [
        (
            capfirst(str(field.verbose_name)),
            "、".join(str(getattr(row, field.m2m_reverse_field_name())) for row in rows),
        )
        for field in past._history_m2m_fields
        for rows in [getattr(past, field.name).all()]
    ]
    return simple + linked


def _said(past: Any, field: Any) -> object:
    if isinstance(field, ForeignKey):
        try:
            return getattr(past, field.name)
        except ObjectDoesNotExist:
            return f"#{getattr(past, field.attname)}"
    return display_for_field(getattr(past, field.attname), field, "—")
