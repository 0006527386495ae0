"""What an agreement's pages show of rules and protection: the console's panels and Party B's sections."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.receipts import standings
from people.models import User
from people.showing import Panel


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The panels of the console's page; only what the user may see."""
    if user.has_perm("contracts.view_ruleversion") and (found := standings([agreement])):
        yield Panel(
            name="rules",
            label=_("使用规则"),
            template="admin/contracts/rules_of_agreement.html",
            context={"standings": found},
            count=len(found),
        )


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The sections of Party B's page."""
    if found := standings([agreement]):
        yield Panel(
            name="rules",
            label=_("使用规则"),
            template="portal/contracts/parts/rules.html",
            context={"standings": found},
            count=len(found),
        )
