"""Usage files: every row is checked, errors name their line, nothing is half read."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.conf import LazySettings

from billing.importing import read_usage
from people.refusal import Refused

HEADER = "来源记录号,计量项,使用时间,用量,更正记录号\n"


def read(text: str, encoding: str = "utf-8") -> list[object]:
    return list(read_usage(BytesIO(text.encode(encoding))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_excel_are_read(encoding: str) -> None:
    [event] = read(HEADER + 'a1,query,2026/09/01 08:30:00,"1,200.5",\n\n', encoding)

    assert event.source_event_id == "a1"  # type: ignore[attr-defined]
    assert event.occurred_at.astimezone(UTC) == datetime(2026, 9, 1, 0, 30, tzinfo=UTC)  # type: ignore[attr-defined]
    assert event.quantity == Decimal("1200.5")  # type: ignore[attr-defined]


def test_english_headings_and_zones_are_understood() -> None:
    [event] = read("source_event_id,meter,occurred_at,quantity\na1,query,2026-09-01T08:30:00+00:00,1\n")

    assert event.occurred_at == datetime(2026, 9, 1, 8, 30, tzinfo=UTC)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "文件缺少这些列：来源记录号、计量项、使用时间、用量", id="empty"),
        pytest.param("来源记录号,用量\n", "文件缺少这些列：计量项、使用时间", id="columns missing"),
        pytest.param(HEADER, "文件中没有用量记录", id="no rows"),
        pytest.param(HEADER + "a,query,yesterday,1,\n", "有 1 行有误.*第 2 行：使用时间“yesterday”看不懂", id="time"),
        pytest.param(HEADER + "a,query,2026-09-01 08:00:00,x,\n", "第 2 行：“x”不是有效的数值", id="number"),
        pytest.param(HEADER + "a,query,2026-09-01 08:00:00,0.1234567,\n", "第 2 行：.*最多 6 位小数", id="decimals"),
    ],
)
def test_what_cannot_be_read_is_named_by_line(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(text)


def test_many_errors_are_counted_and_the_first_are_shown() -> None:
    with pytest.raises(Refused) as refused:
        read(HEADER + "a,query,never,1,\n" * 8)

    assert "有 8 行有误，没有导入任何记录" in str(refused.value)
    assert str(refused.value).count("看不懂") == 5


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused, match="不是 UTF-8 或 GB18030"):
        read_usage(BytesIO(b"MZ\xff\xff\xff\x00\x90"))


def test_a_file_that_is_too_large_is_refused(settings: LazySettings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024

    with pytest.raises(Refused, match="文件超过 1 MB"):
        read_usage(BytesIO(b"x" * (1024 * 1024 + 1)))
