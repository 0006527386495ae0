"""Suspending a debtor: by people only, each condition with its evidence, checked thrice; restored when paid."""

import ast
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from billing import demands, disputes, lifting, receipts, stop_conditions, stopping
from billing.debts import overdue_bills
from billing.models import DebtorStop, Document, StopReview
from billing.tasks.dunning import follow_demands, review_stops
from contracts import suspending
from contracts.models import Suspension
from contracts.tasks.life import move_agreements
from journal import approvals
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from sla import halting, tickets
from sla.uptime import availability_of
from tests import make
from tests.billing import making
from tests.billing.dunning_rows import (
    PROPOSAL,
    approved,
    at,
    delivered,
    noticed,
    proof,
    request_of,
    sent,
    stopped,
)  # fmt: skip
from tests.sla.make_sla import clock, make_ticket
from tests.sla.make_uptime import outage, service, term

ROOT = Path(__file__).resolve().parents[2]
Act = Callable[[Document, User, User], Any]


@pytest.fixture
def late(bill: Document, finance: User) -> Document:
    """The bill of September, 5,406.00 yuan due on 21 October 2026."""
    making.received(bill, finance)
    return bill


@pytest.fixture
def demanded(late: Document, finance: User, finance_lead: User) -> Document:
    """The same with a letter delivered on 10 November: its cure period ends on 1 December."""
    delivered(late.agreement, finance, finance_lead)
    return late


def pay(bill: Document, by: User, *, amount: str = "9000.00", on: date = date(2026, 12, 2), hour: int = 5) -> None:
    """Paid on a day; what the bill does not need is refunded elsewhere, so that nothing waits."""
    receipts.receive_payment(
        bill, making.entry(amount, value_date=on), by=by, at=at(on.month, on.day, hour)
    )  # fmt: skip


def pay_exactly(bill: Document, by: User, *, on: date) -> None:
    owed = {row.document.pk: row.statement.outstanding for row in overdue_bills(bill.agreement, on=on)}
    pay(bill, by, amount=str(owed[bill.pk]), on=on)


def _before_delivery(bill: Document, finance: User, lead: User) -> None:
    sent(bill.agreement, finance, lead)


def _delivered(bill: Document, finance: User, lead: User) -> None:
    delivered(bill.agreement, finance, lead)


def _disputed(bill: Document, finance: User, lead: User) -> None:
    delivered(bill.agreement, finance, lead)
    objection = disputes.Objection(reason="没有使用过")
    disputes.open_dispute(bill, objection, by=lead, at=at(11, 20), through="letter")


def _paid(bill: Document, finance: User, lead: User) -> None:
    delivered(bill.agreement, finance, lead)
    pay_exactly(bill, finance, on=date(2026, 12, 1))


def _money_waits(bill: Document, finance: User, lead: User) -> None:
    delivered(bill.agreement, finance, lead)
    making.receipt("100.00", at=at(12, 1), value_date=date(2026, 12, 1))


def _withdrawn(bill: Document, finance: User, lead: User) -> None:
    demands.withdraw(delivered(bill.agreement, finance, lead), reason="账单有误", by=lead, at=at(11, 11))


def _nothing(bill: Document, finance: User, lead: User) -> None:
    """No letter at all."""


@pytest.mark.parametrize(
    ("before", "words", "day"),
    [
        pytest.param(_nothing, "没有催告函", 2, id="no letter"),
        pytest.param(_before_delivery, "宽限期还没有起算", 2, id="not delivered"),
        pytest.param(_delivered, "届满日 2026-12-01", 1, id="on the last day of the cure period"),
        pytest.param(_disputed, "余额都有异议", 2, id="wholly disputed"),
        pytest.param(_paid, "已经付清", 2, id="paid"),
        pytest.param(_money_waits, "有 1 笔收款还没有核销，到账共 100.00 元", 2, id="money waits to be matched"),
        pytest.param(_withdrawn, "没有催告函", 2, id="letter withdrawn"),
    ],
)
def test_nothing_is_proposed_unless_every_condition_holds(
    late: Document, finance: User, finance_lead: User, before: Act, words: str, day: int
) -> None:
    before(late, finance, finance_lead)

    with pytest.raises(Refused, match=f"条件不具备.*{words}"):
        stopping.propose(late.agreement, PROPOSAL, by=finance, at=at(12, day))
    assert stop_conditions.candidates(at=at(12, day)) == []
    assert not DebtorStop.objects.exists()


def test_a_candidate_shows_each_condition_with_its_evidence(demanded: Document) -> None:
    (letter,) = stop_conditions.candidates(at=at(12, 2))

    found = stop_conditions.conditions_of(letter.agreement, letter, at=at(12, 2))

    assert [row.met for row in found] == [True] * 5
    evidence = {row.key: row.evidence for row in found}
    assert evidence["delivered"] == "CG-2026-00001 于 2026-11-10 送达（回执.pdf）"
    assert evidence["undisputed"] == f"{demanded.number} 共 5,406.00 元"


def test_a_partly_disputed_debt_may_be_followed_for_the_rest(
    demanded: Document, finance: User, finance_lead: User
) -> None:
    objection = disputes.Objection(reason="少计折扣", amount=Decimal("406.00"))
    disputes.open_dispute(demanded, objection, by=finance_lead, at=at(11, 20), through="letter")

    stop = stopping.propose(demanded.agreement, PROPOSAL, by=finance, at=at(12, 2))

    assert stop.checks[0]["conditions"][3][2] == f"{demanded.number} 共 5,000.00 元"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"reason": " "}, "请写明暂停的理由", id="no reason"),
        pytest.param({"scope": "part"}, "写明是哪些", id="a part without its name"),
    ],
)
def test_a_proposal_says_what_and_why(demanded: Document, finance: User, changes: Any, words: str) -> None:
    said = stopping.Proposal(**{"scope": "access", "reason": "催告期满仍未付清", **changes})

    with pytest.raises(Refused, match=words):
        stopping.propose(demanded.agreement, said, by=finance, at=at(12, 2))


def test_another_person_of_another_role_approves(
    demanded: Document, finance: User, finance_lead: User, contract_manager: User
) -> None:
    stop = stopping.propose(demanded.agreement, PROPOSAL, by=finance, at=at(12, 2))
    request = request_of(stop)

    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(request, by=finance, at=at(12, 2))
    with pytest.raises(Refused, match="没有审批此事项的权限"):
        approvals.approve(request, by=contract_manager, at=at(12, 2))
    with pytest.raises(IntegrityError, match="stop_two_persons"), transaction.atomic():
        DebtorStop.objects.filter(pk=stop.pk).update(approved_by=finance)
    approvals.approve(request, by=finance_lead, at=at(12, 2))

    stop.refresh_from_db()
    assert (stop.state, stop.approved_by) == ("approved", finance_lead)
    assert demanded.agreement.suspensions.count() == 0


def test_a_payment_before_the_approval_stops_it(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = stopping.propose(demanded.agreement, PROPOSAL, by=finance, at=at(12, 2))
    pay_exactly(demanded, finance, on=date(2026, 12, 2))

    with pytest.raises(Refused, match="催告的账单已经付清"):
        approvals.approve(request_of(stop), by=finance_lead, at=at(12, 3))

    stop.refresh_from_db()
    assert stop.state == "proposed"


def test_the_notice_names_a_later_day(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = approved(demanded.agreement, finance, finance_lead)

    with pytest.raises(Refused, match="须晚于发出通知的当天"):
        stopping.give_notice(
            stop, effective_on=date(2026, 12, 2), channel="hand", sent_at=at(12, 2, 5), by=finance, at=at(12, 2, 6)
        )


def test_without_a_notice_delivered_in_time_nothing_takes_effect(
    demanded: Document, finance: User, finance_lead: User
) -> None:
    stop = approved(demanded.agreement, finance, finance_lead)
    with pytest.raises(Refused, match="已批准并已通知"):
        stopping.take_effect(stop, by=finance, at=at(12, 9))
    stop = stopping.give_notice(
        stop, effective_on=date(2026, 12, 9), channel="post", sent_at=at(12, 2, 5), by=finance, at=at(12, 2, 6)
    )
    with pytest.raises(Refused, match="没有在载明的暂停日期之前送达"):
        stopping.take_effect(stop, by=finance, at=at(12, 9))
    stopping.notice_delivered(stop, received_at=at(12, 9, 4), proof=proof(), by=finance, at=at(12, 9, 5))

    with pytest.raises(Refused, match="没有在载明的暂停日期之前送达"):
        stopping.take_effect(stop, by=finance, at=at(12, 10))
    with pytest.raises(IntegrityError, match="stop_noticed_whole"), transaction.atomic():
        DebtorStop.objects.filter(pk=stop.pk).update(notice=None)


def test_not_before_the_day_that_the_notice_names(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = noticed(demanded.agreement, finance, finance_lead)

    with pytest.raises(Refused, match="自 2026-12-09 起暂停，在那之前不能执行"):
        stopping.take_effect(stop, by=finance, at=at(12, 8, 15))  # 23:00 of the 8th in Shanghai
    assert stopping.take_effect(stop, by=finance, at=at(12, 8, 16)).state == "in_force"


@pytest.mark.parametrize(
    "event", ["paid", "disputed", "money waits"],
)  # fmt: skip
def test_what_happens_between_approval_and_effect_stops_it(
    demanded: Document, finance: User, finance_lead: User, event: str
) -> None:
    stop = noticed(demanded.agreement, finance, finance_lead)
    if event == "paid":
        pay_exactly(demanded, finance, on=date(2026, 12, 8))
    elif event == "disputed":
        objection = disputes.Objection(reason="没有使用过")
        disputes.open_dispute(demanded, objection, by=finance_lead, at=at(12, 8), through="letter")
    else:
        making.receipt("5406.00", at=at(12, 8), value_date=date(2026, 12, 8))

    with pytest.raises(Refused, match="条件不具备"):
        stopping.take_effect(stop, by=finance, at=at(12, 9))

    stop.refresh_from_db()
    demanded.agreement.refresh_from_db()
    assert (stop.state, demanded.agreement.state) == ("noticed", "in_force")
    assert not Suspension.objects.exists()


def test_only_the_agreement_that_owes_is_suspended(
    demanded: Document, finance: User, finance_lead: User, party_b: User
) -> None:
    """Another agreement of the same organisation is paid for, and goes on."""
    other = make.agreement(party_b=demanded.agreement.party_b)

    stop = stopped(demanded.agreement, finance, finance_lead)

    other.refresh_from_db()
    demanded.agreement.refresh_from_db()
    assert (demanded.agreement.state, other.state) == ("suspended", "in_force")
    assert stop.suspension is not None
    assert (stop.suspension.starts_at, stop.suspension.approval) == (at(12, 9), stop.approval)
    assert [check["moment"] for check in stop.checks] == ["proposed", "approved", "in_force"]
    assert Notice.objects.filter(recipient=party_b, kind="agreement.suspended").exists()


def test_no_machine_suspends(demanded: Document, finance: User, finance_lead: User) -> None:
    """Every task is run after all conditions hold and the day has come: the service goes on."""
    noticed(demanded.agreement, finance, finance_lead)

    with time_machine.travel(at(12, 20), tick=False):
        follow_demands()
        review_stops()
        move_agreements()

    demanded.agreement.refresh_from_db()
    assert demanded.agreement.state == "in_force"


def test_no_task_reaches_a_verb_that_suspends() -> None:
    forbidden = {"take_effect", "propose", "give_notice", "approve", "suspend"}
    found = [
        f"{path.name}: {node.attr}"
        for path in sorted((ROOT / "billing").glob("tasks/*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in forbidden
    ]

    assert found == []


def test_paid_in_full_asks_once_within_one_run(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = stopped(demanded.agreement, finance, finance_lead)
    pay_exactly(demanded, finance, on=date(2026, 12, 10))

    with time_machine.travel(at(12, 10, 6), tick=False):
        assert [review_stops(), review_stops()] == [1, 0]

    review = StopReview.objects.get()
    assert (review.stop, review.ground) == (stop, "paid")
    assert Notice.objects.filter(kind="debtor_stop.review", recipient=finance_lead, channel="in_app").count() == 1
    demanded.agreement.refresh_from_db()
    assert demanded.agreement.state == "suspended"


def test_a_part_payment_asks_nothing(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = stopped(demanded.agreement, finance, finance_lead)
    pay(demanded, finance, amount="1000.00", on=date(2026, 12, 10))

    assert lifting.follow(stop, at=at(12, 10, 6)) == []


def test_a_person_restores_the_service(
    demanded: Document, finance: User, finance_lead: User, party_b: User
) -> None:  # fmt: skip
    stop = stopped(demanded.agreement, finance, finance_lead)
    pay_exactly(demanded, finance, on=date(2026, 12, 10))
    lifting.follow(stop, at=at(12, 10, 6))
    with pytest.raises(Refused, match="已经付清，不能继续暂停"):
        lifting.keep(stop, reason="再看看", by=finance_lead, at=at(12, 10, 7))

    lifted = lifting.lift(stop, reason="已付清", by=finance_lead, at=at(12, 10, 8))

    demanded.agreement.refresh_from_db()
    assert (lifted.state, demanded.agreement.state) == ("lifted", "in_force")
    assert StopReview.objects.get().outcome == "lifted"
    assert Suspension.objects.get().ends_at == at(12, 10, 8)
    assert Notice.objects.filter(recipient=party_b, kind="agreement.lifted").exists()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        DebtorStop.objects.filter(pk=stop.pk).update(ended_why="改")


def test_a_dispute_opens_a_review_that_a_person_may_close(
    demanded: Document, finance: User, finance_lead: User
) -> None:  # fmt: skip
    stop = stopped(demanded.agreement, finance, finance_lead)
    objection = disputes.Objection(reason="少计折扣", amount=Decimal("406.00"))
    disputes.open_dispute(demanded, objection, by=finance, at=at(12, 10), through="letter")
    (review,) = lifting.follow(stop, at=at(12, 10, 4))

    lifting.keep(stop, reason="其余部分没有异议", by=finance_lead, at=at(12, 11))

    review.refresh_from_db()
    assert (review.ground, review.outcome) == ("disputed", "kept")
    assert lifting.follow(stop, at=at(12, 12)) == []


def test_a_withdrawn_letter_opens_a_review(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = stopped(demanded.agreement, finance, finance_lead)
    demands.withdraw(stop.demand, reason="账单有误", by=finance_lead, at=at(12, 10))

    assert [review.ground for review in lifting.follow(stop, at=at(12, 10, 4))] == ["withdrawn"]


def test_lifted_on_the_agreement_page_is_lifted_here(
    demanded: Document, finance: User, finance_lead: User, contract_manager: User
) -> None:
    stop = stopped(demanded.agreement, finance, finance_lead)
    asked = suspending.ask_lift(demanded.agreement, reason="宽限", by=contract_manager, at=at(12, 10))
    approvals.approve(asked, by=finance_lead, at=at(12, 10, 4))

    lifting.follow(stop, at=at(12, 10, 5))

    stop.refresh_from_db()
    assert (stop.state, stop.ended_why, stop.ended_by) == ("lifted", "宽限", finance_lead)


def test_who_prepares_learns_that_it_was_paid_in_time(demanded: Document, finance: User, finance_lead: User) -> None:
    stop = approved(demanded.agreement, finance, finance_lead)
    pay_exactly(demanded, finance, on=date(2026, 12, 3))
    for hour in (6, 7):
        lifting.follow(stop, at=at(12, 3, hour))

    assert Notice.objects.filter(kind="debtor_stop.review", recipient=finance, channel="in_app").count() == 1
    assert stopping.withdraw(stop, reason="已付清", by=finance, at=at(12, 4)).state == "withdrawn"


def test_clocks_stand_and_availability_leaves_out_the_suspension(
    demanded: Document, finance: User, finance_lead: User, operator: User, party_b: User
) -> None:
    agreement = demanded.agreement
    about = service(agreement)
    term(agreement, about)
    stop = noticed(agreement, finance, finance_lead)
    ticket = make_ticket(agreement, party_b, at=at(12, 9, 1))  # nine o'clock on Wednesday
    tickets.respond(ticket, at=at(12, 9, 2), by=operator, text="正在处理。")
    stopping.take_effect(stop, by=finance, at=at(12, 9, 3))
    halting.follow(at(12, 9, 4))
    held = clock(ticket, "solution")
    outage(operator, about, since=at(12, 9, 20), until=at(12, 9, 22))
    pay_exactly(demanded, finance, on=date(2026, 12, 10))
    lifting.lift(stop, reason="已付清", by=finance_lead, at=at(12, 11, 3))
    halting.follow(at(12, 11, 4))

    (row,) = availability_of(agreement, date(2026, 12, 1), at(12, 31, 20))
    assert (held.held, held.consumed_seconds) == ("suspension", 2 * 3600)
    # 8 h: two before, and six from 11:00 on Friday the 11th, lunch left out: 9:30 on Monday the 14th.
    assert clock(ticket, "solution").due_at == at(12, 14, 1).replace(minute=30)
    assert (row.excluded, row.down) == (2 * 86_400, 0)
