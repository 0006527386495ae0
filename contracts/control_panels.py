"""What an agreement's pages show of rules and protection: the console's panels and Party B's sections."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.board import LABELS, TONES
from contracts.confidentiality import with_terms
from contracts.licences import standing_on
from contracts.models import Agreement, ConfidentialItem, Licence
from contracts.readings import protection
from contracts.receipts import standings
from contracts.safeguard_faces import LICENCE_TONES, end_words, stage_badge
from contracts.tables import Linked, table
from contracts.topics import TOPICS
from contracts.violation_page import due_badge, state_badge
from people.models import User
from people.showing import Panel, badge

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
    if user.has_perm("contracts.view_securechannel"):
        yield _protection(agreement, user)


def _protection(agreement: Agreement, user: User) -> Panel:
    """What protects the information and the rights, one line a matter, each with the way to its records."""
    labels, at = dict(TOPICS), timezone.now()
    rows = []
    for topic, reader in protection.READERS:
        reading, label = reader(agreement, at), labels[str(topic)]
        if reading is None:
            continue
        url = next((link.url for link in reading.links if user.has_perm(link.permission)), "")
        rows.append(
            (
                Linked(label, url) if url else label,
                badge(LABELS[reading.standing], TONES[reading.standing]),
                reading.note,
            )
        )
    return table("protection", _("安全、保密与知识产权"), (_("事项"), _("状态"), _("说明")), rows)


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
    if agreement.signed_on is not None:
        yield _secrets(agreement)
        yield _licence(agreement)


def _secrets(agreement: Agreement) -> Panel:
    today = timezone.localdate()
    rows = ConfidentialItem.objects.filter(agreement=agreement).select_related("agreement")
    drawn = with_terms(rows.prefetch_related("agreement__versions"), today)
    return table(
        "secrets",
        _("保密信息"),
        (_("信息名称"), _("类别"), _("权利方"), _("保密自（订立日期）"), _("保密状态"), _("保密至")),
        (
            (
                row.title,
                row.get_klass_display(),
                row.get_owner_side_display(),
                term.begins_on,
                stage_badge(term),
                end_words(term),
            )
            for row, term in drawn
        ),
        empty=_("还没有登记保密信息；双方仍负有协议约定的保密义务。"),
    )


def _licence(agreement: Agreement) -> Panel:
    row = Licence.objects.filter(agreement=agreement).first()
    found = standing_on(agreement, timezone.localdate())
    return table(
        "licence",
        _("使用许可"),
        (_("状态"), _("性质"), _("自"), _("至"), _("许可范围")),
        (
            (
                badge(found.label, LICENCE_TONES[found.state]),
                _("非独占、不可转让、有范围限制"),
                found.valid_from,
                found.valid_until,
                row.scope if row else _("未登记"),
            ),
        ),
    )
