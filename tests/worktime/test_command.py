"""The worktime command: what people type, and what they are told."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from tests.worktime.test_batch import CASE


def run(*words: str, stdin: bytes = b"") -> str:
    out = io.StringIO()
    before, sys.stdin = sys.stdin, SimpleNamespace(buffer=io.BytesIO(stdin))
    try:
        call_command("worktime", *words, stdout=out)
    finally:
        sys.stdin = before
    return out.getvalue().strip()


def test_the_command_answers_a_batch() -> None:
    lines = run("batch", stdin=json.dumps(CASE).encode() + b"\n{\n").splitlines()
    assert json.loads(lines[0]) == {"id": "x", "result": "2026-03-03T09:30:00+08:00"}
    assert "error" in json.loads(lines[1])


SPOKEN = [
    (["add", "2026-09-30T17:00", "2h"], "到期：2026年10月8日（周四）10:00"),
    (
        ["add", "2026-09-30T17:00", "30m"],
        "到期：2026年9月30日（周三）17:30\n至2026年10月8日（周四）08:30为止不再消耗时限",
    ),
    (["add", "2026-09-18T16:30", "2h", "--makeup-days", "unserved"], "到期：2026年9月21日（周一）09:30"),
    (["add", "2026-09-30T17:00", "2h", "--natural"], "到期：2026年9月30日（周三）19:00"),
    (
        ["add", "2026-09-30T17:00+08:00", "2h", "--natural", "--zone", "UTC", "--language", "en"],
        "Due: Wed 30 Sep 2026 11:00",
    ),
    (
        ["add", "2026-03-02T09:00", "2h", "--pause", "2026-03-02T10:00/2026-03-02T11:00/等待"],
        "到期：2026年3月2日（周一）12:00\n至2026年3月2日（周一）13:30为止不再消耗时限",
    ),
    (["elapsed", "2026-09-30T17:00", "2026-10-08T10:00"], "2小时"),
    (["elapsed", "2026-09-30T17:00", "2026-10-08T10:00", "--language", "en"], "2 h"),
    (["due", "2026-01-23", "3", "--language", "en"], "Due: Wed 28 Jan 2026 24:00"),
    (["due", "2020-01-23", "3", "--as-of", "2020-01-26"], "到期：2020年2月3日（周一）24:00"),
    (["explain", "2026-09-30T17:00", "2h"], "10月1日（周四）至10月7日（周三）国庆节，不计时（国办发明电〔2025〕7号）"),
    (["due", "2026-12-25", "10"], "暂定：2027年节假日安排尚未公布，公布后重新计算"),
    (["add", "2026-12-31T17:00", "2h"], "暂定：2027年节假日安排尚未公布，公布后重新计算"),
]


@pytest.mark.parametrize(("words", "said"), SPOKEN, ids=map(str, range(len(SPOKEN))))
def test_the_command_speaks(words: list[str], said: str) -> None:
    assert said in run(*words)


MISTAKES = [
    (["add", "soon", "2h"], "is not a time such as"),
    (["add", "2026-09-30T17:00", "two"], "is not a duration such as"),
    (["add", "2026-09-30T17:00", "2h", "--hours", "9-17"], "is not a wall time"),
    (["add", "2026-09-30T17:00", "2h", "--hours", "nine"], "is not a window such as"),
    (["add", "2026-09-30T17:00", "2h", "--pause", "x"], "is not a pause such as"),
    (["due", "18/9", "3"], "is not a date such as"),
    (["due", "2026-09-18", "0"], "at least one working day"),
    (["due", "2026-12-25", "10", "--strict"], "no holiday calendar is published for 2027"),
    (["elapsed", "2026-12-25T09:00", "2027-01-05T09:00", "--strict"], "published for 2027"),
    (["due", "2026-09-18", "3", "--as-of", "2020-01-01", "--strict"], "published for 2026"),
]


@pytest.mark.parametrize(("words", "reason"), MISTAKES, ids=map(str, range(len(MISTAKES))))
def test_the_command_says_what_is_wrong(words: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*words)
