"""The console's pages on data quality."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User
from sla import quality
from sla.forms.quality import CorrectForm, ForwardForm, StaffDescribeForm, VerdictForm
from sla.models import QualityReport
from sla.quality_panels import TONES, report_panels

HANDLE = "sla.handle_quality"
State = QualityReport.State


def _acting(verb: Callable[..., QualityReport], done: object) -> Callable[[HttpRequest, Any, dict[str, Any]], object]:
    def call(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> object:
        verb(obj, at=timezone.now(), by=cast(User, request.user), **cleaned)
        return done

    return call


def _describe(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    complaint = quality.Complaint(
        items=list(said["items"]), respects=said["respects"], samples=said["samples"], asked=said["asked"]
    )
    made = quality.describe(said["ticket"], complaint, at=timezone.now(), by=cast(User, request.user))
    return Outcome(message=_t("已登记。"), url=reverse("admin:sla_qualityreport_change", args=[made.pk]))


def _in(*states: str) -> Callable[[Any], bool]:
    return lambda obj: obj.state in states


class RespectFilter(admin.SimpleListFilter):
    """In which respect the data is said to be wrong."""

    title = _("问题")
    parameter_name = "respect"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(quality.LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.value()): True}) if self.value() in quality.LABELS else queryset


@admin.register(QualityReport)
class QualityReportAdmin(RecordAdmin):
    list_display = (
        "number", "title", "party_b", "data", "respects_shown", "state_badge", "described_at",
        "working_days",
    )  # fmt: skip
    list_select_related = ("ticket__agreement__party_b",)
    list_filter = ("state", RespectFilter, ("described_at", DateRangeFilter), "ticket__agreement")
    link_lookups = ("items__item__id__exact", "ticket__agreement__id__exact")
    search_fields = (
        "ticket__number", "ticket__title", "ticket__agreement__number", "ticket__agreement__party_b__name",
        "items__item__title", "items__item__number", "forwarded_to",
    )  # fmt: skip
    search_help_text = _("按报告编号、标题、协议、乙方、数据名称或提供部门查找")
    empty_hint = _("还没有数据质量报告。乙方在门户报告，或由运维为“数据质量”类型的报告登记。")
    export_columns = (
        "number", "title", "party_b", "data", "respects_shown", "state", "forwarded_to", "described_at",
        "verified_at", "corrected_at", "working_days", "support_seconds",
    )  # fmt: skip
    fields = (("described_at", "described_by"), ("verified_at", "verified_by"), ("corrected_at", "corrected_by"))
    list_verbs = (
        Verb("describe", _("登记质量问题"), HANDLE, _describe, form=StaffDescribeForm, tone="primary",
             explain=lambda obj: _t("乙方用电话、邮件报告的，先登记“数据质量”类型的报告，再在这里登记涉及的数据。")),
    )  # fmt: skip
    verbs = (
        Verb("confirm", _("核实属实"), HANDLE, _acting(quality.confirm, _("已核实，等待更正。")), form=VerdictForm,
             when=_in(State.REPORTED), tone="primary"),
        Verb("reject", _("核实不成立"), HANDLE, _acting(quality.reject, _("已告知乙方核实不成立。")), form=VerdictForm,
             when=_in(State.REPORTED)),
        Verb("forward", _("转交提供部门"), HANDLE, _acting(quality.forward, _("已登记转交。")), form=ForwardForm,
             when=_in(State.REPORTED, State.CONFIRMED)),
        Verb("correct", _("登记更正"), HANDLE, _acting(quality.correct, _("已登记更正，并告知共享这项数据的各单位。")),
             form=CorrectForm, when=_in(State.CONFIRMED), tone="primary",
             explain=lambda obj: _t("共享同一数据的其他乙方也会收到更正通知，其中不出现报告人和报告编号。")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[QualityReport]:
        rows = super().get_queryset(request).select_related("ticket__agreement__party_b")
        return rows.prefetch_related("items__item")

    @admin.display(description=_("编号"), ordering="ticket__number")
    def number(self, obj: QualityReport) -> str:
        return obj.ticket.number

    @admin.display(description=_("标题"), ordering="ticket__title")
    def title(self, obj: QualityReport) -> str:
        return obj.ticket.title

    @admin.display(description=_("乙方"), ordering="ticket__agreement__party_b__name")
    def party_b(self, obj: QualityReport) -> str:
        return str(obj.ticket.agreement.party_b)

    @admin.display(description=pgettext_lazy("quality", "数据"))
    def data(self, obj: QualityReport) -> str:
        return "、".join(shared.item.title for shared in obj.items.all())

    @admin.display(description=_("问题"))
    def respects_shown(self, obj: QualityReport) -> str:
        return quality.respects_words(obj)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: QualityReport) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return report_panels(obj)
