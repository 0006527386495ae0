"""Who is told of a breach case, and in what words.  Party B hears of told cases only."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import BreachCase, Membership
from journal.models import Event, Notice
from journal.outbox import announce, holders
from people.models import User

HANDLE = "contracts.handle_breachcase"
Level = Notice.Level
SOON = 30  # days: from here on a limitation is urgent
WORDS: dict[str, Callable[[], str]] = {
    "brought": lambda: _("乙方主张甲方违约：%(case)s"),
    "notified": lambda: _("收到违约通知：%(case)s"),
    "answered": lambda: _("收到申辩：%(case)s"),
    "evidence": lambda: _("收到补充证据：%(case)s"),
    "decided": lambda: _("违约认定：%(case)s"),
    "handling": lambda: _("登记了处理措施：%(case)s"),
    "claimed": lambda: _("提出主张：%(case)s"),
    "claim_moved": lambda: _("主张有进展：%(case)s"),
    "closed": lambda: _("违约案件已关闭：%(case)s"),
}


def tell_managers(case: BreachCase, what: str, *, event: Event, at: datetime) -> None:
    """Tell those of Party A who handle cases, and the agreement's manager."""
    _tell(_managers(case), case, what, url=staff_url(case), event=event, at=at)


def tell_party_b(case: BreachCase, what: str, *, event: Event, at: datetime) -> None:
    """Tell Party B's people, once the case was told to the party in breach."""
    if case.notice_id is not None:
        _tell(_members(case), case, what, url=portal_url(case), event=event, at=at)


def remind(case: BreachCase, *, last: date, level: int, at: datetime) -> int:
    """Remind the side that may claim of its limitation, once for each last day and level; how many notices are there.

    A limitation that has run out is told as that.
    """
    ours = case.claimant == "a"
    people = _managers(case) if ours else _members(case) if case.notice_id is not None else []
    url = staff_url(case) if ours else portal_url(case)
    said = {"case": case.number, "day": last.isoformat(), "level": level}
    subject, body = _limitation_words(said) if level else _over_words(said)
    made = 0
    for person in people:
        made += len(
            announce(
                key=f"case/{case.pk}/limitation/{last.isoformat()}/{level}",
                recipient=person,
                kind="breach_case.limitation",
                subject=subject,
                body=body,
                url=url,
                level=Level.WARNING.value if level > SOON else Level.URGENT.value,
                at=at,
            )
        )
    return made


def _limitation_words(said: dict[str, object]) -> tuple[Callable[[], str], Callable[[], str]]:
    return (
        lambda: _("诉讼时效还剩不到 %(level)d 天：%(case)s") % said,
        lambda: (
            _("%(case)s 的诉讼时效将于 %(day)s 届满，请及时要求对方履行或者起诉、申请仲裁，并登记时效中断。") % said
        ),
    )


def _over_words(said: dict[str, object]) -> tuple[Callable[[], str], Callable[[], str]]:
    return (
        lambda: _("诉讼时效已届满：%(case)s") % said,
        lambda: _("%(case)s 的诉讼时效已于 %(day)s 届满。") % said,
    )


def staff_url(case: BreachCase) -> str:
    """The case on the console."""
    return reverse("admin:contracts_breachcase_change", args=[case.pk])


def portal_url(case: BreachCase) -> str:
    """The case on Party B's pages."""
    return reverse("contracts:case", args=[case.pk])


def _managers(case: BreachCase) -> list[User]:
    people = {person.pk: person for person in holders(HANDLE)}
    if case.agreement.manager is not None:
        people.setdefault(case.agreement.manager.pk, case.agreement.manager)
    return list(people.values())


def _members(case: BreachCase) -> list[User]:
    rows = Membership.objects.filter(organisation_id=case.agreement.party_b_id, active=True).select_related("user")
    return [row.user for row in rows.order_by("pk")]


def _tell(people: Iterable[User], case: BreachCase, what: str, *, url: str, event: Event, at: datetime) -> None:
    for person in people:
        if person.pk != event.actor_id:
            announce(
                key=f"case/{case.pk}/{what}/{event.seq}",
                recipient=person,
                kind=event.action,
                subject=lambda: WORDS[what]() % {"case": str(case)},
                url=url,
                event=event,
                at=at,
            )
