"""Telling of an agreement's life: an end that nears or came, a suspension, a task that Party B reported."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.models import Agreement, ExitTask, Membership, Suspension
from contracts.sharing_news import News, people_of, tell
from journal.models import Event, Notice
from journal.outbox import announce, holders
from people.models import User

URGENT = 30  # days before the end from which on a reminder is a warning


def managers_of(agreement: Agreement) -> list[User]:
    """The agreement's manager and every contract manager."""
    found = {person.pk: person for person in holders("contracts.request_activation").filter(is_staff=True)}
    if agreement.manager is not None and agreement.manager.is_active:
        found[agreement.manager.pk] = agreement.manager
    return list(found.values())


def administrators_of(agreement: Agreement) -> list[User]:
    """Party B's administrators; everybody of Party B when it has none."""
    people = people_of(agreement.party_b)
    administrators = people.filter(
        memberships__organisation=agreement.party_b, memberships__role=Membership.Role.ADMIN, memberships__active=True
    )
    return list(administrators.distinct() or people)


def remind_of_end(agreement: Agreement, *, last_day: date, level: int, days_left: int, at: datetime) -> int:
    """Remind of an end that nears, each person once for each level and last day; returns how many were told anew."""

    def subject() -> str:
        return _("协议 %(number)s 还有 %(days)d 天届满") % {"number": agreement.number, "days": days_left}

    def body() -> str:
        return _("%(title)s 的最后一天是 %(day)s（当日 24 时届满）。请及时决定续签或者准备退出事项。") % {
            "title": agreement.title,
            "day": last_day.isoformat(),
        }

    key = f"agreement/{agreement.pk}/ends/{last_day.isoformat()}/{level}"
    warning = Notice.Level.WARNING.value if level <= URGENT else Notice.Level.INFO.value
    before = Notice.objects.filter(key__startswith=f"{key}/").count()
    _tell_both(agreement, (key, "agreement.ends_soon", warning), (subject, body), event=None, at=at)
    return Notice.objects.filter(key__startswith=f"{key}/").count() - before


def tell_of_end(agreement: Agreement, *, event: Event, at: datetime) -> None:
    """Tell both parties that the agreement has ended and that exit tasks are to be done."""

    def subject() -> str:
        return _("协议 %(number)s：%(state)s") % {"number": agreement.number, "state": agreement.get_state_display()}

    def body() -> str:
        return _("%(title)s 已于 %(at)s 终止，请办理退出事项。") % {
            "title": agreement.title,
            "at": f"{localtime(agreement.ended_at):%Y-%m-%d %H:%M}",
        }

    key = f"agreement/{agreement.pk}/ended/{event.pk}"
    _tell_both(agreement, (key, event.action, Notice.Level.WARNING.value), (subject, body), event=event, at=at)


def tell_of_suspension(made: Suspension, *, at: datetime) -> None:
    """Tell both parties from when on what is suspended, and why."""

    def subject() -> str:
        return _("协议 %(number)s：%(scope)s") % {"number": made.agreement.number, "scope": made.get_scope_display()}

    def body() -> str:
        return _("自 %(at)s 起暂停。理由：%(reason)s") % {
            "at": f"{localtime(made.starts_at):%Y-%m-%d %H:%M}",
            "reason": made.reason,
        }

    key = f"suspension/{made.pk}/begins"
    told = (key, "agreement.suspended", Notice.Level.WARNING.value)
    _tell_both(made.agreement, told, (subject, body), event=None, at=at, everybody=True)


def tell_of_lifting(made: Suspension, *, at: datetime) -> None:
    """Tell both parties that the service goes on."""

    def subject() -> str:
        return _("协议 %(number)s 已恢复服务") % {"number": made.agreement.number}

    def body() -> str:
        return _("理由：%(reason)s") % {"reason": made.lift_reason}

    key = f"suspension/{made.pk}/lifted"
    told = (key, "agreement.lifted", Notice.Level.INFO.value)
    _tell_both(made.agreement, told, (subject, body), event=None, at=at, everybody=True)


def tell_of_report(task: ExitTask, *, at: datetime) -> None:
    """Tell the managers that Party B reported a task as done."""
    for person in managers_of(task.agreement):
        announce(
            key=f"exit_task/{task.pk}/reported/{at.isoformat()}",
            recipient=person,
            kind="exit_task.reported",
            subject=lambda: (
                _("%(number)s：乙方已办“%(kind)s”，请确认")
                % {"number": task.agreement.number, "kind": task.get_kind_display()}
            ),
            body=task.note,
            url=reverse("admin:contracts_exittask_change", args=[task.pk]),
            at=at,
        )


def _tell_both(
    agreement: Agreement,
    told: tuple[str, str, str],
    words: tuple[Callable[[], str], Callable[[], str]],
    *,
    event: Event | None,
    at: datetime,
    everybody: bool = False,
) -> None:
    """Managers get the way to the console, Party B the way to its page; told is (key, kind, level)."""
    theirs: Iterable[User] = people_of(agreement.party_b) if everybody else administrators_of(agreement)
    ways = (
        (managers_of(agreement), reverse("admin:contracts_agreement_change", args=[agreement.pk])),
        (theirs, reverse("contracts:agreement", args=[agreement.pk])),
    )
    key, kind, level = told
    subject, body = words
    for people, url in ways:
        news = News(key=key, kind=kind, subject=subject, body=body, url=url, level=level)
        tell(people, news, event=event, at=at)
