"""Pieces of what people type: Chinese has no spaces, so pairs of characters stand for words."""

import re
import unicodedata

MOST = 12
_RUNS = re.compile(r"[一-鿿]+|[0-9a-z]{2,}")
# Pairs that are in every second sentence say nothing.
COMMON = frozenset(
    {"我们", "你们", "请问", "怎么", "什么", "为何", "如何", "可以", "不能", "一个", "这个", "无法", "出现", "问题"}
)


def pieces_of(text: str) -> list[str]:
    """At most MOST different pieces: pairs of neighbouring Chinese characters, and words of letters and digits."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: dict[str, None] = {}
    for run in _RUNS.findall(plain):
        parts = [run] if run.isascii() else [run[at : at + 2] for at in range(len(run) - 1)]
        found.update(dict.fromkeys(part for part in parts if part not in COMMON))
    return list(found)[:MOST]
