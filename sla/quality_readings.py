"""What quality reports say: the figures of an item or an agreement, and the reading of the clause board (2.2.1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.board import Reading, Standing, list_link
from contracts.models import Agreement
from sla.models import QualityReport, Ticket
from sla.spread import Spread, spread_of

State = QualityReport.State


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFigures:
    """Counts by state, and how many working days corrections took; the open ones stand beside, never among them."""

    reported: int
    confirmed: int
    rejected: int
    corrected: Spread

    @property
    def all(self) -> int:
        """Every report."""
        return self.reported + self.confirmed + self.rejected + self.corrected.count

    @property
    def open(self) -> int:
        """Not settled yet."""
        return self.reported + self.confirmed


def figures_of(reports: Any) -> QualityFigures:
    """The figures of a set of reports; those of withdrawn tickets are left out."""
    rows = list(
        reports.exclude(ticket__state=Ticket.State.CANCELLED).order_by().values_list("pk", "state", "working_days")
    )
    states = Counter(state for _pk, state, _days in rows)
    return QualityFigures(
        reported=states[State.REPORTED],
        confirmed=states[State.CONFIRMED],
        rejected=states[State.REJECTED],
        corrected=spread_of(days for _pk, state, days in rows if state == State.CORRECTED),
    )


def days_words(spread: Spread) -> str:
    """Median and p90 in words; that nothing was corrected yet, where nothing was."""
    if spread.median is None:
        return str(_("还没有更正过"))
    return str(
        _("%(n)d 次更正，用时中位数 %(median)s 个、九成在 %(p90)s 个工作日内")
        % {"n": spread.count, "median": f"{spread.median:f}".removesuffix(".0"), "p90": spread.p90}
    )


def read_quality(agreement: Agreement, at: datetime) -> Reading:
    """Data quality: no number is agreed, so nothing is judged; data known to be wrong and not corrected is near."""
    found = figures_of(QualityReport.objects.filter(ticket__agreement=agreement))
    bare = Ticket.objects.filter(agreement=agreement, kind=Ticket.Kind.DATA_QUALITY, quality__isnull=True)
    bare = bare.exclude(state=Ticket.State.CANCELLED)
    count = found.all + bare.count()
    link = list_link(
        _("数据质量报告"), "sla_qualityreport", "sla.view_qualityreport", portal_url=reverse("sla:quality"),
        ticket__agreement__id__exact=agreement.pk,
    )  # fmt: skip
    note = _("没有约定质量指标")
    if count:
        note += _("；报告 %(all)d 份，未结 %(open)d 份，核实不成立 %(no)d 份；%(days)s") % {
            "all": count, "open": count - found.rejected - found.corrected.count, "no": found.rejected,
            "days": days_words(found.corrected),
        }  # fmt: skip
    standing = Standing.NOT_MEASURABLE
    if found.confirmed:
        standing, note = Standing.DUE_SOON, _("%(n)d 份已核实的问题尚未更正") % {"n": found.confirmed} + "；" + note
    return Reading(standing=standing, note=note, count=count, links=(link,))
