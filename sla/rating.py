"""Satisfaction: Party B may rate a closed ticket for some days; one reminder; the lead follows up low scores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Membership
from journal.models import Event
from journal.outbox import announce
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import telling
from sla.models import Rating, Ticket, TicketEntry

# Our own offer, not a promise of the agreement: how long a closed ticket may be rated, and when we remind.
OPEN_FOR = timedelta(days=15)
REMIND_AFTER = timedelta(days=3)
LOW = 2
ACTIONS: dict[str, object] = {
    "rating.given": gettext_lazy("评价服务"),
    "rating.followed_up": gettext_lazy("回访低分评价"),
}


@transaction.atomic
def rate(ticket: Ticket, *, score: int, words: str = "", at: datetime, by: User) -> Rating:
    """A person of Party B rates how the ticket was handled, once for each closing, while the days run.

    Raises Refused for anybody else, for a ticket that is not closed, too late, or a second time.
    """
    ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).select_related("agreement").get(pk=ticket.pk)
    _check_person(ticket, by)
    if score not in Rating.Score.values:
        raise Refused(_("请选择 1 至 5 分。"))
    closing = closing_of(ticket)
    if closing is None:
        raise Refused(_("报告关闭后才能评价。"))
    number, closed_at = closing
    if at > closed_at + OPEN_FOR:
        raise Refused(_("评价期已过（关闭后 %(days)d 天内）。") % {"days": OPEN_FOR.days})
    low = score <= LOW
    rating = Rating(
        ticket=ticket, cycle=number, agreement=ticket.agreement, assignee=ticket.assignee, score=score,
        words=words.strip()[:1000], closed_at=closed_at, by=by, at=at,
        follow_up=Rating.FollowUp.OPEN if low else Rating.FollowUp.NONE,
    )  # fmt: skip
    try:
        with transaction.atomic():
            rating.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("这次关闭已经评价过了，谢谢。")) from error
    event = _note("rating.given", rating, by=by, at=at)
    if low:
        _tell_leads(rating, event)
    return rating


@transaction.atomic
def follow_up(rating: Rating, *, text: str, at: datetime, by: User) -> Rating:
    """The lead has spoken to Party B about a low score; what came of it."""
    rating = (
        Rating.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ticket__agreement")
        .get(pk=rating.pk)
    )
    if rating.follow_up != Rating.FollowUp.OPEN:
        raise Refused(_("这条评价不需要回访，或已经回访过。"))
    if not text.strip():
        raise Refused(_("请写明回访结果。"))
    rating.follow_up, rating.followed_by, rating.followed_at = Rating.FollowUp.DONE, by, at
    rating.followed_note = text.strip()
    rating.save()
    _note("rating.followed_up", rating, by=by, at=at)
    return rating


def closing_of(ticket: Ticket) -> tuple[int, datetime] | None:
    """How often the ticket was closed and when last; None while it is not closed."""
    if ticket.state != Ticket.State.CLOSED or ticket.closed_at is None:
        return None
    times = ticket.entries.filter(kind=TicketEntry.Kind.CLOSED).count()
    return max(times, 1), ticket.closed_at


def may_rate(ticket: Ticket, *, at: datetime) -> bool:
    """Whether the ticket is closed, in its days, and not rated for this closing."""
    closing = closing_of(ticket)
    if closing is None or at > closing[1] + OPEN_FOR:
        return False
    return not ticket.ratings.filter(cycle=closing[0]).exists()


def remind(*, at: datetime) -> int:
    """Remind Party B once of each closed ticket that it has not rated; answers how many tickets.

    The key of the notice holds the closing: running again leaves no second one.
    """
    waiting = Ticket.objects.filter(
        state=Ticket.State.CLOSED, closed_at__gt=at - OPEN_FOR, closed_at__lte=at - REMIND_AFTER
    ).select_related("agreement__party_b")
    return sum(_remind(ticket, at) for ticket in waiting.order_by("pk").iterator(chunk_size=200))


@transaction.atomic
def _remind(ticket: Ticket, at: datetime) -> int:
    closing = closing_of(ticket)
    if closing is None or not may_rate(ticket, at=at):
        return 0
    for person in telling.party_b(ticket):
        announce(
            key=f"rating/{ticket.pk}/{closing[0]}/remind",
            recipient=person,
            kind="rating.remind",
            subject=lambda: _("请评价服务：%(number)s %(title)s") % {"number": ticket.number, "title": ticket.title},
            body=lambda: _("这份报告已经关闭。如果愿意，请用一分钟评价处理情况；不评价不影响任何权利。"),
            url=reverse("sla:rate", args=[ticket.number]),
            at=at,
        )
    return 1


def _check_person(ticket: Ticket, by: User) -> None:
    member = Membership.objects.filter(organisation=ticket.agreement.party_b_id, user=by, active=True)
    if not member.exists():
        raise Refused(_("只有乙方人员可以评价。"))


def _tell_leads(rating: Rating, event: Event) -> None:
    ticket = rating.ticket
    for lead in telling.leads():
        announce(
            key=f"rating/{rating.pk}/low",
            recipient=lead,
            kind="rating.low",
            subject=lambda: _("低分评价待回访：%(number)s %(score)s") % {
                "number": ticket.number, "score": rating.get_score_display(),
            },
            body=lambda: rating.words,
            url=reverse("admin:sla_rating_change", args=[rating.pk]),
            event=event,
            at=event.at,
        )  # fmt: skip


def _note(action: str, rating: Rating, *, by: User, at: datetime) -> Event:
    data: dict[str, Any] = {"ticket": rating.ticket.number, "cycle": rating.cycle, "score": rating.score}
    return record(
        action, obj=rating, by=by, at=at, data=data, organisation_id=rating.agreement.party_b_id,
        agreement_id=rating.agreement_id,
    )  # fmt: skip
