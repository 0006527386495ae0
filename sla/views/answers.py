"""The portal's pages of answers: knowledge articles, what is suggested while a report is typed, and ratings."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.models import User
from people.refusal import Refused
from people.submitting import once
from sla import knowledge
from sla import rating as ratings
from sla.forms.answers import RateForm
from sla.forms.tickets import sent_key
from sla.models import Article, ArticleUse, ArticleVersion, Ticket
from sla.simple_text import blocks_of

PER_PAGE = 20
SUGGESTED = 5
LONGEST_QUERY = 200


@require_safe
@login_required
def articles(request: HttpRequest) -> HttpResponse:
    """The articles that the user may read; q searches their words, category narrows."""
    query, category = request.GET.get("q", "").strip()[:LONGEST_QUERY], request.GET.get("category", "")
    found = _readable(request).matching(query)
    if category in Article.Category.values:
        found = found.filter(article__category=category)
    page = Paginator(found.order_by("-published_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "query": query, "category": category, "categories": Article.Category.choices}
    return render(request, "portal/sla/articles.html", context)


@require_safe
@login_required
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article as it is published; one that the user may not read is answered as missing."""
    version = _own(request, pk)
    mine = ArticleUse.objects.filter(version=version, by=_user(request)).exclude(kind="linked")
    context = {
        "version": version,
        "blocks": blocks_of(version.answer),
        "mine": set(mine.values_list("kind", flat=True)),
    }
    return render(request, "portal/sla/article.html", context)


@require_safe
@login_required
def suggest(request: HttpRequest) -> HttpResponse:
    """A piece of a page: the articles nearest to what is being typed.  Nothing is kept of it."""
    near = _readable(request).near(request.GET.get("q", "")[:LONGEST_QUERY])
    return render(request, "portal/sla/suggested.html", {"found": list(near[:SUGGESTED])})


@require_POST
@login_required
def use(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """It solved the problem, or was useful or not; the reader goes back to the article."""
    version, user, at = _own(request, pk), _user(request), timezone.now()
    try:
        if kind == ArticleUse.Kind.SOLVED:
            knowledge.solved(version, at=at, by=user)
            messages.success(request, _("很高兴问题已经解决，没有提交报告。"))
        else:
            knowledge.vote(version, kind, at=at, by=user)
            messages.success(request, _("谢谢您的反馈。"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("sla:article", version.article_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Rate a closed ticket of one's own; one that cannot be rated now says why."""
    user, at = _user(request), timezone.now()
    own = Ticket.objects.for_user(user).select_related("agreement")
    ticket: Ticket = get_object_or_404(own, number=number)
    form = RateForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            once(
                lambda: int(ratings.rate(ticket, at=at, by=user, **said).pk), key=sent_key(request.POST), user=user,
                at=at,
            )  # fmt: skip
            messages.success(request, _("谢谢您的评价。"))
            return redirect("sla:ticket", ticket.number)
    except Refused as refused:
        form.add_error(None, str(refused))
    context = {"form": form, "ticket": ticket, "open": ratings.may_rate(ticket, at=at) or form.is_bound}
    return render(request, "portal/sla/rate.html", context)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _readable(request: HttpRequest) -> Any:
    return ArticleVersion.objects.for_user(_user(request)).select_related("article")


def _own(request: HttpRequest, pk: int) -> ArticleVersion:
    found: ArticleVersion = get_object_or_404(_readable(request), article=pk)
    return found
