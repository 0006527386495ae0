"""The dunning ladder: each step once for a bill and due date, undisputed parts alone, several bills in one letter."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing import demands, disputes, dunning, dunning_steps, formal_invoices, receipts, tasks
from billing.ladder import STANDARD, Step, cure_end, reached, step_day, upcoming
from billing.models import Document, DunningEntry, DunningStep
from billing.telling import tell_overdue
from contracts.models import Agreement
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.dunning_rows import another_bill, at, drafted
from tests.billing.making import NOW
from worktime.china import china_almanac
from worktime.workdays import WorkdayCalendar

DAYS = WorkdayCalendar(china_almanac())


def dun(bill: Document, moment: datetime) -> Counter[str]:
    return dunning.dun(bill.agreement.party_b, at=moment)


def told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=kind, channel="in_app").order_by("recipient__username")
    return [str(notice.recipient and notice.recipient.username) for notice in rows]


def entries(bill: Document) -> list[tuple[str, str]]:
    return list(bill.dunning.order_by("step_on", "pk").values_list("code", "outcome"))


@pytest.mark.parametrize(
    ("step", "due_on", "expected"),
    [
        pytest.param(STANDARD[0], date(2026, 10, 9), date(2026, 9, 29), id="working days before, over National Day"),
        pytest.param(STANDARD[0], date(2026, 2, 26), date(2026, 2, 14), id="over the Spring Festival"),
        pytest.param(STANDARD[1], date(2026, 9, 30), date(2026, 10, 1), id="the day after, holiday or not"),
        pytest.param(STANDARD[3], date(2026, 9, 30), date(2026, 10, 16), id="the demand"),
    ],
)  # fmt: skip
def test_when_a_step_is_due(step: Step, due_on: date, expected: date) -> None:
    assert step_day(step, due_on, DAYS) == expected


def test_steps_before_the_due_date_are_over_with_it() -> None:
    due_on = date(2026, 10, 21)

    assert [step.code for step in reached(STANDARD, due_on, date(2026, 10, 16), DAYS)] == ["before"]
    assert [step.code for step in reached(STANDARD, due_on, date(2026, 10, 29), DAYS)] == ["after", "again"]
    assert upcoming(STANDARD, due_on, date(2026, 10, 29), DAYS) == (date(2026, 11, 6), STANDARD[3])
    assert upcoming(STANDARD, due_on, date(2026, 11, 6), DAYS) is None


@pytest.mark.parametrize(
    ("delivered_on", "days", "counted", "end", "provisional"),
    [
        pytest.param(date(2026, 9, 21), 15, "working", date(2026, 10, 19), False, id="working days over National Day"),
        pytest.param(date(2026, 2, 9), 15, "working", date(2026, 3, 6), False, id="over the Spring Festival"),
        pytest.param(date(2026, 9, 16), 15, "calendar", date(2026, 10, 8), False, id="calendar days end on a day off"),
        pytest.param(date(2026, 12, 20), 15, "working", date(2027, 1, 8), True, id="into a year not published"),
    ],
)  # fmt: skip
def test_when_a_cure_period_ends(
    delivered_on: date, days: int, counted: str, end: date, provisional: bool
) -> None:  # fmt: skip
    found = cure_end(delivered_on, days, counted, DAYS)

    assert (found.value, found.provisional) == (end, provisional)


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        pytest.param(NOW.replace(day=15), [], id="four working days before"),
        pytest.param(NOW.replace(day=16), [("before", "told")], id="three working days before"),
        pytest.param(NOW.replace(day=21), [("before", "told")], id="on the day"),
        pytest.param(NOW.replace(day=22), [("after", "told")], id="the day after"),
        pytest.param(NOW.replace(day=29), [("after", "passed"), ("again", "told")], id="eight days after an outage"),
        pytest.param(
            NOW.replace(month=11, day=6),
            [("after", "passed"), ("again", "passed"), ("demand", "proposed")],
            id="the demand",
        ),
    ],
)
def test_what_is_told_when(bill: Document, finance: User, moment: datetime, outcome: list[tuple[str, str]]) -> None:
    making.received(bill, finance)  # due on 21 October

    dun(bill, moment)

    assert entries(bill) == outcome


def test_each_side_is_told_once_whatever_the_number_of_runs(bill: Document, party_b: User, finance: User) -> None:
    making.received(bill, finance)
    for day in (20, 20, 21, 22, 23, 29, 30):
        dun(bill, NOW.replace(day=day))

    for kind in ("document.due_soon", "document.overdue", "dunning.reminded"):
        assert told(kind) == ["finance", "finance_lead", "party_b"]
    mine = Notice.objects.get(kind="document.overdue", channel="in_app", recipient=party_b)
    assert "已于 2026-10-21 到期，仍有 5406.00 元未付" in mine.subject
    assert mine.url == f"/portal/documents/{bill.pk}/"


def test_what_was_told_before_there_was_a_ladder_is_not_told_again(
    bill: Document, agreement: Agreement, party_b: User, finance: User, finance_lead: User
) -> None:
    another_bill(agreement, finance, finance_lead)
    making.received(bill, finance, on=date(2026, 11, 2), at=at(11, 3))  # both due on 16 November
    tell_overdue(bill, due_on=date(2026, 11, 16), left=bill.gross, at=at(11, 17))

    dun(bill, at(11, 17))

    assert Notice.objects.filter(recipient=party_b, channel="in_app", kind="document.overdue").count() == 2
    assert not Notice.objects.filter(kind="dunning.reminded").exists()


def test_a_crash_leaves_nothing_and_the_next_run_tells(bill: Document, finance: User, party_b: User) -> None:
    making.received(bill, finance)
    with pytest.raises(RuntimeError), transaction.atomic():
        dun(bill, NOW.replace(day=22))
        raise RuntimeError("the power went")
    assert entries(bill) == []

    dun(bill, NOW.replace(day=22))

    assert told("document.overdue") == ["finance", "finance_lead", "party_b"]


def test_the_database_keeps_each_step_once(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    dun(bill, NOW.replace(day=22))
    row = bill.dunning.get()
    row.pk = None

    with pytest.raises(IntegrityError, match=r"dunentry_step_once|UNIQUE"), transaction.atomic():
        row.save(force_insert=True)


def test_a_part_payment_keeps_the_bill_in_and_the_rest_is_asked(bill: Document, finance: User, party_b: User) -> None:
    making.received(bill, finance)
    receipts.allocate(making.receipt("1000.00"), bill, by=finance, at=NOW)

    dun(bill, NOW.replace(day=22))

    assert bill.dunning.get().asked == Decimal("4406.00")
    assert "仍有 4406.00 元未付" in Notice.objects.filter(kind="document.overdue")[0].subject


def test_a_bill_paid_between_runs_drops_out(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    dun(bill, NOW.replace(day=16))
    receipts.allocate(making.receipt(), bill, by=finance, at=NOW)

    assert dun(bill, NOW + timedelta(days=30)) == Counter()
    assert entries(bill) == [("before", "told")]


def test_of_a_disputed_bill_only_the_rest_is_told(bill: Document, finance: User, party_b: User) -> None:
    making.received(bill, finance)
    objection = disputes.Objection(reason="少计折扣", amount=Decimal("406.00"))
    disputes.open_dispute(bill, objection, by=party_b, at=NOW, through="portal")

    dun(bill, at(10, 29))

    row = bill.dunning.get(code="again")
    assert (row.asked, row.disputed) == (Decimal("5000.00"), Decimal("406.00"))
    letter = Notice.objects.filter(kind="dunning.reminded", recipient=party_b)[0]
    assert "未付 5,000.00 元（另有 406.00 元有异议，不在此列）" in letter.body


def test_a_wholly_disputed_bill_waits_for_the_decision(
    bill: Document, finance: User, finance_lead: User, party_b: User
) -> None:
    making.received(bill, finance)
    objection = disputes.Objection(reason="没有使用过")
    dispute = disputes.open_dispute(bill, objection, by=party_b, at=NOW, through="portal")
    assert dun(bill, at(10, 22))["nothing"] == 1
    disputes.decide(dispute, outcome="rejected", decision="日志证明使用过", by=finance_lead, at=at(10, 23))

    dun(bill, at(10, 24))

    assert entries(bill) == [("after", "told")]


def test_several_bills_of_one_debtor_come_in_one_letter(
    bill: Document, agreement: Agreement, finance: User, finance_lead: User, party_b: User
) -> None:
    another = another_bill(agreement, finance, finance_lead)  # due on 16 November
    making.received(bill, finance, on=date(2026, 11, 2), at=at(11, 3))

    dun(bill, at(11, 17))

    (letter,) = Notice.objects.filter(recipient=party_b, channel="in_app", kind="dunning.reminded")
    assert letter.subject == "2 份账单逾期，未付合计 10,706.00 元"
    assert str(bill.number) in letter.body
    assert str(another.number) in letter.body
    assert letter.url == "/portal/documents/"
    assert DunningEntry.objects.values("letter").distinct().count() == 1


def test_a_new_due_date_starts_the_ladder_anew(bill: Document, finance: User) -> None:
    invoice = making.received(bill, finance)
    dun(bill, NOW.replace(day=22))
    formal_invoices.red_letter(
        invoice, on=date(2026, 10, 23), number="1" * 20, reason="开错", by=finance, at=at(10, 23)
    )
    formal = formal_invoices.record_formal_invoice(
        bill, making.face(bill, dated_on=date(2026, 10, 26)), by=finance, at=at(10, 26)
    )
    formal_invoices.record_received(formal, on=date(2026, 10, 26), proof="签收", by=finance, at=at(10, 26))

    dun(bill, at(11, 10))  # due again on 9 November

    assert sorted(bill.dunning.values_list("code", "due_on")) == [
        ("after", date(2026, 10, 21)), ("after", date(2026, 11, 9)),
    ]  # fmt: skip


def test_an_agreement_with_steps_of_its_own_follows_them_alone(
    bill: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    making.received(bill, finance)
    dunning_steps.set_out(None, by=finance_lead, at=NOW)
    dunning_steps.set_out(agreement, by=finance_lead, at=NOW)
    own = DunningStep.objects.filter(agreement=agreement)
    for step in own.exclude(code="again"):
        step.active = False
        dunning_steps.keep(step, by=finance_lead, at=NOW)
    later = own.get(code="again")
    later.days, later.counted = 2, "working"
    dunning_steps.keep(later, by=finance_lead, at=NOW)

    dun(bill, at(10, 22))
    assert entries(bill) == []
    dun(bill, at(10, 23))

    assert entries(bill) == [("again", "told")]
    assert Event.objects.filter(action="dunning.step_kept").count() == 4
    with pytest.raises(Refused, match="已有自己的催款阶梯"):
        dunning_steps.set_out(agreement, by=finance_lead, at=NOW)


def test_the_demand_is_proposed_to_finance_alone(bill: Document, finance: User, party_b: User) -> None:
    making.received(bill, finance)

    dun(bill, at(11, 6))

    assert told("dunning.demand_proposed") == ["finance", "finance_lead"]
    letter = Notice.objects.filter(kind="dunning.demand_proposed")[0]
    assert letter.subject == "市大数据管理局 逾期未付 5,406.00 元，请考虑催告"


def test_what_a_letter_names_already_is_not_proposed(
    bill: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    making.received(bill, finance)
    demands.issue(drafted(agreement, finance, on=at(11, 2)), by=finance_lead, at=at(11, 2))

    dun(bill, at(11, 6))

    assert entries(bill)[-1] == ("demand", "passed")
    assert not Notice.objects.filter(kind="dunning.demand_proposed").exists()


def test_nothing_is_told_before_the_time_to_pay_has_begun(bill: Document) -> None:
    assert dun(bill, NOW + timedelta(days=300)) == Counter()


def clock(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def test_the_morning_run_takes_the_steps_of_every_debtor(bill: Document, finance: User) -> None:
    making.received(bill, finance)

    with clock(NOW.replace(day=22)):
        assert tasks.remind_due() == {"told": 1, "proposed": 0, "nothing": 0, "refused": 0}


def test_one_bill_that_cannot_be_counted_does_not_stop_the_others(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    make.reword(bill.version, support_hours=None)

    with clock(NOW.replace(day=20)):
        assert tasks.remind_due()["refused"] == 1


def test_provisional_dates_are_looked_at(bill: Document, finance: User) -> None:
    december = NOW.replace(month=12, day=28)
    invoice = formal_invoices.record_formal_invoice(bill, making.face(bill), by=finance, at=december)
    formal_invoices.record_received(invoice, on=december.date(), proof="签收", by=finance, at=december)

    with clock(december):
        assert tasks.recount_due_dates() == 1


def test_a_pdf_that_a_crash_left_out_is_drawn(bill: Document) -> None:
    assert bill.pdf_sha256 == ""  # the test's transaction never commits, as after a crash

    assert tasks.keep_pdfs() == 1
    assert tasks.keep_pdfs() == 0
