"""Each peer behind one face: told the same hours and holidays, asked the same questions in its own types.

`prepare` turns a question into a call without arguments; only that call is timed. Ours is given aware datetimes and
does its conversion and its checks inside the call.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bench.worktime.questions import CLOSES, HOLIDAYS, OPENS, SHANGHAI, Question
from worktime.almanac import Almanac, YearDays
from worktime.clock import Window, WorkCalendar
from worktime.workdays import WorkdayCalendar

Call = Callable[[], Any]


class Peer:
    """A way to answer; `None` from a prepare means that the peer cannot be asked that."""

    name = ""

    def add(self, question: Question) -> Call | None:
        return None

    def elapsed(self, question: Question) -> Call | None:
        return None

    def workday(self, received: date, n: int) -> Call | None:
        return None

    def instant(self, answer: Any) -> datetime:
        """The answer as an aware datetime."""
        return answer

    def seconds(self, answer: Any) -> float:
        return answer

    def date(self, answer: Any) -> date:
        return answer


class Shouyue(Peer):
    name = "Shouyue"

    def __init__(self) -> None:
        hours = (Window.parse(f"{OPENS:02}:00", f"{CLOSES:02}:00"),)
        self.calendar = WorkCalendar(weekly=(hours,) * 5 + ((), ()), holidays=HOLIDAYS, published_years=[2025, 2026])
        year = YearDays(2026, dict.fromkeys(HOLIDAYS, ""), {})
        self.workdays = WorkdayCalendar(Almanac.of([year]))

    def add(self, question: Question) -> Call:
        start, seconds = question.start.astimezone(SHANGHAI), question.hours * 3600
        return lambda: self.calendar.add(start, seconds)

    def elapsed(self, question: Question) -> Call:
        start, end = question.start.astimezone(SHANGHAI), question.due.astimezone(SHANGHAI)
        return lambda: self.calendar.elapsed(start, end)

    def workday(self, received: date, n: int) -> Call:
        return lambda: self.workdays.add_working_days(received, n)

    def date(self, answer: Any) -> date:
        return answer.value


class Workclock(Peer):
    name = "workclock (Rust)"

    def __init__(self) -> None:
        import workclock

        self.schedule = workclock.Schedule(
            [workclock.WorkDay(time(OPENS), time(CLOSES)), workclock.Holidays(HOLIDAYS)], time_zone=SHANGHAI
        )

    def add(self, question: Question) -> Call:
        start, span = question.start.astimezone(SHANGHAI), timedelta(hours=question.hours)
        return lambda: self.schedule.add(start, span)

    def elapsed(self, question: Question) -> Call:
        start, end = question.start.astimezone(SHANGHAI), question.due.astimezone(SHANGHAI)
        return lambda: self.schedule.between(start, end)

    def seconds(self, answer: Any) -> float:
        return answer.total_seconds()


class BusinessTimeDelta(Peer):
    name = "businesstimedelta"

    def __init__(self) -> None:
        import businesstimedelta
        import pytz

        zone = pytz.timezone("Asia/Shanghai")
        day = businesstimedelta.WorkDayRule(
            start_time=time(OPENS), end_time=time(CLOSES), working_days=[0, 1, 2, 3, 4], tz=zone
        )
        far = [date(2030, 1, 1)]  # the last holiday of a list must lie ahead of every question
        self.rules = businesstimedelta.Rules([day, businesstimedelta.HolidayRule(HOLIDAYS + far, tz=zone)])
        self.delta = businesstimedelta.BusinessTimeDelta

    def add(self, question: Question) -> Call:
        start, hours = question.start, question.hours
        return lambda: start + self.delta(self.rules, hours=hours)

    def elapsed(self, question: Question) -> Call:
        start, end = question.start, question.due
        return lambda: self.rules.difference(start, end)

    def seconds(self, answer: Any) -> float:
        return answer.timedelta.total_seconds()


class BusinessDuration(Peer):
    name = "business-duration"

    def __init__(self) -> None:
        from business_duration import businessDuration

        self.ask = businessDuration

    def elapsed(self, question: Question) -> Call:
        start, end = (moment.astimezone(SHANGHAI).replace(tzinfo=None) for moment in (question.start, question.due))
        opens, closes, holidays = time(OPENS), time(CLOSES), dict.fromkeys(HOLIDAYS, "")
        return lambda: self.ask(start, end, opens, closes, holidaylist=holidays, unit="sec")


class Pandas(Peer):
    name = "pandas CustomBusinessHour"

    def __init__(self) -> None:
        import pandas

        self.pandas = pandas
        self.offset = lambda hours: pandas.offsets.CustomBusinessHour(
            hours, start=f"{OPENS:02}:00", end=f"{CLOSES:02}:00", holidays=HOLIDAYS
        )

    def add(self, question: Question) -> Call:
        start = self.pandas.Timestamp(question.start.astimezone(SHANGHAI))
        offset = self.offset(question.hours)
        return lambda: start + offset

    def instant(self, answer: Any) -> datetime:
        return answer.to_pydatetime()


class ExchangeCalendars(Peer):
    name = "exchange_calendars"

    def __init__(self) -> None:
        import pandas
        from exchange_calendars import ExchangeCalendar

        class Office(ExchangeCalendar):
            name = "office"
            tz = SHANGHAI
            open_times = ((None, time(OPENS)),)
            close_times = ((None, time(CLOSES)),)
            adhoc_holidays = [pandas.Timestamp(day) for day in HOLIDAYS]

        self.pandas = pandas
        self.calendar = Office(start="2026-01-01", end="2026-12-31", side="left")

    def add(self, question: Question) -> Call:
        start, minutes, one = self.pandas.Timestamp(question.start), question.hours * 60, self.pandas.Timedelta("1min")
        calendar = self.calendar
        return lambda: calendar.minutes_window(calendar.minute_to_trading_minute(start, "next"), minutes)[-1] + one

    def elapsed(self, question: Question) -> Call:
        start, end = self.pandas.Timestamp(question.start), self.pandas.Timestamp(question.due)
        one = self.pandas.Timedelta("1min")
        return lambda: self.calendar.minutes_distance(start, end - one)

    def instant(self, answer: Any) -> datetime:
        return answer.to_pydatetime()

    def seconds(self, answer: Any) -> float:
        return float(answer) * 60


class Workalendar(Peer):
    name = "workalendar"

    def __init__(self) -> None:
        from workalendar.core import Calendar

        class Office(Calendar):
            def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
                return [(day, "") for day in HOLIDAYS if day.year == year]

            def get_weekend_days(self) -> list[int]:
                return [5, 6]

        self.calendar = Office()

    def workday(self, received: date, n: int) -> Call:
        return lambda: self.calendar.add_working_days(received, n)


class Numpy(Peer):
    name = "numpy busday_offset"

    def __init__(self) -> None:
        import numpy

        self.numpy = numpy
        self.calendar = numpy.busdaycalendar(holidays=HOLIDAYS)

    def workday(self, received: date, n: int) -> Call:
        day = self.numpy.datetime64(received)
        return lambda: self.numpy.busday_offset(day, n, roll="backward", busdaycal=self.calendar)

    def date(self, answer: Any) -> date:
        return answer.item()


PEERS: list[type[Peer]] = [
    Shouyue,
    Workclock,
    ExchangeCalendars,
    Pandas,
    BusinessTimeDelta,
    BusinessDuration,
    Workalendar,
    Numpy,
]


def installed() -> list[Peer]:
    """The peers that can be imported here, ours first."""
    found = []
    for peer in PEERS:
        try:
            found.append(peer())
        except ImportError:
            print(f"not installed: {peer.name}")
    return found


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
