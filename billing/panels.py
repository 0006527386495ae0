"""The sections of the console's pages: a bill from its lines to its interest, and an agreement's bills and tariff."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.faces import Today, open_amount, standing_badge, today_is
from billing.models import Document, RateLine
from billing.periods import civil_day
from billing.sheets import sheet_of, with_sheet
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.showing import Panel

MOST_OF_AGREEMENT = 10


def document_panels(pk: int, *, today: Today) -> Iterator[Panel]:
    """A bill on a day: overview and lines, and once it is issued its due date, payments and interest."""
    document = with_sheet(Document.objects.with_standing(today=today.day, soon=today.soon)).get(pk=pk)
    sheet = sheet_of(document, today=today)
    context = {"document": document, "sheet": sheet, "state": standing_badge(document)}
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
    for name, label, template, count in sections:
        yield Panel(name=name, label=label, template=template, context=context, count=count)


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
