"""The ledger: one balance in four ways, and every invariant of the rows of money with something broken to find."""

from collections import Counter
from datetime import date
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import balancing, ledger, printing
from billing.ledger_checks import SLICES, Asked, files_as_kept, numbers_without_gaps, verify
from billing.models import Document, LedgerEntry, NumberSeries
from billing.overdue import debt_of
from billing.tasks.ledger import verify_ledger
from contracts.models import Agreement
from journal.models import Event, Notice
from people.models import User
from tests.billing import making, money_world
from tests.billing.money_world import AT, ON, past_the_guards


@pytest.fixture
def bill(agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User) -> Document:
    """The late bill of a world that holds every kind of movement."""
    return money_world.world(agreement, other_agreement, finance, finance_lead)


def balances(on: date) -> dict[str, dict[Any, int]]:
    by_paper = balancing.of_documents(on)
    ways = {
        "documents": balancing._summed(by_paper),
        "view": balancing.of_view(on),
        "statement": balancing.of_statement(on),
        "ageing": balancing.of_ageing(on),
    }
    return {name: {key: fen for key, fen in way.items() if fen} for name, way in ways.items()}


@pytest.mark.parametrize(
    ("on", "first", "second"),
    [
        pytest.param(date(2026, 9, 30), 0, 0, id="before any bill"),
        pytest.param(date(2026, 10, 1), 540600, 540600, id="billed"),
        pytest.param(date(2026, 10, 31), 443303, 540600, id="part paid with interest"),
        pytest.param(date(2026, 11, 5), 431703, 540600, id="credited"),
        pytest.param(date(2026, 11, 6), 431703, 540600, id="interest waived moves no balance"),
        pytest.param(date(2026, 11, 10), 431703, -59400, id="paid with money to spare"),
        pytest.param(date(2026, 11, 12), 431703, -50000, id="some of it sent back"),
    ],
)
def test_four_ways_are_one_balance_on_every_day(
    bill: Document, other_agreement: Agreement, on: date, first: int, second: int
) -> None:
    ways = balances(on)

    assert len({tuple(sorted(way.items(), key=str)) for way in ways.values()}) == 1
    own, other = bill.agreement.party_b_id, other_agreement.party_b_id
    sums = [sum(fen for (body, _agreement), fen in ways["view"].items() if body == one) for one in (own, other)]
    assert sums == [first, second]
    assert list(verify(Asked(on=on))) == []


def test_a_bills_own_entries_are_its_open_principal(bill: Document) -> None:
    entries = LedgerEntry.objects.filter(document=bill)

    assert sum(entry.fen for entry in entries) == 432703 == int(debt_of(bill).on(ON).principal_open * 100)
    assert Counter(str(entry.kind) for entry in entries) == {
        "invoice": 1, "payment": 6, "interest": 4, "credited": 2,
    }  # fmt: skip


def test_the_view_is_entry_for_entry_what_the_rows_say(bill: Document) -> None:
    said = sorted((m.on, str(m.kind), m.fen, m.body, m.agreement or 0, m.document or 0, m.receipt or 0)
                  for m in ledger.movements(ledger.EVERYTHING, until=ON))  # fmt: skip
    columns = ("entered_on", "kind", "fen", "body", "agreement_id", "document_id", "receipt_id")
    seen = sorted(
        (row[0], row[1], row[2], row[3], row[4] or 0, row[5] or 0, row[6] or 0)
        for row in LedgerEntry.objects.values_list(*columns)
    )

    assert said == seen
    assert len(seen) > 15


BILL = "UPDATE billing_document SET {change} WHERE id = {{bill}}"
BROKEN = [
    ("four-ways", "UPDATE billing_document SET issued_on = '2026-11-25' WHERE id = {bill}"),
    ("four-ways", "UPDATE billing_allocation SET amount = 6000 WHERE amount = 972.97"),
    ("receipts", "UPDATE billing_bankreceipt SET amount = 900 WHERE amount = 1000"),
    ("receipts", "UPDATE billing_refund SET amount = 595"),
    ("credits", "UPDATE billing_allocation SET amount = 107 WHERE amount = 106"),
    ("credit-notes", "UPDATE billing_document SET gross = 5407, net = 5407 WHERE kind = 'credit_note'"),
    ("bills", "UPDATE billing_allocation SET amount = 5400 WHERE amount = 972.97"),
    ("bills", "UPDATE billing_allocation SET amount = 30 WHERE component = 'interest' AND reverses_id IS NULL"),
    ("totals", "UPDATE billing_documentline SET net = net + 1, gross = gross + 1 WHERE document_id = {bill}"),
    ("numbers", "UPDATE billing_numberseries SET last = 5 WHERE series = 'ZD'"),
    ("numbers", BILL.format(change="sequence = 9")),
    ("numbers", BILL.format(change="number = 'ZD-2026-77777'")),
    ("reversals", "UPDATE billing_allocation SET amount = -9 WHERE reverses_id IS NOT NULL"),
    ("reversals", "UPDATE billing_allocation SET effective_on = '2026-11-03' WHERE reverses_id IS NOT NULL"),
    ("snapshots", BILL.format(change="gross = gross + 1, net = net + 1")),
]


@pytest.mark.parametrize(("check", "sql"), BROKEN, ids=[f"{check}-{at}" for at, (check, _sql) in enumerate(BROKEN)])
def test_what_is_broken_past_the_guards_is_found(bill: Document, check: str, sql: str) -> None:
    past_the_guards(sql.format(bill=bill.pk))

    found = list(verify(Asked(on=ON)))

    assert check in {fault.check for fault in found}
    assert all(fault.row and fault.words for fault in found)


def test_a_changed_file_is_found_in_its_slice_and_a_lost_one_is_not_a_fault(bill: Document) -> None:
    printing.keep_pdf(Document.objects.get(pk=bill.pk))
    kept = Document.objects.get(pk=bill.pk)
    assert list(files_as_kept(Asked(on=ON))) == []
    path = printing.path_of(kept)
    default_storage.delete(path)
    assert list(files_as_kept(Asked(on=ON))) == []

    default_storage.save(path, ContentFile(b"%PDF another"))

    assert [fault.row for fault in files_as_kept(Asked(on=ON))] == [kept.number]
    assert [fault.row for fault in files_as_kept(Asked(on=ON, slice=kept.pk % SLICES))] == [kept.number]
    assert list(files_as_kept(Asked(on=ON, slice=kept.pk + 1))) == []


def test_series_of_other_papers_are_not_documents(bill: Document) -> None:
    NumberSeries.objects.create(series="DZ", year=2026, last=3)

    assert list(numbers_without_gaps(Asked(on=ON))) == []


def test_the_differing_papers_are_named(bill: Document) -> None:
    past_the_guards("UPDATE billing_allocation SET amount = 6000 WHERE amount = 972.97")

    faults = {fault.row: fault.words for fault in verify(Asked(on=ON)) if fault.check == "four-ways"}

    assert set(faults) == {f"agreement {bill.agreement_id}", f"organisation {bill.agreement.party_b_id}"}
    assert "ZD-2026-00001" in faults[f"agreement {bill.agreement_id}"]
    assert "receipt" in faults[f"organisation {bill.agreement.party_b_id}"]


def test_the_command_says_what_is_wrong_and_fails(bill: Document, other_agreement: Agreement) -> None:
    out = StringIO()
    call_command("ledger", "verify", "--on", "2026-11-20", stdout=out)
    assert "相符：10 项校验" in out.getvalue()

    past_the_guards("UPDATE billing_allocation SET amount = 107 WHERE amount = 106")
    with pytest.raises(CommandError, match=r"不相符：发现 \d+ 处问题"):
        call_command("ledger", "verify", "--agreement", bill.agreement.number, stdout=out)
    assert "[credits] DX-2026-00001: 金额 106.00 元，用出 107.00 元" in out.getvalue()
    call_command("ledger", "verify", "--agreement", other_agreement.number, stdout=out)
    with pytest.raises(CommandError, match="没有编号为 X 的协议"):
        call_command("ledger", "verify", "--agreement", "X", stdout=out)


def test_the_night_tells_the_finance_leads_once_a_day(
    bill: Document, finance_lead: User, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(AT, tick=False):
        assert verify_ledger() == 0
        assert not Event.objects.filter(action="ledger.found_wrong").exists()

        past_the_guards("UPDATE billing_numberseries SET last = 5 WHERE series = 'ZD'")
        assert (verify_ledger(), verify_ledger()) == (1, 1)

    assert "ZD-2026" in caplog.text
    event = Event.objects.filter(action="ledger.found_wrong").first()
    assert event is not None
    assert event.data["checks"] == ["numbers"]
    told = Notice.objects.filter(kind="ledger.found_wrong", channel="in_app")
    assert [(notice.recipient, notice.subject) for notice in told] == [
        (finance_lead, "往来账校验不通过：发现 1 处问题")
    ]


def test_checking_asks_the_same_queries_for_many_bills(bill: Document, finance: User, finance_lead: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert list(verify(Asked(on=date(2027, 12, 31)))) == []
        return len(caught)

    few = queries()
    making.more_bills(bill.agreement, finance, finance_lead, count=4)

    assert queries() == few <= 45
