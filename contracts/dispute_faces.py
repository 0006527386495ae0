"""How a dispute looks: its badge and its steps."""

from typing import Any

from django.utils.safestring import SafeString

from contracts.models import Dispute, DisputeStep, Stage
from people.showing import Tone, badge

STAGE_TONES: dict[str, Tone] = {
    Stage.NEGOTIATION: "info",
    Stage.MEDIATION: "info",
    Stage.ARBITRATION: "warn",
    Stage.LITIGATION: "warn",
    Stage.CLOSED: "muted",
}


def stage_badge(dispute: Dispute) -> SafeString:
    """How far it has come."""
    return badge(dispute.get_stage_display(), STAGE_TONES[dispute.stage])


def steps_of(steps: Any) -> list[dict[str, Any]]:
    """The steps for a timeline, with their papers."""
    return [_drawn(step) for step in steps.select_related("by", "paper")]


def _drawn(step: DisputeStep) -> dict[str, Any]:
    about = "，".join(part for part in (step.institution, step.reference) if part)
    return {
        "on": step.on,
        "title": step.get_stage_display(),
        "who": about,
        "amount": step.amount,
        "text": step.text,
        "paper": step.paper,
        "internal": step.internal,
    }
