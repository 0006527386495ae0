"""Two people at once: numbers without gap or twin, never more allocated than there is; with negative controls."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection

from billing import corrections, credits, invoicing, receipts, upload_intake, uploads
from billing.models import Allocation, BankReceipt, Document, NumberSeries, UsageRecord, UsageUpload
from billing.querysets import BankReceiptQuerySet, DocumentQuerySet
from billing.taking_back import Wish
from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW, OCTOBER
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

# On SQLite writers queue anyway; more of them only take longer.
AT_ONCE = 50 if connection.vendor == "postgresql" else 20


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Runs works at once, each on a connection of its own."""
    return partial(race, tmp_path=tmp_path, monkeypatch=monkeypatch)


@pytest.fixture
def drafts(finance: User, finance_lead: User) -> list[Document]:
    """Drafts of as many agreements."""
    made = []
    hours = make.support_hours()
    for _number in range(AT_ONCE):
        agreement = make.agreement(version_support_hours=hours)
        making.platform_fee(agreement)
        period = making.period(agreement)
        made.append(invoicing.draft_from_usage(agreement, period=period, by=finance, at=NOW))
    return made


@pytest.fixture(autouse=True)
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDFs are drawn after the commit and are not what races here."""
    monkeypatch.setattr(invoicing, "keep_pdf", lambda document: None)


def issue_all(run: Callable[..., list[Any]], drafts: list[Document], lead: User) -> list[Any]:
    return run(*(partial(invoicing.issue, draft, by=lead, on=OCTOBER, at=NOW) for draft in drafts))


def test_many_at_once_get_consecutive_numbers(
    run: Callable[..., list[Any]], drafts: list[Document], finance_lead: User
) -> None:
    made = issue_all(run, drafts, finance_lead)

    assert sorted(document.sequence for document in made) == list(range(1, AT_ONCE + 1))
    assert NumberSeries.objects.get().last == AT_ONCE
    assert Document.objects.issued().count() == AT_ONCE


POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one writer begin at a time, lock or no lock"
)


@POSTGRESQL_ONLY
def test_without_the_lock_numbers_collide(
    run: Callable[..., list[Any]], drafts: list[Document], finance_lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same race with a number that is read and written back without a lock."""
    both_have_read = Barrier(2, timeout=10)

    def unlocked(series: str, year: int) -> int:
        last = Document.objects.filter(series=series, year=year).count()
        both_have_read.wait()
        return last + 1

    monkeypatch.setattr(invoicing, "take_number", unlocked)

    outcomes = issue_all(run, drafts[:2], finance_lead)

    assert {type(outcome) for outcome in outcomes} == {Document, IntegrityError}


@POSTGRESQL_ONLY
def test_without_the_lock_a_receipt_is_spent_twice(
    run: Callable[..., list[Any]], drafts: list[Document], finance: User, finance_lead: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The negative control of the race below."""
    bills = [invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW) for draft in drafts[:2]]
    paid = making.receipt("5300.00")
    both_have_read, read = Barrier(2, timeout=10), receipts.left_of

    def left_of(receipt: BankReceipt) -> Decimal:
        left = read(receipt)
        both_have_read.wait()
        return left

    monkeypatch.setattr(receipts, "left_of", left_of)
    monkeypatch.setattr(BankReceiptQuerySet, "select_for_update", lambda rows, **options: rows)

    run(*(partial(receipts.allocate, paid, bill, by=finance, at=NOW) for bill in bills))

    assert sum(row.amount for row in Allocation.objects.all()) == Decimal("10600.00")


def test_one_draft_is_issued_once(run: Callable[..., list[Any]], drafts: list[Document], finance_lead: User) -> None:
    outcomes = issue_all(run, [drafts[0]] * 4, finance_lead)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
    assert NumberSeries.objects.get().last == 1


def test_one_receipt_is_not_spent_twice(
    run: Callable[..., list[Any]], drafts: list[Document], finance: User, finance_lead: User
) -> None:
    bills = [invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW) for draft in drafts[:2]]
    paid = making.receipt("5300.00")

    outcomes = run(*(partial(receipts.allocate, paid, bill, by=finance, at=NOW) for bill in bills))

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert sum(row.amount for row in Allocation.objects.all()) == Decimal("5300.00")


def test_one_bill_is_not_paid_twice(
    run: Callable[..., list[Any]], drafts: list[Document], finance: User, finance_lead: User
) -> None:
    bill = invoicing.issue(drafts[0], by=finance_lead, on=OCTOBER, at=NOW)
    paid = [making.receipt("5300.00"), making.receipt("5300.00")]

    outcomes = run(*(partial(receipts.allocate, one, bill, by=finance, at=NOW) for one in paid))

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert sum(row.amount for row in Allocation.objects.all()) == Decimal("5300.00")


def test_one_period_is_drafted_once(run: Callable[..., list[Any]], finance: User) -> None:
    agreement = make.agreement()
    making.platform_fee(agreement)
    draft = partial(invoicing.draft_from_usage, agreement, period=making.period(agreement), by=finance, at=NOW)

    outcomes = run(draft, draft)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert Document.objects.count() == 1


def test_one_batch_taken_in_twice_at_once_is_there_once(run: Callable[..., list[Any]]) -> None:
    agreement = make.agreement()
    take = partial(making.use, agreement, *(making.event() for _ in range(50)))

    outcomes = run(take, take)

    assert sorted(taken.added for taken in outcomes) == [0, 50]
    assert UsageRecord.objects.count() == 50


def test_one_bank_transaction_entered_twice_at_once_is_there_once(run: Callable[..., list[Any]]) -> None:
    enter = partial(receipts.record_bank_receipt, making.entry(), by=None, at=NOW)

    outcomes = run(enter, enter)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert BankReceipt.objects.count() == 1


def credit_twice(run: Callable[..., list[Any]], draft: Document, finance: User, lead: User) -> list[Any]:
    """Two people take 3,000.00 yuan of the same bill of 5,300.00 back at the same moment."""
    bill = invoicing.issue(draft, by=lead, on=OCTOBER, at=NOW)
    wish = {1: Wish(gross=Decimal("3000.00"))}
    credit = partial(credits.draft_credit_note, bill, wish, reason="更正", by=finance, at=NOW)
    return run(credit, credit)


def test_a_bill_is_not_credited_above_its_total(
    run: Callable[..., list[Any]], drafts: list[Document], finance: User, finance_lead: User
) -> None:
    outcomes = credit_twice(run, drafts[0], finance, finance_lead)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert Document.objects.get(kind="credit_note").gross == Decimal("3000.00")


@POSTGRESQL_ONLY
def test_without_the_lock_a_bill_is_credited_twice(
    run: Callable[..., list[Any]], drafts: list[Document], finance: User, finance_lead: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The negative control of the race above."""
    both_have_read, read = Barrier(2, timeout=10), credits.left_by_line

    def left_by_line(bill: Document) -> Any:
        left = read(bill)
        both_have_read.wait()
        return left

    both_have_checked, check = Barrier(2, timeout=10), corrections.check_not_above

    def check_not_above(bill: Document, note: Document) -> None:
        check(bill, note)
        both_have_checked.wait()

    monkeypatch.setattr(credits, "left_by_line", left_by_line)
    monkeypatch.setattr(corrections, "check_not_above", check_not_above)
    monkeypatch.setattr(DocumentQuerySet, "select_for_update", lambda rows, **options: rows)

    credit_twice(run, drafts[0], finance, finance_lead)

    assert sum(note.gross for note in Document.objects.filter(kind="credit_note")) == Decimal("6000.00")


def test_one_usage_file_is_taken_in_once_by_many_workers(run: Callable[..., list[Any]]) -> None:
    agreement = make.agreement()
    upload = checked_upload(agreement, "U1")
    uploads.confirm(upload, by=None, at=NOW)

    run(*[partial(upload_intake.run_waiting, now=lambda: NOW)] * 3)

    assert UsageRecord.objects.count() == 50
    assert UsageUpload.objects.get().state == UsageUpload.State.TAKEN_IN


def test_two_files_with_the_same_rows_at_once_count_once(run: Callable[..., list[Any]]) -> None:
    agreement = make.agreement()
    both = [checked_upload(agreement, name) for name in ("U1", "U2")]
    for upload in both:
        uploads.confirm(upload, by=None, at=NOW)

    run(*(partial(upload_intake.work_on, upload, now=lambda: NOW) for upload in UsageUpload.objects.order_by("pk")))

    found = sorted((upload.new, upload.known) for upload in UsageUpload.objects.all())
    assert found == [(0, 50), (50, 0)]
    assert UsageRecord.objects.count() == 50


def checked_upload(agreement: Agreement, note: str) -> UsageUpload:
    """A checked file of fifty rows; the note is a column that means nothing, and makes another file of it."""
    lines = [f"e{at},query,2026-09-10 10:00,1,{note}" for at in range(50)]
    text = "\n".join(["来源记录号,计量项,使用时间,用量,备注", *lines])
    file = ContentFile(text.encode(), name=f"{note}.csv")
    made = uploads.keep(file, source="网关", agreement=agreement, by=None, at=NOW)
    upload_intake.work_on(made, now=lambda: NOW)
    assert made.state == UsageUpload.State.CHECKED
    return made
