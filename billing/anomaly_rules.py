"""What looks wrong in a meter's days: a jump, a missing day, a silence, use when there should be none.

Days are civil days with what was used on them in millionths of a unit.  A day that is there with 0 was reported as
unused; a day that is not there was not reported at all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = 28  # days before, with which a day is compared
FEWEST = 14  # used days among them; fewer tell nothing
FACTOR = 3  # a jump is more than so many medians
EXCESS = 10_000_000  # and at least ten units above: small numbers jump all the time
WEEKS = 4  # a weekday counts as regular when it was reported so often in a row
GAP = 3  # expected days without a report: a silence, not missing days
DAY = timedelta(days=1)
Days = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Something on the days [day, until]; amounts in millionths."""

    kind: str
    day: date
    until: date
    observed: int = 0
    expected: int = 0


def median(amounts: list[int]) -> int:
    """The middle amount; of two middle ones their mean, rounded half up."""
    ordered, middle = sorted(amounts), len(amounts) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle] + 1) // 2


def jumps(days: Days, first: date, after: date) -> Iterator[Found]:
    """Days of [first, after) far above what was usual before them; days in a row are one jump, its largest day told."""
    run: Found | None = None
    for day in _each(first, after):
        usual = _usual(days, day)
        used = days.get(day, 0)
        if usual is None or used <= FACTOR * usual or used - usual < EXCESS:
            if run:
                yield run
            run = None
        elif run is None:
            run = Found("jump", day, day, used, usual)
        else:
            run = Found("jump", run.day, day, max(run.observed, used), run.expected)
    if run:
        yield run


def silences(days: Days, first: date, after: date, *, excused: Callable[[date], bool]) -> Iterator[Found]:
    """Missing days and longer silences that begin in [first, after); excused days are expected to be silent."""
    day = first
    while day < after:
        regular = _regular(days, day)
        if day in days or excused(day) or day.weekday() not in regular:
            day += DAY
            continue
        end = day
        while end < after and end not in days and not excused(end):
            end += DAY
        missing = [silent for silent in _each(day, end) if silent.weekday() in regular]
        if len(missing) >= GAP:
            yield Found("gap", day, end - DAY)
        else:
            yield from (Found("missing_day", silent, silent) for silent in missing)
        day = end


def runs(days: Days, kind: str) -> Iterator[Found]:
    """Use that should not be, days in a row as one."""
    run: Found | None = None
    for day in sorted(day for day, used in days.items() if used > 0):
        if run is not None and run.until + DAY == day:
            run = Found(kind, run.day, day, run.observed + days[day])
            continue
        if run is not None:
            yield run
        run = Found(kind, day, day, days[day])
    if run is not None:
        yield run


def _usual(days: Days, day: date) -> int | None:
    before = [days.get(day - DAY * back, 0) for back in range(1, WINDOW + 1)]
    used = [amount for amount in before if amount > 0]
    return median(used) if len(used) >= FEWEST else None


def _regular(days: Days, day: date) -> set[int]:
    """The weekdays that were reported in each of the four weeks before a day."""
    return {
        (day - DAY * back).weekday()
        for back in range(1, 8)
        if all(day - DAY * (back + 7 * week) in days for week in range(WEEKS))
    }


def _each(first: date, after: date) -> Iterator[date]:
    for number in range((after - first).days):
        yield first + DAY * number
