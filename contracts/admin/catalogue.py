"""The console's pages on the catalogue of shared information, its updates, and files of updates."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import catalogue, updates
from contracts.admin.papers import paper_link
from contracts.forms import sharing as forms
from contracts.item_pages import panels_of
from contracts.models import CatalogueItem, UpdateBatch, UpdateEvent
from contracts.sharing_faces import (
    due_words,
    frequency_words,
    freshness_badge,
    freshness_of,
    item_badge,
    mode_words,
    shared_badge,
)
from contracts.update_files import read_updates
from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone

MANAGE, UPDATE = "contracts.manage_catalogue", "contracts.record_update"
BATCH_TONES: dict[str, Tone] = {"read": "info", "taken": "ok", "discarded": "muted"}
MOST_SHOWN = 20


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _publish(request: HttpRequest, obj: CatalogueItem, said: dict[str, Any]) -> str:
    catalogue.publish(obj, **_by(request))
    return _t("已发布，可以列入协议。")


def _withdraw(request: HttpRequest, obj: CatalogueItem, said: dict[str, Any]) -> str:
    catalogue.withdraw(obj, reason=said["reason"], **_by(request))
    return _t("已下架。")


def _set_frequency(request: HttpRequest, obj: CatalogueItem, said: dict[str, Any]) -> str:
    reason = said.pop("reason")
    catalogue.set_frequency(obj, catalogue.Promise(**said), reason=reason, **_by(request))
    return _t("已登记更新频率，从今天起算。")


def _reclassify(request: HttpRequest, obj: CatalogueItem, said: dict[str, Any]) -> str:
    reason = said.pop("reason")
    catalogue.reclassify(obj, catalogue.Classing(**said), reason=reason, **_by(request))
    return _t("已调整。")


def _assess(request: HttpRequest, obj: CatalogueItem, said: dict[str, Any]) -> str:
    catalogue.assess(obj, **said, **_by(request))
    return _t("已登记影响评估。")


def _update(request: HttpRequest, obj: CatalogueItem, said: dict[str, Any]) -> str:
    updates.record_one(obj, **said, **_by(request))
    return _t("已登记更新，下次期限已重新计算。")


def _is(*states: str) -> Any:
    return lambda obj: obj.state in states


class FreshnessFilter(admin.SimpleListFilter):
    """Whether the next update is overdue."""

    title = _("更新")
    parameter_name = "fresh"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("已逾期")), ("in_time", _("未逾期")), ("none", _("没有可衡量的约定"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        rows = {
            "overdue": Q(freshness__overdue_from__lte=today),
            "in_time": Q(freshness__overdue_from__gt=today),
            "none": Q(freshness__overdue_from=None),
        }
        return queryset.filter(rows.get(self.value() or "", Q()))


@admin.register(CatalogueItem)
class CatalogueItemAdmin(ConsoleAdmin):
    list_display = (
        "number", "title", "category", "owner_department", "share_attribute", "modes_shown", "state_badge",
        "freshness_shown", "due_shown",
    )  # fmt: skip
    list_select_related = ("freshness",)
    list_filter = (
        "state", FreshnessFilter, "category", "share_attribute", "personal_information",
        ("freshness__due_on", DateRangeFilter),
    )  # fmt: skip
    search_fields = ("number", "title", "owner_department", "description", "data_fields")
    search_help_text = _("按目录编号、名称、提供部门、说明或信息项查找")
    autocomplete_fields = ("provider",)
    empty_hint = _("目录里还没有数据资源。点“增加”编目第一项。")
    export_columns = (
        "number", "title", "category", "owner_department", "share_attribute", "level", "personal_information",
        "modes_shown", "frequency_shown", "state", "freshness_shown", "due_shown",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": (("number", "title"), ("provider", "owner_department"), "category")}),
        (_("共享条件"), {"fields": (("share_attribute", "level"), "personal_information")}),
        (_("内容与方式"), {"fields": ("description", "data_fields", ("by_query", "by_download", "by_interface"))}),
        (_("更新约定"), {"fields": (("every", "frequency_unit"), ("grace_days", "rolls_over"))}),
    )
    verbs = (
        Verb(
            "publish", _("发布"), MANAGE, _publish, when=_is("draft"), tone="primary",
            explain=lambda obj: _t("发布后可以列入协议；名称、类别、方式等不能再直接修改。"),
        ),
        Verb("update", _("登记更新"), UPDATE, _update, form=forms.UpdateForm, when=_is("published"), tone="primary"),
        Verb(
            "frequency", _("登记更新频率"), MANAGE, _set_frequency, form=forms.FrequencyForm,
            when=_is("draft", "published"),
            explain=lambda obj: _t("只登记双方约定的频率；期限从上一次实际更新起算，新约定从登记之日起算。"),
        ),
        Verb("assess", _("登记影响评估"), MANAGE, _assess, form=forms.AssessmentForm,
             when=lambda obj: obj.personal_information and obj.state != "withdrawn"),
        Verb(
            "reclassify", _("调整共享属性和级别"), MANAGE, _reclassify, form=forms.ClassingForm,
            when=_is("draft", "published"),
        ),
        Verb("withdraw", _("下架"), MANAGE, _withdraw, form=forms.ReasonForm, when=_is("published"), tone="danger"),
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is published changes by verbs, each with its reason."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == "draft")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: CatalogueItem) -> SafeString:
        return item_badge(obj)

    @admin.display(description=_("共享方式"))
    def modes_shown(self, obj: CatalogueItem) -> str:
        return mode_words(obj)

    @admin.display(description=_("更新频率"))
    def frequency_shown(self, obj: CatalogueItem) -> str:
        return frequency_words(obj)

    @admin.display(description=_("新鲜度"), ordering="freshness__overdue_from")
    def freshness_shown(self, obj: CatalogueItem) -> SafeString:
        return freshness_badge(obj, timezone.localdate())

    @admin.display(description=_("下次更新期限"), ordering="freshness__due_on")
    def due_shown(self, obj: CatalogueItem) -> str:
        return due_words(freshness_of(obj))

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield Panel(
            name="freshness",
            label=_("更新与评估"),
            template="admin/contracts/item_freshness.html",
            context={
                "item": obj,
                "state": item_badge(obj),
                "badge": freshness_badge(obj, timezone.localdate()),
                "frequency": frequency_words(obj),
                "fresh": freshness_of(obj),
                "due": due_words(freshness_of(obj)),
                "assessment": paper_link(obj.assessment),
            },
        )
        yield from self._places(obj)
        yield from self._updates(obj)
        yield from panels_of(cast(User, request.user), obj)

    def _places(self, obj: CatalogueItem) -> Iterator[Panel]:
        places = list(obj.shared_under.select_related("agreement__party_b").order_by("agreement__number"))
        rows = [(place, shared_badge(place)) for place in places]
        yield Panel(
            name="agreements",
            label=_("列入的协议"),
            template="admin/contracts/item_places.html",
            context={"rows": rows},
            count=len(rows),
        )

    def _updates(self, obj: CatalogueItem) -> Iterator[Panel]:
        found = UpdateEvent.objects.of(obj.pk)
        yield Panel(
            name="updates",
            label=_("更新记录"),
            template="admin/contracts/item_updates.html",
            context={"rows": list(found.select_related("recorded_by")[:MOST_SHOWN]), "item": obj},
            count=found.count(),
        )


def _upload(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    read = read_updates(said["file"])
    batch = updates.keep_batch(
        read.told, source=said["source"], name=said["file"].name, sha256=read.sha256, **_by(request)
    )
    url = reverse("admin:contracts_updatebatch_change", args=[batch.pk])
    return Outcome(message=_t("已读入 %(n)d 条，请核对后确认导入。") % {"n": batch.count}, url=url)


def _take(request: HttpRequest, obj: UpdateBatch, said: dict[str, Any]) -> str:
    taken = updates.take_batch(obj, **_by(request))
    return _t("新增 %(added)d 条，已有 %(known)d 条。") % {"added": taken.added, "known": taken.known}


def _discard(request: HttpRequest, obj: UpdateBatch, said: dict[str, Any]) -> str:
    updates.discard_batch(obj, **_by(request))
    return _t("已作废，没有导入任何记录。")


@admin.register(UpdateEvent)
class UpdateEventAdmin(ReadOnlyAdmin):
    list_display = ("item", "updated_at", "data_date", "rows", "way", "source", "external_id", "recorded_by")
    list_select_related = ("item", "recorded_by")
    list_filter = ("way", ("updated_at", DateRangeFilter))
    search_fields = ("item__number", "item__title", "source", "external_id", "note")
    search_help_text = _("按目录编号、名称、来源系统或记录号查找")
    empty_hint = _("还没有更新记录。在数据资源页登记更新，或者在“更新记录文件”上传 CSV。")


@admin.register(UpdateBatch)
class UpdateBatchAdmin(RecordAdmin):
    list_display = ("name", "source", "count", "added", "state_badge", "uploaded_by", "uploaded_at")
    list_select_related = ("uploaded_by",)
    list_filter = ("state", ("uploaded_at", DateRangeFilter))
    search_fields = ("name", "source", "sha256")
    search_help_text = _("按文件名、来源系统或校验值查找")
    fields = ("name", "source", "count", "added", "sha256", "uploaded_by", "uploaded_at")
    empty_hint = _("还没有上传过文件。点“上传更新记录”，先核对、再导入。")
    list_verbs = (
        Verb(
            "upload", _("上传更新记录"), UPDATE, _upload, form=forms.UpdateFileForm, tone="primary",
            explain=lambda obj: _t("先读入并逐行检查，有一行不对就整份不收；核对无误后再确认导入。"),
        ),
    )  # fmt: skip
    verbs = (
        Verb("take", _("确认导入"), UPDATE, _take, when=_is("read"), tone="primary"),
        Verb("discard", _("作废"), UPDATE, _discard, when=_is("read"), tone="danger"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[UpdateBatch]:
        return super().get_queryset(request).defer("lines")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: UpdateBatch) -> SafeString:
        return badge(obj.get_state_display(), BATCH_TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        told = updates.told_of(obj)
        known = updates.known_ids(obj.source, told)
        rows = [(one, one.external_id in known) for one in told[:200]]
        yield Panel(
            name="lines",
            label=_("文件内容"),
            template="admin/contracts/batch_lines.html",
            context={
                "rows": rows,
                "batch": obj,
                "state": self.state_badge(obj),
                "new": len({one.external_id for one in told} - known),
                "left": max(len(told) - 200, 0),
            },
            count=len(told),
        )
