"""What an agreement's pages show of rules and protection: the console's panels and Party B's sections."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.receipts import standings
from contracts.tables import Linked, table
from contracts.violation_page import due_badge, state_badge
from people.models import User
from people.showing import Panel

MOST = 20


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

    if user.has_perm("contracts.view_violation"):
        yield _violations(agreement)


def _violations(agreement: Agreement) -> Panel:
    rows = agreement.violations.select_related("agreement")[:MOST]
    today = timezone.localdate()
    return table(
        "violations",
        _("违规"),
        (_("违反条款"), _("责任方"), _("严重程度"), _("状态"), _("整改期限"), _("发现时间")),
        (
            (
                Linked(
                    f"{row.clause_number} {row.get_topic_display()}",
                    reverse("admin:contracts_violation_change", args=[row.pk]),
                ),
                row.get_side_display(),
                row.get_severity_display(),
                state_badge(row),
                due_badge(row, today),
                row.found_at,
            )
            for row in rows
        ),
        empty=_("这份协议没有违规记录。"),
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
