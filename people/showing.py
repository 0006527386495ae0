"""Showing: the small marks that admin and portal draw alike (badges, panels)."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

Tone = Literal["ok", "warn", "bad", "info", "muted"]
TONES: frozenset[str] = frozenset({"ok", "warn", "bad", "info", "muted"})


def badge(text: object, tone: Tone) -> SafeString:
    """A state as a small coloured word.  The colour repeats what the word says and never stands alone.

    Raises ValueError for a tone that the stylesheet does not know.
    """
    if tone not in TONES:
        raise ValueError(f"no such tone: {tone}")
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One section of a record page: a heading and a template drawn with the context.

    name becomes the anchor (#panel-name) of the section; count, when given, stands beside the heading.
    """

    name: str
    label: object
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    count: int | None = None

    @property
    def html(self) -> SafeString:
        """The drawn section."""
        return render_to_string(self.template, self.context)
