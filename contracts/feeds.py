"""Calendar feeds: a secret address per person, and what is behind it as iCalendar (RFC 5545).

The address is the only key: 256 random bits, of which the database holds the SHA-256 alone.  It is shown once.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from contracts.agenda import Asked, Entry, entries
from contracts.models import CalendarFeed
from journal.outbox import absolute
from journal.recording import record
from people.models import User
from people.refusal import Refused

BEHIND, AHEAD = timedelta(days=90), timedelta(days=400)
MOST = 2000
READ_STAMP = timedelta(hours=1)


@transaction.atomic
def renew(user: User, *, at: datetime) -> str:
    """Give the person a new address, ending the old one; answers the token, which nothing keeps."""
    token = secrets.token_urlsafe(32)
    feed, _made = CalendarFeed.objects.select_for_update().get_or_create(user=user, defaults={"made_at": at})
    feed.token_sha256, feed.made_at, feed.read_at = _hash(token), at, None
    feed.save()
    record("calendar_feed.renewed", obj=feed, by=user, at=at)
    return token


@transaction.atomic
def revoke(user: User, *, at: datetime) -> None:
    """End the person's address.  Refused when there is none."""
    feed = CalendarFeed.objects.select_for_update().filter(user=user, token_sha256__isnull=False).first()
    if feed is None:
        raise Refused(_("没有正在使用的日历订阅地址。"))
    feed.token_sha256 = None
    feed.save()
    record("calendar_feed.revoked", obj=feed, by=user, at=at)


def found(token: str) -> CalendarFeed | None:
    """The feed behind a token; none for an unknown or revoked one, or a closed account."""
    rows = CalendarFeed.objects.filter(token_sha256=_hash(token), user__is_active=True)
    return rows.select_related("user").first()


def stamp(feed: CalendarFeed, *, at: datetime) -> None:
    """Remember that it was read, at most once an hour."""
    if feed.read_at is None or at - feed.read_at >= READ_STAMP:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=at)


def icalendar_of(user: User, *, today: date) -> bytes:
    """What the person answers for (Party B: what is its organisations'), as all-day events in the person's language.

    The same bytes for the same day and rows, so that a reader can ask for changes only.
    """
    asked = Asked(user=user, first=today - BEHIND, last=today + AHEAD, today=today, mine=True)
    with translation.override(user.language):
        made = Calendar()
        made.add("prodid", "-//Shouyue//Agenda//ZH")
        made.add("version", "2.0")
        made.add("calscale", "GREGORIAN")
        made.add("method", "PUBLISH")
        made.add("x-wr-calname", _("守约：%(name)s的事项") % {"name": user.name})
        made.add("x-wr-timezone", settings.TIME_ZONE)
        made.add("refresh-interval", timedelta(hours=4), parameters={"value": "DURATION"})
        made.add("x-published-ttl", "PT4H")
        for entry in entries(asked)[:MOST]:
            made.add_component(_event(entry, today))
        return bytes(made.to_ical())


def _event(entry: Entry, today: date) -> Event:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    made = Event()
    made.add("uid", f"{entry.uid}@{host}")
    made.add("dtstamp", datetime(today.year, today.month, today.day))  # noqa: DTZ001  the day, not an instant
    made.add("dtstart", entry.day)
    made.add("dtend", entry.day + timedelta(days=1))
    done = f"{entry.state}：" if entry.closed and entry.state else ""
    made.add("summary", done + entry.title + (_("（暂定）") if entry.provisional else ""))
    made.add(
        "description", "\n".join(str(line) for line in (entry.kind, entry.agreement, entry.state, entry.note) if line)
    )
    made.add("url", absolute(entry.url))
    made.add("status", "TENTATIVE" if entry.provisional else "CONFIRMED")
    made.add("transp", "TRANSPARENT")
    return made


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
