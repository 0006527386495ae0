"""The console's pages on breach cases, claims and penalty rules."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import breaching, claiming
from contracts.case_faces import CLAIM_TONES, STATE_TONES, case_panels
from contracts.forms import breaching as forms
from contracts.models import AgreementVersion, BreachCase, Claim, PenaltyRule
from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User

OPEN, HANDLE = "contracts.open_breachcase", "contracts.handle_breachcase"
State = BreachCase.State


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _open(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement, file = said.pop("agreement"), said.pop("file")
    made = breaching.open_case(agreement, breaching.Finding(**said), files=[file] if file else [], **_who(request))
    return Outcome(
        message=_t("已登记违约案件。对方现在还看不到；违约通知送达后请办理告知。"),
        url=reverse("admin:contracts_breachcase_change", args=[made.pk]),
    )


def _notify(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.notify(obj, **said, **_who(request))
    return _t("已登记告知，对方现在可以看到本案并申辩。")


def _answer(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.answer(obj, forms.said(said), **_who(request))
    return _t("已登记申辩。")


def _evidence(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.add_evidence(obj, forms.said(said), **_who(request))
    return _t("已补充。")


def _decide(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.decide(obj, **said, **_who(request))
    return _t("已登记认定。")


def _handle(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.handle(obj, **said, **_who(request))
    return _t("已登记处理措施。")


def _close(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.close(obj, outcome=said["text"], **_who(request))
    return _t("案件已关闭。")


def _interrupt(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    breaching.interrupt(obj, **said, **_who(request))
    return _t("已登记时效中断，届满日已重新计算。")


def _claim(request: HttpRequest, obj: BreachCase, said: dict[str, Any]) -> str:
    made = claiming.claim(obj, claiming.Asked(**said), **_who(request))
    if made.too_high:
        return _t("已登记主张。请注意：违约金超过损失的 130%，对方可以请求法院适当减少。")
    return _t("已登记主张。")


VERBS = (
    Verb(
        "notify",
        _("登记告知"),
        HANDLE,
        _notify,
        form=forms.NotifyForm,
        when=lambda obj: obj.state == State.FOUND,
        explain=lambda obj: _t("先在“往来通知”里登记违约通知并登记送达，再到这里选择。告知后对方可以看到案情并申辩。"),
        tone="primary",
    ),
    Verb(
        "answer",
        _("登记申辩"),
        HANDLE,
        _answer,
        form=forms.AnswerForm,
        when=lambda obj: obj.state in {State.NOTIFIED, State.ANSWERED},
    ),
    Verb(
        "decide",
        _("认定"),
        HANDLE,
        _decide,
        form=forms.DecideForm,
        when=lambda obj: obj.state in {State.NOTIFIED, State.ANSWERED},
        explain=lambda obj: _t("收到申辩，或者申辩期限届满后，才能认定。"),
        tone="primary",
    ),
    Verb(
        "handle",
        _("登记处理措施"),
        HANDLE,
        _handle,
        form=forms.TextForm,
        when=lambda obj: obj.state in {State.DECIDED, State.HANDLING} and obj.finding != BreachCase.Finding.DISMISSED,
        tone="primary",
    ),
    Verb(
        "claim",
        _("提出主张"),
        HANDLE,
        _claim,
        form=forms.ClaimForm,
        when=lambda obj: obj.notice_id is not None and obj.is_open and obj.finding != BreachCase.Finding.DISMISSED,
        explain=lambda obj: _t("代守约一方登记主张。违约金超过损失 130% 时只作提示，不自动扣减。"),
    ),
    Verb(
        "interrupt",
        _("登记时效中断"),
        HANDLE,
        _interrupt,
        form=forms.InterruptForm,
        when=lambda obj: obj.is_open,
        explain=lambda obj: _t("从中断或者程序终结之日起，三年诉讼时效重新计算（民法典第195条）。"),
    ),
    Verb(
        "evidence", _("补充材料或备注"), HANDLE, _evidence, form=forms.EvidenceForm, when=lambda obj: obj.is_open,
    ),
    Verb(
        "close",
        _("关闭案件"),
        HANDLE,
        _close,
        form=forms.TextForm,
        when=lambda obj: obj.is_open and obj.state not in {State.NOTIFIED, State.ANSWERED},
        explain=lambda obj: _t("请写明处理结果。未告知对方的案件关闭后，对方仍然看不到。"),
        tone="danger",
    ),
)  # fmt: skip


@admin.register(BreachCase)
class BreachCaseAdmin(RecordAdmin):
    list_display = ("number", "title", "party", "agreement_number", "state_badge", "finding", "found_on", "limitation")
    list_select_related = ("agreement__party_b",)
    list_filter = ("state", "party", "finding", ("found_on", DateRangeFilter), ("limitation_on", DateRangeFilter))
    search_fields = ("number", "title", "facts", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按案号、事由、事实、协议编号或乙方查找")
    fields = (
        "number", "agreement", "party", "title", "clause_numbers", "facts", "references", "found_on", "known_on",
        "notice", "reply_by", "finding", "finding_text", "decided_on", "outcome", "closed_on", "limitation_on",
        "opened_by", "opened_at",
    )  # fmt: skip
    empty_hint = _("还没有违约案件。点“登记违约案件”写下第一件。")
    list_verbs = (Verb("open", _("登记违约案件"), OPEN, _open, form=forms.OpenCaseForm, tone="primary"),)
    verbs = VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[BreachCase]:
        return super().get_queryset(request).select_related("agreement__party_a", "agreement__party_b", "notice")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return case_panels(obj, today=timezone.localdate(), user=cast(User, request.user))

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: BreachCase) -> SafeString:
        return badge(obj.get_state_display(), STATE_TONES[obj.state])

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: BreachCase) -> str:
        return obj.agreement.number

    @admin.display(description=_("诉讼时效届满日"), ordering="limitation_on")
    def limitation(self, obj: BreachCase) -> str:
        return obj.limitation_on.isoformat() if obj.limitation_on else _t("程序进行中，不计算")


def _accept(request: HttpRequest, obj: Claim, said: dict[str, Any]) -> str:
    claiming.accept(obj, **said, **_who(request))
    return _t("已登记认可。")


def _contest(request: HttpRequest, obj: Claim, said: dict[str, Any]) -> str:
    claiming.contest(obj, **said, **_who(request))
    return _t("已登记异议。")


def _settle(request: HttpRequest, obj: Claim, said: dict[str, Any]) -> str:
    claiming.settle(obj, **said, **_who(request))
    return _t("已登记清偿。")


def _withdraw(request: HttpRequest, obj: Claim, said: dict[str, Any]) -> str:
    claiming.withdraw(obj, **said, **_who(request))
    return _t("已登记撤回。")


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    list_display = ("case_link", "kind", "amount", "loss", "high", "state_badge", "claimed_at", "settled_on")
    list_display_links = ("kind",)
    list_select_related = ("case__agreement__party_b",)
    list_filter = ("state", "kind", "case__party", ("claimed_at", DateRangeFilter))
    search_fields = ("case__number", "case__title", "basis", "case__agreement__number")
    search_help_text = _("按案号、事由、依据或协议编号查找")
    fields = (
        "case", "kind", "amount", "loss", "high", "rule", "basis", "state_badge", "settled_amount", "settled_on",
        "claimed_by", "claimed_at",
    )  # fmt: skip
    readonly_fields = ("high", "state_badge")
    empty_hint = _("还没有主张。在违约案件的页面上提出。")
    verbs = (
        Verb(
            "accept", _("登记认可"), HANDLE, _accept, form=forms.MayTextForm,
            when=lambda obj: obj.state in {"claimed", "contested"}, tone="primary",
        ),
        Verb("contest", _("登记异议"), HANDLE, _contest, form=forms.TextForm, when=lambda obj: obj.state == "claimed"),
        Verb(
            "settle", _("登记清偿"), HANDLE, _settle, form=forms.SettleForm,
            when=lambda obj: obj.state in claiming.OPEN, tone="primary",
        ),
        Verb(
            "withdraw", _("登记撤回"), HANDLE, _withdraw, form=forms.TextForm,
            when=lambda obj: obj.state in claiming.OPEN, tone="danger",
        ),
    )  # fmt: skip

    @admin.display(description=_("案号"), ordering="case__number")
    def case_link(self, obj: Claim) -> SafeString:
        url = reverse("admin:contracts_breachcase_change", args=[obj.case_id])
        return format_html('<a href="{}">{}</a>', url, obj.case.number)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Claim) -> SafeString:
        return badge(obj.get_state_display(), CLAIM_TONES[obj.state])

    @admin.display(description=_("提示"))
    def high(self, obj: Claim) -> object:
        return badge(_("超过损失的 130%"), "warn") if obj.too_high else "—"


@admin.register(PenaltyRule)
class PenaltyRuleAdmin(ConsoleAdmin):
    list_display = ("clause_number", "formula", "version", "party", "rate", "amount", "cap")
    list_select_related = ("version__agreement",)
    list_filter = ("party",)
    search_fields = ("clause_number", "formula", "version__agreement__number", "version__agreement__party_b__name")
    search_help_text = _("按触发条款、计算方法、协议编号或乙方查找")
    autocomplete_fields = ("version",)
    fields = ("version", ("clause_number", "party"), "formula", ("rate", "amount", "cap"))
    empty_hint = _("还没有违约金约定。标准文本没有约定；补充协议约定后在这里登记。")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rules of terms in force are frozen, as the terms are."""
        draft = obj is None or obj.version.state == AgreementVersion.State.DRAFT
        return super().has_change_permission(request, obj) and draft
