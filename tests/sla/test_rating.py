"""Satisfaction after closing: by Party B alone, once a closing, in time; one reminder; low scores followed up."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Agreement
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import rating, tickets
from sla.models import Rating, Ticket
from sla.rating_figures import FEWEST, by_heading, scores_of
from tests import make
from tests.sla.make_sla import NINE, make_ticket

CLOSED = NINE + timedelta(hours=4)
LATER = CLOSED + timedelta(days=1)


def closed(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    """Reported at nine, answered, solved, confirmed and closed at one."""
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(hours=1), by=operator, text="在查")
    tickets.propose(ticket, at=NINE + timedelta(hours=2), by=operator, text="已修复")
    tickets.confirm(ticket, at=NINE + timedelta(hours=3), by=party_b)
    return tickets.close(ticket, at=CLOSED, by=operator)


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    return closed(agreement, party_b, operator)


@pytest.mark.django_db
def test_closing_rates_nothing(ticket: Ticket) -> None:
    assert not Rating.objects.exists()
    assert rating.may_rate(ticket, at=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(("score", "follow_up"), [(1, "open"), (2, "open"), (3, "none"), (5, "none")])
def test_a_low_score_opens_a_follow_up(
    ticket: Ticket, party_b: User, ops_lead: User, operator: User, score: int, follow_up: str
) -> None:
    made = rating.rate(ticket, score=score, words="慢", at=LATER, by=party_b)

    assert (made.follow_up, made.assignee, made.cycle) == (follow_up, operator, 1)
    assert Notice.objects.filter(recipient=ops_lead, kind="rating.low").exists() == (follow_up == "open")


@pytest.mark.django_db
def test_it_is_rated_once_for_each_closing(ticket: Ticket, party_b: User) -> None:
    rating.rate(ticket, score=4, at=LATER, by=party_b)
    with pytest.raises(Refused, match="已经评价过"):
        rating.rate(ticket, score=5, at=LATER, by=party_b)
    assert not rating.may_rate(ticket, at=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["operator", "party_b_other", "outsider"])
def test_only_party_b_of_the_ticket_rates(ticket: Ticket, who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Refused, match="只有乙方人员"):
        rating.rate(ticket, score=5, at=LATER, by=request.getfixturevalue(who))


@pytest.mark.django_db
def test_an_open_ticket_a_late_hour_and_a_wrong_score_are_refused(
    ticket: Ticket, agreement: Agreement, party_b: User
) -> None:
    with pytest.raises(Refused, match="关闭后才能"):
        rating.rate(make_ticket(agreement, party_b), score=5, at=LATER, by=party_b)
    with pytest.raises(Refused, match="15 天"):
        rating.rate(ticket, score=5, at=CLOSED + timedelta(days=15, seconds=1), by=party_b)
    with pytest.raises(Refused, match="1 至 5 分"):
        rating.rate(ticket, score=6, at=LATER, by=party_b)
    assert rating.rate(ticket, score=5, at=CLOSED + timedelta(days=15), by=party_b).pk


@pytest.mark.django_db
def test_a_rating_cannot_be_rewritten(ticket: Ticket, party_b: User, ops_lead: User) -> None:
    made = rating.rate(ticket, score=1, words="慢", at=LATER, by=party_b)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Rating.objects.filter(pk=made.pk).update(score=5, follow_up="none")
    made = rating.follow_up(made, text="已致电说明", at=LATER, by=ops_lead)
    assert (made.follow_up, made.followed_by) == ("done", ops_lead)
    with pytest.raises(Refused, match="已经回访过"):
        rating.follow_up(made, text="再次", at=LATER, by=ops_lead)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Rating.objects.filter(pk=made.pk).update(followed_note="改写")


@pytest.mark.django_db
def test_the_constraints_hold_without_the_verb(ticket: Ticket, party_b: User) -> None:
    fields: dict[str, Any] = {
        "ticket": ticket, "cycle": 1, "agreement": ticket.agreement, "closed_at": CLOSED, "by": party_b, "at": LATER,
    }  # fmt: skip
    for wrong in ({"score": 0}, {"score": 1}, {"score": 5, "follow_up": "open"}, {"score": 5, "at": NINE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.create(**{**fields, **wrong})


@pytest.mark.django_db
def test_party_b_is_reminded_once_and_only_in_time(ticket: Ticket, party_b: User) -> None:
    def reminders() -> int:
        return Notice.objects.filter(kind="rating.remind", channel="in_app", recipient=party_b).count()

    assert rating.remind(at=CLOSED + timedelta(days=2)) == 0
    for day in (3, 4, 10, 16):
        rating.remind(at=CLOSED + timedelta(days=day))
    assert reminders() == 1


@pytest.mark.django_db
def test_whoever_has_rated_is_not_reminded(ticket: Ticket, party_b: User) -> None:
    rating.rate(ticket, score=5, at=LATER, by=party_b)

    assert rating.remind(at=CLOSED + timedelta(days=4)) == 0
    assert not Notice.objects.filter(kind="rating.remind").exists()


# --- Figures -------------------------------------------------------------------------------------------------


def test_few_answers_say_their_number_alone() -> None:
    found = by_heading([("王晓明", 5), ("王晓明", 1), ("何燕", 4), ("何燕", 4), ("何燕", 5)], fewest=FEWEST)

    assert (found["王晓明"].count, found["王晓明"].mean, found["王晓明"].low) == (2, None, None)
    assert (found["何燕"].count, found["何燕"].mean) == (3, Decimal("4.3"))


def test_no_answer_is_no_zero() -> None:
    assert scores_of([]).mean is None


@given(st.lists(st.integers(1, 5), min_size=1))
def test_the_mean_lies_between_the_scores(scores: list[int]) -> None:
    found = scores_of(scores)

    assert found.mean is not None
    assert min(scores) <= found.mean <= max(scores)
    assert found.count == len(scores)


# --- Pages ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_party_b_rates_on_the_portal(client: Client, ticket: Ticket, party_b: User, time_machine: Any) -> None:
    time_machine.move_to(LATER, tick=False)
    client.force_login(party_b)
    assert f"/portal/tickets/{ticket.number}/rate/" in client.get(f"/portal/tickets/{ticket.number}/").content.decode()

    said = {KEY_FIELD: new_key(), "score": "4", "words": "<b>快</b>"}
    page = client.post(f"/portal/tickets/{ticket.number}/rate/", said, follow=True).content.decode()

    assert "谢谢您的评价" in page
    assert "&lt;b&gt;快&lt;/b&gt;" in page
    assert "现在不能评价" in client.get(f"/portal/tickets/{ticket.number}/rate/").content.decode()


@pytest.mark.django_db
def test_others_do_not_find_the_page(client: Client, ticket: Ticket, party_b_other: User, operator: User) -> None:
    for person in (party_b_other, operator):
        client.force_login(person)
        assert client.get(f"/portal/tickets/{ticket.number}/rate/").status_code == 404


@pytest.mark.django_db
def test_the_console_shows_figures_and_follows_up(
    client: Client, ticket: Ticket, party_b: User, ops_lead: User, time_machine: Any
) -> None:
    time_machine.move_to(LATER, tick=False)
    made = rating.rate(ticket, score=1, words="慢", at=LATER, by=party_b)
    client.force_login(ops_lead)

    page = client.get("/admin/sla/rating/figures/").content.decode()
    assert "不足 3 份评价" in page
    client.post(f"/admin/sla/rating/{made.pk}/do/follow-up/", {KEY_FIELD: new_key(), "text": "已致电"})
    made.refresh_from_db()
    assert made.follow_up == "done"
    client.force_login(make.user("caiwu2", "finance"))
    assert client.get("/admin/sla/rating/figures/").status_code == 403
