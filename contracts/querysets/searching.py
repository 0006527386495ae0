"""Names for sets of search entries, and their scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import connections, models
from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import StrIndex

if TYPE_CHECKING:
    from people.models import User


class SearchEntryQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """What Party B may find: marked so, of the agreements of the user's organisations, or meant for all of them."""
        agreements: Any = self.model._meta.get_field("agreement").related_model
        own = agreements.objects.for_user(user)
        found = self.filter(for_party_b=True).exclude(portal_url="")
        return found.filter(Q(agreement__in=own) | Q(agreement__isnull=True)) if own.exists() else self.none()

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        """Entries of the kinds."""
        return self.filter(kind__in=list(kinds))

    def holding(self, words: Iterable[str]) -> Self:
        """Entries that hold every one of the comparable words, anywhere.  The words are taken literally.

        SQLite looks twice as fast for a place as for a LIKE; PostgreSQL has an index of pieces for its LIKE.  Both find
        the same.
        """
        found = self
        for number, word in enumerate(words):
            if connections[self.db].vendor == "sqlite":
                place = f"place_{number}"
                found = found.alias(**{place: StrIndex("text", Value(word))}).filter(**{f"{place}__gt": 0})
            else:
                found = found.filter(text__contains=word)
        return found

    def best_first(self, words: Iterable[str]) -> Self:
        """Those with all words in the title come first, then the newest."""
        in_title = Q()
        for word in words:
            in_title &= Q(head__contains=word)
        rank = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
        return self.order_by(rank, "-updated_at", "-pk")
