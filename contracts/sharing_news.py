"""Telling of shared information: to those of Party A who hold a right, and to the people of one Party B."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from contracts.models import Agreement, Organisation
from journal.models import Event, Notice
from journal.outbox import announce_each, holders
from people.models import User

Words = Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is said, once for each key and person; subject and body speak the language of each."""

    key: str
    kind: str
    subject: Words
    body: Words
    url: str = ""
    level: str = Notice.Level.INFO.value

    def at(self, url: str) -> "News":
        """The same news, leading to another page."""
        return replace(self, url=url)


def people_of(organisation: Organisation) -> QuerySet[User]:
    """The active people of an organisation."""
    found = User.objects.filter(memberships__organisation=organisation, memberships__active=True, is_active=True)
    return found.distinct()


def tell_party_b(agreement: Agreement, news: News, *, event: Event | None, at: datetime) -> None:
    """Tell everybody who acts for the agreement's Party B."""
    tell(people_of(agreement.party_b), news, event=event, at=at)


def tell_holders(permission: str, news: News, *, event: Event | None, at: datetime) -> None:
    """Tell everybody of Party A who holds the right."""
    tell(holders(permission).filter(is_staff=True), news, event=event, at=at)


def tell(people: Iterable[User], news: News, *, event: Event | None, at: datetime) -> None:
    """Tell each of the people."""
    announce_each(
        people,
        key=news.key,
        kind=news.kind,
        subject=news.subject,
        body=news.body,
        url=news.url,
        level=news.level,
        event=event,
        at=at,
    )
