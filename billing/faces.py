"""How a bill looks on a day: where it stands, how long is left, what is owed, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.ladder import SOON
from billing.models import Allocation, Document, FormalInvoice
from billing.wording import yuan
from people.showing import Tone, badge
from worktime.calendars import CHINA, workday_calendar
from worktime.models import CalendarVersion
from worktime.workdays import WorkdayCalendar

STANDINGS: dict[str, tuple[Any, Tone]] = {
    "draft": (_("草稿"), "muted"),
    "unstarted": (_("待签收发票"), "info"),
    "not_due": (_("未到期"), "info"),
    "due_soon": (_("即将到期"), "warn"),
    "part_paid": (_("部分支付"), "warn"),
    "overdue": (_("逾期"), "bad"),
    "paid": (_("已付清"), "ok"),
    "settled": (_("已入账"), "muted"),
}


CORRECTIONS = frozenset({Document.Kind.CREDIT_NOTE, Document.Kind.WRITE_OFF})
# Those for which the time to pay runs.
COUNTING = frozenset({"not_due", "due_soon", "part_paid", "overdue"})
INVOICE_TONES: dict[str, Tone] = {
    FormalInvoice.State.SENT: "info",
    FormalInvoice.State.ACCEPTED: "ok",
    FormalInvoice.State.REJECTED: "bad",
    FormalInvoice.State.RED_LETTERED: "muted",
}


@dataclass(frozen=True)
class Today:
    """A civil day and the working days around it: made once for a page, asked for each row."""

    day: date
    days: WorkdayCalendar | None

    @property
    def soon(self) -> date:
        """The last due date that is near: three working days ahead, or three days where no calendar is loaded."""
        if self.days is None:
            return self.day + timedelta(days=SOON)
        return self.days.add_working_days(self.day, SOON).value

    def working_days_to(self, due_on: date) -> int | None:
        """Working days from today to a due date, None where no calendar is loaded."""
        return self.days.count_working_days(self.day, due_on).value if self.days else None


def today_is(day: date) -> Today:
    """The day with the newest version of the national calendar (one query)."""
    version = (
        CalendarVersion.objects.select_related("calendar").filter(calendar__code=CHINA).order_by("-number").first()
    )
    return Today(day, workday_calendar(version) if version else None)


def standing_badge(document: Document) -> SafeString:
    """Where a document stands (from with_standing), as a badge."""
    label, tone = STANDINGS[document.standing]
    shown = badge(label, tone)
    if document.standing == "overdue" and document.paid_fen > 0:
        return format_html("<span>{} {}</span>", shown, badge(*STANDINGS["part_paid"]))
    return shown


def open_amount(document: Document) -> Decimal | None:
    """What is not paid of a bill (from with_paid), in yuan; None for a draft and for what asks for no money."""
    owed = document.is_issued and document.kind not in CORRECTIONS
    return Decimal(document.gross_fen - document.paid_fen).scaleb(-2) if owed else None


def countdown(due_on: date | None, today: Today) -> str:
    """How long is left to pay: in working days ahead, in calendar days (those that bear interest) once overdue."""
    if due_on is None:
        return ""
    if due_on < today.day:
        late = (today.day - due_on).days
        return str(_("已逾期 %(days)d 天")) % {"days": late}
    if due_on == today.day:
        return str(_("今天到期"))
    left = today.working_days_to(due_on)
    if left is None:
        left = (due_on - today.day).days
    return str(_("还有 %(days)d 个工作日")) % {"days": left}


def source_words(row: Allocation) -> str:
    """What paid: a bank transaction, or the document that took the place of money."""
    if row.receipt is not None:
        return f"{row.receipt.payer_name} {row.receipt.bank_txn_id}"
    credit = row.credit
    if credit is None:
        return "—"
    if credit.kind == Document.Kind.INTEREST_INVOICE:
        return gettext("转入利息账单 %(number)s") % {"number": credit.number}
    if credit.kind == Document.Kind.WRITE_OFF and credit.interest_until is not None:
        return gettext("减免利息 %(number)s") % {"number": credit.number}
    return f"{credit.get_kind_display()} {credit.number}"


def figure(value: Decimal | None) -> SafeString:
    """Yuan in a list, right-aligned; a dash for nothing."""
    return format_html('<div class="sy-num">{}</div>', "—" if value is None else yuan(value))


def iso(day: date | None) -> str:
    """A civil day as 2026-11-23, the same in both languages."""
    return day.isoformat() if day else "—"
