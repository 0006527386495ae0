"""Knowledge articles: drafted, reviewed by another person, published, retired; and how they are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Agreement
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import Article, ArticleUse, ArticleVersion, Ticket

State = ArticleVersion.State
ACTIONS: dict[str, object] = {
    "article.drafted": gettext_lazy("撰写知识文章"),
    "article.changed": gettext_lazy("修改知识文章草稿"),
    "article.reviewed": gettext_lazy("审核知识文章"),
    "article.published": gettext_lazy("发布知识文章"),
    "article.retired": gettext_lazy("停用知识文章"),
    "article.linked": gettext_lazy("链接知识文章"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an article says."""

    title: str
    question: str
    answer: str


@transaction.atomic
def start(
    wording: Wording, *, category: str, audience: str, agreement: Agreement | None = None, at: datetime, by: User
) -> ArticleVersion:
    """A new article with its first draft.  Raises Refused for an audience without its agreement, and empty words."""
    if (audience == Article.Audience.AGREEMENT) != (agreement is not None):
        raise Refused(_("读者是一份协议的乙方时须选择协议，其他情况不选。"))
    article = Article.objects.create(category=category, audience=audience, agreement=agreement, made_at=at)
    return _draft(article, wording, at=at, by=by)


@transaction.atomic
def draft_anew(article: Article, wording: Wording, *, at: datetime, by: User) -> ArticleVersion:
    """A new version of an article; the published one is read until this one takes its place."""
    article = _locked(article)
    if article.versions.filter(state__in=[State.DRAFT, State.REVIEWED]).exists():
        raise Refused(_("这篇文章已有未发布的版本，请先发布或停用它。"))
    return _draft(article, wording, at=at, by=by)


@transaction.atomic
def change(article: Article, wording: Wording, *, at: datetime, by: User) -> ArticleVersion:
    """Other words for the draft; whoever changes it last is its author, so that somebody else must review it."""
    version = _open(article, State.DRAFT, _("只有草稿可以修改。"))
    _put(version, wording)
    version.drafted_by, version.drafted_at = by, at
    version.save()
    return _noted("article.changed", version, by=by, at=at)


@transaction.atomic
def review(article: Article, *, at: datetime, by: User) -> ArticleVersion:
    """Another person has read the draft and stands for it: its words are frozen.  Raises Refused for the author."""
    version = _open(article, State.DRAFT, _("没有待审核的草稿。"))
    if version.drafted_by_id == by.pk:
        raise Refused(_("审核人不能是撰写人，请由另一位同事审核。"))
    version.state, version.reviewed_by, version.reviewed_at = State.REVIEWED, by, at
    version.save()
    return _noted("article.reviewed", version, by=by, at=at)


@transaction.atomic
def publish(article: Article, *, at: datetime, by: User) -> ArticleVersion:
    """Let the reviewed version be read; the one before it is retired."""
    version = _open(article, State.REVIEWED, _("没有已审核的版本可以发布。"))
    for before in version.article.versions.published():
        before.state, before.retired_at = State.RETIRED, at
        before.save()
    version.state, version.published_at = State.PUBLISHED, at
    version.save()
    return _noted("article.published", version, by=by, at=at)


@transaction.atomic
def retire(article: Article, *, reason: str, at: datetime, by: User) -> Article:
    """Take the article away from its readers, and its open version with it."""
    article = _locked(article)
    if not reason.strip():
        raise Refused(_("请写明停用原因。"))
    standing = list(article.versions.exclude(state=State.RETIRED))
    if not standing:
        raise Refused(_("这篇文章已经停用。"))
    for version in standing:
        version.state, version.retired_at = State.RETIRED, at
        version.save()
        _noted("article.retired", version, by=by, at=at, reason=reason.strip())
    return article


@transaction.atomic
def link(article: Article, ticket: Ticket, *, at: datetime, by: User) -> ArticleUse:
    """Name the published article on a ticket's page.  Raises Refused where Party B of the ticket may not read it."""
    version = published_of(article)
    article = version.article
    foreign = article.audience == Article.Audience.AGREEMENT and article.agreement_id != ticket.agreement_id
    if foreign or article.audience == Article.Audience.STAFF:
        raise Refused(_("这份报告的乙方不能阅读这篇文章，不能链接。"))
    use, made = ArticleUse.objects.get_or_create(
        version=version, kind=ArticleUse.Kind.LINKED, ticket=ticket, defaults={"by": by, "at": at}
    )
    if not made:
        raise Refused(_("这份报告已经链接了这篇文章。"))
    _noted("article.linked", version, by=by, at=at, ticket=ticket.number)
    return use


@transaction.atomic
def solved(version: ArticleVersion, *, at: datetime, by: User) -> ArticleUse:
    """The article answered what somebody was about to report; once a person and version."""
    use, _made = ArticleUse.objects.get_or_create(
        version=version, by=by, kind=ArticleUse.Kind.SOLVED, defaults={"at": at}
    )
    return use


@transaction.atomic
def vote(version: ArticleVersion, kind: str, *, at: datetime, by: User) -> ArticleUse:
    """Useful or not; a later vote of the same person takes the place of the earlier."""
    if kind not in {ArticleUse.Kind.USEFUL, ArticleUse.Kind.USELESS}:
        raise Refused(_("请选择有用或没有用。"))
    votes = ArticleUse.objects.select_for_update().filter(version=version, by=by)
    earlier: ArticleUse | None = votes.filter(kind__in=[ArticleUse.Kind.USEFUL, ArticleUse.Kind.USELESS]).first()
    use = earlier or ArticleUse(version=version, by=by)
    use.kind, use.at = kind, at
    use.save()
    return use


def published_of(article: Article) -> ArticleVersion:
    """The version that is read now.  Raises Refused where there is none."""
    version: ArticleVersion | None = article.versions.published().select_related("article").first()
    if version is None:
        raise Refused(_("这篇文章还没有发布。"))
    return version


def _draft(article: Article, wording: Wording, *, at: datetime, by: User) -> ArticleVersion:
    last = article.versions.aggregate(last=Max("number"))["last"] or 0
    version = ArticleVersion(article=article, number=last + 1, drafted_by=by, drafted_at=at)
    _put(version, wording)
    version.save(force_insert=True)
    return _noted("article.drafted", version, by=by, at=at)


def _put(version: ArticleVersion, wording: Wording) -> None:
    for name in ("title", "question", "answer"):
        words = getattr(wording, name).strip()
        if not words:
            raise Refused(_("标题、问题和解答都要填写。"))
        setattr(version, name, words)


def _locked(article: Article) -> Article:
    locked: Article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    return locked


def _open(article: Article, state: State, otherwise: str) -> ArticleVersion:
    version: ArticleVersion | None = _locked(article).versions.filter(state=state).select_related("article").first()
    if version is None:
        raise Refused(otherwise)
    return version


def _noted(
    action: str, version: ArticleVersion, *, by: User, at: datetime, reason: str = "", **data: Any
) -> ArticleVersion:
    record(
        action, obj=version.article, by=by, at=at, reason=reason, data={"version": version.number, **data},
        agreement_id=version.article.agreement_id,
    )  # fmt: skip
    return version
