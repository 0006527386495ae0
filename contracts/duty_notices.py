"""Who answers for a duty, and what they are told of it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import Membership, Obligation, ObligationExtension, ObligationOccurrence
from journal.models import Notice
from journal.outbox import announce
from people.models import User

Words = Callable[[], str]


def people_of(obligation: Obligation) -> list[User]:
    """Who answers for it: the person in charge; else the agreement's manager, for Party B's duties its people."""
    if obligation.person is not None and obligation.person.is_active:
        return [obligation.person]
    if obligation.side == Obligation.Side.B:
        return members_of(obligation)
    manager = obligation.agreement.manager
    return [manager] if manager is not None and manager.is_active else []


def members_of(obligation: Obligation) -> list[User]:
    """The people of the agreement's Party B."""
    members = Membership.objects.filter(organisation=obligation.agreement.party_b_id, active=True, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("pk")]


def page_of(occurrence: ObligationOccurrence, person: User) -> str:
    """Where this person reads of the occurrence."""
    if person.is_staff:
        return reverse("admin:contracts_obligationoccurrence_change", args=[occurrence.pk])
    return reverse("contracts:duty", args=[occurrence.pk])


def tell_set_off(row: ObligationOccurrence, *, by: User, at: datetime) -> None:
    """An event set the duty off: those who answer for it learn the date."""
    _tell(
        _others(people_of(row.obligation), by),
        row,
        key=f"duty/{row.pk}/set-off",
        kind="obligation.event",
        subject=lambda: _("义务已发生：%(title)s，%(due)s 到期") % _about(row),
        body=lambda: _about(row)["agreement"],
        at=at,
    )


def tell_done(row: ObligationOccurrence, *, by: User, at: datetime) -> None:
    """Party B did its duty: Party A's person in charge learns it."""
    manager = row.obligation.agreement.manager
    staff = [person for person in (row.obligation.person, manager) if person is not None and person.is_staff]
    if not by.is_staff:
        _tell(
            staff[:1],
            row,
            key=f"duty/{row.pk}/done/{row.done_at}",
            kind="obligation.done",
            subject=lambda: _("乙方已登记完成：%(title)s（%(due)s 到期）") % _about(row),
            body=lambda: row.evidence or _about(row)["agreement"],
            at=at,
        )


def tell_reopened(row: ObligationOccurrence, told: User | None, *, by: User, at: datetime) -> None:
    """What was done is sent back: whoever recorded it learns why."""
    people = {person.pk: person for person in [*([told] if told else []), *people_of(row.obligation)]}
    _tell(
        _others(people.values(), by),
        row,
        key=f"duty/{row.pk}/reopened/{at}",
        kind="obligation.reopened",
        subject=lambda: _("请重新办理：%(title)s（%(due)s 到期）") % _about(row),
        body=lambda: row.reason,
        level=Notice.Level.WARNING.value,
        at=at,
    )


def tell_waived(row: ObligationOccurrence, *, by: User, at: datetime) -> None:
    """It need not be done: those who answer for it learn so."""
    _tell(
        _others(people_of(row.obligation), by),
        row,
        key=f"duty/{row.pk}/waived",
        kind="obligation.waived",
        subject=lambda: _("已豁免：%(title)s（%(due)s 到期）") % _about(row),
        body=lambda: _about(row)["agreement"],
        at=at,
    )


def tell_extended(made: ObligationExtension, *, by: User, at: datetime) -> None:
    """There is more time: those who answer for it learn the new date."""
    row = made.occurrence
    _tell(
        _others(people_of(row.obligation), by),
        row,
        key=f"duty/{row.pk}/extended/{made.pk}",
        kind="obligation.extended",
        subject=lambda: _("已延期：%(title)s，延至 %(due)s") % _about(row),
        body=lambda: f"{made.get_ground_display()}：{made.reason}",
        at=at,
    )


def _about(row: ObligationOccurrence) -> dict[str, str]:
    return {
        "title": row.obligation.title,
        "due": row.due_on.isoformat(),
        "agreement": _("协议 %(number)s，条款 %(clause)s。")
        % {"number": row.obligation.agreement.number, "clause": row.obligation.clause_number},
    }


def _others(people: Iterable[User], by: User) -> list[User]:
    return [person for person in people if person.pk != by.pk]


def _tell(
    people: Iterable[User],
    row: ObligationOccurrence,
    *,
    key: str,
    kind: str,
    subject: Words,
    body: Words,
    level: str = Notice.Level.INFO.value,
    at: datetime,
) -> None:
    for person in people:
        announce(
            key=key,
            recipient=person,
            kind=kind,
            subject=subject,
            body=body,
            url=page_of(row, person),
            level=level,
            at=at,
        )
