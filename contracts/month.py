"""One month of the agenda: weeks from Monday to Sunday, each day with what is due and whether it is worked."""

import re
from calendar import Calendar as Weeks
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.agenda import Asked, Entry, Provider, entries
from people.models import User
from worktime.calendars import CHINA, workday_calendar
from worktime.models import CalendarVersion
from worktime.workdays import DayKind

FIRST_YEAR, LAST_YEAR = 2000, 2100
IN_CELL = 3
MARKS = {DayKind.HOLIDAY: "off", DayKind.MAKEUP: "work", DayKind.WEEKEND: "weekend", DayKind.WORKDAY: ""}


@dataclass(frozen=True, kw_only=True)
class Day:
    """A cell: what is due, and the mark of the day ("off", "work", "weekend" or nothing)."""

    date: date
    inside: bool
    today: bool
    mark: str
    name: str
    entries: list[Entry]

    @property
    def shown(self) -> list[Entry]:
        """What fits into the cell."""
        return self.entries[:IN_CELL]

    @property
    def more(self) -> int:
        """How many do not fit."""
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month with its neighbours; published: whether the holidays of all its days are known."""

    first: date
    previous: date
    following: date
    weeks: list[list[Day]]
    published: bool

    @property
    def days(self) -> list[Day]:
        """The days of this month on which something is due, in order."""
        return [day for week in self.weeks for day in week if day.inside and day.entries]


def first_of(text: str, *, today: date) -> date:
    """The first day of the month written as 2026-09; of today's month for anything else."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}", text):
        year, month = map(int, text.split("-"))
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:
            return date(year, month, 1)
    return today.replace(day=1)


def month_of(user: User, first: date, *, today: date, mine: bool = False, found: Provider = entries) -> Month:
    """The month as the person may see it: the whole agenda, or the dates of one provider."""
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    due: dict[date, list[Entry]] = defaultdict(list)
    for entry in found(Asked(user=user, first=weeks[0][0], last=weeks[-1][-1], today=today, mine=mine)):
        due[entry.day].append(entry)
    versions = CalendarVersion.objects.filter(calendar__code=CHINA).select_related("calendar")
    newest = versions.order_by("-number").first()
    calendar = workday_calendar(newest) if newest else None

    def day(on: date) -> Day:
        mark = MARKS[calendar.kind_of(on)] if calendar else ""
        name = (calendar.off.get(on) or calendar.work.get(on, "")) if calendar else ""
        return Day(
            date=on, inside=on.month == first.month, today=on == today, mark=mark, name=name, entries=due.get(on, [])
        )

    return Month(
        first=first,
        previous=(first - timedelta(days=1)).replace(day=1),
        following=(first + timedelta(days=32)).replace(day=1),
        weeks=[[day(on) for on in week] for week in weeks],
        published=calendar is not None and not calendar.unpublished(first, first),
    )
