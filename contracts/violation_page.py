"""How violations are drawn: their badges and their steps, alike in the console and in the portal."""

from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import Violation
from people.showing import Panel, Tone, badge

STATE_TONES: dict[str, Tone] = {
    "found": "muted",
    "notified": "warn",
    "rectifying": "bad",
    "review": "info",
    "closed": "ok",
    "unfounded": "muted",
}
SEVERITY_TONES: dict[str, Tone] = {"minor": "info", "serious": "warn", "grave": "bad"}
ENTRY_TONES: dict[str, Tone] = {"confirmed": "bad", "sent_back": "warn", "closed": "ok", "unfounded": "muted"}


def state_badge(violation: Violation) -> SafeString:
    """The state in words and colour."""
    return badge(violation.get_state_display(), STATE_TONES[violation.state])


def due_badge(violation: Violation, today: date) -> SafeString | str:
    """The deadline, marked when it has passed and nothing was reported."""
    if violation.rectify_by is None:
        return "—"
    day = violation.rectify_by.isoformat()
    late = violation.state in {"notified", "rectifying"} and violation.rectify_by < today
    return badge(_t("%(day)s 已逾期") % {"day": day}, "bad") if late else day


def drawn(violation: Violation, today: date) -> Violation:
    """The violation with what the tables show of it."""
    row: Any = violation
    row.badge, row.due = state_badge(violation), due_badge(violation, today)
    return violation


def timeline(entries: Any, *, paper_url: str) -> Panel:
    """The steps, oldest first, with their papers; paper_url names the address of a download."""
    rows = list(entries.select_related("by").prefetch_related("papers"))
    for entry in rows:
        entry.tone = ENTRY_TONES.get(entry.kind, "")
    return Panel(
        name="steps",
        label=_("办理记录"),
        template="portal/contracts/parts/steps.html",
        context={"entries": rows, "paper_url": paper_url},
        count=len(rows),
    )
