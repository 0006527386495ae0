"""An invoice run on its page and as rows to take away: refusals first, amounts beside those of the period before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.models import Document, InvoiceRun, InvoiceRunRow, UsageAnomaly
from billing.money import ZERO
from people.exporting import FORMATS
from people.showing import Panel, Tone, badge

RUN_TONES: dict[str, Tone] = {
    "drafting": "info", "drafted": "warn", "issuing": "info", "done": "ok", "stopped": "muted",
}  # fmt: skip
DRAFTING_TONES: dict[str, Tone] = {"waiting": "muted", "drafted": "ok", "refused": "bad", "skipped": "muted"}
ISSUING_TONES: dict[str, Tone] = {"": "muted", "waiting": "info", "issued": "ok", "refused": "bad"}
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One row beside the bill of the period before."""

    row: InvoiceRunRow
    badge: SafeString
    before: Decimal | None
    anomalies: int

    @property
    def gross(self) -> Decimal | None:
        """What the bill of the row comes to."""
        return self.row.document.gross if self.row.document else None

    @property
    def change(self) -> Decimal | None:
        """The difference to the period before, in yuan."""
        return self.gross - self.before if self.gross is not None and self.before is not None else None

    @property
    def share(self) -> Decimal | None:
        """The difference in per cent of the period before, one place."""
        if self.change is None or not self.before:
            return None
        return (self.change * HUNDRED / self.before).quantize(Decimal("0.1"))

    @property
    def why(self) -> str:
        """Why it was not drafted, or not issued."""
        return self.row.reason or self.row.issue_reason

    @property
    def is_discarded(self) -> bool:
        """Whether its draft has been thrown away since."""
        return self.row.drafting == InvoiceRunRow.Drafting.DRAFTED and self.row.document is None


def reviewed(run: InvoiceRun) -> list[Reviewed]:
    """The rows of a run, refusals first, in a fixed number of queries."""
    rank = Case(
        When(drafting="refused", then=Value(0)),
        When(issuing="refused", then=Value(1)),
        When(drafting="drafted", then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    related = ("period__agreement__party_b", "document")
    rows = list(
        run.rows.select_related(*related).defer("document__snapshot").annotate(rank=rank).order_by("rank", "pk")
    )
    before, strange = _before(rows), _anomalies(rows)
    return [
        Reviewed(row, _badge(row), before.get((row.period.agreement_id, row.period.number - 1)), strange[row.period_id])
        for row in rows
    ]


def percent_done(run: InvoiceRun) -> tuple[int, int, int]:
    """How far it is: rows done, rows in all, whole per cent rounded down."""
    if run.state == InvoiceRun.State.ISSUING:
        rows = run.rows.exclude(issuing="")
        total, waiting = rows.count(), rows.filter(issuing="waiting").count()
    else:
        total, waiting = run.rows.count(), run.rows.filter(drafting="waiting").count()
    return total - waiting, total, 100 * (total - waiting) // total if total else 100


def run_badge(run: InvoiceRun) -> SafeString:
    """Where a run stands."""
    return badge(run.get_state_display(), RUN_TONES[run.state])


def run_panels(run: InvoiceRun, *, may_export: bool) -> Iterator[Panel]:
    """Progress and sums, then every period."""
    rows = reviewed(run)
    done, total, percent = percent_done(run)
    address = reverse("admin:billing_invoicerun_rows", args=[run.pk])
    context: dict[str, Any] = {
        "run": run,
        "badge": run_badge(run),
        "done": done,
        "total": total,
        "percent": percent,
        "progress_url": reverse("admin:billing_invoicerun_progress", args=[run.pk]),
        "rows": rows,
        "drafted": sum(one.gross is not None for one in rows),
        "issued": sum(one.row.issuing == "issued" for one in rows),
        "refused": sum(one.row.drafting == "refused" or one.row.issuing == "refused" for one in rows),
        "gross": sum((one.gross or ZERO for one in rows), ZERO),
        "before": sum((one.before or ZERO for one in rows if one.gross is not None), ZERO),
        "files": [(kind.upper(), f"{address}?as={kind}") for kind in FORMATS if may_export],
    }
    yield Panel(name="progress", label=_("进度"), template="admin/billing/run_progress.html", context=context)
    yield Panel(
        name="rows", label=_("各协议各期"), template="admin/billing/run_rows.html", context=context, count=len(rows)
    )


def header() -> list[str]:
    """The columns of the rows taken away."""
    return [
        _("协议"), _("乙方"), _("服务周期"), _("拟制"), _("开具"), _("账单"), _("价税合计"), _("上期价税合计"),
        _("增减"), _("原因"),
    ]  # fmt: skip


def sheet_rows(run: InvoiceRun) -> Iterator[list[Any]]:
    """Every period of a run."""
    for one in reviewed(run):
        row, agreement = one.row, one.row.period.agreement
        yield [
            agreement.number, agreement.party_b.name, str(row.period), row.get_drafting_display(),
            row.get_issuing_display(), str(row.document or ""), one.gross, one.before, one.change, one.why,
        ]  # fmt: skip


def _before(rows: Sequence[InvoiceRunRow]) -> dict[tuple[int, int], Decimal]:
    """What the bills of these agreements came to, by agreement and number of the period; one query."""
    bills = Document.objects.filter(
        kind=Document.Kind.INVOICE, agreement__in={row.period.agreement_id for row in rows},
        period__number__in={row.period.number - 1 for row in rows},
    )  # fmt: skip
    return {(pk, number): gross for pk, number, gross in bills.values_list("agreement", "period__number", "gross")}


def _anomalies(rows: Sequence[InvoiceRunRow]) -> Counter[int]:
    """How many anomalies of each period's days nobody explained; one query."""
    open_ones = UsageAnomaly.objects.open().filter(agreement__in={row.period.agreement_id for row in rows})
    found = list(open_ones.values_list("agreement", "day", "until"))
    return Counter(
        row.period_id
        for row in rows
        for agreement, day, until in found
        if agreement == row.period.agreement_id and day < row.period.ends_on and until >= row.period.starts_on
    )


def _badge(row: InvoiceRunRow) -> SafeString:
    if row.issuing:
        return badge(row.get_issuing_display(), ISSUING_TONES[row.issuing])
    return badge(row.get_drafting_display(), DRAFTING_TONES[row.drafting])
