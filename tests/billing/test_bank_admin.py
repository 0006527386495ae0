"""The console's pages on bank statements, receipts that wait and refunds, driven as a clerk drives them."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import bank_mappings, receipts
from billing.models import BankMapping, BankReceipt, BankStatement, Document, Refund
from journal.models import Approval
from people.models import User
from people.submitting import KEY_FIELD, new_key
from portal.sample.bank_files import READ_ONE
from tests.billing import making
from tests.billing.making import NOW

FILE = Path(__file__).parent / "bank_files" / "one.csv"
NOVEMBER = NOW.replace(month=11, day=20)
RECEIPT, STATEMENT, WAITING = (
    "/admin/billing/bankreceipt/",
    "/admin/billing/bankstatement/",
    "/admin/billing/bankreceipt/waiting/",
)


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
        """Sends a form; answers the page that is shown next."""
        answer = self.client.post(url, {KEY_FIELD: new_key(), **fields}, follow=True)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())


@pytest.fixture
def clerk(finance: User) -> Clerk:
    return Clerk(finance)


@pytest.fixture
def lead(finance_lead: User) -> Clerk:
    return Clerk(finance_lead)


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("十月.csv", FILE.read_bytes())


def test_from_a_layout_to_receipts_that_wait(bill: Document, clerk: Clerk) -> None:
    said = {"encoding": "auto", "delimiter": ",", "date_format": "auto", **READ_ONE}
    shown = clerk.does("/admin/billing/bankmapping/do/try/", **{**said, "payer_column": "付款人"}, file=file())
    assert "缺少列 付款人" in shown
    assert not BankMapping.objects.exists()

    shown = clerk.does("/admin/billing/bankmapping/do/try/", **said, file=file())
    assert "试读成功" in shown
    assert "2026100800001" in shown
    made = BankMapping.objects.get()
    assert "已启用" in clerk.does(f"/admin/billing/bankmapping/{made.pk}/do/activate/")
    shown = clerk.does(f"{STATEMENT}do/upload/", mapping=made.pk, file=file())
    assert "现在还没有登记任何收款" in shown
    read = BankStatement.objects.get()
    assert "新增 4 笔收款" in clerk.does(f"{STATEMENT}{read.pk}/do/import/")

    shown = clerk.sees(WAITING)
    assert "共 4 笔收款还有余额" in shown
    assert str(bill) in shown
    assert "金额与账单当日应付相同" in shown


def test_many_are_confirmed_on_one_page_with_a_word_for_each(bill: Document, clerk: Clerk) -> None:
    making.receipt("5000.00", memo=f"{bill.number}")
    making.receipt("406.00", memo=f"{bill.number}")
    making.receipt("1.00", payer_name="陌生人")
    shown = clerk.sees(WAITING)
    values = [part.split('"')[0] for part in shown.split('name="chosen" value="')[1:]]
    assert len(values) == 2

    shown = clerk.does(WAITING, chosen=[*values, "999:x", "garbage"])

    assert shown.count("已核销") == 2
    assert "这笔收款已不存在" in shown
    assert Document.objects.with_paid().get().paid_fen == 540600
    assert "没有选中任何提议" in clerk.does(WAITING)


def test_the_room_is_filtered(bill: Document, finance: User, clerk: Clerk) -> None:
    old = making.receipt("10.00", value_date=date(2026, 8, 1), payer_name="甲公司")
    making.receipt("20.00", value_date=date(2026, 10, 19), payer_name="乙公司")
    shown = clerk.does(f"{RECEIPT}{old.pk}/do/follow/", keeper=finance.pk, note="已去电核实")
    assert "已登记跟进人和备注" in shown

    for query, seen, unseen in (
        ("age=old", "甲公司", "乙公司"), ("age=quarter", "乙公司", "甲公司"), ("keeper=mine", "甲公司", "乙公司"),
        ("keeper=none", "乙公司", "甲公司"), ("q=乙", "乙公司", "甲公司"), ("payer=unknown", "乙公司", "没有的"),
    ):  # fmt: skip
        shown = clerk.sees(f"{WAITING}?{query}")
        assert seen in shown, query
        assert unseen not in shown, query
    assert "已去电核实" in clerk.sees(WAITING)
    assert "没有待核销的收款" in clerk.sees(f"{WAITING}?payer=known&age=nonsense")


def test_the_room_costs_a_fixed_number_of_queries(bill: Document, clerk: Clerk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            clerk.sees(WAITING)
        return len(found)

    making.receipt("1.00", memo=f"{bill.number}")
    first = queries()
    for number in range(5):
        making.receipt(f"{number + 2}.00", payer_name=f"公司{number}")
        making.receipt(f"{number + 2}.50")

    assert queries() <= first


def test_an_auditor_reads_and_cannot_confirm(bill: Document, auditor: User) -> None:
    paid = making.receipt()
    reader = Clerk(auditor)

    assert 'name="chosen"' not in reader.sees(WAITING)
    assert reader.client.post(WAITING, {"chosen": f"{paid.pk}:x"}).status_code == 403
    assert reader.client.get("/admin/billing/bankreceipt/reorder/").status_code == 403


def test_a_receipt_is_split_by_hand(bill: Document, clerk: Clerk) -> None:
    paid = making.receipt("6000.00", payer_name="陌生人")
    url = f"{RECEIPT}{paid.pk}/do/split/"

    assert "没有编号为 ZD-2026-99999 的已开具账单" in clerk.does(url, shares="ZD-2026-99999 1")
    assert "已核销 5406.00 元" in clerk.does(url, shares=f"{str(bill).lower()}\n")
    assert receipts.left_of(paid) == Decimal("594.00")


def test_a_refund_from_proposal_to_payment(bill: Document, finance: User, clerk: Clerk, lead: Clerk) -> None:
    made = bank_mappings.activate(
        bank_mappings.try_out(dict(READ_ONE), file(), by=finance, at=NOVEMBER), by=finance, at=NOVEMBER
    )
    clerk.does(f"{STATEMENT}do/upload/", mapping=made.pk, file=file())
    clerk.does(f"{STATEMENT}{BankStatement.objects.get().pk}/do/import/")
    paid = making.receipt("6000.00", value_date=date(2026, 10, 9))
    receipts.allocate(paid, bill, by=finance, at=NOVEMBER)

    shown = clerk.does(f"{RECEIPT}{paid.pk}/do/refund/", amount="594", to_name="市大数据管理局", reason="多付")
    assert "已提请财务主管审批" in shown
    refund = Refund.objects.get()
    assert "已批准" in lead.does(f"/admin/journal/approval/{Approval.objects.get().pk}/do/approve/")
    shown = clerk.sees(f"/admin/billing/refund/{refund.pk}/do/paid/")
    assert "2026101200004" in shown
    row = BankStatement.objects.get().rows.get(direction="out")
    assert "已登记退款付出" in clerk.does(f"/admin/billing/refund/{refund.pk}/do/paid/", row=row.pk)
    assert "594.00" in clerk.sees(f"{STATEMENT}{BankStatement.objects.get().pk}/change/")


def test_the_lead_looks_at_the_difference_before_payments_are_put_in_order(
    bill: Document, finance: User, lead: Clerk
) -> None:
    making.received(bill, finance)
    later = making.receipt("1000.00", value_date=date(2026, 11, 10), at=NOVEMBER)
    receipts.allocate(later, bill, by=finance, at=NOVEMBER)
    making.receipt("1000.00", value_date=date(2026, 10, 31), at=NOVEMBER, bank_txn_id="LATE")
    url = "/admin/billing/bankreceipt/reorder/"

    shown = lead.sees(f"{url}?document={bill.number}&receipt=LATE")
    assert "76.36" in shown  # 54.06 for twenty days of 5,406.00 and 22.30 for ten of 4,460.06
    assert "66.47" in shown
    assert "-9.89" in shown
    assert "没有流水号为 NONE" in lead.sees(f"{url}?document={bill.number}&receipt=NONE")
    assert "请填写重排原因" in lead.does(url, document=bill.number, receipt="LATE", reason="")
    shown = lead.does(url, document=bill.number, receipt="LATE", reason="补记较早的到账")

    assert "利息变动 -9.89 元" in shown


@pytest.mark.parametrize("name", ["bankmapping", "bankstatement", "knownpayer", "refund"])
def test_each_list_opens_empty_and_is_taken_away(clerk: Clerk, name: str) -> None:
    url = f"/admin/billing/{name}/"

    assert clerk.client.get(f"{url}export/csv/").status_code == 200
    assert "还没有" in clerk.sees(url)


def test_lists_cost_the_same_for_many_rows(bill: Document, finance: User, clerk: Clerk) -> None:
    def queries() -> list[int]:
        found = []
        for url in ("/admin/billing/knownpayer/", RECEIPT):
            with CaptureQueriesContext(connection) as seen:
                clerk.sees(url)
            found.append(len(seen))
        return found

    receipts.allocate(making.receipt("1.00"), bill, by=finance, at=NOVEMBER)
    first = queries()
    for number in range(4):
        paid = making.receipt("1.00", payer_name=f"付款人{number}")
        receipts.allocate(paid, bill, by=finance, at=NOVEMBER)

    assert queries() == first
    assert BankReceipt.objects.filter(party=bill.agreement.party_b).count() == 5
