"""The numbers in docs/rules/journal.md are what the code says."""

import doctest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules" / "journal.md"


def test_the_page_on_the_journal_is_true() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")

    assert result.attempted >= 6
    assert result.failed == 0
