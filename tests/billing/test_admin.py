"""The console's pages on money, driven as a clerk drives them: forms, buttons, refusals, figures."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing import formal_invoices, receipts, upload_intake
from billing.models import Allocation, BankReceipt, Document, FormalInvoice, ServicePeriod, UsageRecord, UsageUpload
from billing.panels import agreement_panels
from contracts.models import Agreement
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests.billing import making
from tests.billing.making import NOW

NOVEMBER = NOW.replace(month=11, day=20)
LIST = "/admin/billing/document/"


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


class Clerk:
    """A person at the console."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def sees(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def does(self, url: str, **fields: Any) -> str:
        """Sends the form of a button; answers the page that is shown next."""
        answer = self.client.post(url, {KEY_FIELD: new_key(), **fields}, follow=True)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())


@pytest.fixture
def clerk(finance: User) -> Clerk:
    return Clerk(finance)


@pytest.fixture
def lead(finance_lead: User) -> Clerk:
    return Clerk(finance_lead)


def page(document: Document) -> str:
    return f"{LIST}{document.pk}/change/"


def button(document: Document, name: str) -> str:
    return f"{LIST}{document.pk}/do/{name}/"


def face(bill: Document, **changes: Any) -> dict[str, Any]:
    fields = making.face(bill)._asdict()
    return {**{name: str(value) for name, value in fields.items()}, **changes}


def payment(**changes: Any) -> dict[str, Any]:
    return {
        "account": "4402", "bank_txn_id": "T1", "value_date": "2026-11-20", "amount": "1000", "payer_name": "市局",
        **changes,
    }  # fmt: skip


def test_the_whole_way_from_usage_to_a_paid_bill(
    agreement: Agreement, operator: User, clerk: Clerk, lead: Clerk
) -> None:
    making.platform_fee(agreement)
    making.rate(agreement)
    clerk.does("/admin/billing/serviceperiod/do/open/", agreement=agreement.pk, months=1, until="2026-02-01")
    [period] = ServicePeriod.objects.all()
    content = "来源记录号,计量项,使用时间,用量\na,query,2026-01-10 08:00:00,2000\n".encode()
    shown = Clerk(operator).does(
        "/admin/billing/usagerecord/do/import/",
        agreement=agreement.pk, source="网关", file=SimpleUploadedFile("use.csv", content),
    )  # fmt: skip
    assert "use.csv" in shown
    [upload] = UsageUpload.objects.all()
    upload_intake.run_waiting(now=timezone.now)
    Clerk(operator).does(f"/admin/billing/usageupload/{upload.pk}/do/take-in/")
    upload_intake.run_waiting(now=timezone.now)
    assert UsageRecord.objects.count() == 1

    assert "已拟制账单草稿" in clerk.does(f"{LIST}do/draft/", period=period.pk)
    bill = Document.objects.get()
    assert "已提请财务负责人开具" in clerk.does(button(bill, "request-issue"))
    assert "账单已开具，编号 ZD-2026-00001" in lead.does(button(bill, "issue"), on="2026-02-02")
    bill.refresh_from_db()
    shown = clerk.does(button(bill, "formal-invoice"), **face(bill, number="2636 2000 0000 0000 0001"))
    assert "已登记正式发票 26362000000000000001" in shown
    assert "付款到期日为 2026-02-27" in clerk.does(button(bill, "received"), on="2026-02-06", proof="刘洋签收")
    shown = clerk.does(button(bill, "payment"), **payment(value_date="2026-02-27", amount="5,406.00"))
    assert "已登记收款并核销到本账单" in shown
    assert "已付清" in clerk.sees(page(bill))


def test_the_page_shows_panels_with_their_figures(bill: Document, finance: User, clerk: Clerk) -> None:
    making.received(bill, finance)
    paid = making.receipt("1000.00", value_date=date(2026, 10, 31), at=NOVEMBER)
    receipts.allocate(paid, bill, by=finance, at=NOVEMBER)

    shown = clerk.sees(page(bill))

    for words in (
        "逾期", "部分支付", "已逾期 30 天", "账单明细", "2,000 × 0.05 = 100 元", "到期日 2026-10-21 是这样计算的",
        "抵利息", "972.97", "2026-11-01 – 2026-11-20", "44.3303", "71.36", "4,477.36", "下载利息计算书 PDF",
    ):  # fmt: skip
        assert words in shown, words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"number": "2636200000000000001"}, "有 19 位", id="19 digits"),
        pytest.param({"gross": "5406.001"}, "“5406.001”的小数位数过多", id="three decimals"),
        pytest.param({"gross": "5,000.00"}, "与账单的 5406.00 元不一致", id="other amount"),
        pytest.param({"dated_on": "2026-11-21"}, "开票日期 2026-11-21 晚于今天", id="in the future"),
        pytest.param({"dated_on": "2026-13-01"}, "输入一个有效的日期", id="no such day"),
    ],
)
def test_a_wrong_formal_invoice_is_refused_in_words(
    bill: Document, clerk: Clerk, changes: dict[str, str], words: str
) -> None:
    assert words in clerk.does(button(bill, "formal-invoice"), **face(bill, **changes))
    assert not FormalInvoice.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"on": "2026-11-21"}, "收到日期 2026-11-21 晚于今天", id="in the future"),
        pytest.param({"on": "2026-09-30"}, "收到日期 2026-09-30 早于开票日期 2026-10-01", id="before the invoice"),
        pytest.param({"proof": ""}, "必填", id="no proof"),
    ],
)
def test_a_wrong_receipt_of_the_invoice_is_refused_in_words(
    bill: Document, finance: User, clerk: Clerk, changes: dict[str, str], words: str
) -> None:
    formal_invoices.record_formal_invoice(bill, making.face(bill), by=finance, at=NOW)

    assert words in clerk.does(button(bill, "received"), **{"on": "2026-10-08", "proof": "刘洋", **changes})
    assert FormalInvoice.objects.get().due_on is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"amount": "1.005"}, "“1.005”的小数位数过多，最多 2 位小数", id="three decimals"),
        pytest.param({"amount": "0"}, "到账金额须大于 0", id="nothing"),
        pytest.param({"amount": "一千"}, "“一千”不是有效的数值", id="no number"),
        pytest.param({"value_date": "2026-11-21"}, "到账日期 2026-11-21 晚于今天", id="in the future"),
        pytest.param({"value_date": "2026-09-30"}, "早于账单开具日期 2026-10-01", id="before the bill"),
        pytest.param({"bank_txn_id": ""}, "必填", id="no transaction"),
    ],
)
def test_a_wrong_payment_is_refused_in_words_and_keeps_what_was_typed(
    bill: Document, clerk: Clerk, changes: dict[str, str], words: str
) -> None:
    shown = clerk.does(button(bill, "payment"), **payment(**changes))

    assert words in shown
    assert 'value="4402"' in shown
    assert not BankReceipt.objects.exists()


def test_the_same_form_sent_twice_has_one_effect(bill: Document, clerk: Clerk) -> None:
    fields = {KEY_FIELD: new_key(), **payment()}

    first, second = (clerk.does(button(bill, "payment"), **fields) for _ in range(2))

    assert "已登记收款并核销" in first
    assert "已登记收款并核销" in second
    assert (BankReceipt.objects.count(), Allocation.objects.count()) == (1, 2 - 1)


def test_the_same_bank_transaction_typed_again_is_recognised(bill: Document, clerk: Clerk) -> None:
    clerk.does(button(bill, "payment"), **payment())

    assert "银行流水 T1 已于 2026-11-20 11:00 登记过" in clerk.does(button(bill, "payment"), **payment())
    assert BankReceipt.objects.count() == 1


def test_an_earlier_receipt_is_allocated_and_taken_back(bill: Document, clerk: Clerk, lead: Clerk) -> None:
    assert "已登记收款，可在账单页面核销" in clerk.does("/admin/billing/bankreceipt/do/record/", **payment())
    paid = BankReceipt.objects.get()

    assert "已核销：本金 400.00" in clerk.does(button(bill, "allocate"), receipt=paid.pk, amount="400")
    assert "核销金额 700.00 元超过这笔收款的余额 600.00 元" in clerk.does(
        button(bill, "allocate"), receipt=paid.pk, amount="700"
    )
    assert "未核销余额" in clerk.sees(f"/admin/billing/bankreceipt/{paid.pk}/change/")
    assert "已冲回" in lead.does(button(bill, "reverse"), receipt=paid.pk, reason="认错")
    assert receipts.left_of(paid) == 1000


def test_a_receipt_that_does_not_exist_is_no_choice(bill: Document, clerk: Clerk) -> None:
    making.receipt()

    assert "选择一个有效的选项" in clerk.does(button(bill, "allocate"), receipt=999_999)


def test_the_drafter_is_told_to_ask_another_lead(agreement: Agreement, finance_lead: User, lead: Clerk) -> None:
    draft = making.draft(agreement, finance_lead, at=NOVEMBER)

    assert "开具人不能是拟稿人" in lead.does(button(draft, "issue"), on="2026-11-20")


def test_a_draft_is_discarded_with_a_reason(agreement: Agreement, finance: User, clerk: Clerk) -> None:
    draft = making.draft(agreement, finance)

    assert "草稿已作废" in clerk.does(button(draft, "discard"), reason="价目有误")
    assert not Document.objects.exists()


def test_buttons_follow_the_state(bill: Document, finance: User, clerk: Clerk) -> None:
    assert "登记正式发票" in clerk.sees(page(bill))
    assert "登记签收" not in clerk.sees(page(bill))
    making.received(bill, finance)

    shown = clerk.sees(page(bill))

    assert button(bill, "red-letter") in shown
    assert button(bill, "formal-invoice") not in shown
    assert button(bill, "issue") not in shown  # a lead's, and never of what is issued


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?standing=overdue", True),
        ("?standing=paid", False),
        ("?q=00001", True),
        ("?q=26362000", True),
        ("?q=nothing", False),
        ("?issued_on__from=2026-10-02", False),
    ],
)
def test_the_list_is_filtered_and_searched(
    bill: Document, finance: User, clerk: Clerk, query: str, found: bool
) -> None:
    making.received(bill, finance)

    assert (page(bill) in clerk.sees(LIST + query)) is found


def test_the_list_is_exported_with_plain_numbers(bill: Document, finance: User, clerk: Clerk) -> None:
    making.received(bill, finance)
    answer = clerk.client.get(f"{LIST}export/csv/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    [row] = csv.DictReader(StringIO(text))

    assert (row["编号"], row["价税合计"], row["未付金额"], row["状态"]) == (
        "ZD-2026-00001",
        "5406.00",
        "5406.00",
        "逾期",
    )
    assert row["到期日"] == "2026-10-21"


@pytest.mark.parametrize(
    "path",
    ["document", "formalinvoice", "bankreceipt", "serviceperiod", "usagerecord", "rateline"],
)
def test_each_list_asks_the_same_queries_for_many_rows(
    bill: Document, finance: User, finance_lead: User, clerk: Clerk, path: str
) -> None:
    making.received(bill, finance)
    making.receipt("10.00")
    url = f"/admin/billing/{path}/"
    clerk.sees(url)
    few = queries(clerk, url)
    making.more_bills(bill.agreement, finance, finance_lead, count=3)
    making.use(bill.agreement, *(making.event() for _ in range(5)))
    for number in range(3):
        making.receipt("10.00")
        making.rate(bill.agreement, name=f"价目{number}", meter=f"m{number}")

    assert queries(clerk, url) == few <= 20


def queries(clerk: Clerk, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        clerk.sees(url)
    return len(caught)


def test_pdfs_are_downloaded_by_those_who_may_see_the_bill(
    bill: Document, finance: User, clerk: Clerk, operator: User
) -> None:
    making.received(bill, finance)
    for path in ("pdf", "interest"):
        assert clerk.client.get(f"{LIST}{bill.pk}/{path}/").content.startswith(b"%PDF")
        assert Clerk(operator).client.get(f"{LIST}{bill.pk}/{path}/").status_code == 403
        assert clerk.client.get(f"{LIST}999999/{path}/").status_code == 404


def test_a_draft_is_printed_as_one(agreement: Agreement, finance: User, clerk: Clerk) -> None:
    draft = making.draft(agreement, finance)

    assert clerk.client.get(f"{LIST}{draft.pk}/pdf/").content.startswith(b"%PDF")
    assert "没有逾期利息" in clerk.client.get(f"{LIST}{draft.pk}/interest/", follow=True).content.decode()


def test_the_page_of_an_agreement_shows_its_bills_to_those_who_may_see_them(
    bill: Document, finance: User, operator: User
) -> None:
    shown = {panel.name: str(panel.html) for panel in agreement_panels(finance, bill.agreement)}

    assert "ZD-2026-00001" in shown["documents"]
    assert "人口库查询" in shown["rates"]
    assert list(agreement_panels(operator, bill.agreement)) == []
