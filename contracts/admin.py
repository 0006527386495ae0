"""The console's pages on organisations, agreements, terms and support hours."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import lifecycle
from contracts.clauses import filled_blanks, worded
from contracts.forms import AgreementVersionForm, PutInForceForm, SupportHoursForm
from contracts.models import Agreement, AgreementVersion, Clause, Membership, Organisation, SupportHours
from contracts.panels import panels_of
from contracts.weeks import DAYS, seconds_a_day, written_day
from people.console import ConsoleAdmin, ConsoleInline, DateRangeFilter, Panel, Verb, badge
from people.models import User
from people.showing import Tone

STATE_TONES: dict[str, Tone] = {
    Agreement.State.DRAFT: "muted",
    Agreement.State.FOR_SIGNING: "info",
    Agreement.State.PARTLY_SIGNED: "info",
    Agreement.State.IN_FORCE: "ok",
    Agreement.State.SUSPENDED: "bad",
    Agreement.State.EXPIRED: "warn",
    Agreement.State.TERMINATED: "muted",
    Agreement.State.CLOSED: "muted",
}


class MembershipInline(ConsoleInline):
    model = Membership
    autocomplete_fields = ("user",)
    verbose_name_plural = _("可以代表本单位的用户")


@admin.register(Organisation)
class OrganisationAdmin(ConsoleAdmin):
    list_display = ("name", "kind", "uscc", "contact_name", "contact_phone")
    list_filter = ("kind",)
    search_fields = ("name", "uscc", "contact_name")
    search_help_text = _("按名称、统一社会信用代码或联系人查找")
    inlines = (MembershipInline,)
    empty_hint = _("还没有单位。点“增加”登记甲方和乙方单位。")
    fieldsets = (
        (None, {"fields": ("name", "kind", "uscc", "address")}),
        (_("联系人"), {"fields": ("contact_name", "contact_phone", "contact_email")}),
        (_("银行账户"), {"fields": ("bank_name", "bank_account")}),
    )


@admin.register(Agreement)
class AgreementAdmin(ConsoleAdmin):
    list_display = ("number", "title", "party_b", "state_badge", "effective_on", "ends_on", "manager")
    list_select_related = ("party_b", "manager")
    list_filter = ("state", ("ends_on", DateRangeFilter), "manager")
    search_fields = ("number", "title", "party_b__name")
    search_help_text = _("按编号、名称或乙方查找")
    autocomplete_fields = ("party_a", "party_b", "manager")
    empty_hint = _("还没有协议。点“增加”起草第一份协议。")
    fields = ("number", "title", ("party_a", "party_b"), "manager", ("term_years", "ends_on"))
    verbs = (
        Verb(
            "for-signing",
            _("提交签署"),
            "contracts.change_agreement",
            lambda request, obj, data: _open_for_signing(request, obj),
            when=lambda obj: obj.state == Agreement.State.DRAFT,
            explain=lambda obj: _t("提交后内容不能再改，等待双方签署。"),
            tone="primary",
        ),
        Verb(
            "in-force",
            _("登记生效"),
            "contracts.activate_agreement",
            lambda request, obj, data: _put_in_force(request, obj, data),
            form=PutInForceForm,
            when=lambda obj: obj.state in {Agreement.State.FOR_SIGNING, Agreement.State.PARTLY_SIGNED},
            explain=lambda obj: _t("双方都已签署后登记；条款从生效日期起适用。"),
            tone="primary",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        return super().get_queryset(request).select_related("party_a", "party_b", "manager")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft is edited; later changes are supplements."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == Agreement.State.DRAFT)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Agreement) -> SafeString:
        return badge(obj.get_state_display(), STATE_TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        versions = list(obj.versions.select_related("support_hours"))
        current = versions[-1] if versions else None
        clauses = list(current.clauses.all()) if current else []
        if current:
            current.agreement = obj
            blanks = filled_blanks(current)
            for clause in clauses:
                clause.worded = worded(clause, blanks)
        yield Panel(
            name="overview",
            label=_("概况"),
            template="admin/contracts/overview.html",
            context={
                "agreement": obj,
                "version": current,
                "state": self.state_badge(obj),
                "blanks": lifecycle.open_blanks(obj) if obj.state == Agreement.State.DRAFT else [],
            },
        )
        yield from panels_of(cast(User, request.user), obj)
        yield Panel(
            name="clauses",
            label=_("条款"),
            template="admin/contracts/clauses.html",
            context={"clauses": clauses, "versions": versions},
            count=len(clauses),
        )


def _open_for_signing(request: HttpRequest, obj: Agreement) -> str:
    lifecycle.open_for_signing(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已提交签署。")


def _put_in_force(request: HttpRequest, obj: Agreement, data: dict[str, Any]) -> str:
    lifecycle.put_in_force(obj, **data, by=cast(User, request.user), at=timezone.now())
    return _t("协议已生效。")


@admin.register(AgreementVersion)
class AgreementVersionAdmin(ConsoleAdmin):
    form = AgreementVersionForm
    list_display = ("agreement", "number", "kind", "state", "effective_from", "effective_to")
    list_select_related = ("agreement",)
    list_filter = ("kind", "state")
    search_fields = ("agreement__number", "agreement__title", "agreement__party_b__name")
    search_help_text = _("按协议编号、名称或乙方查找")
    autocomplete_fields = ("agreement", "support_hours")
    fieldsets = (
        (None, {"fields": ("agreement", ("number", "kind"), ("effective_from", "effective_to"), "summary")}),
        (_("签署与保密"), {"fields": ("signing_rule", "confidentiality_years")}),
        (
            _("支持与时限"),
            {"fields": ("support_hours", "support_hours_per_day", "clock_hours", "response_hours", "solution_hours")},
        ),
        (
            _("付款与利息"),
            {
                "fields": (
                    "payment_working_days",
                    "interest_basis",
                    "interest_rate",
                    "interest_year_days",
                    "allocation_order",
                )
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Terms in force are frozen."""
        draft = obj is None or (
            obj.state == AgreementVersion.State.DRAFT and obj.agreement.state == Agreement.State.DRAFT
        )
        return super().has_change_permission(request, obj) and draft


@admin.register(Clause)
class ClauseAdmin(ConsoleAdmin):
    list_display = ("version", "number", "heading", "klass")
    list_select_related = ("version__agreement",)
    list_filter = ("klass",)
    search_fields = ("number", "heading", "text", "version__agreement__number")
    search_help_text = _("按条款号、标题或正文查找")
    autocomplete_fields = ("version",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        draft = obj is None or obj.version.state == AgreementVersion.State.DRAFT
        return super().has_change_permission(request, obj) and draft


@admin.register(SupportHours)
class SupportHoursAdmin(ConsoleAdmin):
    form = SupportHoursForm
    list_display = ("name", "calendar", "weekends_served", "makeup_days_served")
    list_select_related = ("calendar",)
    search_fields = ("name",)
    search_help_text = _("按名称查找")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Hours that terms in force name are frozen: make new ones and a supplement."""
        used = obj is not None and obj.versions.filter(state=AgreementVersion.State.ACTIVE).exists()
        return super().has_change_permission(request, obj) and not used

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The week as lines to fill in; where it is only read, the picture above shows it."""
        fields = ["name", "calendar", "weekly", "weekends_served", "makeup_days_served"]
        if obj is not None and not self.has_change_permission(request, obj):
            fields.remove("weekly")
        return fields

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        rows = [
            {"day": day, "windows": written_day(windows) or "—", "hours": seconds / 3600, "spans": _spans(windows)}
            for day, windows, seconds in zip(DAYS, obj.weekly, seconds_a_day(obj.weekly), strict=True)
        ]
        yield Panel(
            name="week", label=_("一周的支持时间"), template="admin/contracts/week.html", context={"rows": rows}
        )


def _spans(windows: list[list[str]]) -> list[tuple[float, float]]:
    """Left edge and width of each window on a day of 96 quarter hours."""

    def quarters(text: str) -> float:
        hour, minute = text.split(":")[:2]
        return (int(hour) * 60 + int(minute)) / 15

    drawn = []
    for opens, closes in windows:
        left, right = quarters(opens), quarters(closes)
        drawn.append((left, (right if right > left else 96) - left))
    return drawn
