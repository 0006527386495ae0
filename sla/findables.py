"""What of this app can be found: fault reports."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.referring import add_kind
from contracts.searching import Findable, Source, add_source
from sla.models import Article, ArticleVersion, Ticket

CHUNK = 500


def _tickets() -> Iterator[Findable]:
    for row in Ticket.objects.iterator(chunk_size=CHUNK):
        yield Findable(
            object_id=row.pk,
            agreement_id=row.agreement_id,
            title=f"{row.number} {row.title}",
            body=row.description,
            url=reverse("admin:sla_ticket_change", args=[row.pk]),
            portal_url=reverse("sla:ticket", args=[row.number]),
            for_party_b=True,
        )


def _ticket_url(number: str) -> str | None:
    pk = Ticket.objects.filter(number=number).values_list("pk", flat=True).first()
    return reverse("admin:sla_ticket_change", args=[pk]) if pk else None


def _articles() -> Iterator[Findable]:
    for row in ArticleVersion.objects.published().select_related("article").iterator(chunk_size=CHUNK):
        article = row.article
        yield Findable(
            object_id=article.pk,
            agreement_id=article.agreement_id,
            title=f"{article.number} {row.title}",
            body=f"{row.question}\n{row.answer}",
            url=reverse("admin:sla_article_change", args=[article.pk]),
            portal_url="" if article.audience == article.Audience.STAFF else reverse("sla:article", args=[article.pk]),
            for_party_b=article.audience != article.Audience.STAFF,
        )


def _article_url(number: str) -> str | None:
    pk = Article.objects.filter(pk=int(number.removeprefix("ZS-"))).values_list("pk", flat=True).first()
    return reverse("admin:sla_article_change", args=[pk]) if pk else None


def register_sources() -> None:
    """Let fault reports and articles be found, and their numbers be followed."""
    add_kind(r"ZS-\d{4,9}", "sla.view_article", _article_url)
    add_source(Source(kind="article", label=_("知识文章"), permission="sla.view_article", everything=_articles))
    add_kind(r"GZ-\d{4}-\d{6}", "sla.view_ticket", _ticket_url)
    add_source(Source(kind="ticket", label=_("故障报告"), permission="sla.view_ticket", everything=_tickets))
