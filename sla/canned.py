"""Canned answers: the words between braces are filled with what the ticket says, once, and nothing else is read.

Chinese and English names of a placeholder mean the same: {编号} and {number}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACE = re.compile(r"\{([^{}\n]{1,20})\}")
NAMES = {
    "编号": "number",
    "标题": "title",
    "乙方": "party_b",
    "报告人": "reporter",
    "协议": "agreement",
    "本人": "me",
    "到期": "due",
}
KNOWN = frozenset({*NAMES, *NAMES.values()})


def unknown_places(text: str) -> list[str]:
    """The placeholders that no ticket can fill, in order.

    >>> unknown_places("{乙方}您好，{编号}已处理。{电话}")
    ['电话']
    """
    return [name for name in dict.fromkeys(PLACE.findall(text)) if name not in KNOWN]


def filled(text: str, said: Mapping[str, str]) -> str:
    """The text with its placeholders filled; what a value holds is never read as a placeholder again.

    A placeholder that is not known stays as it is written.

    >>> filled("{乙方}您好，{number}“{标题}”已收到。{x}", {"party_b": "市局", "number": "GZ-1", "title": "{本人}"})
    '市局您好，GZ-1“{本人}”已收到。{x}'
    """

    def value(place: re.Match[str]) -> str:
        name = place.group(1)
        return said.get(NAMES.get(name, name), place.group(0)) if name in KNOWN else place.group(0)

    return PLACE.sub(value, text)
