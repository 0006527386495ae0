"""The console's pages on grants: what is asked for, decided, suspended and ended."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import grants
from contracts.access_faces import grant_badge, quota_words
from contracts.admin.papers import paper_link
from contracts.forms.access import GiveForm, StaffAskForm
from contracts.forms.sharing import ReasonForm
from contracts.models import AccessGrant
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb
from people.models import User


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _request(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    shared = said.pop("shared_item")
    made = grants.request(shared, grants.Ask(**said), **_by(request))
    url = reverse("admin:contracts_accessgrant_change", args=[made.pk])
    return Outcome(message=_t("已登记申请，等待审批。"), url=url)


def _give(request: HttpRequest, obj: AccessGrant, said: dict[str, Any]) -> str:
    grants.give(obj, **said, **_by(request))
    return _t("已批准，已通知乙方。")


def _refuse(request: HttpRequest, obj: AccessGrant, said: dict[str, Any]) -> str:
    grants.refuse(obj, reason=said["reason"], **_by(request))
    return _t("已驳回，已通知乙方。")


def _suspend(request: HttpRequest, obj: AccessGrant, said: dict[str, Any]) -> str:
    grants.suspend(obj, reason=said["reason"], **_by(request))
    return _t("已暂停，已通知乙方。")


def _resume(request: HttpRequest, obj: AccessGrant, said: dict[str, Any]) -> str:
    grants.resume(obj, **_by(request))
    return _t("已恢复。")


def _end(request: HttpRequest, obj: AccessGrant, said: dict[str, Any]) -> str:
    grants.end(obj, reason=said["reason"], **_by(request))
    return _t("已终止，已通知乙方。")


def _is(*states: str) -> Any:
    return lambda obj: obj.state in states


def _explain_giving(obj: AccessGrant) -> str:
    if obj.shared_item.item.share_attribute == "unconditional":
        return _t("这是无条件共享的数据资源，不应附加协议以外的条件。批准后乙方即可使用。")
    return _t("请核对使用目的、方式和范围。批准后乙方即可使用。")


@admin.register(AccessGrant)
class AccessGrantAdmin(RecordAdmin):
    link_lookups = ("shared_item__agreement__id__exact",)
    list_display = ("item", "party_b", "mode", "state_badge", "valid_from", "valid_to", "quota_shown", "requested_at")
    list_select_related = ("shared_item__item", "shared_item__agreement__party_b")
    list_filter = ("state", "mode", ("valid_to", DateRangeFilter))
    search_fields = (
        "shared_item__item__number", "shared_item__item__title", "shared_item__agreement__number",
        "shared_item__agreement__party_b__name", "purpose",
    )  # fmt: skip
    search_help_text = _("按资源名称、目录编号、协议编号、乙方或使用目的查找")
    fields = (
        "shared_item", "mode", "purpose", "manner", "scope", "valid_from", "valid_to", "quota_shown", "requested_by",
        "requested_at", "decided_by", "decided_at", "reason", "letter",
    )  # fmt: skip
    readonly_fields = ("quota_shown", "letter")
    empty_hint = _("还没有使用授权。乙方在门户提出申请，或者点“登记申请”代为登记。")
    list_verbs = (
        Verb("request", _("登记申请"), "contracts.register_grant", _request, form=StaffAskForm, tone="primary"),
    )
    verbs = (
        Verb("give", _("批准"), grants.DECIDE, _give, form=GiveForm, when=_is("requested"), tone="primary",
             explain=_explain_giving),
        Verb("refuse", _("驳回"), grants.DECIDE, _refuse, form=ReasonForm, when=_is("requested"), tone="danger",
             explain=lambda obj: _t("请写明理由，乙方据此修改或提出异议（政务数据共享条例）。")),
        Verb("resume", _("恢复"), grants.DECIDE, _resume, when=_is("suspended"), tone="primary"),
        Verb("suspend", _("暂停"), grants.DECIDE, _suspend, form=ReasonForm, when=_is("granted"), tone="danger"),
        Verb("end", _("终止"), grants.DECIDE, _end, form=ReasonForm, when=_is("granted", "suspended"), tone="danger"),
    )  # fmt: skip

    @admin.display(description=_("数据资源"), ordering="shared_item__item__number")
    def item(self, obj: AccessGrant) -> str:
        return str(obj.shared_item.item)

    @admin.display(description=_("乙方"), ordering="shared_item__agreement__party_b__name")
    def party_b(self, obj: AccessGrant) -> str:
        return obj.shared_item.agreement.party_b.name

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: AccessGrant) -> SafeString:
        return grant_badge(obj, timezone.localdate())

    @admin.display(description=_("用量上限"))
    def quota_shown(self, obj: AccessGrant) -> str:
        return quota_words(obj)

    @admin.display(description=_("授权书"))
    def letter(self, obj: AccessGrant) -> SafeString:
        return paper_link(obj.paper)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        yield Panel(
            name="usability",
            label=_("现在能不能用"),
            template="admin/contracts/grant_usability.html",
            context={
                "grant": obj,
                "state": grant_badge(obj, today),
                "reasons": grants.usable_on(obj, today).reasons,
            },
        )
