"""What a source states of a year's days, checked before anyone relies on it; and the named error when it cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from worktime.almanac import Notice, YearDays

SATURDAY = 5
LONGEST_BREAK = 12
FARTHEST_MAKEUP = 30  # days; the farthest of the notices since 2019 is 11
MAKEUP_REACH = range(-FARTHEST_MAKEUP, FARTHEST_MAKEUP + 1)
NEW_YEAR = "元旦"
WHY: dict[str, tuple[str, str]] = {
    "too_long": ("文字超过{most}字，不像一份通知", "the text has more than {most} characters: it is no notice"),
    "no_opening": ("找不到“通知如下”，请粘贴通知全文", "there is no “通知如下”: paste the whole notice"),
    "no_year": ("找不到通知针对的年份", "no year is named that the notice speaks for"),
    "two_years": ("通知里出现了不同的年份：{years}", "different years are named: {years}"),
    "no_number": ("找不到发文字号（如国办发明电〔2025〕7号），请补填", "there is no document number: give it"),
    "other_number": ("填写的字号与正文的“{found}”不同", "the number given is not the text's {found}"),
    "no_date": ("找不到落款日期，请补填公布日期", "the notice bears no date: give the day of publication"),
    "odd_date": ("公布日期{published}与{year}年的安排不符", "a notice for {year} is not published on {published}"),
    "bad_date": ("“{text}”不是一个日期", "{text} is not a date"),
    "wrong_weekday": ("“{text}”写作{said}，实际是{is_}", "{text} is said to be {said} but is {is_}"),
    "backward": ("“{text}”的结束早于开始", "{text} ends before it starts"),
    "too_many_days": ("“{text}”连续{days}天，超过{most}天，请核对", "{text} has {days} days, more than {most}"),
    "wrong_count": ("“{text}”写作共{said}天，实际{days}天", "{text} is said to have {said} days but has {days}"),
    "no_weekend": ("“{text}”写作与周末连休，但不与周末相邻", "{text} is said to join a weekend but does not touch one"),
    "unread": ("看不懂这一句：“{text}”", "this sentence is not understood: {text}"),
    "nothing_off": ("“{name}”没有写明放假日期", "{name} states no day off"),
    "missing": ("缺少{names}的安排，可能没有粘贴完整", "there is nothing on {names}: the text may be cut"),
    "twice": ("“{name}”出现了两次", "{name} appears twice"),
    "numbering": ("序号不连续：{text}", "the items are not numbered in order: {text}"),
    "off_twice": ("{day}在两个节日里都放假", "{day} is off under two holidays"),
    "both": ("{day}既放假又上班", "{day} is both off and worked"),
    "work_on_weekday": ("{day}不是周末，不会是调休上班日", "{day} is no weekend day and cannot be a make-up day"),
    "far_away": ("{day}离{name}太远，不会是它的调休上班日", "{day} is too far from {name} to be its make-up day"),
    "off_the_year": ("{day}不属于{year}年的安排", "{day} does not belong to the arrangements of {year}"),
    "amends_nothing": (
        "这是一份调整通知，请先载入{year}年的原通知",
        "this amends a notice for {year} that is not loaded",
    ),
    "unknown_holiday": ("{year}年没有“{name}”可以调整", "{year} has no {name} to amend"),
    "empty": ("没有任何放假日期", "there is no day off in it"),
    "no_column": ("缺少“{name}”一列", "the column {name} is missing"),
    "bad_kind": ("第{row}行：“{text}”既不是放假也不是上班", "line {row}: {text!r} is neither off nor work"),
    "bad_event": ("日程“{text}”无法判断是放假还是上班", "the event {text!r} is neither off nor work"),
    "not_all_day": ("日程“{text}”不是全天日程", "the event {text!r} is not all-day"),
    "repeating": (
        "日程“{text}”按规则重复，不能作为依据",
        "the event {text!r} repeats by a rule: that is no publication",
    ),
    "not_a_file": ("文件读不出来：{text}", "the file cannot be read: {text}"),
}


class UnreadableNotice(ValueError):
    """The source does not state the days beyond doubt; `code` and `details` say what is wrong. Never a guess."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(self.words("en"))

    def words(self, language: str = "zh-hans") -> str:
        """The reason in Chinese, or in English for "en"."""
        chinese, english = WHY[self.code]
        return (english if language == "en" else chinese).format(**self.details)


@dataclass
class Statement:
    """The days of a year as they are collected; each addition is checked."""

    year: int
    off: dict[date, str] = field(default_factory=dict)
    work: dict[date, str] = field(default_factory=dict)

    def add_off(self, days: Iterable[date], name: str) -> None:
        """Raises UnreadableNotice for a day stated before or outside the year."""
        for day in days:
            if day in self.off:
                raise UnreadableNotice("off_twice", day=day)
            if day in self.work:
                raise UnreadableNotice("both", day=day)
            self._must_belong(day, name)
            self.off[day] = name

    def add_work(self, days: Iterable[date], name: str) -> None:
        """Raises UnreadableNotice for a day that is off, no weekend day, or outside the year."""
        for day in days:
            if day in self.off or day in self.work:
                raise UnreadableNotice("both" if day in self.off else "twice", day=day, name=day)
            if day.weekday() < SATURDAY:
                raise UnreadableNotice("work_on_weekday", day=day)
            self._must_belong(day, name)
            self.work[day] = name

    def check_nearness(self, name: str) -> None:
        """Raises UnreadableNotice for a make-up day far from the days off that it makes up for."""
        near = {day + timedelta(away) for day in self.off if self.off[day] == name for away in MAKEUP_REACH}
        for day, own in self.work.items():
            if own == name and day not in near:
                raise UnreadableNotice("far_away", day=day, name=name)

    def year_days(self, notices: tuple[Notice, ...]) -> YearDays:
        """The finished statement. Raises UnreadableNotice when nothing is off."""
        if not self.off:
            raise UnreadableNotice("empty")
        return YearDays(self.year, dict(sorted(self.off.items())), dict(sorted(self.work.items())), notices)

    def _must_belong(self, day: date, name: str) -> None:
        if not belongs(day, name, self.year):
            raise UnreadableNotice("off_the_year", day=day, year=self.year)


def belongs(day: date, name: str, year: int) -> bool:
    """Whether the arrangements of a year may speak of the day: the year's own, and the eve of its New Year."""
    new_years_eve = day.month == 12 and NEW_YEAR in name
    return day.year == (year - 1 if new_years_eve else year)
