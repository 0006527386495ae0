"""Recurring reports: titles that say the same thing in slightly other words, put together.

A title's plain form leaves out numbers, dates, marks and case; forms that share most of their neighbouring pairs of
characters are one fault.  No dictionary, so that it works for any wording.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALIKE = 0.6  # share of common pairs (Jaccard) from which two titles are one fault
MOST_FORMS = 3000  # distinct titles compared with one another; rarer ones stand alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report: its key, its title, how many promises on it broke and how long its solution took (seconds)."""

    pk: int
    title: str
    breaches: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Reports of one fault.  title is the commonest wording; key names the group as long as its titles are the same."""

    key: str
    title: str
    reports: tuple[int, ...]
    breaches: int
    seconds: int

    @property
    def count(self) -> int:
        return len(self.reports)


def plain_form(title: str) -> str:
    """The title without numbers, marks, blanks and case: 接口超时(9月3日) and 接口超时（9 月 12 日） are one."""
    unified = unicodedata.normalize("NFKC", title).casefold()
    return "".join(c for c in unified if unicodedata.category(c)[0] == "L")


def pairs_of(form: str) -> frozenset[str]:
    """The neighbouring pairs of characters; a single character stands for itself."""
    return frozenset(form[at : at + 2] for at in range(len(form) - 1)) or frozenset({form})


def likeness(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of common pairs, 0 to 1."""
    return len(left & right) / len(left | right)


def league(told: Iterable[Told], *, least: int = 2) -> list[Fault]:
    """The faults that were reported at least so often, the most frequent first, then the one with most breaches."""
    by_form: dict[str, list[Told]] = defaultdict(list)
    for report in told:
        by_form[plain_form(report.title) or report.title].append(report)
    order = sorted(by_form, key=lambda form: (-len(by_form[form]), form))
    faults = [_fault([report for form in forms for report in by_form[form]], forms[0]) for forms in _grouped(order)]
    return sorted((f for f in faults if f.count >= least), key=lambda f: (-f.count, -f.breaches, f.title))


def _grouped(order: Sequence[str]) -> list[list[str]]:
    """Each form joins the first (most frequent) group whose leading form is like it."""
    groups: list[list[str]] = []
    leading: list[frozenset[str]] = []
    holding: dict[str, list[int]] = defaultdict(list)
    for form in order:
        pairs = pairs_of(form)
        near = sorted({at for pair in pairs for at in holding[pair]})
        joined = next((at for at in near if likeness(pairs, leading[at]) >= ALIKE), None)
        if joined is not None:
            groups[joined].append(form)
            continue
        groups.append([form])
        leading.append(pairs)
        if len(groups) <= MOST_FORMS:
            for pair in pairs:
                holding[pair].append(len(groups) - 1)
    return groups


def _fault(reports: Sequence[Told], leading: str) -> Fault:
    titles = Counter(report.title for report in reports)
    title = min(titles, key=lambda name: (-titles[name], name))
    return Fault(
        key=hashlib.sha256(leading.encode()).hexdigest()[:12],
        title=title,
        reports=tuple(sorted(report.pk for report in reports)),
        breaches=sum(report.breaches for report in reports),
        seconds=sum(report.seconds for report in reports),
    )
