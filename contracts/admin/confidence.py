"""The console's pages on confidential information, measures of protection and undertakings."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import confidentiality
from contracts.admin.doing import button
from contracts.admin.papers import paper_link
from contracts.admin.safeguards import checks_table
from contracts.forms.safeguards import EventForm, LeaveForm, MeasureCheckForm, SignForm, StaffPersonForm, WhyForm
from contracts.models import ConfidentialItem, ControlMeasure, PersonUndertaking
from contracts.safeguard_faces import end_words, late_badge, stage_badge, undertaking_badge
from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.exporting import Row
from people.models import User

CHECK, RECORD = "contracts.check_safeguards", "contracts.record_undertaking"


def _with_terms(rows: Iterable[Any]) -> Iterator[Any]:
    for row, term in confidentiality.with_terms(rows, timezone.localdate()):
        row.term = term  # type: ignore[attr-defined]
        yield row


@admin.register(ConfidentialItem)
class ConfidentialItemAdmin(ConsoleAdmin):
    list_display = ("title", "klass", "number", "owner_side", "disclosed_on", "stage", "ends")
    list_select_related = ("agreement",)
    list_filter = ("klass", "owner_side", "event", ("disclosed_on", DateRangeFilter))
    search_fields = ("title", "disclosed_to", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按信息名称、披露对象、协议编号或乙方查找")
    autocomplete_fields = ("agreement",)
    fields = (
        "agreement",
        "title",
        "klass",
        "owner_side",
        "disclosed_on",
        "disclosed_to",
        "stage",
        "begins",
        "ends",
        "evidence",
    )
    readonly_fields = ("stage", "begins", "ends", "evidence")
    empty_hint = _("还没有保密信息。点“增加”登记双方约定保密的信息。")
    verbs = (
        button(
            "event", _("登记公开或权利终止"), "contracts.change_confidentialitem", confidentiality.record_event,
            _("已登记，保密尾期自该日起计算。"), form=EventForm, when=lambda obj: obj.event_on is None,
            explain=lambda obj: _t("登记之前终止日期未知，之后按约定的年限计算。协议终止或关闭不影响保密义务。"),
            tone="primary",
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("agreement__versions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """After its event an item stays as it was."""
        return super().has_change_permission(request, obj) and (obj is None or obj.event_on is None)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list with the term of each row, reckoned from one reading of the calendar."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.result_list = list(_with_terms(changelist.result_list))
        return changelist

    def _rows(self, objects: Iterable[Any], columns: tuple[str, ...]) -> Iterator[Row]:
        return super()._rows(_with_terms(objects), columns)

    def _term(self, obj: Any) -> confidentiality.Term:
        kept: confidentiality.Term | None = getattr(obj, "term", None)
        return kept or confidentiality.term_of(obj, timezone.localdate())

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: ConfidentialItem) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("保密状态"))
    def stage(self, obj: ConfidentialItem) -> SafeString | str:
        return stage_badge(self._term(obj)) if obj.pk else "—"

    @admin.display(description=_("保密自（订立日期）"))
    def begins(self, obj: ConfidentialItem) -> Any:
        return obj.agreement.signed_on if obj.pk else "—"

    @admin.display(description=_("保密至"))
    def ends(self, obj: ConfidentialItem) -> str:
        return end_words(self._term(obj)) if obj.pk else "—"

    @admin.display(description=_("事件证明"))
    def evidence(self, obj: ConfidentialItem) -> SafeString:
        return paper_link(obj.proof)


class DueFilter(admin.SimpleListFilter):
    """Measures whose check is late."""

    title = _("检查情况")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", _("检查逾期"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = cast(Any, queryset)
        return rows.overdue(timezone.localdate()) if self.value() == "late" else rows  # type: ignore[no-any-return]


@admin.register(ControlMeasure)
class ControlMeasureAdmin(ConsoleAdmin):
    list_display = ("title", "number", "side", "every_months", "check_due", "standing")
    list_select_related = ("agreement",)
    list_filter = (DueFilter, "side", ("next_check_on", DateRangeFilter))
    search_fields = ("title", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按措施、协议编号或乙方查找")
    autocomplete_fields = ("agreement",)
    fields = ("agreement", "title", "side", "every_months", "starts_on", "check_due")
    readonly_fields = ("check_due",)
    empty_hint = _("还没有保密措施。“合理的措施”以双方约定的清单为准，点“增加”逐项登记。")
    verbs = (
        button(
            "check", _("登记检查"), CHECK, confidentiality.check_measure, _("已登记检查。"), form=MeasureCheckForm,
            when=lambda obj: obj.ended_on is None, tone="primary",
        ),
        button(
            "end", _("结束"), "contracts.change_controlmeasure", confidentiality.end_measure, _("措施已结束。"),
            form=WhyForm, when=lambda obj: obj.ended_on is None, tone="danger",
        ),
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been checked, or has ended, is no longer rewritten."""
        free = obj is None or (obj.ended_on is None and not obj.checks.exists())
        return super().has_change_permission(request, obj) and free

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: ControlMeasure) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("下次检查日期"), ordering="next_check_on")
    def check_due(self, obj: ControlMeasure) -> SafeString | str:
        return late_badge(None if obj.ended_on else obj.next_check_on, timezone.localdate())

    @admin.display(description=_("状态"), ordering="ended_on")
    def standing(self, obj: ControlMeasure) -> SafeString:
        return badge(_t("已结束"), "muted") if obj.ended_on else badge(_t("执行中"), "ok")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield checks_table(obj.checks.select_related("by", "paper"))


class MissingFilter(admin.SimpleListFilter):
    """People with access who have signed nothing."""

    title = _("签署情况")
    parameter_name = "signing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("缺少承诺书")), ("access", _("现在接触信息"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows, today = cast(Any, queryset), timezone.localdate()
        kept = {"missing": rows.missing, "access": rows.with_access}.get(self.value() or "")
        return cast("QuerySet[Any]", kept(today)) if kept else queryset


def _record(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement, side, file = (said.pop(name) for name in ("agreement", "side", "file"))
    person = confidentiality.Person(**said)
    made = confidentiality.record_person(
        agreement, person, side=side, file=file, by=cast(User, request.user), at=timezone.now()
    )
    url = reverse("admin:contracts_personundertaking_change", args=[made.pk])
    return Outcome(message=_t("已登记。"), url=url)


@admin.register(PersonUndertaking)
class PersonUndertakingAdmin(RecordAdmin):
    list_display = ("person", "department", "side", "number", "signed", "signed_on", "access_from", "left_on")
    list_select_related = ("agreement",)
    list_filter = (MissingFilter, "side", ("signed_on", DateRangeFilter))
    search_fields = ("person", "department", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按姓名、部门、协议编号或乙方查找")
    fields = ("signed", "agreement", "side", "person", "department", "access_from", "signed_on", "link", "left_on")
    readonly_fields = ("signed", "link")
    empty_hint = _("还没有登记接触保密信息的人员。点“登记人员”。")
    list_verbs = (Verb("record", _("登记人员"), RECORD, _record, form=StaffPersonForm, tone="primary"),)
    verbs = (
        button(
            "sign", _("登记签署"), RECORD, confidentiality.sign_undertaking, _("已登记保密承诺书。"), form=SignForm,
            when=lambda obj: obj.signed_on is None, tone="primary",
        ),
        button(
            "leave", _("登记离岗"), RECORD, confidentiality.leave, _("已登记离岗；保密承诺继续有效。"), form=LeaveForm,
            when=lambda obj: obj.left_on is None,
        ),
    )  # fmt: skip

    @admin.display(description=_("签署情况"), ordering="signed_on")
    def signed(self, obj: PersonUndertaking) -> SafeString:
        return undertaking_badge(obj, timezone.localdate())

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: PersonUndertaking) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("保密承诺书"))
    def link(self, obj: PersonUndertaking) -> SafeString:
        return paper_link(obj.paper)
