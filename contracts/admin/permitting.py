"""The console's pages on consents and third parties."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import consents, third_parties
from contracts.admin.doing import button
from contracts.admin.papers import paper_link
from contracts.forms.permitting import ApproveForm, ConsentForm, EndForm, GrantForm, ReasonsForm, ThirdPartyForm
from contracts.models import ConsentRequest, ThirdPartyAccess
from contracts.safeguard_faces import consent_badge, third_party_badge, until_badge
from people.console import DateRangeFilter, Outcome, RecordAdmin, Verb
from people.models import User


class InForceFilter(admin.SimpleListFilter):
    """Consents that stand today."""

    title = _("效力")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("现在有效"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = cast(Any, queryset)
        return cast("QuerySet[Any]", rows.in_force_on(timezone.localdate()) if self.value() == "yes" else rows)


def _request(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement = said.pop("agreement")
    made = consents.request(agreement, consents.Asked(**said), by=cast(User, request.user), at=timezone.now())
    url = reverse("admin:contracts_consentrequest_change", args=[made.pk])
    return Outcome(message=_t("已登记申请，等待审批。"), url=url)


@admin.register(ConsentRequest)
class ConsentRequestAdmin(RecordAdmin):
    list_display = ("purpose", "kind", "number", "party_b", "state_badge", "valid_from", "due", "requested_at")
    list_select_related = ("agreement__party_b",)
    list_filter = (InForceFilter, "state", "kind", ("requested_at", DateRangeFilter))
    search_fields = ("purpose", "scope", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按用途、范围、协议编号或乙方查找")
    fields = (
        "state_badge", "agreement", "kind", "purpose", "scope", "wanted_from", "wanted_until", "requested_by",
        "requested_at", "reasons", "decided_by", "decided_at", "valid_from", "valid_until", "link", "revoked_on",
    )  # fmt: skip
    readonly_fields = ("state_badge", "link")
    empty_hint = _("还没有同意申请。乙方在门户提交，或点“登记申请”录入书面申请。")
    list_verbs = (
        Verb("request", _("登记申请"), "contracts.record_consent", _request, form=ConsentForm, tone="primary"),
    )
    verbs = (
        button(
            "grant", _("同意"), "contracts.decide_consent", consents.grant, _("已同意。"), form=GrantForm,
            when=lambda obj: obj.state == "requested", tone="primary",
        ),
        button(
            "refuse", _("不同意"), "contracts.decide_consent", consents.refuse, _("已答复不同意。"), form=ReasonsForm,
            when=lambda obj: obj.state == "requested", tone="danger",
        ),
        button(
            "revoke", _("撤销同意"), "contracts.decide_consent", consents.revoke, _("同意已撤销。"), form=ReasonsForm,
            when=lambda obj: obj.state == "granted", tone="danger",
            explain=lambda obj: _t("自今天起不再有效；此前的使用仍在同意范围内。"),
        ),
    )  # fmt: skip

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: ConsentRequest) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: ConsentRequest) -> str:
        return str(obj.agreement.party_b)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ConsentRequest) -> SafeString:
        return consent_badge(obj, timezone.localdate())

    @admin.display(description=_("同意至"), ordering="valid_until")
    def due(self, obj: ConsentRequest) -> SafeString | str:
        return until_badge(obj.valid_until, timezone.localdate())

    @admin.display(description=_("同意书"))
    def link(self, obj: ConsentRequest) -> SafeString:
        return paper_link(obj.letter)


class FindingFilter(admin.SimpleListFilter):
    """Live access, and live access that nobody approved."""

    title = _("接入情况")
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("正在接入")), ("finding", _("未经批准仍在接入"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows, today = cast(Any, queryset), timezone.localdate()
        kept = {"live": rows.live, "finding": rows.unapproved}.get(self.value() or "")
        return cast("QuerySet[Any]", kept(today)) if kept else queryset


def _declare(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement, file = said.pop("agreement"), said.pop("file")
    stated = third_parties.Declared(**said)
    made = third_parties.declare(agreement, stated, file=file, by=cast(User, request.user), at=timezone.now())
    url = reverse("admin:contracts_thirdpartyaccess_change", args=[made.pk])
    return Outcome(message=_t("已登记，等待审批。"), url=url)


@admin.register(ThirdPartyAccess)
class ThirdPartyAccessAdmin(RecordAdmin):
    list_display = ("name", "number", "party_b", "state_badge", "access_from", "access_until", "purpose")
    list_select_related = ("agreement__party_b",)
    list_filter = (FindingFilter, "state", ("access_from", DateRangeFilter))
    search_fields = ("name", "uscc", "purpose", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按第三方、信用代码、协议编号或乙方查找")
    fields = (
        "state_badge", "agreement", "name", "uscc", "purpose", "scope", "access_from", "access_until", "link",
        "declared_by", "declared_at", "reasons", "decided_by", "decided_at", "ended_on",
    )  # fmt: skip
    readonly_fields = ("state_badge", "link")
    empty_hint = _("还没有第三方接入。乙方在门户申报，或点“登记第三方”。")
    list_verbs = (
        Verb("declare", _("登记第三方"), "contracts.record_thirdparty", _declare, form=ThirdPartyForm, tone="primary"),
    )
    verbs = (
        button(
            "approve", _("批准"), "contracts.decide_thirdparty", third_parties.approve, _("已批准。"), form=ApproveForm,
            when=lambda obj: obj.state in {"declared", "refused"}, tone="primary",
        ),
        button(
            "refuse", _("不批准"), "contracts.decide_thirdparty", third_parties.refuse, _("已答复不批准。"),
            form=ReasonsForm, when=lambda obj: obj.state == "declared", tone="danger",
        ),
        button(
            "end", _("登记终止"), "contracts.record_thirdparty", third_parties.end, _("已登记终止。"), form=EndForm,
            when=lambda obj: obj.state != "ended",
        ),
    )  # fmt: skip

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: ThirdPartyAccess) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: ThirdPartyAccess) -> str:
        return str(obj.agreement.party_b)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ThirdPartyAccess) -> SafeString:
        return third_party_badge(obj, timezone.localdate())

    @admin.display(description=_("保密协议"))
    def link(self, obj: ThirdPartyAccess) -> SafeString:
        return paper_link(obj.nda)
