"""The console's pages on intellectual property, licences and the list of legal duties."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import licences
from contracts.admin.doing import button
from contracts.admin.papers import paper_link
from contracts.forms.safeguards import PaperForm
from contracts.models import IPAsset, LawItem, Licence
from contracts.safeguard_faces import LICENCE_TONES, late_badge, until_badge
from people.console import ConsoleAdmin, DateRangeFilter, badge


@admin.register(IPAsset)
class IPAssetAdmin(ConsoleAdmin):
    list_display = ("name", "kind", "registration_number", "owner", "registered_on", "due", "link")
    list_select_related = ("owner", "certificate")
    list_filter = ("kind", "owner", ("registered_on", DateRangeFilter))
    search_fields = ("name", "registration_number", "owner__name")
    search_help_text = _("按名称、登记号或权利人查找")
    autocomplete_fields = ("owner",)
    fields = ("owner", "kind", "name", "registration_number", "registered_on", "expires_on", "link")
    readonly_fields = ("link",)
    export_columns = ("name", "kind", "registration_number", "owner", "registered_on", "expires_on")
    empty_hint = _("还没有登记知识产权。点“增加”登记平台的软件著作权、商标或专利。")
    verbs = (
        button(
            "certificate", _("上传证书"), "contracts.change_ipasset", licences.keep_certificate, _("证书已保存。"),
            form=PaperForm, tone="primary",
        ),
    )  # fmt: skip

    @admin.display(description=_("有效期至"), ordering="expires_on")
    def due(self, obj: IPAsset) -> SafeString | str:
        return until_badge(obj.expires_on, timezone.localdate())

    @admin.display(description=_("证书"))
    def link(self, obj: IPAsset) -> SafeString:
        return paper_link(obj.certificate)


@admin.register(Licence)
class LicenceAdmin(ConsoleAdmin):
    list_display = ("number", "party_b", "standing", "valid_from", "valid_until")
    list_select_related = ("agreement__party_b",)
    search_fields = ("agreement__number", "agreement__party_b__name", "scope")
    search_help_text = _("按协议编号、乙方或范围查找")
    autocomplete_fields = ("agreement", "assets")
    fields = ("agreement", "nature", "standing", "scope", "assets", "suspends_access", "suspends_right")
    readonly_fields = ("nature", "standing")
    empty_hint = _("还没有登记许可范围。许可的有效与否由协议的状态推算，点“增加”写明范围。")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("agreement",) if obj else ()))

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: Licence) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Licence) -> str:
        return str(obj.agreement.party_b)

    @admin.display(description=_("性质"))
    def nature(self, obj: Licence) -> str:
        return _t("非独占、不可转让、有范围限制；随协议生效和终止")

    @admin.display(description=_("状态"))
    def standing(self, obj: Licence) -> SafeString | str:
        if not obj.pk:
            return "—"
        found = licences.standing_now(obj, timezone.localdate())
        return badge(found.label, LICENCE_TONES[found.state])

    @admin.display(description=_("自"), ordering="agreement__effective_on")
    def valid_from(self, obj: Licence) -> Any:
        return obj.agreement.effective_on

    @admin.display(description=_("至"), ordering="agreement__ends_on")
    def valid_until(self, obj: Licence) -> Any:
        return obj.agreement.ends_on


@admin.register(LawItem)
class LawItemAdmin(ConsoleAdmin):
    list_display = ("law", "article", "control", "side", "standing", "due", "verified_on")
    list_filter = ("law", "side", ("next_review_on", DateRangeFilter))
    search_fields = ("law", "article", "control", "evidence", "gap")
    search_help_text = _("按法律法规、要求或证据查找")
    fields = ("law", "article", "control", "side", "evidence", "gap", "next_review_on", "source", "verified_on")
    empty_hint = _("还没有守法清单。点“增加”逐条登记，依据须由人核实。")

    @admin.display(description=_("落实情况"))
    def standing(self, obj: LawItem) -> SafeString:
        if obj.gap:
            return badge(_t("有差距"), "bad")
        return badge(_t("已落实"), "ok") if obj.evidence else badge(_t("没有证据"), "warn")

    @admin.display(description=_("下次复核日期"), ordering="next_review_on")
    def due(self, obj: LawItem) -> SafeString | str:
        return late_badge(obj.next_review_on, timezone.localdate())
