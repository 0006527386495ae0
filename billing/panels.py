"""The sections of the console's pages: a bill from its lines to its interest, and an agreement's bills and tariff."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.corrections import left_of_credit
from billing.dispute_faces import with_badges
from billing.dunning_panels import ladder_panel
from billing.faces import CORRECTIONS, Today, open_amount, standing_badge, today_is
from billing.models import Document, RateLine
from billing.periods import civil_day
from billing.querysets_dunning import BILL_KINDS
from billing.sheets import lines_of, sheet_of, with_sheet
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.showing import Panel

MOST_OF_AGREEMENT = 10


def document_panels(pk: int, *, today: Today) -> Iterator[Panel]:
    """A bill on a day: overview and lines, and once it is issued its due date, payments and interest."""
    document = with_sheet(Document.objects.with_standing(today=today.day, soon=today.soon)).get(pk=pk)
    if document.kind in CORRECTIONS:
        yield from correction_panels(document)
        return
    sheet = sheet_of(document, today=today)
    context: dict[str, Any] = {"document": document, "sheet": sheet, "state": standing_badge(document)}
    sections: list[tuple[str, object, str, int | None]] = [
        ("overview", _("概况"), "admin/billing/overview.html", None),
        ("lines", _("账单明细"), "portal/billing/parts/lines.html", len(sheet.lines)),
    ]
    if document.is_issued:
        sections += [
            ("due", _("正式发票与到期日"), "admin/billing/due.html", None),
            ("payments", _("收款与核销"), "portal/billing/parts/payments.html", len(sheet.payments)),
            ("interest", _("逾期利息"), "portal/billing/parts/interest.html", None),
        ]
        context["disputes"] = with_badges(list(document.disputes.all()))
        context["corrections"] = list(document.corrections.defer("snapshot").order_by("pk"))
        if context["disputes"]:
            sections.append(("disputes", _("异议"), "admin/billing/disputes.html", document.disputes.count()))
        if context["corrections"]:
            sections.append(("corrections", _("更正与核销"), "admin/billing/corrections.html", None))
    for name, label, template, count in sections:
        yield Panel(name=name, label=label, template=template, context=context, count=count)
    if document.is_issued and document.kind in BILL_KINDS:
        yield ladder_panel(document)


def correction_panels(document: Document) -> Iterator[Panel]:
    """A credit note or a write-off: what it corrects and why, its lines, and what it paid."""
    context = correction_context(document)
    yield Panel(name="overview", label=_("概况"), template="admin/billing/correction.html", context=context)
    lines = "portal/billing/parts/lines.html"
    yield Panel(name="lines", label=_("明细"), template=lines, context=context, count=len(context["sheet"].lines))
    if document.is_issued:
        yield Panel(
            name="spent", label=_("冲减情况"), template="admin/billing/spent.html", context=context,
            count=len(context["spent"]),
        )  # fmt: skip


def correction_context(document: Document) -> dict[str, Any]:
    """What the page of a credit note or a write-off shows, on both sides."""
    spent = list(document.spent.select_related("document", "recorded_by").order_by("pk"))
    is_note = document.is_issued and document.kind == Document.Kind.CREDIT_NOTE
    return {
        "document": document,
        "sheet": lines_of(document),
        "state": standing_badge(document),
        "spent": spent,
        "left": left_of_credit(document) if is_note else None,
    }


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The newest bills and the prices of an agreement, for its page: only what the user may see."""
    if user.has_perm("billing.view_document"):
        today = today_is(civil_day(timezone.now()))
        found = Document.objects.filter(agreement=agreement)
        newest = found.with_standing(today=today.day, soon=today.soon).select_related("period")
        rows = [(row, standing_badge(row), open_amount(row)) for row in newest.order_by("-pk")[:MOST_OF_AGREEMENT]]
        yield Panel(
            name="documents",
            label=_("账单"),
            template="admin/billing/agreement_documents.html",
            context={"rows": rows, "agreement": agreement},
            count=found.count(),
        )
    if user.has_perm("billing.view_rateline"):
        rates = list(
            RateLine.objects.filter(version__agreement=agreement)
            .exclude(version__state=AgreementVersion.State.WITHDRAWN)
            .select_related("version")
            .order_by("-version__number", "fee_kind", "pk")
        )
        yield Panel(
            name="rates",
            label=_("价目"),
            template="admin/billing/agreement_rates.html",
            context={"rates": rates, "agreement": agreement},
            count=len(rates),
        )
