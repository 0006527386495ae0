"""The console's pages on what each agreement shares, and on the consents to it."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import sharing
from contracts.admin.papers import paper_link
from contracts.forms import sharing as forms
from contracts.models import AgreementItem, ItemConsent
from contracts.sharing_faces import freshness_badge, mode_words, shared_badge
from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb
from people.models import User

SHARE = "contracts.share_item"


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _plan(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    use = sharing.Use(purpose=said["purpose"], manner=said["manner"], scope=said["scope"])
    made = sharing.plan(said["agreement"], said["item"], use=use, expected_on=said["expected_on"], **_by(request))
    return Outcome(
        message=_t("已列入协议，双方核对后请确认。"),
        url=reverse("admin:contracts_agreementitem_change", args=[made.pk]),
    )


def _state_use(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.state_use(obj, sharing.Use(**said), **_by(request))
    return _t("已登记使用目的、方式和范围。")


def _confirm(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.confirm(obj, **_by(request))
    return _t("已确认，可以开通。")


def _consent(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.consent(obj, sharing.Consent(**said), **_by(request))
    return _t("已登记同意。")


def _open(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.open_item(obj, **_by(request))
    return _t("已开通。")


def _suspend(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.suspend(obj, reason=said["reason"], **_by(request))
    return _t("已暂停，已通知乙方。")


def _resume(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.resume(obj, **_by(request))
    return _t("已恢复。")


def _withdraw(request: HttpRequest, obj: AgreementItem, said: dict[str, Any]) -> str:
    sharing.withdraw(obj, reason=said["reason"], **_by(request))
    return _t("已下线，已通知乙方。")


def _is(*states: str) -> Any:
    return lambda obj: obj.state in states


def _may_consent(obj: AgreementItem) -> bool:
    return obj.state != "withdrawn" and obj.category == 4 and not (obj.consent_a_id and obj.consent_b_id)


class LateFilter(admin.SimpleListFilter):
    """Items not opened by the agreed day."""

    title = _("开通期限")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("逾期未开通"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.late_on(timezone.localdate()) if self.value() == "1" else queryset


@admin.register(AgreementItem)
class AgreementItemAdmin(RecordAdmin):
    list_display = (
        "item", "agreement_shown", "party_b", "category", "state_badge", "expected_on", "opened_on", "freshness_shown",
    )  # fmt: skip
    list_select_related = ("item__freshness", "agreement__party_b")
    list_filter = ("state", LateFilter, "category", ("opened_on", DateRangeFilter))
    search_fields = ("item__number", "item__title", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按目录编号、资源名称、协议编号或乙方查找")
    fields = (
        "agreement", "item", "category", "expected_on", "opened_on", "purpose", "manner", "scope", "state_reason",
    )  # fmt: skip
    empty_hint = _("还没有协议列入共享信息。点“列入协议”，从目录中选择。")
    list_verbs = (Verb("plan", _("列入协议"), SHARE, _plan, form=forms.PlanForm, tone="primary"),)
    verbs = (
        Verb("confirm", _("确认"), SHARE, _confirm, when=_is("planned"), tone="primary",
             explain=lambda obj: _t("确认双方都认可这一项属于协议约定的共享内容。")),
        Verb("use", _("登记用途"), SHARE, _state_use, form=forms.UseForm, when=_is("planned", "confirmed", "suspended"),
             explain=lambda obj: _t("用途变更后，已登记的同意不再有效，需要重新取得。")),
        Verb("consent", _("登记同意"), SHARE, _consent, form=forms.ConsentForm, when=_may_consent),
        Verb("open", _("开通"), SHARE, _open, when=_is("confirmed"), tone="primary",
             explain=lambda obj: _obstacles_or(obj, _t("开通后乙方可以申请使用。"))),
        Verb("resume", _("恢复"), SHARE, _resume, when=_is("suspended"), tone="primary",
             explain=lambda obj: _obstacles_or(obj, _t("恢复后原有授权继续有效。"))),
        Verb("suspend", _("暂停"), SHARE, _suspend, form=forms.ReasonForm, when=_is("open"), tone="danger"),
        Verb("withdraw", _("下线"), SHARE, _withdraw, form=forms.ReasonForm, tone="danger",
             when=lambda obj: obj.state != "withdrawn",
             explain=lambda obj: _t("下线后不能恢复，这一项下的授权都不能再使用。")),
    )  # fmt: skip

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_shown(self, obj: AgreementItem) -> str:
        return obj.agreement.number

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: AgreementItem) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: AgreementItem) -> SafeString:
        return shared_badge(obj)

    @admin.display(description=_("新鲜度"), ordering="item__freshness__overdue_from")
    def freshness_shown(self, obj: AgreementItem) -> SafeString:
        return freshness_badge(obj.item, timezone.localdate())

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        waiting = obj.state in {"planned", "confirmed", "suspended"}
        consents = [(row, paper_link(row.paper)) for row in obj.consents.select_related("paper", "recorded_by")]
        yield Panel(
            name="standing",
            label=_("共享情况"),
            template="admin/contracts/shared_standing.html",
            context={
                "shared": obj,
                "state": shared_badge(obj),
                "freshness": freshness_badge(obj.item, today),
                "modes": mode_words(obj.item),
                "obstacles": sharing.obstacles(obj, today) if waiting else [],
                "consents": consents,
            },
        )


def _obstacles_or(obj: AgreementItem, words: str) -> str:
    found = sharing.obstacles(obj, timezone.localdate())
    return _t("现在还不能开通：") + " ".join(found) if found else words


@admin.register(ItemConsent)
class ItemConsentAdmin(ReadOnlyAdmin):
    list_display = ("shared_item", "side", "given_by", "given_on", "letter", "recorded_by", "recorded_at")
    list_select_related = ("shared_item__item", "shared_item__agreement", "paper", "recorded_by")
    list_filter = ("side", ("given_on", DateRangeFilter))
    search_fields = (
        "given_by",
        "shared_item__item__title",
        "shared_item__item__number",
        "shared_item__agreement__number",
    )
    search_help_text = _("按同意人、资源名称、目录编号或协议编号查找")
    exclude = ("paper",)
    readonly_fields = ("letter",)
    empty_hint = _("还没有同意记录。第四类信息在“各协议共享信息”中登记双方的同意。")

    @admin.display(description=_("同意书"))
    def letter(self, obj: ItemConsent) -> SafeString:
        return paper_link(obj.paper)
