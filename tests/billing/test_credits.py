"""Credit notes by line: never more than was billed, spent on their bill first, the rest the payer's."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import credits, disputes, invoicing, overdue, receipts
from billing.corrections import left_of_credit
from billing.models import Document, DocumentLine, ServicePeriod
from billing.taking_back import Wish
from contracts.models import Agreement
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW

TODAY = date(2026, 10, 20)


def note_of(bill: Document, finance: User, lead: User, *, on: date = TODAY, **wish: Any) -> Document:
    """An issued credit note for the second line (2,000 queries, 100.00 yuan), or by `all` for the bill."""
    wanted = None if "all" in wish else {2: Wish(**{name: Decimal(value) for name, value in wish.items()})}
    draft = credits.draft_credit_note(bill, wanted, reason="计量有误", by=finance, at=NOW)
    return invoicing.issue(draft, by=lead, on=on, at=NOW)


def amounts_of(document: Document) -> tuple[str, str, str]:
    return str(document.net), str(document.tax), str(document.gross)


@pytest.mark.parametrize(
    ("wish", "amounts", "quantity"),
    [
        pytest.param({"quantity": "400"}, ("20.00", "1.20", "21.20"), "400", id="units"),
        pytest.param({"net": "33.33"}, ("33.33", "2.00", "35.33"), "0", id="an amount"),
        pytest.param({"all": "yes"}, ("5100.00", "306.00", "5406.00"), "0", id="all of it"),
    ],
)
def test_a_credit_note_by_line(
    bill: Document, party_b: User, finance: User, finance_lead: User, wish: dict[str, Any],
    amounts: tuple[str, str, str], quantity: str,
) -> None:  # fmt: skip
    note = note_of(bill, finance, finance_lead, **wish)

    assert (note.number, amounts_of(note)) == ("DX-2026-00001", amounts)
    last = note.lines.last()
    assert last is not None
    assert (last.corrects, last.tax_rate, last.quantity) == (bill.lines.get(position=2), Decimal(6), Decimal(quantity))
    assert bill.allocations.get().amount == note.gross
    assert left_of_credit(note) == 0
    assert Notice.objects.filter(kind="document.issued", recipient=party_b, subject__contains="DX-2026-00001").exists()
    assert Event.objects.get(action="credit_note.drafted").data["bill"] == bill.number


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        pytest.param({2: Wish(net=Decimal("100.01"))}, "可冲减的余额是不含税 100.00 元，含税 106.00 元", id="amount"),
        pytest.param({2: Wish(quantity=Decimal(2001))}, "可冲减的数量是 2000", id="quantity"),
        pytest.param({1: Wish(quantity=Decimal(1))}, "可冲减的数量是 0", id="units of a flat fee"),
        pytest.param({7: Wish()}, "没有第 7 行", id="no such line"),
        pytest.param({}, "请选择要冲减的行", id="nothing"),
    ],
)
def test_more_than_was_billed_is_refused(bill: Document, finance: User, wishes: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        credits.draft_credit_note(bill, wishes, reason="计量有误", by=finance, at=NOW)


def test_drafts_count_against_the_bill_until_they_are_discarded(bill: Document, finance: User) -> None:
    first = credits.draft_credit_note(bill, None, reason="全额", by=finance, at=NOW)
    with pytest.raises(Refused, match="请选择要冲减的行"):
        credits.draft_credit_note(bill, None, reason="再次", by=finance, at=NOW)

    invoicing.discard(first, by=finance, reason="重复", at=NOW)

    assert credits.draft_credit_note(bill, None, reason="再次", by=finance, at=NOW).gross == bill.gross


def test_one_line_cannot_be_credited_above_a_bill_that_others_reduce(
    bill: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    """A bill of 5,300.00 with a service credit of 1,060.00: its fee is 5,300.00, but only 4,240.00 were billed."""
    making.platform_fee(agreement, name="平台", fee_kind="other")
    draft = invoicing.draft_from_usage(
        agreement, period=making.period(agreement, date(2026, 8, 1)), by=finance, at=NOW
    )  # fmt: skip
    DocumentLine.objects.filter(document=draft).exclude(position=1).delete()
    DocumentLine.objects.create(
        document=draft, position=9, description="服务减免", clause="7.1", net=Decimal("-1000.00"), tax_rate=Decimal(6),
        tax=Decimal("-60.00"), gross=Decimal("-1060.00"),
    )  # fmt: skip
    Document.objects.filter(pk=draft.pk).update(net=Decimal(4000), tax=Decimal(240), gross=Decimal(4240))
    issued = invoicing.issue(draft, by=finance_lead, on=TODAY, at=NOW)

    with pytest.raises(Refused, match="贷项合计不能超过账单：账单 4240"):
        credits.draft_credit_note(issued, {1: Wish()}, reason="全免", by=finance, at=NOW)

    assert amounts_of(credits.draft_credit_note(issued, None, reason="全免", by=finance, at=NOW)) == (
        "4000.00", "240.00", "4240.00",
    )  # fmt: skip


@pytest.mark.parametrize(("paid", "left"), [("5000.00", "106.00"), ("5406.00", "512.00")])
def test_what_a_paid_bill_does_not_need_pays_other_bills(
    bill: Document, agreement: Agreement, finance: User, finance_lead: User, paid: str, left: str
) -> None:
    receipts.receive_payment(bill, making.entry(paid), by=finance, at=NOW)
    draft = credits.draft_credit_note(
        bill, credits.spread_gross(bill, Decimal("512.00")), reason="错收", by=finance, at=NOW
    )
    note = invoicing.issue(draft, by=finance_lead, on=TODAY, at=NOW)
    other = invoicing.issue(
        invoicing.draft_from_usage(agreement, period=making.period(agreement, date(2026, 8, 1)), by=finance, at=NOW),
        by=finance_lead, on=TODAY, at=NOW,
    )  # fmt: skip

    assert left_of_credit(note) == Decimal(left)
    credits.allocate_credit(note, other, by=finance, at=NOW)

    assert left_of_credit(note) == 0
    assert making.amounts(list(other.allocations.all())) == [("principal", left)]
    with pytest.raises(Refused, match="已经全部核销"):
        credits.allocate_credit(note, other, by=finance, at=NOW)
    credits.reverse_credit(note, other, reason="核销错账单", by=finance_lead, at=NOW)
    assert left_of_credit(note) == Decimal(left)
    if paid == "5000.00":
        with pytest.raises(Refused, match="所更正账单的冲减不能冲回"):
            credits.reverse_credit(note, bill, reason="反悔", by=finance, at=NOW)


def test_credit_of_one_agreement_pays_none_of_another(
    bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    receipts.receive_payment(bill, making.entry(), by=finance, at=NOW)
    note = note_of(bill, finance, finance_lead, net="50.00")
    other = making.issued(other_agreement, finance, finance_lead)

    with pytest.raises(Refused, match="同一份协议"):
        credits.allocate_credit(note, other, by=finance, at=NOW)


def test_interest_follows_from_the_day_of_issue(bill: Document, finance: User, finance_lead: User) -> None:
    """Due 15 October; from the 21st on 2,650.00 less bear interest, the five days before stay as they were."""
    making.received(bill, finance, on=date(2026, 10, 8))
    due = overdue.due_on(bill)
    assert due is not None
    before = overdue.statement(bill, on=TODAY).total_interest
    draft = credits.draft_credit_note(bill, {1: Wish(gross=Decimal("2650.00"))}, reason="减收", by=finance, at=NOW)
    invoicing.issue(draft, by=finance_lead, on=TODAY, at=NOW)

    owed = overdue.statement(bill, on=TODAY)
    assert (owed.total_interest, owed.principal_open) == (before, Decimal("2756.00"))


def test_money_that_came_before_the_credit_note_is_still_allocated(
    bill: Document, finance: User, finance_lead: User
) -> None:
    note_of(bill, finance, finance_lead, net="100.00")
    earlier = making.receipt("6000.00", value_date=date(2026, 10, 16))

    receipts.allocate(earlier, bill, by=finance, at=NOW)

    assert Document.objects.with_paid().get(pk=bill.pk).paid_fen == 540600
    assert receipts.left_of(earlier) >= Decimal("6000.00") - Decimal("5300.00") - Decimal("50.00")


@pytest.mark.parametrize(
    ("on", "words"),
    [(date(2026, 10, 19), "不能早于这一天"), (date(2026, 9, 30), "早于账单的开具日期 2026-10-01")],
)
def test_a_credit_note_is_not_backdated(
    bill: Document, finance: User, finance_lead: User, on: date, words: str
) -> None:
    receipts.receive_payment(bill, making.entry("100.00"), by=finance, at=NOW)

    with pytest.raises(Refused, match=words):
        note_of(bill, finance, finance_lead, on=on, net="10.00")


def test_an_upheld_dispute_is_answered_by_one_credit_note(
    bill: Document, party_b: User, finance: User, finance_lead: User
) -> None:
    dispute = disputes.open_dispute(
        bill, disputes.Objection(reason="多计", positions=[2]), by=party_b, at=NOW, through="portal"
    )
    disputes.decide(dispute, outcome="upheld", decision="属实", by=finance_lead, at=NOW)

    note = credits.draft_credit_note(bill, {2: Wish()}, reason="多计", by=finance, at=NOW, dispute=dispute)

    dispute.refresh_from_db()
    assert dispute.credit_note == note
    with pytest.raises(Refused, match="不需要贷项通知单，或已有一份"):
        credits.draft_credit_note(bill, {1: Wish(net=Decimal(1))}, reason="又", by=finance, at=NOW, dispute=dispute)
    invoicing.discard(note, by=finance, reason="重拟", at=NOW)
    dispute.refresh_from_db()
    assert dispute.credit_note is None


def test_corrections_above_a_period_become_a_credit_note_and_the_period_is_billed(
    bill: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    """1,500 of September's 2,000 queries were counted twice; October has nothing to set them off against."""
    agreement.versions.get().rates.filter(model="flat").update(valid_to=date(2026, 10, 1))
    making.use(agreement, making.event("-1500", source_event_id="c1", corrects=agreement.usage.get().source_event_id))
    october = making.period(agreement, date(2026, 10, 1))
    later = NOW.replace(month=11, day=3)
    with pytest.raises(Refused, match="合计为负数"):
        invoicing.draft_from_usage(agreement, period=october, by=finance, at=later)

    (note,) = credits.draft_from_corrections(agreement, october, reason="重复计量", by=finance, at=later)
    invoicing.issue(note, by=finance_lead, on=date(2026, 11, 3), at=later)

    assert (amounts_of(note), note.refers_to) == (("75.00", "4.50", "79.50"), bill)
    with pytest.raises(Refused, match="没有需要冲减的更正"):
        credits.draft_from_corrections(agreement, october, reason="再次", by=finance, at=later)
    assert invoicing.draft_from_usage(agreement, period=october, by=finance, at=later).gross == 0
    assert ServicePeriod.objects.get(pk=october.pk).state == ServicePeriod.State.CLOSED


def test_what_was_remitted_is_not_billed_again(bill: Document, agreement: Agreement, finance: User) -> None:
    credits.draft_credit_note(bill, {2: Wish(net=Decimal("50.00"))}, reason="优惠", by=finance, at=NOW)
    making.use(agreement, making.event("100"))  # late, of September

    later = NOW.replace(month=11, day=3)
    draft = invoicing.draft_from_usage(
        agreement, period=making.period(agreement, date(2026, 10, 1)), by=finance, at=later
    )  # fmt: skip

    assert draft.lines.get(description__contains="迟报调整").net == Decimal("5.00")
