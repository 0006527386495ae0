"""The console's pages that the lead of operations keeps: queues, labels, canned answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import Panel, ReadOnlyAdmin, Verb, badge
from people.models import User
from sla import answering, forms, labelling, queues
from sla.models import CannedAnswer, Label, Queue

KEEP = "sla.keep_desk"
Call = Callable[[HttpRequest, Any, dict[str, Any]], object]


def _doing(verb: Callable[..., Any], done: object) -> Call:
    """A button that calls the verb with the record and what the form says."""

    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> object:
        given = () if obj is None else (obj,)
        verb(*given, at=timezone.now(), by=cast(User, request.user), **said)
        return done

    return call


def _wording(verb: Callable[..., Any], done: object) -> Call:
    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> object:
        given = () if obj is None else (obj,)
        verb(*given, answering.Wording(**said), at=timezone.now(), by=cast(User, request.user))
        return done

    return call


def _standing(obj: Any) -> bool:
    return not obj.retired


def _retired(obj: Any) -> bool:
    return bool(obj.retired)


def _in_use(obj: Any) -> SafeString:
    return badge(_t("已停用"), "muted") if obj.retired else badge(_t("使用中"), "ok")


class DeskAdmin(ReadOnlyAdmin):
    """Rows that are known by a name and can be retired."""

    list_filter: ClassVar[Any] = ("retired",)
    search_fields: ClassVar[Any] = ("name",)
    search_help_text = _("按名称查找")

    @admin.display(description=_("状态"), ordering="retired")
    def in_use(self, obj: Any) -> SafeString:
        return _in_use(obj)


@admin.register(Queue)
class QueueAdmin(DeskAdmin):
    list_display = ("name", "purpose", "people", "waiting", "in_use")
    empty_hint = _("还没有队列。没有队列时，新报告由全体运维人员受理。")
    fields = (("name", "retired"), "purpose")
    list_verbs = (
        Verb("make", _("新建队列"), KEEP, _doing(queues.make, _("队列已建立。")), form=forms.QueueForm, tone="primary"),
    )
    verbs = (
        Verb("revise", _("修改"), KEEP, _doing(queues.revise, _("已修改。")), form=forms.QueueForm, when=_standing),
        Verb("rule", _("新报告进入本队列"), KEEP, _doing(queues.send_new, _("规则已保存。")), form=forms.QueueRuleForm,
             when=_standing, explain=lambda obj: _t("协议和类型都指定的规则优先，其次指定协议的，再次指定类型的。")),
        Verb("drop-rule", _("删除规则"), KEEP, _doing(queues.drop_rule, _("规则已删除。")), form=forms.DropRuleForm,
             when=lambda obj: obj.rules.exists()),
        Verb("retire", _("停用"), KEEP, _doing(queues.retire, _("已停用。")), when=_standing, tone="danger"),
        Verb("revive", _("启用"), KEEP, _doing(queues.revive, _("已启用。")), when=_retired),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        rows = super().get_queryset(request).prefetch_related("members")
        here = Count("holdings", filter=Q(holdings__until__isnull=True), distinct=True)
        return rows.annotate(waiting_now=here)  # type: ignore[no-any-return]

    @admin.display(description=_("成员"))
    def people(self, obj: Queue) -> str:
        return "、".join(str(person) for person in obj.members.all()) or "—"

    @admin.display(description=_("未结束的报告"), ordering="waiting_now")
    def waiting(self, obj: Any) -> int:
        count: int = obj.waiting_now
        return count

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        rules = [forms.rule_words(rule) for rule in obj.rules.select_related("agreement")]
        context = {"members": list(obj.members.order_by("name")), "rules": rules, "queue": obj}
        yield Panel(name="queue", label=_("成员和规则"), template="admin/sla/queue.html", context=context)


@admin.register(Label)
class LabelAdmin(DeskAdmin):
    list_display = ("shown", "sort", "worn", "in_use")
    list_filter = ("sort", "retired")
    empty_hint = _("还没有标签。")
    fields = (("name", "sort"), ("tone", "retired"))
    list_verbs = (
        Verb("make", _("新建标签或分类"), KEEP, _doing(labelling.make, _("已建立。")), form=forms.NewLabelForm,
             tone="primary", explain=lambda obj: _t("一份报告只有一个分类，可以有多个标签。乙方看不到。")),
    )  # fmt: skip
    verbs = (
        Verb("revise", _("修改"), KEEP, _doing(labelling.revise, _("已修改。")), form=forms.ChangeLabelForm,
             when=_standing),
        Verb("retire", _("停用"), KEEP, _doing(labelling.retire, _("已停用。")), when=_standing, tone="danger"),
        Verb("revive", _("启用"), KEEP, _doing(labelling.revive, _("已启用。")), when=_retired),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Label]:
        return super().get_queryset(request).annotate(count=Count("labelled"))  # type: ignore[no-any-return]

    @admin.display(description=_("名称"), ordering="name")
    def shown(self, obj: Label) -> SafeString:
        return badge(obj.name, cast(Any, obj.tone))

    @admin.display(description=_("用过的报告"), ordering="count")
    def worn(self, obj: Any) -> int:
        count: int = obj.count
        return count


@admin.register(CannedAnswer)
class CannedAnswerAdmin(DeskAdmin):
    list_display = ("name", "use", "scope", "beginning", "in_use")
    list_select_related = ("queue",)
    list_filter = ("use", "queue", "retired")
    search_fields = ("name", "text")
    search_help_text = _("按名称或内容查找")
    empty_hint = _("还没有答复模板。")
    fields = (("name", "use"), ("queue", "retired"), "text")
    list_verbs = (
        Verb("make", _("新建答复模板"), KEEP, _wording(answering.make, _("模板已建立。")), form=forms.CannedForm,
             tone="primary"),
    )  # fmt: skip
    verbs = (
        Verb("revise", _("修改"), KEEP, _wording(answering.revise, _("已修改。")), form=forms.CannedForm,
             when=_standing),
        Verb("retire", _("停用"), KEEP, _doing(answering.retire, _("已停用。")), when=_standing, tone="danger"),
        Verb("revive", _("启用"), KEEP, _doing(answering.revive, _("已启用。")), when=_retired),
    )  # fmt: skip

    @admin.display(description=_("适用队列"))
    def scope(self, obj: CannedAnswer) -> str:
        return str(obj.queue or _t("全部队列"))

    @admin.display(description=_("内容"))
    def beginning(self, obj: CannedAnswer) -> str:
        return obj.text if len(obj.text) <= 40 else f"{obj.text[:40]}…"
