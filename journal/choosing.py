"""How a person wants to be told: quiet hours, and from how many e-mails on in one letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.models import TellingChoice
from journal.quiet import AlwaysQuiet, NextOpen, Quiet, over_at
from journal.recording import record
from people.models import User
from people.refusal import Refused


class SupportHours(Protocol):
    """Where support hours come from: an app above, which knows calendars, registers itself."""

    def choices(self, user: User) -> Sequence[tuple[str, object]]:
        """What the person may choose: code and name."""

    def next_open(self, code: str, at: datetime) -> datetime:
        """The first instant from `at` on within these hours; `at` itself for a code that is no longer there."""


_sources: list[SupportHours] = []


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person says on the page."""

    night_from: time | None = None
    night_until: time | None = None
    weekends: bool = False
    support_hours: str = ""
    urgent_through: bool = True
    most: int = 10
    minutes: int = 15


def use_support_hours(source: SupportHours) -> None:
    """Let quiet hours be "outside support hours"; call it from the app's AppConfig.ready."""
    _sources[:] = [source]


def hours_choices(user: User) -> list[tuple[str, object]]:
    """The support hours that the person may choose."""
    return [pair for source in _sources for pair in source.choices(user)]


def choice_of(user: User) -> TellingChoice:
    """The person's choice; unsaved with the usual values when there is none."""
    return TellingChoice.objects.filter(user=user).first() or TellingChoice(user=user)


@transaction.atomic
def choose(user: User, wanted: Wanted, *, at: datetime) -> TellingChoice:
    """Keep how the person wants to be told.  Raises Refused for hours that leave no time at all."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    choice = choice_of(user)
    for name in Wanted.__dataclass_fields__:
        setattr(choice, name, getattr(wanted, name))
    choice.saved_at = at
    _demand_sense(choice, user, at)
    choice.save()
    record("telling.chosen", obj=choice, by=user, at=at)
    return choice


def quiet_until(choice: TellingChoice, *, at: datetime) -> datetime:
    """The first instant from `at` on when the person may be written to.  Raises AlwaysQuiet."""
    quiet = Quiet(night_from=choice.night_from, night_until=choice.night_until, weekends=choice.weekends)
    zone = timezone.get_default_timezone()
    return over_at(at, quiet, zone=zone, next_open=_next_open(choice.support_hours))


def _next_open(code: str) -> NextOpen | None:
    return partial(_sources[0].next_open, code) if code and _sources else None


def _demand_sense(choice: TellingChoice, user: User, at: datetime) -> None:
    if (choice.night_from is None) != (choice.night_until is None):
        raise Refused(_("夜间免打扰要同时填写开始和结束时间。"))
    if choice.night_from is not None and choice.night_from == choice.night_until:
        raise Refused(_("夜间免打扰的开始和结束不能相同。"))
    if not 1 <= choice.minutes <= 1440:
        raise Refused(_("计数的分钟数应在 1 到 1440 之间。"))
    if choice.support_hours and choice.support_hours not in {code for code, _name in hours_choices(user)}:
        raise Refused(_("没有这个支持时间，请重新选择。"))
    try:
        quiet_until(choice, at=at)
    except AlwaysQuiet as error:
        raise Refused(_("这样设置后一个月内都没有可以发送的时间，请缩短免打扰时间。")) from error
