"""References: numbers of records named in a text, and where those records are.  Upper apps add their kinds."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from people.models import User

Resolver = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """Numbers of one shape: the pattern, who may follow them ("app.codename"), and the address of one or None."""

    pattern: re.Pattern[str]
    permission: str
    resolve: Resolver


_kinds: list[Kind] = []


def add_kind(pattern: str, permission: str, resolve: Resolver) -> None:
    """Let numbers of this shape be followed; asking twice changes nothing."""
    kind = Kind(re.compile(pattern), permission, resolve)
    if kind not in _kinds:
        _kinds.append(kind)


def references(text: str, *, user: User) -> list[tuple[str, str]]:
    """The numbers in the text with the address of each record, empty where there is none or the user may not go."""
    found: dict[str, str] = {}
    for kind in _kinds:
        for number in kind.pattern.findall(text):
            found[number] = (kind.resolve(number) or "") if user.has_perm(kind.permission) else ""
    return sorted(found.items())
