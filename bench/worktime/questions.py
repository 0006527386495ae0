"""One calendar and one set of questions for every peer, with answers from an oracle that shares no code with any."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.worktime.oracle import SteppingOracle
from worktime.china import china_almanac

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = 9, 17
DAY = CLOSES - OPENS
SPANS = {"1 h": 1, "1 working day": DAY, "10 working days": 10 * DAY, "60 working days": 60 * DAY}
# Weekday holidays only, no make-up days: the most that every peer can be told.
HOLIDAYS = sorted(day for day in china_almanac().off if day.year == 2026 and day.weekday() < 5)


@dataclass(frozen=True)
class Question:
    """A start, a span in hours, and the one right deadline."""

    start: datetime
    hours: int
    due: datetime


def questions(count: int = 60, seed: int = 20260930) -> dict[str, list[Question]]:
    """For each span, starts of January to June 2026 at whole minutes, any hour and weekday."""
    dice = Random(seed)
    first = datetime(2026, 1, 5, tzinfo=UTC)
    starts = [first + timedelta(minutes=dice.randrange(180 * 1440)) for _ in range(count)]
    judge = SteppingOracle("Asia/Shanghai", [[(OPENS * 60, CLOSES * 60)]] * 5 + [[], []], HOLIDAYS)
    return {name: [_question(judge, start, hours) for start in starts] for name, hours in SPANS.items()}


def _question(judge: SteppingOracle, start: datetime, hours: int) -> Question:
    due = judge.add(start, hours * 60, limit=200 * 1440)
    if due is None:
        raise AssertionError("the oracle found no deadline")
    return Question(start, hours, due)


def working_day(received: date, n: int) -> date:
    """The nth working day after receipt on the bench's calendar, one by one."""
    while n:
        received += timedelta(1)
        n -= received.weekday() < 5 and received not in HOLIDAYS
    return received
