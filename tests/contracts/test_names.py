"""Names of organisations: what two clerks type for one body meets, and other bodies stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.names import LONGEST_KEY, key, tidy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("某某（集团）有限公司", "某某(集团)有限公司", id="full-width and half-width brackets"),
        pytest.param("某某（集团）有限公司", "某某集团有限公司", id="no brackets"),
        pytest.param("ＡＢＣ信息 技术公司", "abc信息技术公司", id="letters and blanks"),
        pytest.param("买买提·艾力贸易行", "买买提・艾力贸易行", id="middle dots"),
        pytest.param("买买提·艾力贸易行", "买买提•艾力贸易行", id="a bullet for a dot"),
        pytest.param("某市“十四五”办公室", '某市"十四五"办公室', id="quotes"),
        pytest.param("第①分局", "第1分局", id="circled digit"),
        pytest.param("金\u200b融局", "金融局", id="zero-width blank"),
        pytest.param("\uf90aA局", "金A局", id="compatibility ideograph"),
    ],
)
def test_the_same_name_meets(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("临湖市财政局", "临湖县财政局"),
        ("某某（北京）公司", "某某（南京）公司"),
        ("第一中学", "第二中学"),
        ("\ue000某局", "\ue001某局"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("text", ["", "  ", "（）·、—", "\u200b"])
def test_what_has_no_letters_has_no_key(text: str) -> None:
    assert key(text) == ""


@given(st.text(max_size=200))
def test_a_key_is_its_own_key_and_fits_its_column(text: str) -> None:
    assert key(key(text)) == key(text)
    assert len(key(text)) <= LONGEST_KEY


@given(st.text(max_size=60))
def test_tidying_does_not_change_what_a_name_is(text: str) -> None:
    assert key(tidy(text)) == key(text)
    assert tidy(tidy(text)) == tidy(text)
