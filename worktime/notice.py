"""Reads the yearly holiday notice of the State Council's General Office (国办发明电 …), and its amendments.

Everything that is stated is checked against itself: weekdays, day counts, the list of holidays, the numbering.
A sentence with a date or a duty that is not understood stops the reading with UnreadableNotice; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from worktime.almanac import Notice, YearDays
from worktime.stating import LONGEST_BREAK, SATURDAY, Statement, UnreadableNotice

MOST_CHARACTERS = 20_000
LONGEST_NAME = 20
WEEKDAYS = "一二三四五六日"
NUMERALS = "一二三四五六七八九十"
HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
DAY = r"(?:(?P<y{0}>\d{{4}})年)?(?:(?P<m{0}>\d{{1,2}})月)?(?P<d{0}>\d{{1,2}})日(?P<n{0}>\([^()]*\))?"
OPENING = re.compile(r"(?P<head>.*?)通知如下[。:](?P<body>.*)")
YEAR = re.compile(r"关于(?:调整|延长)?(\d{4})年|现将(?:调整|延长)?(\d{4})年|延长(\d{4})年")
NUMBER = re.compile(r"国办发明电[〔\[(](\d{4})[〕\])](\d{1,3})号")
SIGNED = re.compile(r"办公厅(\d{4})年(\d{1,2})月(\d{1,2})日")
ADJUSTS = re.compile(r"调整\d{4}年(.{2,12}?)(?:放假|假期)安排")
EXTENDS = re.compile(r"延长\d{4}年(.{2,12}?)假期")
ITEM = re.compile(rf"(?:^|(?<=。))([{NUMERALS}]{{1,2}})、")
OFF = re.compile(
    rf"^{DAY.format(1)}(?:至{DAY.format(2)})?放假(?:调休)?(?:,?共?(?P<count>\d{{1,2}})天)?"
    rf"(?P<joined>,与周末连休)?(?:,不调休)?(?:,{DAY.format(3)}(?P<instead>补休))?$"
)
WORK = re.compile(r"^(?P<days>[^放]*日(?:\([^()]*\))?)上班$")
EXTENSION = re.compile(rf"^延长\d{{4}}年.{{2,12}}?假期至{DAY.format(1)},{DAY.format(2)}起正常上班$")
ADVICE = re.compile(r"^鼓励[^。]*$")
SPEAKS = re.compile(r"\d+月|\d+日|放假|上班")
NOTE_WEEKDAY = re.compile(r"^(?:农历[\u4e00-\u9fff]+[、,])?(?:周|星期)([一二三四五六日天])$")
NOTE_LUNAR = re.compile(r"^农历[\u4e00-\u9fff]+$")


@dataclass(frozen=True, slots=True)
class ReadNotice:
    """What was read: the whole year's days, and each holiday's own sentence for a person to compare."""

    days: YearDays
    signed_on: date | None
    sentences: tuple[tuple[str, str], ...]


def read_notice(
    text: str,
    *,
    number: str = "",
    published_on: date | None = None,
    url: str = "",
    amends: YearDays | None = None,
) -> ReadNotice:
    """The days that a notice states of its year.

    number, published_on: needed only where the pasted text lacks them; a number that contradicts the text is refused.
    amends: the year as known so far, for a notice that adjusts or extends one holiday of it.
    Raises UnreadableNotice.
    """
    flat = _flattened(text)
    opening = OPENING.match(flat)
    if opening is None:
        raise UnreadableNotice("no_opening")
    head, body = opening["head"], opening["body"]
    year, signed = _year(head, flat), _signed(body)
    published = published_on or signed
    if published is None:
        raise UnreadableNotice("no_date")
    if published.year not in {year - 1, year}:
        raise UnreadableNotice("odd_date", published=published, year=year)
    notice = Notice(_number(flat, number), published, url)
    items = list(_items(_unsigned(body)))
    days = _amended(head, items, year, amends) if _amendment(head) else _annual(items, year)
    earlier = amends.notices if amends is not None and _amendment(head) else ()
    read = days.year_days((*earlier, notice))
    return ReadNotice(read, signed, tuple((item.name, item.text) for item in items if item.states))


@dataclass(frozen=True, slots=True)
class _Item:
    """One numbered item: its holiday (empty when it names none) and its sentences."""

    name: str
    text: str
    states: bool

    @property
    def sentences(self) -> list[str]:
        return [part for part in self.text.split("。") if part]


def _flattened(text: str) -> str:
    """Without blanks and line breaks, full-width digits and punctuation made plain."""
    if len(text) > MOST_CHARACTERS:
        raise UnreadableNotice("too_long", most=MOST_CHARACTERS)
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if not sign.isspace() and unicodedata.category(sign) not in {"Cc", "Cf"})


def _year(head: str, flat: str) -> int:
    years = {year for found in YEAR.findall(head) for year in found if year}
    years |= {year for found in YEAR.findall(flat) for year in found if year}
    if not years:
        raise UnreadableNotice("no_year")
    if len(years) > 1:
        raise UnreadableNotice("two_years", years="、".join(sorted(years)))
    return int(years.pop())


def _number(flat: str, given: str) -> str:
    found = {f"国办发明电〔{year}〕{int(count)}号" for year, count in NUMBER.findall(flat)}
    if not found and not given.strip():
        raise UnreadableNotice("no_number")
    if len(found) > 1 or (given.strip() and found and given.strip() not in found):
        raise UnreadableNotice("other_number", found="、".join(sorted(found)))
    return found.pop() if found else given.strip()


def _signed(body: str) -> date | None:
    found = SIGNED.search(body)
    return _date(int(found[1]), int(found[2]), int(found[3]), found[0]) if found else None


def _unsigned(body: str) -> str:
    return body[: found.start()].removesuffix("国务院") if (found := SIGNED.search(body)) else body


def _amendment(head: str) -> bool:
    return bool(ADJUSTS.search(head) or EXTENDS.search(head))


def _items(body: str) -> Iterator[_Item]:
    """The numbered items in order. Raises UnreadableNotice where the numbering has a gap."""
    starts = list(ITEM.finditer(body))
    if [NUMERALS.find(start[1]) for start in starts] != list(range(len(starts))):
        raise UnreadableNotice("numbering", text="、".join(start[1] for start in starts))
    if not starts or SPEAKS.search(body[: starts[0].start()]):
        raise UnreadableNotice("unread", text=body[: starts[0].start() if starts else 40])
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        text = body[start.end() : following.start() if following else len(body)]
        name, colon, rest = text.partition(":")
        if not colon or len(name) > LONGEST_NAME or SPEAKS.search(name):
            name, rest = "", text
        yield _Item(name, rest, bool(name) or bool(re.search(r"\d+月", rest)))


def _annual(items: list[_Item], year: int) -> Statement:
    """The notice of a whole year: each of the seven holidays exactly once."""
    stated = Statement(year)
    named = [name for item in items for name in re.split("[、和与]", item.name) if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice:
        raise UnreadableNotice("twice", name=twice)
    missing = [name for name in HOLIDAYS if name not in named]
    if missing:
        raise UnreadableNotice("missing", names="、".join(missing))
    for item in items:
        if item.states and not item.name:
            raise UnreadableNotice("unread", text=item.text)
        _state(item, stated)
    return stated


def _amended(head: str, items: list[_Item], year: int, amends: YearDays | None) -> Statement:
    """The year as known, with one holiday stated anew or made longer."""
    if amends is None or amends.year != year:
        raise UnreadableNotice("amends_nothing", year=year)
    found = ADJUSTS.search(head) or EXTENDS.search(head)
    name = found[1] if found else ""
    if name not in amends.off.values():
        raise UnreadableNotice("unknown_holiday", name=name, year=year)
    extends = EXTENDS.search(head) is not None
    stated = Statement(
        year,
        {day: own for day, own in amends.off.items() if extends or own != name},
        {day: own for day, own in amends.work.items() if extends or own != name},
    )
    before = dict(stated.off)
    for item in items:
        _state(replace(item, name=name) if item.states else item, stated)
    if stated.off == before:
        raise UnreadableNotice("nothing_off", name=name)
    return stated


def _state(item: _Item, stated: Statement) -> None:
    """Adds what the sentences of an item say. Raises UnreadableNotice for one that is not understood."""
    told = 0
    for sentence in item.sentences:
        if found := OFF.match(sentence):
            stated.add_off(_days_off(found, stated.year), item.name)
            told += 1
        elif found := EXTENSION.match(sentence):
            _extend(found, stated, item.name)
            told += 1
        elif found := WORK.match(sentence):
            stated.add_work(_days_worked(found["days"], sentence, stated.year), item.name)
        elif SPEAKS.search(sentence) and not ADVICE.match(sentence):
            raise UnreadableNotice("unread", text=sentence)
    if item.states and not told:
        raise UnreadableNotice("nothing_off", name=item.name)
    stated.check_nearness(item.name)


def _days_off(found: re.Match[str], year: int) -> list[date]:
    first = _day(found, 1, date(year, 1, 1))
    last = _day(found, 2, first) if found["d2"] else first
    if last < first:
        raise UnreadableNotice("backward", text=found[0])
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    if len(days) > LONGEST_BREAK:
        raise UnreadableNotice("too_many_days", text=found[0], days=len(days), most=LONGEST_BREAK)
    if found["count"] and int(found["count"]) != len(days):
        raise UnreadableNotice("wrong_count", text=found[0], said=found["count"], days=len(days))
    if found["joined"]:
        days += _joined_weekend(first, last, found[0])
    if found["instead"]:
        days.append(_day(found, 3, first))
    return sorted(days)


def _joined_weekend(first: date, last: date, text: str) -> list[date]:
    """The weekend that a Friday or a Monday off joins (与周末连休)."""
    if last.weekday() == SATURDAY - 1:
        return [last + timedelta(1), last + timedelta(2)]
    if first.weekday() == 0:
        return [first - timedelta(2), first - timedelta(1)]
    raise UnreadableNotice("no_weekend", text=text)


def _days_worked(listed: str, sentence: str, year: int) -> list[date]:
    pattern = re.compile(DAY.format(1))
    days, place = [], 0
    while place < len(listed):
        found = pattern.match(listed, place)
        if found is None or not found["m1"]:
            raise UnreadableNotice("unread", text=sentence)
        days.append(_day(found, 1, date(year, 1, 1)))
        place = found.end() + (listed[found.end() : found.end() + 1] in {"、", "和", ","})
    return days


def _extend(found: re.Match[str], stated: Statement, name: str) -> None:
    """The holiday goes on to a later day; make-up days inside it are no longer worked."""
    known = [day for day, own in stated.off.items() if own == name]
    last = _day(found, 1, date(stated.year, 1, 1))
    resumed = _day(found, 2, last)
    if last <= max(known):
        raise UnreadableNotice("backward", text=found[0])
    if resumed != last + timedelta(1) or (last - min(known)).days >= LONGEST_BREAK:
        raise UnreadableNotice("unread", text=found[0])
    added = [max(known) + timedelta(number) for number in range(1, (last - max(known)).days + 1)]
    stated.work = {day: own for day, own in stated.work.items() if day not in added}
    stated.add_off(added, name)


def _day(found: re.Match[str], which: int, near: date) -> date:
    """The date of a match; a year or month that is not written is that of `near`. Checks a weekday in brackets."""
    text = found[0]
    year, month, day, note = (found[f"{part}{which}"] for part in "ymdn")
    if not month and near.day == near.month == 1 and which == 1:
        raise UnreadableNotice("unread", text=text)
    moment = _date(int(year or near.year), int(month or near.month), int(day), text)
    if note:
        _check_note(note[1:-1], moment, text)
    return moment


def _check_note(note: str, day: date, text: str) -> None:
    if NOTE_LUNAR.match(note):
        return
    found = NOTE_WEEKDAY.match(note)
    if found is None:
        raise UnreadableNotice("unread", text=text)
    said = found[1].replace("天", "日")
    if said != WEEKDAYS[day.weekday()]:
        raise UnreadableNotice(
            "wrong_weekday", text=day.isoformat(), said=f"周{said}", is_=f"周{WEEKDAYS[day.weekday()]}"
        )


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableNotice("bad_date", text=text) from None
