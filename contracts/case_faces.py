"""How a case looks: its badges, its timeline, its claims and its limitation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts import limitation
from contracts.models import BreachCase, CaseEntry, Claim
from contracts.referring import references
from people.models import User
from people.showing import Panel, Tone, badge

STATE_TONES: dict[str, Tone] = {
    BreachCase.State.FOUND: "warn",
    BreachCase.State.NOTIFIED: "warn",
    BreachCase.State.ANSWERED: "info",
    BreachCase.State.DECIDED: "bad",
    BreachCase.State.HANDLING: "info",
    BreachCase.State.CLOSED: "muted",
}
CLAIM_TONES: dict[str, Tone] = {
    Claim.State.CLAIMED: "warn",
    Claim.State.ACCEPTED: "info",
    Claim.State.CONTESTED: "bad",
    Claim.State.SETTLED: "ok",
    Claim.State.WITHDRAWN: "muted",
}


@dataclass(frozen=True, kw_only=True)
class DrawnClaim:
    """A claim with its badge."""

    claim: Claim
    state: SafeString


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The limitation of a case as of a day."""

    last: date | None
    left: int | None
    tone: Tone
    restarts: list[Any]


def state_badge(case: BreachCase) -> SafeString:
    """Where the case stands."""
    return badge(case.get_state_display(), STATE_TONES[case.state])


def timeline(entries: Any) -> list[dict[str, Any]]:
    """The lines of a case for portal/parts/timeline.html, with their papers."""
    return [_drawn(entry) for entry in entries.select_related("by", "paper")]


def claims_of(case: BreachCase) -> list[DrawnClaim]:
    """The claims of a case, the newest first."""
    rows = case.claims.select_related("rule")
    return [DrawnClaim(claim=row, state=badge(row.get_state_display(), CLAIM_TONES[row.state])) for row in rows]


def limit_of(case: BreachCase, *, today: date) -> Limit:
    """The limitation with the days left; a closed case has none that matters."""
    last = case.limitation_on
    left = (last - today).days if last else None
    tone: Tone = "muted"
    if case.is_open and left is not None:
        tone = "bad" if left <= limitation.LEVELS[1] else "warn" if left <= limitation.LEVELS[0] else "info"
    return Limit(last=last, left=left, tone=tone, restarts=list(case.interruptions.all()))


def case_panels(case: BreachCase, *, today: date, user: User) -> Iterator[Panel]:
    """What Party A sees of a case: facts and claims, limitation, timeline with internal lines."""
    context = {
        "case": case,
        "state": state_badge(case),
        "references": references(case.references, user=user),
        "limit": limit_of(case, today=today),
    }
    yield Panel(name="case", label=_("案情"), template="admin/contracts/case.html", context=context)
    claims = claims_of(case)
    yield Panel(
        name="claims",
        label=_("主张"),
        template="admin/contracts/claims.html",
        context={"claims": claims},
        count=len(claims),
    )
    lines = timeline(case.entries)
    yield Panel(
        name="timeline",
        label=_("办理记录"),
        template="admin/contracts/case_timeline.html",
        context={"lines": lines},
        count=len(lines),
    )


def _drawn(entry: CaseEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "title": entry.get_kind_display(),
        "who": str(entry.by or ""),
        "text": entry.text,
        "paper": entry.paper,
        "internal": entry.internal,
    }
