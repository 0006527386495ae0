"""The invariants of bank files, dunning and suspension by name, and three complaints of users of other programs."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing import disputes, dunning, receipts, stopping
from billing.models import BankReceipt, DebtorStop, Document, DunningEntry, StopReview
from billing.overdue import statement
from billing.tasks.dunning import follow_demands, review_stops
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.dunning_rows import PROPOSAL, another_bill, at, delivered, stopped
from tests.billing.test_bank_statements import file_of, mapping, movement, taken

pytestmark = pytest.mark.django_db


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


def pay_all(bill: Document, by: User, *, on: date) -> None:
    owed = statement(bill, on=on).outstanding
    receipts.receive_payment(bill, making.entry(str(owed), value_date=on), by=by, at=at(on.month, on.day, 5))


def test_i13_overlapping_bank_files_add_nothing_twice_and_twins_both_stay(finance: User) -> None:
    made, twins = mapping(finance), [movement("100.00"), movement("100.00")]

    taken(made, file_of(*twins), finance)
    taken(made, file_of(*twins, movement("7.00", memo="另一笔"), name="overlap.csv"), finance)

    assert sorted(BankReceipt.objects.values_list("amount", flat=True)) == [Decimal(7), Decimal(100), Decimal(100)]


def test_i23_while_the_debt_is_disputed_nothing_is_suspended_and_interest_runs(
    demanded: Document, finance: User, finance_lead: User
) -> None:
    disputes.open_dispute(
        demanded, disputes.Objection(reason="没有使用过"), by=finance_lead, at=at(11, 20), through="letter"
    )

    with pytest.raises(Refused, match="余额都有异议"):
        stopping.propose(demanded.agreement, PROPOSAL, by=finance, at=at(12, 2))
    assert statement(demanded, on=date(2026, 12, 2)).total_interest == Decimal("113.53")


def test_i24_suspension_is_an_act_of_two_people_and_never_of_a_task(
    demanded: Document, finance: User, finance_lead: User
) -> None:
    with time_machine.travel(at(12, 20), tick=False):
        follow_demands()
        review_stops()
    assert not DebtorStop.objects.exists()

    stop = stopped(demanded.agreement, finance, finance_lead)

    assert stop.suspension is not None
    assert {stop.proposed_by, stop.approved_by} == {finance, finance_lead}
    assert (stop.reason, stop.suspension.agreement) == (PROPOSAL.reason, demanded.agreement)


def test_i25_payment_in_full_asks_once_for_the_lifting(demanded: Document, finance: User, finance_lead: User) -> None:
    stopped(demanded.agreement, finance, finance_lead)
    pay_all(demanded, finance, on=date(2026, 12, 10))

    with time_machine.travel(at(12, 10, 6), tick=False):
        assert [review_stops(), review_stops()] == [1, 0]
    assert StopReview.objects.get().ground == "paid"


def test_i26_a_step_of_the_ladder_is_taken_once(late: Document, finance: User) -> None:
    for _run in range(3):
        dunning.dun(late.agreement.party_b, at=at(10, 22))

    assert Notice.objects.filter(kind="document.overdue", channel="in_app", recipient=finance).count() == 1
    entry = DunningEntry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.pk = None
        entry.save(force_insert=True)


def test_c18_a_paid_bill_does_not_make_another_skip_its_steps(
    late: Document, finance: User, finance_lead: User
) -> None:
    other = another_bill(late.agreement, finance, finance_lead)
    pay_all(late, finance, on=date(2026, 11, 10))

    for day in (17, 25):
        dunning.dun(late.agreement.party_b, at=at(11, day))

    assert not late.dunning.exists()
    assert [entry.code for entry in other.dunning.order_by("step_on", "pk")] == ["after", "again"]


def test_c19_what_is_paid_for_goes_on(demanded: Document, finance: User, finance_lead: User) -> None:
    paid_for = make.agreement(party_b=demanded.agreement.party_b)

    stopped(demanded.agreement, finance, finance_lead)

    paid_for.refresh_from_db()
    assert (paid_for.state, paid_for.suspensions.count()) == ("in_force", 0)


def test_c20_nobody_is_suspended_while_its_transfer_waits_to_be_matched(demanded: Document, finance: User) -> None:
    making.receipt("100.00", at=at(12, 1), value_date=date(2026, 12, 1))

    with pytest.raises(Refused, match="有 1 笔收款还没有核销"):
        stopping.propose(demanded.agreement, PROPOSAL, by=finance, at=at(12, 2))
    assert not StopReview.objects.exists()
