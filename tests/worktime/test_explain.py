"""Explanations: reasons, running totals, words in both languages, JSON."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from worktime.china import china_almanac, china_calendar
from worktime.clock import NATURAL_HOURS, Pause, UnpublishedYear, Window, WorkCalendar
from worktime.explain import Explanation, Reason, WorkdayExplanation, explain, explain_workdays
from worktime.wording import render
from worktime.workdays import WorkdayCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = (Window.parse("08:30", "12:00"), Window.parse("13:30", "17:30"))
OFFICE = china_calendar((HOURS,) * 5 + ((), ()), weekends_served=False, makeup_days_served=True)
CHINA = WorkdayCalendar(china_almanac())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NATIONAL_DAY = explain(OFFICE, local("2026-09-30 17:00"), 7200)


def test_national_day_in_chinese() -> None:
    assert render(NATIONAL_DAY, "zh-hans") == [
        "自2026年9月30日（周三）17:00起计2小时",
        "9月30日（周三）17:00至17:30，计时30分钟，累计30分钟",
        "9月30日（周三）17:30至24:00，服务时间外，不计时",
        "10月1日（周四）至10月7日（周三）国庆节，不计时（国办发明电〔2025〕7号）",
        "10月8日（周四）00:00至08:30，服务时间外，不计时",
        "10月8日（周四）08:30至10:00，计时1小时30分钟，累计2小时",
        "到期：2026年10月8日（周四）10:00",
    ]


def test_national_day_in_english() -> None:
    assert render(NATIONAL_DAY, "en") == [
        "2 h counted from Wed 30 Sep 2026 17:00",
        "Wed 30 Sep 17:00 to 17:30: 30 min counted, 30 min so far",
        "Wed 30 Sep 17:30 to 24:00: outside hours, not counted",
        "Thu 1 Oct to Wed 7 Oct: National Day, not counted (国办发明电〔2025〕7号)",
        "Thu 8 Oct 00:00 to 08:30: outside hours, not counted",
        "Thu 8 Oct 08:30 to 10:00: 1 h 30 min counted, 2 h so far",
        "Due: Thu 8 Oct 2026 10:00",
    ]


def reasons(explanation: Explanation) -> list[str]:
    return [entry.reason.value for entry in explanation.entries]


def test_every_reason_has_its_code() -> None:
    pause = Pause(local("2026-09-18 14:00"), local("2026-09-18 15:00"), "等待乙方补充材料")
    found = explain(OFFICE, local("2026-09-18 11:00"), 9 * 3600, [pause])
    assert reasons(found) == [
        "hours",
        "lunch",
        "hours",
        "pause",
        "hours",
        "outside",
        "weekend",
        "outside",
        "makeup",
        "lunch",
        "makeup",
    ]
    assert found.entries[3].name == "等待乙方补充材料"
    assert (found.entries[8].name, found.entries[8].notice) == ("国庆节", "国办发明电〔2025〕7号")


def test_overrides_and_unserved_days_have_their_codes() -> None:
    calendar = WorkCalendar(
        weekly=(HOURS, HOURS, HOURS, (), HOURS, (), ()),
        overrides={
            date(2026, 9, 18): (),
            date(2026, 9, 19): (Window.parse("08:00", "09:00"), Window.parse("20:00", "21:00")),
        },
        makeup_days={date(2026, 9, 20): "国庆节"},
        makeup_days_served=False,
    )
    found = explain(calendar, local("2026-09-17 00:00"), 3 * 3600)
    assert reasons(found)[:6] == ["no_hours", "closed", "outside", "special", "break", "special"]
    assert Reason.MAKEUP_UNSERVED in [entry.reason for entry in found.entries]
    assert "9月20日（周日）国庆节调休上班日，约定不提供服务，不计时" in render(found)


def test_a_pause_outside_hours_is_no_reason() -> None:
    pause = Pause(local("2026-03-02 18:00"), local("2026-03-03 08:00"), "等待")
    found = explain(OFFICE, local("2026-03-02 17:00"), 3600, [pause])
    assert reasons(found) == ["hours", "outside", "hours"]


def test_overlapping_pauses_name_all_their_reasons() -> None:
    first = Pause(local("2026-03-02 09:00"), local("2026-03-02 10:00"), "等待")
    second = Pause(local("2026-03-02 09:30"), local("2026-03-02 10:30"), "维护")
    found = explain(OFFICE, local("2026-03-02 08:30"), 3600, [first, second])
    assert [entry.name for entry in found.entries] == ["", "等待", "等待、维护", "维护", ""]


def test_a_holiday_cuts_a_night_shift_in_the_explanation_too() -> None:
    night = china_calendar(
        ((Window.parse("22:00", "06:00"),),) * 5 + ((), ()), weekends_served=False, makeup_days_served=False
    )
    found = explain(night, local("2026-09-30 22:00"), 3 * 3600)
    assert reasons(found) == ["hours", "holiday", "outside", "hours"]
    tail = explain(night, local("2026-09-18 22:00"), 8 * 3600)
    assert reasons(tail) == ["hours"]


def test_the_tail_of_a_makeup_night_belongs_to_it() -> None:
    night = china_calendar(
        ((Window.parse("22:00", "06:00"),),) * 5 + ((), ()), weekends_served=False, makeup_days_served=True
    )
    found = explain(night, local("2026-09-20 22:00"), 9 * 3600)
    assert reasons(found) == ["makeup", "outside", "hours"]
    assert found.entries[0].end == local("2026-09-21 06:00")


def test_natural_hours_are_one_span() -> None:
    found = explain(NATURAL_HOURS, local("2026-09-30 17:00"), 50 * 3600)
    assert render(found)[1] == "9月30日（周三）17:00至10月2日（周五）19:00，计时50小时，累计50小时"


def test_an_unpublished_year_is_said_in_words() -> None:
    found = explain(OFFICE, local("2026-12-31 17:00"), 3600)
    assert found.unpublished_years == (2027,)
    assert render(found)[-2:] == ["到期：2027年1月1日（周五）09:00", "暂定：2027年节假日安排尚未公布，公布后重新计算"]
    assert render(found, "en")[-1] == "Provisional: no calendar is published for 2027; recomputed when it is"


def test_seconds_and_fractions_are_shown() -> None:
    found = explain(OFFICE, local("2026-03-02 09:00:05"), 90.5)
    assert render(found)[0] == "自2026年3月2日（周一）09:00:05起计1分钟30.5秒"


def test_nothing_to_add_explains_the_wait() -> None:
    found = explain(OFFICE, local("2026-10-01 09:00"), 0)
    assert reasons(found) == ["holiday", "outside"]
    assert render(found)[0].endswith("起计0秒")


def test_json_restores_the_explanation() -> None:
    text = json.dumps(NATIONAL_DAY.as_json(), ensure_ascii=False)
    assert Explanation.from_json(json.loads(text)) == NATIONAL_DAY


WORKDAYS = explain_workdays(CHINA, date(2026, 9, 18), 7)


def test_working_days_in_both_languages() -> None:
    assert render(WORKDAYS) == [
        "2026年9月18日（周五）收到，当日不计，自次日起计7个工作日",
        "9月19日（周六）周末，不计",
        "9月20日（周日），国庆节调休上班，第1个工作日",
        "9月21日（周一）至9月24日（周四），第2至5个工作日",
        "9月25日（周五）至9月27日（周日）中秋节，不计（国办发明电〔2025〕7号）",
        "9月28日（周一）至9月29日（周二），第6至7个工作日",
        "到期：2026年9月29日（周二）24:00",
    ]
    assert render(WORKDAYS, "en")[1:4] == [
        "Sat 19 Sep: weekend, not counted",
        "Sun 20 Sep: make-up working day for National Day, working day 1",
        "Mon 21 Sep to Thu 24 Sep: working days 2 to 5",
    ]


@pytest.mark.parametrize("n", [1, 5, 40])
def test_working_days_counted_are_the_target(n: int) -> None:
    found = explain_workdays(CHINA, date(2026, 2, 13), n)
    assert sum(day.counts for day in found.days) == n == found.days[-1].total
    assert found.due == CHINA.nth_working_day(date(2026, 2, 13), n)
    assert WorkdayExplanation.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_provisional_working_days_say_so() -> None:
    found = explain_workdays(CHINA, date(2026, 12, 25), 10)
    assert found.unpublished_years == (2027,)
    assert render(found)[-1].startswith("暂定：2027年")


def test_no_working_days_are_nothing_to_explain() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        explain_workdays(CHINA, date(2026, 9, 18), 0)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no wording in 'fr'"):
        render(NATIONAL_DAY, "fr")


def test_the_strict_answer_stays_strict() -> None:
    with pytest.raises(UnpublishedYear):
        OFFICE.add(local("2026-12-31 17:00"), 3600)
