"""The console's pages on ratings and knowledge articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User
from people.showing import Tone
from sla import knowledge, rating
from sla.answer_panels import article_panels, rating_panels, rating_tables
from sla.forms.answers import FollowUpForm, LinkForm, RetireForm, StartForm, WordingForm, wording_of
from sla.models import Article, ArticleVersion, Rating

FOLLOW_TONES: dict[str, Tone] = {"none": "muted", "open": "warn", "done": "ok"}
ARTICLE_TONES: dict[str, Tone] = {"draft": "muted", "reviewed": "info", "published": "ok", "retired": "muted"}
WRITE, REVIEW, PUBLISH = "sla.write_article", "sla.review_article", "sla.publish_article"


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _follow_up(request: HttpRequest, obj: Rating, said: dict[str, Any]) -> str:
    rating.follow_up(obj, text=said["text"], **_who(request))
    return _t("已登记回访。")


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "score", "party_b", "assignee", "follow_badge", "closed_at", "at")
    list_select_related = ("ticket", "agreement__party_b", "assignee")
    list_filter = ("score", "follow_up", ("closed_at", DateRangeFilter), "agreement")
    search_fields = ("ticket__number", "ticket__title", "words", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按报告编号、标题、评价、协议编号或乙方查找")
    empty_hint = _("还没有评价。报告关闭后乙方可以自愿评价，系统不会代为评价。")
    export_columns = ("ticket", "score", "words", "party_b", "assignee", "follow_up", "closed_at", "at")
    fields = (("ticket", "cycle"), ("agreement", "assignee"), ("closed_at", "at", "by"))
    verbs = (
        Verb("follow-up", _("登记回访"), "sla.follow_rating", _follow_up, form=FollowUpForm, tone="primary",
             when=lambda obj: obj.follow_up == Rating.FollowUp.OPEN),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.figures_view)
        return [path("figures/", view, name="sla_rating_figures"), *super().get_urls()]

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        """Figures by agreement, month and person in charge, over the ratings of the last twelve months."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _t("满意度统计"),
            "opts": self.model._meta,
            "tables": rating_tables(at=timezone.now()),
        }
        return TemplateResponse(request, "admin/sla/rating_figures.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        link = {"figures_url": reverse("admin:sla_rating_figures")}
        return super().changelist_view(request, {**link, **(extra_context or {})})

    change_list_template = "admin/sla/rating_list.html"

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Rating) -> str:
        return str(obj.agreement.party_b)

    @admin.display(description=_("回访"), ordering="follow_up")
    def follow_badge(self, obj: Rating) -> SafeString:
        return badge(obj.get_follow_up_display(), FOLLOW_TONES[obj.follow_up])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return rating_panels(obj)


def _start(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = knowledge.start(
        wording_of(said), category=said["category"], audience=said["audience"], agreement=said["agreement"],
        **_who(request),
    )  # fmt: skip
    return Outcome(
        message=_t("草稿已保存，请另一位同事审核。"), url=reverse("admin:sla_article_change", args=[made.article_id])
    )


def _worded(verb: Callable[..., ArticleVersion], done: object) -> Callable[[HttpRequest, Any, dict[str, Any]], object]:
    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> object:
        verb(obj, wording_of(said), **_who(request))
        return done

    return call


def _plain(verb: Callable[..., object], done: object) -> Callable[[HttpRequest, Any, dict[str, Any]], object]:
    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> object:
        verb(obj, **said, **_who(request))
        return done

    return call


def _stands(*states: str) -> Callable[[Any], bool]:
    return lambda obj: bool({obj.open_state, obj.read_state} & set(states))


@admin.register(Article)
class ArticleAdmin(ReadOnlyAdmin):
    list_display = ("number", "title", "category", "audience", "state_badge", "solved", "useful", "useless")
    list_filter = ("category", "audience", "versions__state")
    search_fields = ("versions__title", "versions__question", "versions__answer", "agreement__number")
    search_help_text = _("按标题、问题、解答或协议编号查找")
    empty_hint = _("还没有知识文章。把常见问题写下来，乙方报告时就能先看到解答。")
    fields = (("category", "audience", "agreement"), "made_at")
    list_verbs = (
        Verb("start", _("撰写文章"), WRITE, _start, form=StartForm, tone="primary",
             explain=lambda obj: _t("先存为草稿；由另一位同事审核，再由主管发布。")),
    )  # fmt: skip
    verbs = (
        Verb("change", _("修改草稿"), WRITE, _worded(knowledge.change, _("草稿已修改。")), form=WordingForm,
             when=_stands("draft")),
        Verb("review", _("审核通过"), REVIEW, _plain(knowledge.review, _("已审核，可以发布。")), when=_stands("draft"),
             tone="primary", explain=lambda obj: _t("审核后文字不再改动；撰写人不能审核自己的文章。")),
        Verb("publish", _("发布"), PUBLISH, _plain(knowledge.publish, _("已发布。")), when=_stands("reviewed"),
             tone="primary", explain=lambda obj: _t("发布后读者立即可见，原来发布的版本停用。")),
        Verb("anew", _("起草新版本"), WRITE, _worded(knowledge.draft_anew, _("新草稿已保存，请另一位同事审核。")),
             form=WordingForm, when=lambda obj: not obj.open_state),
        Verb("link", _("链接到报告"), WRITE, _plain(knowledge.link, _("已链接，乙方在报告页上可以看到。")),
             form=LinkForm, when=_stands("published")),
        Verb("retire", pgettext_lazy("article", "停用"), PUBLISH, _plain(knowledge.retire, _("已停用。")),
             form=RetireForm, tone="danger", when=_stands("draft", "reviewed", "published")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        versions = ArticleVersion.objects.filter(article=OuterRef("pk")).order_by("-number")
        uses = {
            f"{kind}_count": Count("versions__uses", filter=Q(versions__uses__kind=kind), distinct=True)
            for kind in ("solved", "useful", "useless")
        }
        rows: QuerySet[Article] = (
            super()
            .get_queryset(request)
            .select_related("agreement")
            .annotate(
                newest_title=Subquery(versions.values("title")[:1]),
                open_state=Subquery(versions.filter(state__in=["draft", "reviewed"]).values("state")[:1]),
                read_state=Subquery(versions.filter(state="published").values("state")[:1]),
                **uses,
            )
        )
        return rows

    @admin.display(description=_("编号"), ordering="pk")
    def number(self, obj: Article) -> str:
        return obj.number

    @admin.display(description=_("标题"), ordering="newest_title")
    def title(self, obj: Any) -> str:
        return str(obj.newest_title)

    @admin.display(description=_("状态"))
    def state_badge(self, obj: Any) -> SafeString:
        states = [state for state in (obj.read_state, obj.open_state) if state] or [ArticleVersion.State.RETIRED.value]
        words = "、".join(str(ArticleVersion.State(state).label) for state in states)
        return badge(words, ARTICLE_TONES[states[0]])

    @admin.display(description=_("解决了问题"), ordering="solved_count")
    def solved(self, obj: Any) -> int:
        return int(obj.solved_count)

    @admin.display(description=_("有用"), ordering="useful_count")
    def useful(self, obj: Any) -> int:
        return int(obj.useful_count)

    @admin.display(description=_("没有用"), ordering="useless_count")
    def useless(self, obj: Any) -> int:
        return int(obj.useless_count)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return article_panels(obj)
