"""What an agreement's page shows of breaches, force majeure and disputes: to Party B only what it was told of."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.case_faces import state_badge
from contracts.dispute_faces import stage_badge
from contracts.models import Agreement, BreachCase, Dispute, ForceMajeure
from people.models import User
from people.showing import Panel

SHOWN = 10


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The newest cases, events and disputes, for those who may see them; nothing when there are none."""
    if user.has_perm("contracts.view_breachcase"):
        yield from _panel(
            agreement.breach_cases.all(), agreement.force_majeure.all(), agreement.disputes.all(), portal=False
        )


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The same for Party B, of what it was told."""
    own = {"agreement": agreement}
    yield from _panel(
        BreachCase.objects.for_user(user).filter(**own).distinct(),
        ForceMajeure.objects.for_user(user).filter(**own).distinct(),
        Dispute.objects.for_user(user).filter(**own).distinct(),
        portal=True,
    )


def _panel(cases: Any, events: Any, disputes: Any, *, portal: bool) -> Iterator[Panel]:
    drawn_cases = [(case, state_badge(case)) for case in cases[:SHOWN]]
    drawn_disputes = [(dispute, stage_badge(dispute)) for dispute in disputes[:SHOWN]]
    lasting = list(events[:SHOWN])
    count = len(drawn_cases) + len(drawn_disputes) + len(lasting)
    if count:
        yield Panel(
            name="breaches-and-disputes",
            label=_("违约与争议"),
            template="portal/contracts/parts/agreement_cases.html",
            context={"cases": drawn_cases, "events": lasting, "disputes": drawn_disputes, "portal": portal},
            count=count,
        )
