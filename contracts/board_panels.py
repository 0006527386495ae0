"""What an agreement's page shows of its board: how many clauses stand where, and the way there."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.panorama import party_b_board, staff_board
from people.models import User
from people.showing import Panel


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The counts of the board, each a way to its lines."""
    if user.has_perm("contracts.view_agreement"):
        url = reverse("admin:contracts_agreement_board", args=[agreement.pk])
        yield _panel(url, staff_board(agreement, user=user, at=timezone.now()).counts)


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The same for Party B."""
    url = reverse("contracts:board", args=[agreement.pk])
    yield _panel(url, party_b_board(agreement, at=timezone.now()).counts)


def _panel(url: str, counts: object) -> Panel:
    return Panel(
        name="board",
        label=_("合同履约全景"),
        template="portal/contracts/parts/board_counts.html",
        context={"url": url, "counts": counts},
    )
