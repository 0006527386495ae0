"""Usage files line by line: every cell is checked, nothing in a file is trusted, nothing is rounded or guessed."""

import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from billing import worksheets
from billing.importing import lines_of
from billing.usage_lines import Line, LineReader, Party
from people.refusal import Refused

pytestmark = pytest.mark.once

HEADER = "来源记录号,计量项,使用时间,用量,更正记录号\n"
COLUMNS = ["来源记录号", "计量项", "使用时间", "用量"]
NOW = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
PARTY = Party(7, datetime(2026, 1, 1))
EARLY = "2025-12-31 23:59:59"


def read(content: bytes, only: Party | None = PARTY) -> list[Line]:
    lines = lines_of(BytesIO(content))
    rows = iter(lines)
    _number, header = next(rows, (1, []))
    known = {"GX-1": PARTY, "GX-2": Party(8, datetime(2026, 1, 1))}
    reader = LineReader(header, only=only, party_of=known.get, until=NOW, epoch=lines.epoch)
    return [reader.read(row) for _number, row in rows if any(row)]


def text(line: str, encoding: str = "utf-8") -> bytes:
    return (HEADER + line).encode(encoding)


def workbook(rows: Iterable[Iterable[Any]], **options: Any) -> bytes:
    """A workbook as spreadsheets write them; a tuple is (method, *arguments) of the writer."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, **options})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, tuple):
                getattr(sheet, value[0])(at, column, *value[1:])
            else:
                sheet.write(at, column, value)
    book.close()
    return file.getvalue()


def package(**parts: str) -> bytes:
    """A workbook made by hand of its parts."""
    file = BytesIO()
    rels = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    whole = {
        "xl/workbook.xml": '<workbook><sheets><sheet name="a" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels,
        "xl/worksheets/sheet1.xml": "<worksheet/>",
        **{f"xl/{name.replace('__', '/')}.xml": content for name, content in parts.items()},
    }
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in whole.items():
            zipped.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_excel_are_read(encoding: str) -> None:
    [line] = read(text('a1,query,2026/9/1 8:30,"1,200.5",\n\n', encoding))

    assert line == Line(7, "a1", "query", datetime(2026, 9, 1, 0, 30), "1200.500000", "", 202609, 1_200_500_000)


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        pytest.param("2026-09-01 08:30:00", datetime(2026, 9, 1, 0, 30), id="as asked for"),
        pytest.param("2026-09-01T08:30:00+00:00", datetime(2026, 9, 1, 8, 30), id="with a zone"),
        pytest.param("2026/9/1 8:30", datetime(2026, 9, 1, 0, 30), id="as Excel writes CSV"),
        pytest.param("2026年9月1日 08:30", datetime(2026, 9, 1, 0, 30), id="Chinese"),
        pytest.param("2026-09-01", datetime(2026, 8, 31, 16), id="a day"),
        pytest.param("2026-10-01 00:30", datetime(2026, 9, 30, 16, 30), id="the month is that of China"),
    ],
)
def test_times_are_understood(told: str, utc: datetime) -> None:
    [line] = read(text(f"a1,query,{told},1,\n"))

    assert line.occurred_at == utc
    assert line.month == int(told[:4]) * 100 + (10 if told.startswith("2026-10") else 9)


def test_english_headings_and_an_agreement_a_line() -> None:
    file = "agreement,source_event_id,meter,occurred_at,quantity\nGX-2,a1,query,2026-09-01 08:30:00,1\n"

    [line] = read(file.encode(), only=None)

    assert line.agreement == 8


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("a,query,yesterday,1,", "使用时间“yesterday”看不懂", id="time"),
        pytest.param("a,query,2026-13-01 8:00,1,", "看不懂", id="no such month"),
        pytest.param("a,query,0001-01-01,1,", "看不懂", id="before all calendars"),
        pytest.param("a,query,2026-10-21 08:00:00,1,", "晚于上传的时间", id="in the future"),
        pytest.param(f"a,query,{EARLY},1,", "早于协议生效日期", id="before the agreement"),
        pytest.param("a,query,2026-09-01,x,", "“x”不是有效的数值", id="number"),
        pytest.param("a,query,2026-09-01,=1+1,", "不是有效的数值", id="formula in text"),
        pytest.param("a,query,2026-09-01,1e5,", "不是有效的数值", id="exponent"),
        pytest.param("a,query,2026-09-01,0.1234567,", "最多 6 位小数", id="seven decimals"),
        pytest.param("a,query,2026-09-01,1000000000,", "超出可以登记的范围", id="too large"),
        pytest.param("a,query,2026-09-01,-1,", "用量不能为负数", id="negative"),
        pytest.param(",query,2026-09-01,1,", "缺少来源记录号", id="no id"),
        pytest.param("a,query", "看不懂|请填写", id="cut off"),
        pytest.param("a" * 81 + ",query,2026-09-01,1,", "最长 80 个字符", id="long id"),
        pytest.param("a\tb,query,2026-09-01,1,", "不可见的字符", id="control character"),
    ],
)
def test_what_is_wrong_in_a_line_is_said(line: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(text(line + "\n"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "文件缺少这些列：来源记录号、计量项、使用时间、用量", id="empty"),
        pytest.param("来源记录号,用量\n".encode(), "文件缺少这些列：计量项、使用时间", id="columns missing"),
        pytest.param("来源记录号,计量项,使用时间,用量,用量\n".encode(), "出现了两次：用量", id="columns twice"),
        pytest.param(b"MZ\xff\xff\xff\x00\x90", "不是 UTF-8 或 GB18030", id="program"),
        pytest.param("来源记录号".encode("utf-16"), "不是 UTF-8 或 GB18030", id="UTF-16"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", "旧式 .xls", id="old Excel"),
        pytest.param(text('"a' + "x" * 200_000), "第 2 行读不下去", id="a quote that never ends"),
        pytest.param(b"PK\x03\x04 and nothing", "工作簿损坏", id="broken package"),
        pytest.param(package(worksheets__sheet1="<!DOCTYPE a [<!ENTITY x 'y'>]><worksheet/>"), "不合规范", id="entity"),
        pytest.param(package(worksheets__sheet1="<worksheet><row>"), "不合规范", id="broken XML"),
        pytest.param(package(workbook="<workbook/>"), "没有工作表", id="no sheet"),
        pytest.param(
            package(worksheets__sheet1=f"<worksheet><row><c t='str'><v>{'x' * 1001}</v></c></row></worksheet>"),
            "过长或损坏的单元格", id="huge cell",
        ),
        pytest.param(
            package(worksheets__sheet1="<worksheet><row><c t='s'><v>5</v></c></row></worksheet>"),
            "过长或损坏的单元格", id="string that is not there",
        ),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(content)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheets, "LARGEST_SHEET", 10_000)
    content = package(worksheets__sheet1=f"<worksheet>{' ' * 20_000}</worksheet>")

    with pytest.raises(Refused, match="展开后过大"):
        read(content)


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        pytest.param(
            ["a1", "query", ("write_number", 46266.354166666664), 0.1],
            (datetime(2026, 9, 1, 0, 30), "0.1"), id="dates and numbers as Excel keeps them",
        ),
        pytest.param(["a1", "query", "2026-09-01 08:30", "1,200"], (datetime(2026, 9, 1, 0, 30), "1200.000000"),
                     id="numbers as text"),
        pytest.param([20260901001, "query", "2026-09-01 08:30", 3], (datetime(2026, 9, 1, 0, 30), "3"),
                     id="a number for an id"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("constant_memory", [False, True], ids=["shared strings", "inline strings"])
def test_workbooks_are_read(cells: list[Any], line: tuple[datetime, str], constant_memory: bool) -> None:
    [found] = read(workbook([COLUMNS, cells], constant_memory=constant_memory))

    assert (found.occurred_at, found.quantity) == line


def test_a_workbook_that_counts_from_1904() -> None:
    content = workbook([COLUMNS, ["a1", "query", ("write_number", 46266.5 - 1462), 1]])
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<workbookPr", b'<workbookPr date1904="1"'))

    [found] = read(file.getvalue())

    assert found.occurred_at == datetime(2026, 9, 1, 4)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param(["a", "query", "2026-09-01", ("write_formula", "=1+1", None, 2)], "单元格是公式", id="formula"),
        pytest.param(["a", "query", ("write_formula", "=A1", None, 46266), 1], "单元格是公式", id="formula for a time"),
        pytest.param([1e20, "query", "2026-09-01", 1], "位数可能已经丢失", id="digits lost"),
        pytest.param(["a", "query", 0.5, 1], "看不懂", id="no day"),
        pytest.param(["a", "query", 1e9, 1], "看不懂", id="beyond all calendars"),
        pytest.param(["a", "query", "2026-09-01", 1e20], "不是有效的数值|超出", id="huge number"),
    ],
)
def test_what_is_wrong_in_a_workbook_is_said(cells: list[Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(workbook([COLUMNS, cells]))
