"""Both languages are whole: every Chinese sentence has its English one, and the compiled file is the written one."""

import re
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = polib.pofile(str(ROOT / "locale/en/LC_MESSAGES/django.po"))
COMPILED = polib.mofile(str(ROOT / "locale/en/LC_MESSAGES/django.mo"))
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_sentence_is_translated_and_nothing_is_fuzzy() -> None:
    missing = [entry.msgid for entry in WRITTEN if not entry.obsolete and (not all(texts(entry)) or entry.fuzzy)]

    assert missing == []
    assert len(WRITTEN) > 1000


def test_every_sentence_keeps_its_places() -> None:
    wrong = [
        (entry.msgid, text)
        for entry in WRITTEN
        for text in texts(entry)
        if set(PLACES.findall(entry.msgid)) != set(PLACES.findall(text))
    ]

    assert wrong == []


def test_the_compiled_file_is_the_written_one() -> None:
    written = {(entry.msgctxt, entry.msgid): texts(entry) for entry in WRITTEN if not entry.obsolete}
    compiled = {(entry.msgctxt, entry.msgid): texts(entry) for entry in COMPILED if entry.msgid}

    assert written == compiled
