"""Explanations in words, Chinese and English, without Django: `render(explanation, language)`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from worktime.explain import DayEntry, Entry, Explanation, Reason, WorkdayExplanation
from worktime.workdays import DayKind

SECOND = 1_000_000
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOLIDAYS_EN = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
WHY_ZH = {
    Reason.HOURS: "",
    Reason.MAKEUP: "{name}调休上班",
    Reason.SPECIAL: "当日另定服务时间",
    Reason.WEEKEND: "周末",
    Reason.HOLIDAY: "{name}",
    Reason.MAKEUP_UNSERVED: "{name}调休上班日，约定不提供服务",
    Reason.CLOSED: "当日另定不提供服务",
    Reason.NO_HOURS: "当日无服务时间",
    Reason.OUTSIDE: "服务时间外",
    Reason.LUNCH: "午休",
    Reason.BREAK: "两段服务时间之间",
    Reason.PAUSE: "暂停计时：{name}",
}
WHY_EN = {
    Reason.HOURS: "",
    Reason.MAKEUP: "make-up working day for {name}",
    Reason.SPECIAL: "special hours of the day",
    Reason.WEEKEND: "weekend",
    Reason.HOLIDAY: "{name}",
    Reason.MAKEUP_UNSERVED: "make-up working day for {name}, not served by agreement",
    Reason.CLOSED: "closed by agreement",
    Reason.NO_HOURS: "no hours that day",
    Reason.OUTSIDE: "outside hours",
    Reason.LUNCH: "lunch",
    Reason.BREAK: "between two windows",
    Reason.PAUSE: "paused: {name}",
}
KIND_REASON = {
    DayKind.WORKDAY: Reason.HOURS,
    DayKind.MAKEUP: Reason.MAKEUP,
    DayKind.WEEKEND: Reason.WEEKEND,
    DayKind.HOLIDAY: Reason.HOLIDAY,
}


def render(explanation: Explanation | WorkdayExplanation, language: str = "zh-hans") -> list[str]:
    """The explanation line by line, in "zh-hans" or "en". Raises ValueError for another language."""
    speaker = speaker_of(language)
    if isinstance(explanation, WorkdayExplanation):
        return _working_days(explanation, speaker(explanation.received.year))
    zone = ZoneInfo(explanation.zone)
    return _support_time(explanation, speaker(explanation.start.astimezone(zone).year), zone)


class Speaker(ABC):
    """The words of one language; dates of the year spoken in are given without it."""

    def __init__(self, year: int) -> None:
        self.year = year

    @abstractmethod
    def dated(self, day: date, year: int | None) -> str: ...

    @abstractmethod
    def span(self, first: str, last: str) -> str: ...

    @abstractmethod
    def duration(self, micros: int) -> str: ...

    @abstractmethod
    def why(self, reason: Reason, name: str) -> str: ...

    @abstractmethod
    def heading(self, start: str, duration: str) -> str: ...

    @abstractmethod
    def counted(self, when: str, why: str, duration: str, total: str) -> str: ...

    @abstractmethod
    def skipped(self, when: str, why: str, notice: str) -> str: ...

    @abstractmethod
    def due(self, when: str) -> str: ...

    @abstractmethod
    def breach(self, when: str) -> str: ...

    @abstractmethod
    def provisional(self, years: tuple[int, ...]) -> str: ...

    @abstractmethod
    def day_heading(self, received: str, n: int) -> str: ...

    @abstractmethod
    def day_counted(self, when: str, why: str, numbers: str) -> str: ...

    @abstractmethod
    def day_skipped(self, when: str, why: str, notice: str) -> str: ...

    def day(self, day: date) -> str:
        """The date, with its year only where it is another than the one spoken in."""
        return self.dated(day, None if day.year == self.year else day.year)

    def full_day(self, day: date) -> str:
        return self.dated(day, day.year)

    def instant(self, moment: datetime) -> str:
        return f"{self.day(moment.date())}{self.gap}{clock(moment)}"

    def full_instant(self, moment: datetime) -> str:
        return f"{self.full_day(moment.date())}{self.gap}{clock(moment)}"

    gap = ""


class Chinese(Speaker):
    """Simplified Chinese."""

    def dated(self, day: date, year: int | None) -> str:
        return f"{f'{year}年' if year else ''}{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）"

    def span(self, first: str, last: str) -> str:
        return f"{first}至{last}"

    def duration(self, micros: int) -> str:
        return _units(micros, ("小时", "分钟", "秒"), "")

    def why(self, reason: Reason, name: str) -> str:
        return WHY_ZH[reason].format(name=name or ("节假日" if reason is Reason.HOLIDAY else "")).rstrip("：")

    def heading(self, start: str, duration: str) -> str:
        return f"自{start}起计{duration}"

    def counted(self, when: str, why: str, duration: str, total: str) -> str:
        return f"{when}，{why + '，' if why else ''}计时{duration}，累计{total}"

    def skipped(self, when: str, why: str, notice: str) -> str:
        return f"{when}{'' if when.endswith('）') else '，'}{why}，不计时{f'（{notice}）' if notice else ''}"

    def due(self, when: str) -> str:
        return f"到期：{when}"

    def breach(self, when: str) -> str:
        return f"至{when}为止不再消耗时限"

    def provisional(self, years: tuple[int, ...]) -> str:
        return f"暂定：{'、'.join(map(str, years))}年节假日安排尚未公布，公布后重新计算"

    def day_heading(self, received: str, n: int) -> str:
        return f"{received}收到，当日不计，自次日起计{n}个工作日"

    def day_counted(self, when: str, why: str, numbers: str) -> str:
        return f"{when}，{why + '，' if why else ''}第{numbers}个工作日"

    def day_skipped(self, when: str, why: str, notice: str) -> str:
        return f"{when}{why}，不计{f'（{notice}）' if notice else ''}"


class English(Speaker):
    """English."""

    gap = " "

    def dated(self, day: date, year: int | None) -> str:
        return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}{f' {year}' if year else ''}"

    def span(self, first: str, last: str) -> str:
        return f"{first} to {last}"

    def duration(self, micros: int) -> str:
        return _units(micros, (" h", " min", " s"), " ")

    def why(self, reason: Reason, name: str) -> str:
        if reason is not Reason.PAUSE:
            name = " and ".join(HOLIDAYS_EN.get(part, part) for part in name.split("、")) if name else ""
        return WHY_EN[reason].format(name=name or ("holiday" if reason is Reason.HOLIDAY else "")).rstrip(": ")

    def heading(self, start: str, duration: str) -> str:
        return f"{duration} counted from {start}"

    def counted(self, when: str, why: str, duration: str, total: str) -> str:
        return f"{when}: {why + ', ' if why else ''}{duration} counted, {total} so far"

    def skipped(self, when: str, why: str, notice: str) -> str:
        return f"{when}: {why}, not counted{f' ({notice})' if notice else ''}"

    def due(self, when: str) -> str:
        return f"Due: {when}"

    def breach(self, when: str) -> str:
        return f"No more is consumed until hours open again: {when}"

    def provisional(self, years: tuple[int, ...]) -> str:
        return f"Provisional: no calendar is published for {', '.join(map(str, years))}; recomputed when it is"

    def day_heading(self, received: str, n: int) -> str:
        return f"Received {received}, not counted; {n} working day{'' if n == 1 else 's'} from the next day"

    def day_counted(self, when: str, why: str, numbers: str) -> str:
        return f"{when}: {why + ', ' if why else ''}working day{'s' if ' ' in numbers else ''} {numbers}"

    def day_skipped(self, when: str, why: str, notice: str) -> str:
        return self.skipped(when, why, notice)


SPEAKERS: dict[str, type[Speaker]] = {"zh-hans": Chinese, "en": English}


def speaker_of(language: str) -> type[Speaker]:
    """The words of "zh-hans" or "en". Raises ValueError for another language."""
    speaker = SPEAKERS.get(language.lower())
    if speaker is None:
        raise ValueError(f"no wording in {language!r}: use {' or '.join(SPEAKERS)}")
    return speaker


def clock(moment: datetime) -> str:
    """Wall time, with seconds only where there are some."""
    return f"{moment:%H:%M:%S}" if moment.second or moment.microsecond else f"{moment:%H:%M}"


def _units(micros: int, names: tuple[str, str, str], gap: str) -> str:
    """Hours, minutes and seconds without the empty ones."""
    seconds, fraction = divmod(abs(micros), SECOND)
    sizes: list[int | str] = [seconds // 3600, seconds % 3600 // 60, seconds % 60]
    if fraction:
        sizes[2] = f"{seconds % 60}.{fraction:06}".rstrip("0")
    words = gap.join(f"{size}{name}" for size, name in zip(sizes, names, strict=True) if size)
    return ("-" if micros < 0 else "") + (words or f"0{names[2]}")


def _support_time(explanation: Explanation, speaker: Speaker, zone: ZoneInfo) -> list[str]:
    start = explanation.start.astimezone(zone)
    lines = [speaker.heading(speaker.full_instant(start), speaker.duration(explanation.target))]
    lines += [_span_line(entry, speaker, zone) for entry in explanation.entries]
    due = explanation.due_at.astimezone(zone)
    return [*lines, speaker.due(speaker.full_instant(due)), *_warning(explanation.unpublished_years, speaker)]


def _span_line(entry: Entry, speaker: Speaker, zone: ZoneInfo) -> str:
    when = _when(entry.start.astimezone(zone), entry.end.astimezone(zone), speaker)
    why = speaker.why(entry.reason, entry.name)
    if entry.counts:
        return speaker.counted(when, why, speaker.duration(entry.counted), speaker.duration(entry.total))
    return speaker.skipped(when, why, entry.notice)


def _when(start: datetime, end: datetime, speaker: Speaker) -> str:
    """Whole days as days; within one day the date once; 24:00 for a midnight that ends a day."""
    ends_a_day = (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)
    last = end.date() - timedelta(ends_a_day)
    if ends_a_day and start.time() == end.time():
        first = speaker.day(start.date())
        return first if last == start.date() else speaker.span(first, speaker.day(last))
    ending = "24:00" if ends_a_day else clock(end)
    if last == start.date():
        return speaker.span(speaker.instant(start), ending)
    return speaker.span(speaker.instant(start), f"{speaker.day(last)}{speaker.gap}{ending}")


def _working_days(explanation: WorkdayExplanation, speaker: Speaker) -> list[str]:
    lines = [speaker.day_heading(speaker.full_day(explanation.received), explanation.target)]
    for _, group in groupby(explanation.days, key=lambda day: (day.kind, day.name, day.notice)):
        lines.append(_day_line(list(group), speaker))
    due = f"{speaker.full_day(explanation.due)}{speaker.gap}24:00"
    return [*lines, speaker.due(due), *_warning(explanation.unpublished_years, speaker)]


def _day_line(days: list[DayEntry], speaker: Speaker) -> str:
    first, last = days[0], days[-1]
    when = speaker.day(first.day) if first is last else speaker.span(speaker.day(first.day), speaker.day(last.day))
    why = speaker.why(KIND_REASON[first.kind], first.name)
    if not first.counts:
        return speaker.day_skipped(when, why, first.notice)
    numbers = str(first.total) if first is last else speaker.span(str(first.total), str(last.total))
    return speaker.day_counted(when, why, numbers)


def _warning(years: tuple[int, ...], speaker: Speaker) -> list[str]:
    return [speaker.provisional(years)] if years else []
