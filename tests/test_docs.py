"""The worked numbers of docs/rules are true: every example on every page is executed."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "rules").glob("*.md"))


def examples(page: Path) -> doctest.DocTest:
    text = page.read_text(encoding="utf-8")
    return doctest.DocTestParser().get_doctest(text, {}, page.stem, str(page), 0)


def test_there_are_pages_with_numbers() -> None:
    assert {"working-time", "working-days"} <= {page.stem for page in PAGES if examples(page).examples}


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_examples_of_a_page_hold(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(examples(page), out=told.append)
    assert "".join(told) == ""
