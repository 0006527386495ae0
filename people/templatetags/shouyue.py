"""Marks for templates: badges, the submission key, and pages of a list that keep their filter."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from people import showing
from people.submitting import KEY_FIELD, new_key

register = template.Library()
register.simple_tag(showing.badge, name="badge")


@register.simple_tag(takes_context=True)
def submission_key(context: dict[str, Any]) -> SafeString:
    """The hidden field that makes a form sent twice have one effect; a form shown again keeps its key."""
    request = context.get("request")
    sent = request.POST.get(KEY_FIELD) if request is not None else None
    return format_html('<input type="hidden" name="{}" value="{}">', KEY_FIELD, sent or new_key())
