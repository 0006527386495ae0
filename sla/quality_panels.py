"""How quality reports look: on their own page, on a data resource's page, and on Party B's page of a shared item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import AgreementItem, CatalogueItem
from people.models import User
from people.showing import Panel, Tone
from sla.faces import rounded_up, spelled
from sla.models import QualityReport
from sla.quality import respects_words
from sla.quality_readings import days_words, figures_of
from sla.telling import moment

TONES: dict[str, Tone] = {"reported": "warn", "confirmed": "bad", "rejected": "muted", "corrected": "ok"}
MOST_SHOWN = 20


def report_panels(report: QualityReport) -> Iterator[Panel]:
    """What Party A sees of a report."""
    items = report.items.select_related("item", "agreement").order_by("pk")
    context = {"report": report, "items": list(items), "facts": [*facts_of(report), *_internal(report)]}
    yield Panel(name="quality", label=_("质量问题"), template="admin/sla/quality_report.html", context=context)


def facts_of(report: QualityReport) -> list[tuple[str, object]]:
    """What both parties see of a report."""
    facts: list[tuple[str, object]] = [
        (_("问题"), respects_words(report)),
        (_("核实时间"), moment(report.verified_at)),
        (_("核实结论"), report.verdict),
        (_("更正时间"), moment(report.corrected_at)),
        (_("更正内容"), report.correction),
    ]
    if report.working_days is not None:
        facts.append((_("更正用时"), took_words(report)))
    return facts


def took_words(report: QualityReport) -> str:
    """How long the correction took, both ways; that it is provisional, where a year is not published."""
    words = _("%(days)d 个工作日（支持时间 %(time)s）") % {
        "days": report.working_days or 0, "time": spelled(rounded_up(report.support_seconds or 0)),
    }  # fmt: skip
    return words + (_("，暂定") if report.provisional else "")


def _internal(report: QualityReport) -> list[tuple[str, object]]:
    return [
        (_("转交的提供部门"), report.forwarded_to),
        (_("转交时间"), moment(report.forwarded_at)),
        (_("转交说明"), report.source_note),
        (_("更正凭据"), report.evidence),
    ]


def item_panels(user: User, item: CatalogueItem) -> Iterator[Panel]:
    """The history of a data resource's quality, for the console: only what the user may see."""
    if user.has_perm("sla.view_qualityreport"):
        found = QualityReport.objects.about(item.pk)
        yield _panel(found, "admin/sla/item_quality.html", {"item": item})


def item_sections(user: User, shared: AgreementItem) -> Iterator[Panel]:
    """Own reports on a shared item and corrections that others' reports led to, for Party B; nobody is named."""
    own = QualityReport.objects.filter(items=shared)
    yield _panel(
        own, "portal/sla/item_quality.html", {"shared": shared, "corrections": corrections_of([shared.item_id], shared)}
    )


def corrections_of(items: list[int], shared: AgreementItem | None = None) -> list[dict[str, Any]]:
    """What was put right on these catalogue items, newest first.  No report, no name."""
    rows = QualityReport.objects.filter(items__item__in=items, state=QualityReport.State.CORRECTED)
    if shared is not None:
        rows = rows.exclude(ticket__agreement=shared.agreement_id)
    newest = rows.prefetch_related("items__item").distinct().order_by("-corrected_at")[:MOST_SHOWN]
    return [
        {
            "items": "、".join(dict.fromkeys(s.item.title for s in row.items.all() if s.item_id in items)),
            "at": row.corrected_at,
            "respects": respects_words(row),
            "correction": row.correction,
        }
        for row in newest
    ]


def _panel(found: Any, template: str, context: dict[str, Any]) -> Panel:
    figures = figures_of(found)
    newest = found.select_related("ticket__agreement__party_b").order_by("-described_at")[:MOST_SHOWN]
    rows = [(row, respects_words(row), TONES[row.state]) for row in newest]
    words = {"rows": rows, "figures": figures, "days": days_words(figures.corrected), **context}
    return Panel(name="quality", label=gettext_lazy("数据质量"), template=template, context=words, count=figures.all)
