"""The console's pages on secure channels and certificates of compliance."""

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

from contracts import safeguards
from contracts.admin.doing import button
from contracts.admin.papers import paper_link
from contracts.forms.safeguards import CertificateForm, ChannelCheckForm, RemarkForm, WhyForm, WhyNotForm
from contracts.models import ChannelDuty, ComplianceCertificate, SecureChannel
from contracts.safeguard_faces import certificate_badge, late_badge, until_badge
from contracts.tables import Linked, table
from people.console import ConsoleAdmin, ConsoleInline, DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User

CHECK = "contracts.check_safeguards"
RECORD, VERIFY = "contracts.record_certificate", "contracts.verify_certificate"


def checks_table(rows: Iterable[Any]) -> Panel:
    """The checks of a channel or a measure, newest first."""
    return table(
        "checks",
        _("检查记录"),
        (_("检查日期"), _("结果"), _("检查情况"), _("登记人"), _("附件")),
        (
            (
                row.checked_on,
                badge(row.get_result_display(), "ok" if row.result == "ok" else "bad"),
                row.text,
                str(row.by),
                Linked(row.paper.name, reverse("admin:contracts_paper_file", args=[row.paper_id])) if row.paper else "",
            )
            for row in rows
        ),
        empty=_("还没有检查记录。"),
    )


class ChannelDutyInline(ConsoleInline):
    model = ChannelDuty
    fields = ("side", "person", "phone")
    max_num = 2


@admin.register(SecureChannel)
class SecureChannelAdmin(ConsoleAdmin):
    list_display = ("name", "kind", "number", "algorithms", "certificate_due", "check_due", "standing")
    list_select_related = ("agreement",)
    list_filter = ("kind", ("certificate_until", DateRangeFilter), ("next_check_on", DateRangeFilter))
    search_fields = ("name", "certificate_subject", "agreement__number", "agreement__party_b__name", "duties__person")
    search_help_text = _("按名称、证书主体、协议编号、乙方或责任人查找")
    autocomplete_fields = ("agreement",)
    inlines = (ChannelDutyInline,)
    empty_hint = _("还没有安全通道。点“增加”登记一条，并写明双方责任人。")
    verbs = (
        button(
            "check", _("登记检查"), CHECK, safeguards.check_channel, _("已登记检查。"), form=ChannelCheckForm,
            when=lambda obj: obj.retired_on is None, tone="primary",
        ),
        button(
            "retire", _("停用"), "contracts.change_securechannel", safeguards.retire_channel, _("通道已停用。"),
            form=WhyForm, when=lambda obj: obj.retired_on is None, tone="danger",
        ),
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A retired channel stays as it was."""
        return super().has_change_permission(request, obj) and (obj is None or obj.retired_on is None)

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: SecureChannel) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("证书有效期至"), ordering="certificate_until")
    def certificate_due(self, obj: SecureChannel) -> SafeString | str:
        return until_badge(obj.certificate_until, timezone.localdate())

    @admin.display(description=_("下次检查日期"), ordering="next_check_on")
    def check_due(self, obj: SecureChannel) -> SafeString | str:
        return late_badge(obj.next_check_on, timezone.localdate())

    @admin.display(description=_("状态"), ordering="retired_on")
    def standing(self, obj: SecureChannel) -> SafeString:
        return badge(_t("已停用"), "muted") if obj.retired_on else badge(_t("使用中"), "ok")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield checks_table(obj.checks.select_related("by", "paper"))


class RunningOutFilter(admin.SimpleListFilter):
    """Certificates that have expired or will soon, or are to be assessed."""

    title = _("到期情况")
    parameter_name = "running_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("0", _("已过期")), ("30", _("30 天内到期")), ("90", _("90 天内到期"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"0", "30", "90"}:
            return queryset
        # 0 days: what is past, so the day itself is still in time.
        days = int(str(self.value())) or -1
        return cast("QuerySet[Any]", cast(Any, queryset).running_out(timezone.localdate(), days=days))


def _submit(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    owner, file, replaces = (said.pop(name) for name in ("owner", "file", "replaces"))
    stated = safeguards.Stated(**said)
    made = safeguards.submit(
        owner, stated, file=file, replaces=replaces, by=cast(User, request.user), at=timezone.now()
    )
    url = reverse("admin:contracts_compliancecertificate_change", args=[made.pk])
    return Outcome(message=_t("已登记，请核验。"), url=url)


@admin.register(ComplianceCertificate)
class ComplianceCertificateAdmin(RecordAdmin):
    list_display = ("subject", "kind", "level", "owner", "state_badge", "due", "assessment_due", "record_number")
    list_select_related = ("owner",)
    list_filter = (RunningOutFilter, "kind", "state", ("valid_until", DateRangeFilter))
    search_fields = ("subject", "record_number", "assessor", "owner__name")
    search_help_text = _("按对象系统、编号、测评机构或持有单位查找")
    fields = (
        "state_badge", "owner", "kind", "subject", "level", "record_number", "assessor", "valid_from", "valid_until",
        "next_assessment_on", "link", "replaces", "remark", "submitted_by", "submitted_at",
    )  # fmt: skip
    readonly_fields = ("state_badge", "link")
    empty_hint = _("还没有安全合规证书。点“登记证书”，或由乙方在门户提交。")
    list_verbs = (Verb("submit", _("登记证书"), RECORD, _submit, form=CertificateForm, tone="primary"),)
    verbs = (
        button(
            "verify", _("核验通过"), VERIFY, safeguards.verify, _("已核验，开始计入合规状态。"), form=RemarkForm,
            when=lambda obj: obj.state == "submitted", tone="primary",
        ),
        button(
            "reject", _("核验不通过"), VERIFY, safeguards.reject, _("已登记核验未通过。"), form=WhyNotForm,
            when=lambda obj: obj.state == "submitted", tone="danger",
        ),
        button(
            "withdraw", _("停用"), VERIFY, safeguards.withdraw, _("证书已停用。"), form=WhyNotForm,
            when=lambda obj: obj.state == "verified", tone="danger",
        ),
    )  # fmt: skip

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ComplianceCertificate) -> SafeString:
        return certificate_badge(obj, timezone.localdate())

    @admin.display(description=_("有效期至"), ordering="valid_until")
    def due(self, obj: ComplianceCertificate) -> SafeString | str:
        return until_badge(obj.valid_until, timezone.localdate())

    @admin.display(description=_("下次测评期限"), ordering="next_assessment_on")
    def assessment_due(self, obj: ComplianceCertificate) -> SafeString | str:
        return late_badge(obj.next_assessment_on, timezone.localdate())

    @admin.display(description=_("证书或报告"))
    def link(self, obj: ComplianceCertificate) -> SafeString:
        return paper_link(obj.paper)
