"""Names for sets of articles, who may read them, and how they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from contracts.models import Agreement
from sla.pieces import pieces_of

if TYPE_CHECKING:
    from people.models import User


class ArticleQuerySet(models.QuerySet[Any]):
    pass


class ArticleVersionQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        """What is read now."""
        return self.filter(state="published")

    def for_user(self, user: User) -> Self:
        """What a person of Party B may read: published for all, or for one of its agreements; nothing for others."""
        own = Agreement.objects.for_user(user)
        if not own.exists():
            return self.none()
        return self.published().filter(
            Q(article__audience="party_b") | Q(article__audience="agreement", article__agreement__in=own)
        )

    def readable_under(self, agreement: int) -> Self:
        """What the Party B of an agreement may read, once it is published."""
        return self.filter(
            Q(article__audience="party_b") | Q(article__audience="agreement", article__agreement=agreement)
        )

    def matching(self, words: str) -> Self:
        """Versions that hold every one of the words, anywhere."""
        found = self
        for word in words.split():
            found = found.filter(_anywhere(word))
        return found

    def near(self, text: str) -> Self:
        """Versions that share pieces with what is being typed, those with most of them first; none without a piece."""
        pieces = pieces_of(text)
        if not pieces:
            return self.none()
        score: Combinable = Value(0, output_field=IntegerField())
        for piece in pieces:
            score = (
                score
                + Case(When(title__icontains=piece, then=2), default=0, output_field=IntegerField())
                + Case(When(_anywhere(piece), then=1), default=0, output_field=IntegerField())
            )
        enough = 3 if len(pieces) > 1 else 1
        return self.annotate(nearness=score).filter(nearness__gte=enough).order_by("-nearness", "-published_at", "-pk")


def _anywhere(word: str) -> Q:
    return Q(title__icontains=word) | Q(question__icontains=word) | Q(answer__icontains=word)
