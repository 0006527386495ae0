"""Two people at one receipt, one bill or one bank file: never more given out than came in, nothing recorded twice."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from billing import bank_mappings, bank_statements, invoicing, matching, receipts, refunds, reordering
from billing.models import Allocation, BankMapping, BankReceipt, BankStatement, Document, Refund
from billing.querysets import BankReceiptQuerySet
from people.models import User
from people.refusal import Refused
from portal.sample.bank_files import READ_ONE, Movement, layout_one
from tests import make
from tests.billing import making
from tests.billing.making import NOW, OCTOBER
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[..., list[Any]]
DECEMBER = NOW.replace(month=12, day=20)
POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one writer begin at a time, lock or no lock"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs works at once, each on a connection of its own."""
    return partial(race, tmp_path=tmp_path, monkeypatch=monkeypatch)


@pytest.fixture(autouse=True)
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDFs are drawn after the commit and are not what races here."""
    monkeypatch.setattr(invoicing, "keep_pdf", lambda document: None)


@pytest.fixture
def bills(finance: User, finance_lead: User) -> list[Document]:
    """Two bills of 5,406.00 of one payer."""
    body, hours = make.organisation("市大数据管理局"), make.support_hours()
    agreements = [make.agreement(party_b=body, version_support_hours=hours) for _number in range(2)]
    return [making.issued(one, finance, finance_lead) for one in agreements]


def refund(receipt: BankReceipt, by: User) -> Refund:
    asked = refunds.Asked(amount=Decimal("5406.00"), reason="多付", to_name="市大数据管理局")
    return refunds.propose(receipt, asked, by=by, at=NOW)


def given_out() -> Decimal:
    allocated = sum((row.amount for row in Allocation.objects.all()), Decimal(0))
    return allocated + sum((row.amount for row in Refund.objects.all()), Decimal(0))


def test_one_receipt_is_not_both_allocated_and_refunded(run: Run, bills: list[Document], finance: User) -> None:
    paid = making.receipt("5406.00")

    outcomes = run(partial(refund, paid, finance), partial(receipts.allocate, paid, bills[0], by=finance, at=NOW))

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert given_out() == Decimal("5406.00")


@POSTGRESQL_ONLY
def test_without_the_lock_it_is_both(
    run: Run, bills: list[Document], finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the race above."""
    paid = making.receipt("5406.00")
    both_have_read, read = Barrier(2, timeout=10), receipts.left_of

    def left_of(receipt: BankReceipt) -> Decimal:
        left = read(receipt)
        both_have_read.wait()
        return left

    monkeypatch.setattr(receipts, "left_of", left_of)
    monkeypatch.setattr(BankReceiptQuerySet, "select_for_update", lambda rows, **options: rows)

    run(partial(refund, paid, finance), partial(receipts.allocate, paid, bills[0], by=finance, at=NOW))

    assert given_out() == Decimal("10812.00")


def test_two_receipts_over_the_same_bills_in_opposite_orders_end(
    run: Run, bills: list[Document], finance: User
) -> None:
    """Each takes the bills by key, whatever the order in which it pays them: neither waits for the other forever."""
    one, other = making.receipt("8000.00"), making.receipt("8000.00")

    outcomes = run(
        partial(matching.allocate_shares, one, [(bills[0], None), (bills[1], None)], by=finance, at=NOW),
        partial(matching.allocate_shares, other, [(bills[1], None), (bills[0], None)], by=finance, at=NOW),
    )

    assert all(isinstance(outcome, list | Refused) for outcome in outcomes), outcomes
    paid = {document.pk: document.paid_fen for document in Document.objects.with_paid()}
    assert max(paid.values()) == 540600
    assert sum(paid.values()) in {800000, 1081200}


def test_one_proposal_confirmed_twice_at_once_pays_once(run: Run, bills: list[Document], finance: User) -> None:
    paid = making.receipt("5406.00", memo=bills[0].number or "")
    confirm = partial(matching.confirm, paid, matching.proposals_for(paid)[0].digest, by=finance, at=NOW)

    outcomes = run(confirm, confirm)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert given_out() == Decimal("5406.00")


def test_payments_are_put_in_order_once(run: Run, bills: list[Document], finance: User, finance_lead: User) -> None:
    making.received(bills[0], finance)
    later = making.receipt("1000.00", value_date=date(2026, 11, 10), at=DECEMBER)
    earlier = making.receipt("1000.00", value_date=date(2026, 10, 31), at=DECEMBER)
    receipts.allocate(later, bills[0], by=finance, at=DECEMBER)
    redo = partial(reordering.redo, bills[0], adding=earlier, reason="补记", by=finance_lead, at=DECEMBER)

    outcomes = run(redo, redo)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert given_out() == Decimal("2000.00")


def mapping(by: User) -> BankMapping:
    file = SimpleUploadedFile("样例.csv", layout_one([movement("T0")], account="4402", opening=Decimal(0)))
    return bank_mappings.activate(bank_mappings.try_out(dict(READ_ONE), file, by=by, at=NOW), by=by, at=NOW)


def movement(txn: str) -> Movement:
    return Movement(day=OCTOBER, amount=Decimal("100.00"), name="市大数据管理局", txn=txn)


def file_of(*numbers: str) -> SimpleUploadedFile:
    rows = [movement(txn) for txn in numbers]
    return SimpleUploadedFile("流水.csv", layout_one(rows, account="4402", opening=Decimal(0)))


def test_one_file_sent_twice_at_once_stands_once(run: Run, finance: User) -> None:
    made = mapping(finance)

    outcomes = run(
        *(partial(bank_statements.read_in, made, file_of("T1", "T2"), by=finance, at=NOW) for _turn in range(2))
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert BankStatement.objects.count() == 1


def test_overlapping_files_taken_in_at_once_record_each_payment_once(run: Run, finance: User) -> None:
    made = mapping(finance)
    read = [
        bank_statements.read_in(made, file_of(*numbers), by=finance, at=NOW) for numbers in (("T1", "T2"), ("T2", "T3"))
    ]

    outcomes = run(*(partial(bank_statements.take_in, one, by=finance, at=NOW) for one in read))

    numbers = list(BankReceipt.objects.order_by("bank_txn_id").values_list("bank_txn_id", "occurrence"))
    assert all(isinstance(outcome, BankStatement | Refused) for outcome in outcomes), outcomes
    assert len(numbers) == len({txn for txn, _place in numbers})
    for one in BankStatement.objects.filter(state="previewed"):  # the one that came second: again, now that it knows
        bank_statements.take_in(one, by=finance, at=NOW)
    assert sorted(BankReceipt.objects.values_list("bank_txn_id", flat=True)) == ["T1", "T2", "T3"]
