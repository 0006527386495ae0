"""Sample bank statements: three layouts, one file taken in, one that waits, money matched, too much, and unknown."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from billing import bank_mappings, bank_statements, matching, payers, refunds
from billing.models import BankMapping, BankReceipt, BankStatement, Document
from contracts.models import Agreement
from journal import approvals
from journal.models import Approval
from people.refusal import Refused
from portal.sample.bank_files import (
    READ_ONE,
    READ_THREE,
    READ_TWO,
    Movement,
    layout_one,
    layout_three,
    layout_two,
)
from portal.sample.moments import Moments, local
from portal.sample.organisations import ACCOUNT
from portal.sample.people import People

OPENING = Decimal("186420.35")
TREASURY = "清江市国库支付中心"
TWICE, STRAY = Decimal("2600.00"), Decimal("88.00")


def make_bank(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Try three layouts, take one file in, match what can be matched, ask for refunds, and leave one file waiting."""
    movements = _movements(agreements, moments)
    number = "".join(ACCOUNT.number.split())
    files = {
        "样例一": (layout_one(movements, account=number, opening=OPENING), READ_ONE, "csv"),
        "样例二": (layout_two(_later(movements, moments), account=number, opening=OPENING), READ_TWO, "csv"),
        "样例三": (layout_three(movements, account=number, opening=OPENING), READ_THREE, "xlsx"),
    }
    mappings = {
        name: _mapping(people, moments, SimpleUploadedFile(f"{name}.{ending}", content), read)
        for name, (content, read, ending) in files.items()
    }
    done = _read(people, moments, mappings["样例一"], files["样例一"][0], "上周流水.csv")
    bank_statements.take_in(done, by=people["caiwu"], at=moments.now)
    _match(people, moments)
    _refund(people, moments, done)
    _read(people, moments, mappings["样例二"], files["样例二"][0], "本周流水.csv")


def _movements(agreements: Sequence[Agreement], moments: Moments) -> list[Movement]:
    first, third = agreements[0].party_b.name, agreements[2].party_b.name
    bills = {bill.agreement_id: bill for bill in _newest_open(agreements)}
    known = BankReceipt.objects.filter(payer_name=third).latest("value_date")
    days = [moments.working_day(-count) for count in (4, 3, 2, 1)]
    newest = bills[agreements[0].pk]
    late = _oldest_open(agreements[0])
    rows = [
        Movement(day=known.value_date, amount=known.amount, name=third, memo=known.memo, txn=known.bank_txn_id),
        Movement(day=days[0], amount=STRAY, name=third, account="6227000000031", memo="误转", txn="SJ0000101"),
        Movement(
            day=days[1], amount=Decimal("3000.00"), name=first, account="6217000000011",
            memo=f"付{late.number}部分款", txn="SJ0000102",
        ),
        Movement(day=days[1], amount=Decimal("12000.00"), name=TREASURY, memo="代付共享服务费", txn="SJ0000103"),
        Movement(day=days[2], amount=-STRAY, name=third, account="6227000000031", memo="退误转款", txn="SJ0000104"),
        Movement(day=days[2], amount=TWICE, name=third, account="6227000000031", memo="重复付款", txn="SJ0000105"),
        Movement(
            day=days[3], amount=newest.gross, name=first, account="6217000000011",
            memo=str(newest.number).replace("-", "－"), txn="SJ0000106",
        ),
        Movement(day=days[3], amount=Decimal("500.00"), name="鼎新软件有限公司", memo="押金", txn="SJ0000107"),
    ]  # fmt: skip
    return sorted(rows, key=lambda movement: movement.day)


def _later(movements: Sequence[Movement], moments: Moments) -> list[Movement]:
    """The last rows again, one of them with another amount, and one that is new."""
    *_before, sixth, last = movements
    changed = Movement(day=last.day, amount=last.amount + 20, name=last.name, memo=last.memo, txn=last.txn)
    fresh = Movement(day=moments.today, amount=Decimal("860.00"), name=TREASURY, memo="代付", txn="SJ0000108")
    return [sixth, changed, fresh]


def _newest_open(agreements: Sequence[Agreement]) -> list[Document]:
    rows = Document.objects.issued().filter(agreement__in=agreements, kind=Document.Kind.INVOICE)
    return list(rows.order_by("issued_on", "pk"))


def _oldest_open(agreement: Agreement) -> Document:
    rows = Document.objects.issued().filter(agreement=agreement, kind=Document.Kind.INVOICE).with_paid()
    found: Document = next(row for row in rows.order_by("issued_on", "pk") if row.paid_fen < row.gross_fen)
    return found


def _mapping(people: People, moments: Moments, file: Any, read: dict[str, str]) -> BankMapping:
    at = local(moments.working_day(-5), 9)
    made = bank_mappings.try_out(dict(read), file, by=people["caiwu"], at=max(at, moments.now))
    return bank_mappings.activate(made, by=people["caiwu"], at=moments.now)


def _read(people: People, moments: Moments, mapping: BankMapping, content: bytes, name: str) -> BankStatement:
    return bank_statements.read_in(mapping, SimpleUploadedFile(name, content), by=people["caiwu"], at=moments.now)


def _match(people: People, moments: Moments) -> None:
    """The part payment is confirmed as proposed; the treasury's money is looked into."""
    part = BankReceipt.objects.get(bank_txn_id="SJ0000102")
    if proposals := matching.proposals_for(part):
        try:
            matching.confirm(part, proposals[0].digest, by=people["caiwu"], at=moments.now)
        except Refused:  # another part of the sample has settled interest on a later day: it waits
            payers.look_after(part, keeper=people["caiwu"], note="须重排核销", by=people["caiwu"], at=moments.now)
    unknown = BankReceipt.objects.get(bank_txn_id="SJ0000103")
    note = "已发函国库支付中心，请其说明代哪个单位付款"
    payers.look_after(unknown, keeper=people["caiwu"], note=note, by=people["caiwu"], at=moments.now)


def _refund(people: People, moments: Moments, statement: BankStatement) -> None:
    """A stray transfer went back; what was paid twice waits for the lead's consent."""
    stray = BankReceipt.objects.get(bank_txn_id="SJ0000101")
    asked = refunds.Asked(amount=STRAY, reason="误转，对方来函要求退回", to_name=stray.payer_name)
    made = refunds.propose(stray, asked, by=people["caiwu"], at=moments.now)
    request = Approval.objects.get(kind=refunds.KIND, target_id=str(made.pk))
    approvals.approve(request, by=people["caiwuzhang"], at=moments.now)
    row = statement.rows.get(bank_txn_id="SJ0000104")
    refunds.paid(made, row=row, by=people["caiwu"], at=moments.now)
    twice = BankReceipt.objects.get(bank_txn_id="SJ0000105")
    asked = refunds.Asked(amount=TWICE, reason="重复付款，对方要求退回", to_name=twice.payer_name)
    refunds.propose(twice, asked, by=people["caiwu"], at=moments.now)
