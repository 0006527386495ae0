"""How ratings and articles look: on their own pages, in the figures, and beside a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import User
from people.showing import Panel
from sla.models import Article, ArticleVersion, Rating, Ticket
from sla.rating import may_rate
from sla.rating_figures import FEWEST, Scores, by_heading
from sla.simple_text import blocks_of
from sla.telling import moment

LOOKED_BACK = timedelta(days=365)
Table = tuple[str, Mapping[str, Scores], str]


def rating_panels(rating: Rating) -> Iterator[Panel]:
    """The score, the words, and what came of them."""
    facts = [
        (_("评分"), rating.get_score_display()),
        (_("回访"), rating.get_follow_up_display()),
        (_("回访人"), rating.followed_by),
        (_("回访时间"), moment(rating.followed_at)),
        (_("回访结果"), rating.followed_note),
    ]
    context = {"rating": rating, "facts": facts}
    yield Panel(name="rating", label=_("评价"), template="admin/sla/rating.html", context=context)


def rating_tables(*, at: datetime) -> list[Table]:
    """(heading, figures, note) by agreement, month of closing and person in charge, over twelve months."""
    rows = Rating.objects.filter(closed_at__gt=at - LOOKED_BACK).select_related("agreement__party_b", "assignee")
    found = list(rows.order_by("agreement__number", "pk"))
    by_agreement = [(f"{row.agreement.number} {row.agreement.party_b}", row.score) for row in found]
    by_month = sorted((f"{timezone.localtime(row.closed_at):%Y-%m}", row.score) for row in found)
    by_person = sorted((str(row.assignee or _("尚未分派")), row.score) for row in found)
    few = _("不足 %(n)d 份评价的人员只列份数，不计算分数。") % {"n": FEWEST}
    return [
        (_("按协议"), by_heading(by_agreement), ""),
        (_("按关闭月份"), by_heading(by_month), ""),
        (_("按负责人"), by_heading(by_person, fewest=FEWEST), few),
    ]


def article_panels(article: Article) -> Iterator[Panel]:
    """The versions of an article, newest first, each drawn as its readers see it."""
    versions = list(article.versions.select_related("drafted_by", "reviewed_by").order_by("-number"))
    drawn = [(version, blocks_of(version.answer)) for version in versions]
    yield Panel(
        name="versions", label=_("各版本"), template="admin/sla/article.html", context={"versions": drawn},
        count=len(versions),
    )  # fmt: skip


def linked_articles(ticket: Ticket) -> list[ArticleVersion]:
    """The articles that staff named on the ticket, as they are read now; retired ones are left out."""
    linked = Article.objects.filter(versions__uses__ticket=ticket, versions__uses__kind="linked")
    return list(ArticleVersion.objects.published().filter(article__in=linked).select_related("article").order_by("pk"))


def panels_beside(ticket: Ticket) -> Iterator[Panel]:
    """What the console shows beside a ticket: its ratings and the articles named on it."""
    ratings, articles = list(ticket.ratings.select_related("by").order_by("cycle")), linked_articles(ticket)
    if ratings or articles:
        context: dict[str, Any] = {"ratings": ratings, "articles": articles}
        yield Panel(
            name="answers",
            label=gettext_lazy("评价与知识文章"),
            template="admin/sla/ticket_answers.html",
            context=context,
        )


def sections_beside(ticket: Ticket, user: User, *, at: datetime) -> Iterator[Panel]:
    """What Party B sees beside its ticket: whether it may rate it, its rating, and the articles named on it."""
    ratings = list(ticket.ratings.order_by("cycle"))
    readable = ArticleVersion.objects.for_user(user).values_list("pk", flat=True)
    articles = [version for version in linked_articles(ticket) if version.pk in set(readable)]
    may = may_rate(ticket, at=at)
    if may or ratings or articles:
        context = {"ticket": ticket, "ratings": ratings, "articles": articles, "may_rate": may}
        yield Panel(
            name="answers", label=gettext_lazy("评价与解答"), template="portal/sla/ticket_answers.html", context=context
        )
