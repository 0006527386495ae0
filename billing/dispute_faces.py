"""How a dispute of a bill looks: where it stands, which lines, for both sides alike."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.models import BillDispute
from people.showing import Tone, badge

TONES: dict[str, Tone] = {
    BillDispute.Outcome.UPHELD: "ok",
    BillDispute.Outcome.PARTLY: "warn",
    BillDispute.Outcome.REJECTED: "bad",
    BillDispute.Outcome.WITHDRAWN: "muted",
}


def dispute_badge(dispute: BillDispute) -> SafeString:
    """Where a dispute stands."""
    if dispute.is_open:
        return badge(_("待裁定"), "info")
    return badge(dispute.get_outcome_display(), TONES[dispute.outcome])


def with_badges(disputes: list[BillDispute]) -> list[tuple[BillDispute, SafeString]]:
    """Disputes with their badges, for a table."""
    return [(dispute, dispute_badge(dispute)) for dispute in disputes]
