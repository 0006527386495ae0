"""Who must move when a calendar gets a new version: upper apps announce themselves, the publication asks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from django.utils import timezone

from people.models import User
from worktime.almanac import Almanac
from worktime.models import CalendarVersion

Outcome = Literal["moved", "breached", "relieved", "firm", "excused"]


@dataclass(frozen=True, kw_only=True)
class Move:
    """One deadline that a new version moves: what it is, where it stands, when it fell and would fall.

    outcome: "moved" (another instant), "breached" (over at once), "relieved" (was over, no longer is), "firm" (was
    provisional) or "excused" (frozen and not moved; an adjudication is proposed).
    """

    label: str
    url: str
    organisation: str
    before: datetime | date
    after: datetime | date
    outcome: Outcome

    @property
    def before_text(self) -> str:
        """When it fell, in words of the screen."""
        return _shown(self.before)

    @property
    def after_text(self) -> str:
        """When it would fall, in words of the screen."""
        return _shown(self.after)


def _shown(moment: datetime | date) -> str:
    if isinstance(moment, datetime):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    return moment.isoformat()


class Follower(Protocol):
    """What an upper app does about a new version."""

    def preview(self, version: CalendarVersion, almanac: Almanac, *, at: datetime) -> Sequence[Move]:
        """What would move if the almanac followed the present version.  Changes nothing."""

    def follow(self, version: CalendarVersion, *, by: User | None, at: datetime) -> Sequence[Move]:
        """Move what counts on the calendar to the new version, inside the publishing transaction."""


_followers: list[Follower] = []


def add_follower(follower: Follower) -> None:
    """Make a follower known; a second one of its kind changes nothing."""
    if not any(type(known) is type(follower) for known in _followers):
        _followers.append(follower)


def preview_all(version: CalendarVersion, almanac: Almanac, *, at: datetime) -> list[Move]:
    """Everything that would move, of every follower."""
    return [move for follower in _followers for move in follower.preview(version, almanac, at=at)]


def follow_all(version: CalendarVersion, *, by: User | None, at: datetime) -> list[Move]:
    """Let every follower move."""
    return [move for follower in _followers for move in follower.follow(version, by=by, at=at)]
