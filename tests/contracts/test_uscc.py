"""Social credit codes: form, check digit, and what is typed."""

import csv
from pathlib import Path

import pytest

from contracts.uscc import examine

VECTORS = Path(__file__).parents[1] / "billing" / "vectors" / "uscc_vectors.csv"
with VECTORS.open(encoding="utf-8", newline="") as lines:
    CASES = [(row["code"], row["check_digit_ok"] == "1") for row in csv.DictReader(lines)]


@pytest.mark.parametrize(("code", "fits"), CASES)
def test_vectors(code: str, fits: bool) -> None:
    assert examine(code).check_digit_ok is fits


def test_what_is_typed_is_made_uniform() -> None:
    assert examine(" 91350100-m000100y43 ").code == "91350100M000100Y43"
    assert examine("９１３５０１００Ｍ０００１００Ｙ４３").check_digit_ok


def test_codes_that_begin_with_a_letter_have_the_form() -> None:
    verdict = examine("N1350100M000100Y40")
    assert verdict.well_formed
    assert examine(verdict.code[:17] + verdict.expected_digit).check_digit_ok


@pytest.mark.parametrize(
    "text", ["", "123", "91350100M000100Y4", "91350100I000100Y43", "9135010OM000100Y43", "码" * 18]
)
def test_what_is_not_a_code_has_no_check_digit(text: str) -> None:
    verdict = examine(text)
    assert (verdict.well_formed, verdict.check_digit_ok, verdict.expected_digit) == (False, False, "")
