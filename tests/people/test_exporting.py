"""Exports: no cell runs as a formula, numbers stay numbers, and what was written can be read again."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from people.exporting import as_csv, as_xlsx, safe
from tests.answers import let_go


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("==1+1", "'==1+1", id="two equals"),
        pytest.param("+86 10 1234", "'+86 10 1234", id="plus"),
        pytest.param("-1+2", "'-1+2", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'\t=1", id="tab"),
        pytest.param("\r=1", "'\r=1", id="carriage return"),
        pytest.param("\n=1", "'\n=1", id="line feed"),
        pytest.param("  =1", "'  =1", id="leading blanks"),
        pytest.param("＝1", "'＝1", id="full width"),
        pytest.param("a=1", "a=1", id="inside is harmless"),
        pytest.param("市大数据管理局", "市大数据管理局", id="plain text"),
        pytest.param("", "", id="empty"),
        pytest.param(-5, -5, id="negative number"),
        pytest.param(Decimal("-12.30"), Decimal("-12.30"), id="negative amount"),
        pytest.param(None, None, id="nothing"),
        pytest.param(date(2026, 9, 24), date(2026, 9, 24), id="day"),
    ],
)
def test_text_never_runs_as_a_formula(value: Any, cell: Any) -> None:
    assert safe(value) == cell


ROWS = [["=1+1", Decimal("-12.30"), datetime(2026, 9, 30, 9, 0, tzinfo=UTC), date(2026, 10, 8), None, True]]
HEADER = ["名称", "@金额", "时间", "日期", "空", "是否"]


def test_a_csv_opens_in_chinese_and_in_local_time() -> None:
    response: Any = as_csv(HEADER, ROWS, name="list")
    text = b"".join(response.streaming_content).decode()

    assert text == "\ufeff名称,'@金额,时间,日期,空,是否\r\n'=1+1,-12.30,2026-09-30 17:00:00,2026-10-08,,True\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="list.csv"'


@pytest.mark.django_db  # an answer that is closed looks after the connection
def test_a_workbook_keeps_types_and_has_no_formula() -> None:
    response: Any = as_xlsx(HEADER, ROWS, name="list")
    content = b"".join(response.streaming_content)
    let_go(response)

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)

    assert sheet.to_python() == [
        ["名称", "'@金额", "时间", "日期", "空", "是否"],
        ["'=1+1", -12.3, datetime(2026, 9, 30, 17, 0), date(2026, 10, 8), "", True],
    ]
