"""The formal invoice: right number, right amounts, one at a time; its receipt starts the time to pay."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import formal_invoices
from billing.due_dates import due_after, in_words
from billing.models import Document, FormalInvoice
from contracts.models import Agreement, AgreementVersion
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW
from worktime.almanac import Almanac
from worktime.calendars import add_version, current_version
from worktime.models import Calendar


def record(bill: Document, by: User, **changes: Any) -> FormalInvoice:
    return formal_invoices.record_formal_invoice(bill, making.face(bill, **changes), by=by, at=NOW)


def receive(invoice: FormalInvoice, by: User, on: date) -> FormalInvoice:
    return formal_invoices.record_received(invoice, on=on, proof="刘洋签收", by=by, at=NOW)


def test_received_on_18_september_and_five_working_days_is_due_on_24_september(db: None) -> None:
    agreement = make.agreement(version_payment_working_days=5)

    due = due_after(agreement.versions.get(), date(2026, 9, 18))

    assert (due.on, due.provisional) == (date(2026, 9, 24), False)
    words = in_words(due.working, "zh-hans")
    assert "2026年9月18日（周五）收到，当日不计，自次日起计5个工作日" in words[0]
    assert any("9月20日（周日），国庆节调休上班，第1个工作日" in line for line in words)
    assert in_words(due.working, "en")[-1].startswith("Due: Thu 24 Sep")


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        pytest.param(date(2026, 9, 30), 3, date(2026, 10, 10), id="a make-up Saturday"),
        pytest.param(date(2026, 5, 8), 1, date(2026, 5, 9), id="the next working day is a Saturday"),
        pytest.param(date(2026, 2, 14), 1, date(2026, 2, 24), id="received on a make-up Saturday"),
    ],
)
def test_working_days_are_those_of_the_calendar(db: None, received: date, days: int, due: date) -> None:
    version = make.agreement(version_payment_working_days=days).versions.get()

    assert due_after(version, received).on == due


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"payment_working_days": None}, "没有填写付款期限", id="no number of days"),
        pytest.param({"support_hours": None}, "没有选定支持时段和工作日历", id="no calendar"),
    ],
)
def test_terms_without_a_term_of_payment_refuse(db: None, changes: dict[str, Any], words: str) -> None:
    version = make.agreement().versions.get()
    for name, value in changes.items():
        setattr(version, name, value)

    with pytest.raises(Refused, match=words):
        due_after(version, date(2026, 9, 18))


def test_an_unpublished_year_gives_a_provisional_date_that_is_counted_anew_when_it_is_published(
    bill: Document, finance: User
) -> None:
    december = NOW.replace(month=12, day=28)
    invoice = record(bill, finance)
    invoice = formal_invoices.record_received(invoice, on=date(2026, 12, 25), proof="刘洋签收", by=finance, at=december)
    assert invoice.due_provisional
    before = invoice.due_on

    assert formal_invoices.recount_due(invoice, by=None, at=december).due_on == before
    _publish_2027(off=[date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)])
    after = formal_invoices.recount_due(invoice, by=None, at=december)

    assert (before, after.due_on, after.due_provisional) == (date(2027, 1, 8), date(2027, 1, 13), False)
    assert Event.objects.get(action="formal_invoice.due_recounted").data["before"] == "2027-01-08"


def _publish_2027(off: list[date]) -> None:
    calendar = Calendar.objects.get(code="cn")
    days = dict(current_version(calendar).days)
    notices = [{"number": "国办发明电〔2026〕9号", "published_on": "2026-12-29", "url": ""}]
    days["2027"] = {"notices": notices, "off": {day.isoformat(): "元旦" for day in off}, "work": {}}
    almanac = Almanac.from_json(days)
    add_version(calendar, almanac, source="国办通知", published_on=date(2026, 12, 29), known_since=NOW, by=None)


def test_a_firm_date_stays_while_the_calendar_does(bill: Document, finance: User) -> None:
    invoice = making.received(bill, finance)

    assert formal_invoices.recount_due(invoice, by=None, at=NOW).due_on == invoice.due_on
    assert not Event.objects.filter(action="formal_invoice.due_recounted").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"number": "2636200000000000001"}, "须为 20 位数字，填写的“2636200000000000001”有 19 位", id="19 digits"
        ),
        pytest.param({"number": "263620000000000000011"}, "有 21 位", id="21 digits"),
        pytest.param({"number": "2636200000000000000X"}, "须为 20 位数字", id="a letter"),
        pytest.param({"gross": Decimal("5406.001")}, "价税合计：.*小数位数过多，最多 2 位小数", id="three decimals"),
        pytest.param({"gross": Decimal("5400.00")}, "价税合计 5400.00 元与账单的 5406.00 元不一致", id="other gross"),
        pytest.param({"tax": Decimal("0.00")}, "税额 0.00 元与账单的 306.00 元不一致", id="other tax"),
        pytest.param({"dated_on": date(2026, 10, 21)}, "开票日期 2026-10-21 晚于今天", id="in the future"),
        pytest.param(
            {"dated_on": date(2026, 9, 30)}, "开票日期 2026-09-30 早于账单开具日期 2026-10-01", id="before the bill"
        ),
    ],
)
def test_a_wrong_formal_invoice_is_refused_and_nothing_is_written(
    bill: Document, finance: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        record(bill, finance, **changes)

    assert not FormalInvoice.objects.exists()


def test_a_draft_has_no_formal_invoice(agreement: Agreement, finance: User) -> None:
    with pytest.raises(Refused, match="只有已开具的账单可以登记正式发票"):
        record(making.draft(agreement, finance), finance, dated_on=date(2026, 10, 1))


def test_a_second_one_waits_until_the_first_is_returned(bill: Document, finance: User) -> None:
    first = record(bill, finance)
    with pytest.raises(Refused, match=f"已有一张有效的正式发票 {first.number}（待签收）"):
        record(bill, finance)

    formal_invoices.reject(first, on=date(2026, 10, 8), reason="抬头有误", by=finance, at=NOW)

    assert record(bill, finance).state == "sent"


def test_a_number_is_used_once_over_all_documents(bill: Document, finance: User) -> None:
    first = record(bill, finance)
    formal_invoices.reject(first, on=date(2026, 10, 8), reason="抬头有误", by=finance, at=NOW)

    with pytest.raises(Refused, match="已经登记过"):
        record(bill, finance, number=first.number)


def test_receipt_freezes_the_due_date_with_its_working(bill: Document, finance: User) -> None:
    invoice = receive(record(bill, finance), finance, date(2026, 10, 8))

    assert (invoice.state, invoice.due_on, invoice.due_provisional) == ("accepted", date(2026, 10, 21), False)
    assert invoice.due_working is not None
    assert invoice.due_working["calendar"]["sha256"] == current_version(Calendar.objects.get()).sha256
    assert Document.objects.with_due().get(pk=bill.pk).due_on == date(2026, 10, 21)
    assert Event.objects.filter(action="formal_invoice.received").count() == 1
    assert invoice.history.count() == 2


@pytest.mark.parametrize(
    ("on", "proof", "words"),
    [
        pytest.param(date(2026, 10, 21), "刘洋", "收到日期 2026-10-21 晚于今天", id="in the future"),
        pytest.param(date(2026, 9, 30), "刘洋", "收到日期 2026-09-30 早于开票日期 2026-10-01", id="before the invoice"),
        pytest.param(date(2026, 10, 8), "  ", "请填写签收凭证", id="no proof"),
    ],
)
def test_an_impossible_receipt_is_refused(bill: Document, finance: User, on: date, proof: str, words: str) -> None:
    invoice = record(bill, finance)

    with pytest.raises(Refused, match=words):
        formal_invoices.record_received(invoice, on=on, proof=proof, by=finance, at=NOW)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.due_on) == ("sent", None)


def test_receipt_is_recorded_once(bill: Document, finance: User) -> None:
    invoice = making.received(bill, finance)

    with pytest.raises(Refused, match="只有待签收的发票可以登记签收，当前状态是“已签收”"):
        receive(invoice, finance, date(2026, 10, 9))


def test_a_returned_one_starts_no_time(bill: Document, finance: User) -> None:
    invoice = record(bill, finance)
    formal_invoices.reject(invoice, on=date(2026, 10, 8), reason="税号错误", by=finance, at=NOW)

    with pytest.raises(Refused, match="只有待签收的发票可以登记签收，当前状态是“已退回”"):
        receive(invoice, finance, date(2026, 10, 9))
    assert Document.objects.with_due().get(pk=bill.pk).due_on is None


def test_a_received_one_is_not_returned_but_red_lettered(bill: Document, finance: User) -> None:
    invoice = making.received(bill, finance)
    with pytest.raises(Refused, match="已签收的发票有误，请办理红冲"):
        formal_invoices.reject(invoice, on=date(2026, 10, 9), reason="x", by=finance, at=NOW)

    done = formal_invoices.red_letter(
        invoice, on=date(2026, 10, 9), number="2636" + "9" * 16, reason="税率错误", by=finance, at=NOW
    )

    assert (done.state, done.due_on) == ("red_lettered", date(2026, 10, 21))  # the row keeps what it was
    assert Document.objects.with_due().get(pk=bill.pk).due_on is None  # but no time runs
    assert making.received(bill, finance, on=date(2026, 10, 12)).due_on == date(2026, 10, 26)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"number": "123"}, "须为 20 位数字", id="short number"),
        pytest.param({"on": date(2026, 10, 21)}, "须在开票日期之后、今天之前", id="in the future"),
        pytest.param({"on": date(2026, 9, 1)}, "须在开票日期之后、今天之前", id="before the invoice"),
        pytest.param({"reason": " "}, "请填写原因", id="no reason"),
    ],
)
def test_an_impossible_red_letter_is_refused(
    bill: Document, finance: User, changes: dict[str, Any], words: str
) -> None:
    invoice = making.received(bill, finance)
    fields = {"on": date(2026, 10, 9), "number": "2636" + "9" * 16, "reason": "税率错误", **changes}

    with pytest.raises(Refused, match=words):
        formal_invoices.red_letter(invoice, **fields, by=finance, at=NOW)


def test_terms_of_the_bill_count_even_when_later_terms_differ(bill: Document, finance: User) -> None:
    AgreementVersion.objects.filter(agreement=bill.agreement).update(effective_to=date(2026, 10, 2))
    make.version(bill.agreement, number=2, effective_from=date(2026, 10, 2), payment_working_days=3)

    assert making.received(bill, finance).due_on == date(2026, 10, 21)
