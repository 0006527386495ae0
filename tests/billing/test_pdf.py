"""Papers: every figure is there, nothing is lost, nothing obeys a stranger's markup, bytes repeat."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from billing.document import Document, Line, from_dict, to_dict
from billing.pdf import draw
from people.typesetting import (
    BOLD,
    CANNOT_END,
    CANNOT_START,
    UndrawableText,
    break_lines,
    fonts,
    may_break,
    missing_glyphs,
    text,
)
from tests.billing import samples


def read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return {name: draw(document) for name, document in samples.every().items()}


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("invoice", "付款通知书（账单）"),
        ("credit_note", "贷项通知单（冲减账单）"),
        ("interest_statement", "逾期利息计算书"),
        ("statement", "对账单"),
        ("account_statement", "往来对账单"),
        ("demand_letter", "催告函"),
    ],
)
def test_titles(drawn: dict[str, bytes], kind: str, title: str) -> None:
    first = read(drawn[kind]).splitlines()[0]
    assert title in first or title in read(drawn[kind])


def test_a_bill_says_that_it_is_not_a_tax_invoice(drawn: dict[str, bytes]) -> None:
    words = read(drawn["invoice"])
    assert "本通知书不是发票" in words
    title = PdfReader(BytesIO(drawn["invoice"])).metadata
    assert title is not None
    assert "发票" not in str(title.title)


def test_i30_every_figure_of_the_snapshot_is_on_the_paper(drawn: dict[str, bytes]) -> None:
    words = squeezed(read(drawn["invoice"]))
    sample = samples.invoice()
    figures = [
        sample.net,
        sample.tax,
        sample.gross,
        *(part for li in sample.lines for part in (li.net, li.tax, li.gross)),
    ]
    assert all(f"{figure:,.2f}" in words for figure in figures)
    assert f"人民币{sample.capitals}" in words


def test_i30_bytes_repeat_from_the_stored_snapshot(drawn: dict[str, bytes]) -> None:
    for name, document in samples.every().items():
        assert draw(from_dict(to_dict(document))) == drawn[name], name


def test_i30_bytes_repeat_in_another_process_at_another_time(drawn: dict[str, bytes]) -> None:
    code = (
        "import hashlib; from tests.billing import samples; from billing.pdf import draw;"
        "print(hashlib.sha256(draw(samples.invoice())).hexdigest())"
    )
    elsewhere = os.environ | {"SOURCE_DATE_EPOCH": "1", "TZ": "America/New_York", "PYTHONHASHSEED": "7"}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=elsewhere, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == hashlib.sha256(drawn["invoice"]).hexdigest()


@pytest.mark.parametrize("kind", samples.every())
def test_only_our_fonts_and_all_embedded(drawn: dict[str, bytes], kind: str) -> None:
    for page in PdfReader(BytesIO(drawn[kind])).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            described = font.get_object()
            assert "NotoSansSC" in described["/BaseFont"]
            assert "/FontFile2" in described["/FontDescriptor"]


def test_the_file_states_its_day_of_issue_and_language(drawn: dict[str, bytes]) -> None:
    reader = PdfReader(BytesIO(drawn["invoice"]))
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20261101160000")
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"  # type: ignore[index]


def test_every_page_repeats_the_head_and_counts() -> None:
    pages = PdfReader(BytesIO(draw(samples.invoice(samples.LINES * 20)))).pages
    assert len(pages) > 3
    for at, page in enumerate(pages[:-1], 1):
        words = page.extract_text()
        assert "收费项目" in words
        assert f"第 {at} 页，共 {len(pages)} 页" in words


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_label_exists_in_both_languages(language: str) -> None:
    for document in samples.every(language).values():
        words = read(draw(document))
        assert "{" not in words
    if language == "en":
        assert "Payment notice (bill)" in read(draw(samples.invoice(language="en")))


def test_a_draft_and_a_provisional_paper_are_marked() -> None:
    assert "草稿" in read(draw(samples.draft()))
    assert "暂计" in read(draw(samples.interest_statement()))
    firm = read(draw(samples.interest_statement(as_of=date(2026, 9, 18))))
    assert "暂计" not in firm


def test_a_provisional_due_date_says_so() -> None:
    words = squeezed(read(draw(replace(samples.invoice(), due_provisional=True))))
    assert "暂定：所涉年份的放假安排尚未公布" in words


def named(item: str) -> Document:
    return samples.invoice((replace(samples.LINES[0], item=item),))


@pytest.mark.parametrize(
    "item", ["<b>粗</b>", '<img src="file:///etc/passwd"/>', "a & b < c", "&lt;i&gt;", "<para>", "{date}", "%s"]
)
def test_markup_of_a_user_is_printed_not_obeyed(item: str) -> None:
    assert squeezed(item) in squeezed(read(draw(named(item))))


def test_what_no_font_has_is_refused_by_name() -> None:
    with pytest.raises(UndrawableText) as caught:
        draw(named("𠮷野 ☑ 服务"))
    assert caught.value.characters == ("☑", "𠮷")
    assert "U+20BB7" in str(caught.value)


@pytest.mark.parametrize("sneaky", ["\x00", "\x1b", "\u200b\ufeff", "\ud800"])
def test_control_characters_are_refused(sneaky: str) -> None:
    with pytest.raises(UndrawableText):
        draw(named(f"服务{sneaky}费"))


def test_text_is_nfc_and_keeps_full_width_signs() -> None:
    assert missing_glyphs("（），：") == set()
    words = read(draw(named("Cafe\u0301（甲）：１２３")))
    assert "Caf\u00e9（甲）：１２３" in words


RARE = "𠅤𡎚𬀩𬭩𬭬𬱖𫟼𪨶𬸚"


def test_characters_beyond_the_first_plane_can_be_searched() -> None:
    if missing_glyphs(RARE):
        pytest.skip("the vendored font lost these characters")
    assert RARE in read(draw(named(RARE)))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_another_reader_finds_them_too(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(draw(named(RARE)))
    done = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True)
    assert RARE in done.stdout.decode()


def test_a_rare_name_in_bold_falls_back_to_the_full_font() -> None:
    rare = next(c for c in map(chr, range(0x4E00, 0x9FA5)) if ord(c) not in fonts()[BOLD].face.charToGlyph)
    buyer = replace(samples.USER, name=f"{rare}县大数据局")
    assert buyer.name in squeezed(read(draw(replace(samples.invoice(), buyer=buyer))))


def test_the_largest_amounts_stay_on_one_line() -> None:
    amount = Decimal("999999999999.99")
    line = Line(
        "一", amount, Decimal(0), amount, Decimal("0.06"), Decimal("1234567890.123456"), "次", Decimal("999999.123456")
    )
    words = read(draw(samples.invoice((line,))))
    assert words.count("999,999,999,999.99") >= 3
    assert "1,234,567,890.123456" in words
    assert "玖仟玖佰玖拾玖亿" in squeezed(words)


def test_a_text_longer_than_a_page_is_split_not_lost() -> None:
    story = "".join(f"第{n}条记录，" for n in range(1500))
    words = squeezed(read(draw(named(story))))
    assert "第0条记录" in words
    assert "第1499条记录" in words


legal_text = st.text(alphabet="甲乙丙丁协议信息，。；：！？》）”（《“、aB3.5%￥ -/", min_size=1, max_size=120)


@given(legal_text, st.floats(min_value=40, max_value=400))
@example("33《 3", 40.0)
@example("甲33  ，3", 40.0)
@settings(max_examples=150)
def test_no_line_starts_or_ends_with_a_forbidden_sign(words: str, width: float) -> None:
    glyphs = [(c, 9.0, None) for c in words]
    lines = ["".join(glyph[0] for glyph in line) for line, *_ in break_lines(glyphs, [width])]
    assert squeezed("".join(lines)) == squeezed(words)
    for before, after in pairwise(lines):
        # A run without any place to break (closing signs alone) is cut where the paper ends.
        if before and after and not _unbreakable(before + after[0]):
            assert after[0] not in CANNOT_START
            assert before[-1] not in CANNOT_END


def _unbreakable(words: str) -> bool:
    inked = [at for at, character in enumerate(words) if character != " "]
    return not any(may_break(words[one], words[other], spaced=other - one > 1) for one, other in pairwise(inked))


PARTS = [
    "甲方应当", "（乙方）", "《协议》，", "“信息”。", "共享；",
    "12.5%，", "￥1,234.50元", "API接口、", "费用：", "提供",
]  # fmt: skip
clauses = st.lists(st.sampled_from(PARTS), min_size=5, max_size=60)


@given(clauses, st.integers(min_value=100, max_value=400))
def test_legal_text_never_needs_the_exception(parts: list[str], width: int) -> None:
    """Every part is shorter than a line and may be left between parts, so no line has an excuse."""
    glyphs = [(c, 9.0, None) for c in "".join(parts)]
    lines = ["".join(glyph[0] for glyph in line) for line, *_ in break_lines(glyphs, [float(width)])]
    assert [line for line in lines[1:] if line[0] in CANNOT_START] == []
    assert [line for line in lines[:-1] if line[-1] in CANNOT_END] == []
    assert max(map(len, lines)) * 9 <= width


def test_numbers_and_codes_stay_whole() -> None:
    words = "统一社会信用代码91350100M000100Y43，金额1,234,567.89元，比例12.5%。"
    glyphs = [(c, 10.0, None) for c in words]
    lines = ["".join(glyph[0] for glyph in line) for line, *_ in break_lines(glyphs, [190.0])]
    assert len(lines) > 2
    for whole in ("91350100M000100Y43", "1,234,567.89", "12.5%"):
        assert any(whole in line for line in lines)


def test_empty_lines_keep_their_height() -> None:
    one, three = text("甲\n乙"), text("甲\n\n\n乙")
    assert three.wrap(200, 1000)[1] == 2 * one.wrap(200, 1000)[1]
