"""The console's pages on breaches and their second look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.console import DateRangeFilter, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User
from sla import adjudicating, evidence, excusing, forms
from sla.faces import rounded_up, spelled
from sla.models import Adjudication, Breach
from sla.panels import breach_panels


@admin.register(Breach)
class BreachAdmin(ReadOnlyAdmin):
    list_display = ("number", "ticket_link", "kind", "breached_at", "detected_at", "party_b", "agreement")
    list_select_related = ("ticket", "agreement__party_b")
    list_filter = ("kind", ("breached_at", DateRangeFilter), "agreement")
    search_fields = ("ticket__number", "ticket__title", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按报告编号、标题、协议编号或乙方查找")
    empty_hint = _("还没有超时记录。")
    export_columns = ("number", "ticket", "kind", "breached_at", "detected_at", "party_b", "agreement", "sha256")
    fields = (("number", "kind"), ("ticket", "agreement"), ("breached_at", "detected_at"), "sha256", "previous_sha256")
    verbs = (
        Verb("ask-waiver", _("申请谅解免责"), "sla.request_adjudication", lambda r, o, d: _ask_for_waiver(r, o, d),
             form=forms.WaiverForm,
             explain=lambda obj: _t("乙方书面同意不追究这次超时的，上传材料，由合同管理员审批。超时记录本身不变。")),
        Verb("ask-force-majeure", _("申请不可抗力免责"), "sla.request_adjudication",
             lambda r, o, d: _ask_for_force_majeure(r, o, d), form=forms.ForceMajeureForm,
             explain=lambda obj: _t("扣除不可抗力期间重新计算，没有超过约定时限的，由合同管理员审批。")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.evidence_view)
        return [path("<int:pk>/evidence/", view, name="sla_breach_evidence"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Breach]:
        # The evidence is large and belongs on the record page only.
        rows = super().get_queryset(request).select_related("ticket", "agreement__party_b", "clock__ticket")
        return rows.defer("evidence")

    def evidence_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """The evidence as a file: `manage.py evidence` checks it without the database."""
        obj = self.get_object(request, str(pk))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        response = JsonResponse(
            {**obj.evidence, "sha256": obj.sha256}, json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        response["Content-Disposition"] = f'attachment; filename="breach-{obj.number:06d}.json"'
        return response

    @admin.display(description=pgettext_lazy("one", "故障报告"), ordering="ticket__number")
    def ticket_link(self, obj: Breach) -> SafeString:
        return format_html("{} {}", obj.ticket.number, obj.ticket.title)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Breach) -> str:
        return str(obj.agreement.party_b)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return breach_panels(obj, evidence.flaws(obj))


@admin.register(Adjudication)
class AdjudicationAdmin(ReadOnlyAdmin):
    list_display = ("breach", "ground", "state_badge", "target", "used", "proposed_at", "decided_by")
    list_select_related = ("breach__ticket", "decided_by")
    list_filter = ("state", "ground", ("proposed_at", DateRangeFilter))
    search_fields = ("breach__ticket__number", "breach__ticket__title")
    search_help_text = _("按报告编号或标题查找")
    empty_hint = _(
        "没有需要复核的超时。放假安排晚于超时才公布时，系统会在这里提出复核；谅解和不可抗力在超时记录上申请。"
    )
    fields = (
        ("breach", "ground", "state"), ("paper", "relief"), ("calendar_version", "proposed_at"),
        ("decided_by", "decided_at"), "reason",
    )  # fmt: skip
    verbs = (
        Verb("excuse", _("申请免责"), "sla.request_adjudication", lambda r, o, d: _ask_to_excuse(r, o, d),
             form=forms.ExcuseForm, when=lambda obj: obj.state == Adjudication.State.PROPOSED, tone="primary",
             explain=lambda obj: _t("由合同经理审批。超时记录本身不变，统计中另列免责后的数字。")),
        Verb("uphold", _("维持超时"), "sla.decide_adjudication", lambda r, o, d: _uphold(r, o, d),
             form=forms.ExcuseForm, when=lambda obj: obj.state == Adjudication.State.PROPOSED),
    )  # fmt: skip

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Adjudication) -> SafeString:
        tones = {"proposed": "warn", "excused": "ok", "upheld": "bad"}
        return badge(obj.get_state_display(), cast(Any, tones[obj.state]))

    @admin.display(description=_("约定时间"), ordering="target_seconds")
    def target(self, obj: Adjudication) -> str:
        return spelled(obj.target_seconds)

    @admin.display(description=_("重新计算的已用时间"), ordering="consumed_seconds")
    def used(self, obj: Adjudication) -> str:
        return spelled(rounded_up(obj.consumed_seconds))


def _ask_to_excuse(request: HttpRequest, obj: Adjudication, cleaned: dict[str, Any]) -> str:
    adjudicating.ask_to_excuse(obj, by=cast(User, request.user), at=timezone.now(), reason=cleaned["text"])
    return _t("已提交，等待合同经理审批。")


def _uphold(request: HttpRequest, obj: Adjudication, cleaned: dict[str, Any]) -> str:
    adjudicating.uphold(obj, by=cast(User, request.user), at=timezone.now(), reason=cleaned["text"])
    return _t("已维持超时。")


def _ask_for_waiver(request: HttpRequest, obj: Breach, cleaned: dict[str, Any]) -> str:
    excusing.ask_for_waiver(
        obj, file=cleaned["file"], reason=cleaned["text"], by=cast(User, request.user), at=timezone.now()
    )
    return _t("已提交，等待合同管理员审批。")


def _ask_for_force_majeure(request: HttpRequest, obj: Breach, cleaned: dict[str, Any]) -> str:
    excusing.ask_for_force_majeure(
        obj, cleaned["relief"], reason=cleaned["text"], by=cast(User, request.user), at=timezone.now()
    )
    return _t("已提交，等待合同管理员审批。")
