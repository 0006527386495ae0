"""The console's pages on disputes."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import disputing
from contracts.dispute_faces import stage_badge, steps_of
from contracts.forms import disputes as forms
from contracts.models import Dispute, Stage
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb
from people.models import User

HANDLE = "contracts.handle_dispute"


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _raise(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement = said.pop("agreement")
    made = disputing.raise_dispute(agreement, disputing.Matter(**said), **_who(request))
    message = _t("已登记争议。")
    if made.names_both:
        message = _t("已登记争议。请注意：协议同时约定了法院和仲裁，仲裁约定可能无效，请先请法务确认。")
    return Outcome(message=message, url=reverse("admin:contracts_dispute_change", args=[made.pk]))


def _advance(request: HttpRequest, obj: Dispute, said: dict[str, Any]) -> str:
    stage = said.pop("stage")
    disputing.advance(obj, stage, disputing.Step(**said), **_who(request))
    return _t("已登记进展。")


def _close(request: HttpRequest, obj: Dispute, said: dict[str, Any]) -> str:
    result = said.pop("result")
    disputing.close(obj, result=result, step=disputing.Step(**said), **_who(request))
    return _t("已登记结案。")


@admin.register(Dispute)
class DisputeAdmin(RecordAdmin):
    list_display = ("title", "agreement_number", "raised_by", "stage_shown", "amount", "raised_on", "closed_on")
    list_select_related = ("agreement__party_b",)
    list_filter = ("stage", "raised_by", "result", ("raised_on", DateRangeFilter))
    search_fields = ("title", "matter", "agreement__number", "agreement__party_b__name", "steps__reference")
    search_help_text = _("按争议事项、内容、文号、协议编号或乙方查找")
    fields = (
        "agreement", "case", "raised_by", "title", "matter", "clause_number", "court", "arbitration", "amount",
        "raised_on", "result", "closed_on", "recorded_by", "recorded_at",
    )  # fmt: skip
    empty_hint = _("还没有争议。")
    list_verbs = (Verb("raise", _("登记争议"), HANDLE, _raise, form=forms.RaiseForm, tone="primary"),)
    verbs = (
        Verb(
            "advance", _("登记进展"), HANDLE, _advance, form=forms.StepForm, tone="primary",
            when=lambda obj: obj.stage != Stage.CLOSED,
            explain=lambda obj: _t("进入仲裁或诉讼后，相关违约案件的诉讼时效停止计算，结案后重新计算。"),
        ),
        Verb(
            "close", _("登记结案"), HANDLE, _close, form=forms.CloseForm,
            when=lambda obj: obj.stage != Stage.CLOSED,
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        return super().get_queryset(request).select_related("agreement__party_b", "case")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        steps = steps_of(obj.steps.all())
        yield Panel(
            name="steps",
            label=_("进展"),
            template="admin/contracts/dispute.html",
            context={"dispute": obj, "lines": steps, "stage": stage_badge(obj)},
            count=len(steps),
        )

    @admin.display(description=_("阶段"), ordering="stage")
    def stage_shown(self, obj: Dispute) -> SafeString:
        return stage_badge(obj)

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: Dispute) -> str:
        return obj.agreement.number
