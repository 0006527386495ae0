"""Reading notices: the real ones give the days of the facts, every other text is refused with what is wrong."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worktime.almanac import Almanac, Notice, YearDays
from worktime.china import china_almanac, china_versions
from worktime.notice import read_notice
from worktime.stating import WHY, UnreadableNotice
from worktime.tabled import read_csv, read_ics

NOTICES = Path(__file__).parent / "notices"
NOTICE = Notice("自治区通知〔2025〕1号", date(2025, 11, 20))


def text(name: str) -> str:
    return (NOTICES / f"{name}.txt").read_text(encoding="utf-8")


def first_stated(year: int) -> YearDays:
    return next(almanac.years[year] for _, almanac in china_versions() if year in almanac.years)


@pytest.mark.parametrize("year", range(2019, 2027))
def test_a_notice_gives_the_days_of_the_facts(year: int) -> None:
    found, known = read_notice(text(str(year))).days, first_stated(year)
    assert (found.off, found.work) == (known.off, known.work)
    assert found.notices[0].number == known.notices[0].number


@pytest.mark.parametrize("year", [2019, 2020])
def test_an_amendment_gives_the_year_as_amended(year: int) -> None:
    found = read_notice(text(f"{year}-amended"), amends=read_notice(text(str(year))).days).days
    known = china_almanac().years[year]
    assert (found.off, found.work) == (known.off, known.work)
    assert [notice.number for notice in found.notices] == [notice.number for notice in known.notices]


def test_reading_all_notices_builds_the_bundled_calendar() -> None:
    built = Almanac.of(())
    for name in ("2019", "2019-amended", "2020", "2020-amended", *map(str, range(2021, 2027))):
        year = int(name[:4])
        built = built.with_year(read_notice(text(name), amends=built.years.get(year)).days)
    assert (built.off, built.work) == (china_almanac().off, china_almanac().work)


def test_each_holidays_own_sentence_is_kept_for_comparison() -> None:
    sentences = dict(read_notice(text("2026")).sentences)
    assert list(sentences) == ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]
    assert sentences["国庆节"].startswith("10月1日(周四)至7日(周三)放假调休,共7天。9月20日(周日)、10月10日(周六)上班。")


def test_layout_and_width_of_signs_do_not_matter() -> None:
    squeezed = "".join(text("2026").split())
    spaced = "\u3000".join(text("2026"))
    narrow = text("2026").translate(str.maketrans("：，（）", ":,()"))
    wide = text("2026").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert {read_notice(each).days.as_json()["off"]["2026-10-07"] for each in (squeezed, spaced, narrow, wide)} == {
        "国庆节"
    }


def test_a_news_copy_without_number_needs_one() -> None:
    copy = text("2026").replace("国办发明电〔2025〕7号", "")
    with pytest.raises(UnreadableNotice, match="no document number"):
        read_notice(copy)
    assert read_notice(copy, number="国办发明电〔2025〕7号").days.source == "国办发明电〔2025〕7号"


def test_a_copy_without_signature_needs_a_date() -> None:
    copy = text("2026").split("国务院办公厅\n2025年")[0]
    with pytest.raises(UnreadableNotice, match="bears no date"):
        read_notice(copy)
    assert read_notice(copy, published_on=date(2025, 11, 4)).days.notices[0].published_on == date(2025, 11, 4)


def test_a_day_off_instead_is_off() -> None:
    moved = text("2026").replace("4月4日（周六）至6日（周一）放假，共3天", "4月5日放假，4月6日（星期一）补休")
    assert sorted(day for day, name in read_notice(moved).days.off.items() if name == "清明节") == [
        date(2026, 4, 5),
        date(2026, 4, 6),
    ]


HOSTILE = [
    ("empty", "", "", "no_opening"),
    ("prose", "", "请大家注意放假安排。", "no_opening"),
    ("wrong weekday", "10月1日（周四）至7日（周三）", "10月1日（周五）至7日（周三）", "wrong_weekday"),
    ("wrong work weekday", "5月9日（周六）上班", "5月10日（周六）上班", "wrong_weekday"),
    ("make-up on a weekday", "5月9日（周六）上班", "5月8日（周五）上班", "work_on_weekday"),
    ("wrong count", "放假调休，共9天", "放假调休，共8天", "wrong_count"),
    (
        "backward",
        "2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天",
        "2月23日至15日放假",
        "backward",
    ),
    ("endless", "10月1日（周四）至7日（周三）放假调休，共7天", "10月1日至20日放假调休", "too_many_days"),
    ("no such date", "4月4日（周六）至6日（周一）放假，共3天", "4月31日放假", "bad_date"),
    ("missing item", "三、清明节：4月4日（周六）至6日（周一）放假，共3天。", "", "numbering"),
    (
        "cut off",
        "七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。",
        "",
        "missing",
    ),
    ("holiday twice", "六、中秋节", "六、端午节", "twice"),
    (
        "no dates",
        "四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。",
        "四、劳动节：放假安排另行通知。",
        "unread",
    ),
    (
        "a promise to tell",
        "四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。",
        "四、劳动节：另行通知。",
        "nothing_off",
    ),
    ("far away", "10月10日（周六）", "1月10日（周六）", "far_away"),
    ("vague", "放假，共3天。\n\n四", "放假三四天左右。\n\n四", "unread"),
    ("unknown sentence", "5月9日（周六）上班。", "5月9日（周六）上午上班。", "unread"),
    ("half a day", "6月19日（周五）至21日（周日）放假，共3天", "6月19日（周五）下午放假", "unread"),
    ("overlap", "9月25日（周五）至27日（周日）放假，共3天", "9月30日至10月2日放假，共3天", "off_twice"),
    ("off and worked", "1月4日（周日）上班", "1月3日（周六）上班", "both"),
    ("two years", "现将2026年元旦", "现将2027年元旦", "two_years"),
    ("other year", "1月1日（周四）至3日（周六）放假调休，共3天", "2028年1月1日放假", "off_the_year"),
    ("no weekend near", "9月25日（周五）至27日（周日）放假，共3天", "9月24日放假，与周末连休", "no_weekend"),
    ("strange note", "10月1日（周四）", "10月1日（暂定）", "unread"),
    ("no year", "2026年", "今年", "no_year"),
    ("two numbers", "国办发明电〔2025〕7号", "国办发明电〔2025〕7号国办发明电〔2025〕8号", "other_number"),
    ("published years ago", "2025年11月4日", "2015年11月4日", "odd_date"),
    ("impossible signature", "2025年11月4日", "2025年11月34日", "bad_date"),
    ("unnamed item", "二、春节：", "二、", "missing"),
    ("item before the list", "通知如下。", "通知如下。1月9日（周五）放假。", "unread"),
    (
        "injection",
        "10月1日（周四）至7日（周三）放假调休，共7天",
        "10月1日（周四）至7日（周三）放假调休，共7天'; DROP TABLE--",
        "unread",
    ),
]


@pytest.mark.parametrize(("before", "after", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_text_that_is_not_beyond_doubt_is_refused(before: str, after: str, code: str) -> None:
    changed = text("2026").replace(before, after) if before else after
    with pytest.raises(UnreadableNotice) as refusal:
        read_notice(changed)
    assert refusal.value.code == code
    assert refusal.value.words() != refusal.value.words("en") == str(refusal.value)


def test_a_book_is_no_notice() -> None:
    with pytest.raises(UnreadableNotice, match="more than 20000 characters"):
        read_notice("字" * 20_001)


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(len(words) == 2 and all(words) for words in WHY.values())


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 900), st.integers(1, 60))
def test_a_torn_notice_is_refused_or_says_the_same(place: int, length: int) -> None:
    """Whatever piece is lost, no day is made up: the days read are among those of the whole notice."""
    whole = text("2026")
    try:
        found = read_notice(whole[:place] + whole[place + length :]).days
    except UnreadableNotice:
        return
    known = first_stated(2026)
    assert set(found.off) <= set(known.off)
    assert set(found.work) <= set(known.work)


AMENDMENTS = [
    ("nothing known", "2019-amended", "", "", None, "amends_nothing"),
    ("other year known", "2019-amended", "", "", 2020, "amends_nothing"),
    ("unknown holiday", "2020-amended", "春节假期", "重阳节假期", 2020, "unknown_holiday"),
    ("extended backward", "2020-amended", "2月2日（农历正月初九，星期日）", "1月25日", 2020, "backward"),
    ("a gap after it", "2020-amended", "2月3日（星期一）", "2月5日（星期三）", 2020, "unread"),
    (
        "says nothing",
        "2019-amended",
        "一、2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。",
        "一、另行通知。",
        2019,
        "nothing_off",
    ),
]


@pytest.mark.parametrize(
    ("name", "before", "after", "known", "code"),
    [case[1:] for case in AMENDMENTS],
    ids=[case[0] for case in AMENDMENTS],
)
def test_an_amendment_that_does_not_fit_is_refused(
    name: str, before: str, after: str, known: int | None, code: str
) -> None:
    amends = first_stated(known) if known else None
    with pytest.raises(UnreadableNotice) as refusal:
        read_notice(text(name).replace(before, after) if before else text(name), amends=amends)
    assert refusal.value.code == code


# Tables and calendar files

CSV = "date,kind,holiday\n2026-01-01,off,元旦\n2026-01-02,off,元旦\n2025-12-31,off,元旦\n2026-01-04,work,元旦\n"


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.replace("date,kind,holiday", "日期,类型,节日")
        .replace("off", "放假")
        .replace("work", "上班")
        .encode("gb18030"),
    ],
    ids=["plain", "with a mark", "Chinese, GB 18030"],
)
def test_a_table_is_read(content: bytes) -> None:
    found = read_csv(content, year=2026, notice=NOTICE)
    assert list(found.off) == [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)]
    assert found.work == {date(2026, 1, 4): "元旦"}
    assert found.source == NOTICE.number


BAD_TABLES = [
    ("", "no_column"),
    ("date,kind\n2026-01-01,off\n", "no_column"),
    ("date,kind,holiday\n", "empty"),
    ("date,kind,holiday\n2026-01-01,maybe,元旦\n", "bad_kind"),
    ("date,kind,holiday\n01/02/2026,off,元旦\n", "bad_date"),
    ("date,kind,holiday\n2026-01-01,off,元旦\n2026-01-01,off,元旦\n", "off_twice"),
    ("date,kind,holiday\n2027-01-01,off,元旦\n", "off_the_year"),
    ("date,kind,holiday\n2026-01-05,work,元旦\n", "work_on_weekday"),
    ("date,kind,holiday\n2026-01-03,off,元旦\n2026-01-03,work,元旦\n", "both"),
]


@pytest.mark.parametrize(("content", "code"), BAD_TABLES, ids=[code for _, code in BAD_TABLES])
def test_a_bad_table_is_refused(content: str, code: str) -> None:
    with pytest.raises(UnreadableNotice) as refusal:
        read_csv(content.encode(), year=2026, notice=NOTICE)
    assert refusal.value.code == code


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"x" * 1_000_001], ids=["binary", "too long"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableNotice):
        read_csv(content, year=2026, notice=NOTICE)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


OFF = "SUMMARY:春节（休）\r\nDTSTART;VALUE=DATE:20260216\r\nDTEND;VALUE=DATE:20260219"
WORKED = "SUMMARY:春节（班）\r\nDTSTART;VALUE=DATE:20260214"
NEXT_YEAR = "SUMMARY:元旦假期\r\nDTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270102"


def test_a_calendar_file_is_read_for_its_year() -> None:
    found = read_ics(ics(OFF, WORKED, NEXT_YEAR), year=2026, notice=NOTICE)
    assert list(found.off) == [date(2026, 2, 16), date(2026, 2, 17), date(2026, 2, 18)]
    assert found.work == {date(2026, 2, 14): "春节"}


BAD_FILES = [
    (b"not a calendar", "not_a_file"),
    (ics(), "empty"),
    (ics(OFF.replace("（休）", "")), "bad_event"),
    (ics(OFF + "\r\nRRULE:FREQ=YEARLY"), "repeating"),
    (ics(OFF.replace(";VALUE=DATE:20260216", ":20260216T090000")), "not_all_day"),
    (ics(OFF.replace("20260219", "20260319")), "too_many_days"),
    (ics(OFF.replace("20260219", "20260215")), "too_many_days"),
    (ics(OFF, OFF), "off_twice"),
    (ics("SUMMARY:春节（休）"), "not_all_day"),
    (b"x" * 1_000_001, "too_long"),
]


@pytest.mark.parametrize(("content", "code"), BAD_FILES, ids=map(str, range(len(BAD_FILES))))
def test_a_bad_calendar_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableNotice) as refusal:
        read_ics(content, year=2026, notice=NOTICE)
    assert refusal.value.code == code
