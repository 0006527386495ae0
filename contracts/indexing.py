"""The indexer: brings the index up to what there is.  Running it twice, or two at once, changes nothing more."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction

from contracts.comparable import comparable
from contracts.models import SearchEntry
from contracts.searching import Findable, Source, sources

T = TypeVar("T")
BATCH = 500
LONGEST_BODY = 20_000
LONGEST_TITLE = 300
FIELDS = ("agreement_id", "title", "body", "head", "text", "for_party_b", "url", "portal_url", "digest", "updated_at")


@dataclass(frozen=True, slots=True)
class Indexed:
    """How many entries were written (new or changed), taken out, and left as they were."""

    written: int
    removed: int
    same: int


def refresh(*, at: datetime) -> Indexed:
    """Write what is new or changed, take out what is gone.  Each kind is compared by the digests of its entries."""
    done = [_refresh(source, at) for source in sources()]
    stray = SearchEntry.objects.exclude(kind__in=[source.kind for source in sources()])
    removed, _by_model = stray.delete()
    return Indexed(
        written=sum(one.written for one in done),
        removed=sum(one.removed for one in done) + removed,
        same=sum(one.same for one in done),
    )


def rebuild(*, at: datetime) -> Indexed:
    """Begin anew: the whole index is thrown away and written again, in one change."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        return refresh(at=at)


def _refresh(source: Source, at: datetime) -> Indexed:
    known = dict(SearchEntry.objects.of_kinds([source.kind]).values_list("object_id", "digest"))
    written = same = 0
    for things in _batches(source.everything()):
        changed = [entry for entry in _entries(source, things, at) if known.get(entry.object_id) != entry.digest]
        for thing in things:
            known.pop(thing.object_id, None)
        SearchEntry.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["kind", "object_id"], update_fields=FIELDS
        )
        written, same = written + len(changed), same + len(things) - len(changed)
    for gone in _batches(known):
        SearchEntry.objects.filter(kind=source.kind, object_id__in=gone).delete()
    return Indexed(written, len(known), same)


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _entries(source: Source, things: list[Findable], at: datetime) -> Iterator[SearchEntry]:
    for thing in things:
        title, body = _clean(thing.title)[:LONGEST_TITLE], _clean(thing.body)[:LONGEST_BODY]
        head = comparable(title)[: 2 * LONGEST_TITLE]
        yield SearchEntry(
            kind=source.kind,
            object_id=thing.object_id,
            agreement_id=thing.agreement_id,
            title=title,
            body=body,
            head=head,
            text=f"{head}\n{comparable(body)}",
            for_party_b=thing.for_party_b,
            url=thing.url,
            portal_url=thing.portal_url,
            digest=_digest(thing),
            updated_at=at,
        )


def _clean(text: str) -> str:
    """Blanks as single ones; a NUL no engine can store."""
    return " ".join(text.replace("\x00", " ").split())


def _digest(thing: Findable) -> str:
    said = [getattr(thing, name) for name in Findable.__slots__]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
