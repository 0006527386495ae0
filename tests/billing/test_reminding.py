"""Reminders: near and past due dates are told to both sides, each once; repairs run by the timetable."""

from datetime import datetime, timedelta

import pytest
import time_machine

from billing import formal_invoices, receipts, tasks
from billing.models import Document
from billing.reminding import remind
from journal.models import Notice
from people.models import User
from tests import make
from tests.billing import making
from tests.billing.making import NOW


def told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=kind, channel="in_app").order_by("recipient__username")
    return [str(notice.recipient and notice.recipient.username) for notice in rows]


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        pytest.param(15, "nothing", id="four working days before"),
        pytest.param(16, "soon", id="three working days before"),
        pytest.param(21, "soon", id="on the day"),
        pytest.param(22, "overdue", id="the day after"),
    ],
)
def test_what_is_told_when(bill: Document, finance: User, day: int, answer: str) -> None:
    making.received(bill, finance)  # due on 21 October

    assert remind(bill, at=NOW.replace(day=day)) == answer


def test_each_side_is_told_once(bill: Document, party_b: User, finance: User) -> None:
    making.received(bill, finance)
    for day in (20, 20, 21, 22, 23):
        remind(bill, at=NOW.replace(day=day))

    assert told("document.due_soon") == ["finance", "finance_lead", "party_b"]
    assert told("document.overdue") == ["finance", "finance_lead", "party_b"]
    mine = Notice.objects.get(kind="document.overdue", channel="in_app", recipient=party_b)
    assert "已于 2026-10-21 到期，仍有 5406.00 元未付" in mine.subject
    assert mine.url == f"/portal/documents/{bill.pk}/"


def test_nothing_is_told_of_what_is_paid(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    receipts.allocate(making.receipt(), bill, by=finance, at=NOW)

    assert remind(bill, at=NOW + timedelta(days=30)) == "nothing"


def test_nothing_is_told_before_the_time_to_pay_has_begun(bill: Document) -> None:
    assert remind(bill, at=NOW + timedelta(days=300)) == "nothing"


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def test_the_morning_run_tells_of_every_bill_that_owes(bill: Document, finance: User) -> None:
    making.received(bill, finance)

    with at(NOW.replace(day=22)):
        assert tasks.remind_due() == {"soon": 0, "overdue": 1, "nothing": 0, "refused": 0}


def test_one_bill_that_cannot_be_counted_does_not_stop_the_others(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    make.reword(bill.version, support_hours=None)

    with at(NOW.replace(day=20)):
        assert tasks.remind_due()["refused"] == 1


def test_provisional_dates_are_looked_at(bill: Document, finance: User) -> None:
    december = NOW.replace(month=12, day=28)
    invoice = formal_invoices.record_formal_invoice(bill, making.face(bill), by=finance, at=december)
    formal_invoices.record_received(invoice, on=december.date(), proof="签收", by=finance, at=december)

    with at(december):
        assert tasks.recount_due_dates() == 1


def test_a_pdf_that_a_crash_left_out_is_drawn(bill: Document) -> None:
    assert bill.pdf_sha256 == ""  # the test's transaction never commits, as after a crash

    assert tasks.keep_pdfs() == 1
    assert tasks.keep_pdfs() == 0
