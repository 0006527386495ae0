"""Searching: what can be found, by whom, and the hits in their context.  Every app adds the kinds that it keeps."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from contracts.comparable import around, words_of
from contracts.models import SearchEntry
from people.models import User

SHOWN = 5  # of each kind, while no kind is chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """One thing that can be found.  portal_url is its page of Party B, empty when it has none."""

    object_id: int
    agreement_id: int | None
    title: str
    body: str
    url: str
    portal_url: str = ""
    for_party_b: bool = False


@dataclass(frozen=True, kw_only=True)
class Source:
    """A kind of things: who of Party A may find them ("app.codename"), and all of them, in any order."""

    kind: str
    label: object
    permission: str
    everything: Callable[[], Iterable[Findable]]


_sources: dict[str, Source] = {}


def add_source(source: Source) -> None:
    """Let a kind be found; call it from AppConfig.ready.  The same kind again replaces the earlier."""
    _sources[source.kind] = source


def sources() -> Sequence[Source]:
    """Every kind, in the order of registration."""
    return tuple(_sources.values())


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is looked for: the query as written, one kind or all, part of an agreement's number or nothing."""

    query: str
    kind: str = ""
    agreement: str = ""

    @property
    def words(self) -> list[str]:
        """The comparable words."""
        return words_of(self.query)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found: where it is, its title and the words around the hit as (piece, whether it is a hit)."""

    title: Sequence[tuple[str, bool]]
    around: Sequence[tuple[str, bool]]
    url: str
    agreement: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """The hits of one kind: how many there are, and those that are shown."""

    kind: str
    label: object
    count: int
    hits: Sequence[Hit]


def for_staff(user: User) -> Any:
    """The entries that a person of Party A may find, and the kinds among which to choose."""
    return SearchEntry.objects.of_kinds(source.kind for source in _kinds_of(user))


def for_party_b(user: User) -> Any:
    """The entries that a person of Party B may find."""
    return SearchEntry.objects.for_user(user).of_kinds(_sources)


def kinds_for(user: User) -> list[tuple[str, object]]:
    """The kinds that may be chosen, in words."""
    offered = _kinds_of(user) if user.is_staff else sources()
    return [(source.kind, source.label) for source in offered]


def found(entries: Any, asked: Asked) -> Any:
    """The entries that were asked for, the best first; none for a query without words."""
    words = asked.words
    if not words:
        return entries.none()
    if asked.kind:
        entries = entries.of_kinds([asked.kind])
    if asked.agreement:
        entries = entries.filter(agreement__number__icontains=asked.agreement[:40])
    return entries.holding(words).best_first(words).select_related("agreement")


def grouped(entries: Any, asked: Asked, *, portal: bool) -> list[Group]:
    """The hits by kind, in the order of registration, SHOWN of each."""
    rows = found(entries, asked)
    counts = dict(rows.order_by().values_list("kind").annotate(count=Count("pk")))
    return [
        Group(
            kind=source.kind,
            label=source.label,
            count=counts[source.kind],
            hits=hits_of(rows.of_kinds([source.kind])[:SHOWN], asked, portal=portal),
        )
        for source in sources()
        if source.kind in counts
    ]


def hits_of(rows: Iterable[SearchEntry], asked: Asked, *, portal: bool) -> list[Hit]:
    """The rows as they are drawn."""
    words = asked.words
    return [
        Hit(
            title=around(row.title, words, before=300, after=300),
            around=around(row.body, words) if row.body else [],
            url=row.portal_url if portal else row.url,
            agreement=row.agreement.number if row.agreement else "",
        )
        for row in rows
    ]


def _kinds_of(user: User) -> list[Source]:
    return [source for source in sources() if user.has_perm(source.permission)]
