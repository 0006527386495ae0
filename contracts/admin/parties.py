"""The console's pages on signing parties, and the buttons of a draft agreement that describe them."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import parties
from contracts.admin.organisations import uscc_badge
from contracts.admin.papers import paper_link
from contracts.forms.organisations import SideAForm, SideBForm
from contracts.models import Agreement, AgreementParty
from people.console import RecordAdmin, Verb, badge
from people.models import User


def _describe(side: str) -> Callable[[HttpRequest, Any, dict[str, Any]], object]:
    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> str:
        file = said.pop("file")
        signing = parties.Signing(**said)
        parties.describe(obj, side, signing, file=file, by=cast(User, request.user), at=timezone.now())
        return _t("已登记，提交签署时连同单位信息一并固定。")

    return call


def _draft(obj: Any) -> bool:
    return bool(obj.state == Agreement.State.DRAFT)


def _explain(obj: Any) -> str:
    return _t("名称、代码、性质和地址取自单位登记，提交签署时固定，以后单位变更不影响本协议。")


# On the agreement's page.
VERBS = (
    Verb("party-a", _("甲方签署信息"), "contracts.change_agreement", _describe("a"), form=SideAForm, when=_draft,
         explain=_explain),
    Verb("party-b", _("乙方签署信息"), "contracts.change_agreement", _describe("b"), form=SideBForm, when=_draft,
         explain=_explain),
)  # fmt: skip


@admin.register(AgreementParty)
class AgreementPartyAdmin(RecordAdmin):
    list_display = ("agreement", "side", "borne_name", "borne_kind", "signer", "capacity", "standing")
    list_select_related = ("agreement", "organisation")
    list_filter = ("side", "kind")
    search_fields = ("agreement__number", "name", "organisation__name", "uscc", "signer")
    search_help_text = _("按协议编号、签署时名称、单位、代码或签署人查找")
    fields = (
        "agreement", "side", "organisation", "standing", "borne_name", "code", "uscc_reason", "borne_kind", "address",
        "legal_representative", "signer", "capacity", "authorisation_link", "notice_address", "notice_email",
        "notice_system", "frozen_at", "frozen_by", "superseded_at",
    )  # fmt: skip
    readonly_fields = ("standing", "borne_name", "borne_kind", "code", "authorisation_link")
    empty_hint = _("还没有签署主体。在协议草稿上登记签署信息，或提交签署时自动生成。")

    @admin.display(description=_("签署时名称"), ordering="name")
    def borne_name(self, obj: AgreementParty) -> str:
        return obj.name or str(obj.organisation)

    @admin.display(description=_("性质"), ordering="kind")
    def borne_kind(self, obj: AgreementParty) -> str:
        return obj.get_kind_display() if obj.kind else obj.organisation.get_kind_display()

    @admin.display(description=_("统一社会信用代码"))
    def code(self, obj: AgreementParty) -> SafeString:
        return uscc_badge(obj if obj.frozen_at else obj.organisation)

    @admin.display(description=_("授权委托书"))
    def authorisation_link(self, obj: AgreementParty) -> SafeString:
        return paper_link(obj.authorisation)

    @admin.display(description=_("状态"), ordering="frozen_at")
    def standing(self, obj: AgreementParty) -> SafeString:
        if obj.superseded_at is not None:
            return badge(_("已被替代"), "muted")
        return badge(_("已固定"), "ok") if obj.frozen_at is not None else badge(_("草稿"), "muted")
