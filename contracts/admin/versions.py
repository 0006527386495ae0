"""The console's pages on terms, clauses and what supplements change in them."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts import supplements
from contracts.admin.signing import SIGNING_VERBS, signing_panel
from contracts.admin.supplementing import AMENDMENT_VERBS, CLAUSE_VERBS, VERSION_VERBS, is_open_draft
from contracts.clauses import filled_blanks, worded
from contracts.comparing import compare
from contracts.forms import AgreementVersionForm
from contracts.models import Agreement, AgreementVersion, Clause, ClauseAmendment
from contracts.version_panels import TONES, clauses_panel, version_panels, warnings_panel
from contracts.warning import warnings_of
from people.console import ConsoleAdmin, Panel, RecordAdmin, badge
from people.models import User

CHANGE_TONES: dict[str, Any] = {"added": "ok", "changed": "warn", "removed": "bad"}
ABOUT_SUPPLEMENT = ("effective_from", "effective_to"), "ends_on", "amount_added", "summary", "retro_reason"


def is_first_draft(version: AgreementVersion) -> bool:
    """Whether the version is the original of an agreement that is still being drafted."""
    return (
        not version.is_supplement
        and version.state == AgreementVersion.State.DRAFT
        and version.agreement.state == Agreement.State.DRAFT
    )


@admin.register(AgreementVersion)
class AgreementVersionAdmin(ConsoleAdmin):
    form = AgreementVersionForm
    list_display = ("agreement", "number", "kind", "state_badge", "effective_from", "effective_to", "summary")
    list_select_related = ("agreement",)
    list_filter = ("kind", "state")
    search_fields = ("agreement__number", "agreement__title", "agreement__party_b__name", "summary")
    search_help_text = _("按协议编号、名称、乙方或变更说明查找")
    autocomplete_fields = ("agreement", "support_hours")
    readonly_fields = ("number", "kind", "effective_to")
    empty_hint = _("还没有协议版本。起草协议后点“增加”填写它的条款；以后的变更在协议页面起草补充协议。")

    class Media:
        css = {"all": ["contracts/diff.css"]}

    verbs = (*VERSION_VERBS, *SIGNING_VERBS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgreementVersion]:
        related = ("agreement__party_a", "agreement__party_b", "support_hours", "base__support_hours", "drafted_by")
        return super().get_queryset(request).select_related(*related)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A supplement says from when and to when, and why; an original only from when."""
        about = ABOUT_SUPPLEMENT if obj and obj.is_supplement else (("effective_from", "effective_to"), "summary")
        support = ("support_hours", "support_hours_per_day", "clock_hours", "response_hours", "solution_hours")
        statement = ("period_months", "statement_working_days", "statement_silence", "statement_required")
        money = (
            "payment_working_days", "interest_basis", "interest_rate", "interest_year_days", "interest_counting",
            "interest_cap", "allocation_order",
        )  # fmt: skip
        return (
            (None, {"fields": ("agreement", ("number", "kind"), *about)}),
            (_("签署与保密"), {"fields": ("signing_rule", "confidentiality_years")}),
            (_("默示续期"), {"fields": (("tacit_notice_days", "tacit_years"),)}),
            (_("支持与时限"), {"fields": support}),
            (_("付款与利息"), {"fields": money}),
            (_("催告"), {"fields": (("cure_days", "cure_counted"),)}),
            (_("计费周期与对账"), {"fields": statement}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A version belongs to its agreement for good."""
        return (*self.readonly_fields, "agreement") if obj else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Terms are edited while they are a draft: the original of a draft agreement, or a draft supplement."""
        draft = obj is None or is_first_draft(obj) or is_open_draft(obj)
        return super().has_change_permission(request, obj) and draft

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """A supplement is kept by its verb, which looks at the start, the end and the state under a lock."""
        if obj.is_supplement:
            supplements.keep_terms(obj, by=cast(User, request.user), at=timezone.now())
        else:
            super().save_model(request, obj, form, change)
        for words in warnings_of(obj, on=timezone.localdate()):
            messages.warning(request, words)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: AgreementVersion) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield from warnings_panel(obj, on=timezone.localdate())
        yield from version_panels(obj, cast(User, request.user), at=timezone.now())
        if obj.state != AgreementVersion.State.DRAFT and not obj.is_withdrawn:
            yield signing_panel(obj)
        blanks = filled_blanks(obj)
        clauses = list(obj.clauses.all())
        for clause in clauses:
            clause.worded = worded(clause, blanks)
        yield clauses_panel(obj, clauses)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.compare_view)
        return [
            path("<path:object_id>/compare/", view, name="contracts_agreementversion_compare"),
            *super().get_urls(),
        ]

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """This version beside another one of its agreement: ?with= its number, else the one it was drafted from."""
        new: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, new):
            raise PermissionDenied
        if new is None:
            raise Http404
        others = list(self.get_queryset(request).filter(agreement=new.agreement_id).exclude(pk=new.pk))
        asked = next((other for other in others if str(other.number) == request.GET.get("with")), None)
        other = asked or new.base or (others[0] if others else None)
        old, new = sorted((other, new), key=lambda version: version.number) if other else (None, new)
        context = {
            **self.admin_site.each_context(request),
            "title": _("版本对比"),
            "subtitle": str(new.agreement),
            "opts": self.model._meta,
            "version": new if old is None or str(new.pk) == object_id else old,
            "others": others,
            "other": other,
            "comparison": compare(old, new) if old else None,
        }
        return TemplateResponse(request, "admin/contracts/compare.html", context)


@admin.register(Clause)
class ClauseAdmin(ConsoleAdmin):
    list_display = ("version", "number", "heading", "klass")
    list_select_related = ("version__agreement",)
    list_filter = ("klass",)
    search_fields = ("number", "heading", "text", "version__agreement__number")
    search_help_text = _("按条款号、标题或正文查找")
    verbs = CLAUSE_VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clause]:
        return super().get_queryset(request).select_related("version__agreement")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A clause is written by hand into an original that is still a draft; supplements have their buttons."""
        if db_field.name == "version":
            drafts = AgreementVersion.objects.filter(state=AgreementVersion.State.DRAFT, agreement__state="draft")
            kwargs["queryset"] = drafts.filter(kind=AgreementVersion.Kind.ORIGINAL).select_related("agreement")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "version" and field is not None:
            field.error_messages["invalid_choice"] = _(
                "这个版本已提交签署或已生效，条款不能再增加或修改；补充协议的草稿请在它的页面新增条款。"
            )
        return field

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """In a supplement a clause is changed by its buttons, which keep the amendment."""
        return super().has_change_permission(request, obj) and (obj is None or is_first_draft(obj.version))


@admin.register(ClauseAmendment)
class ClauseAmendmentAdmin(RecordAdmin):
    list_display = ("version_link", "number", "change_badge", "new_heading", "old_heading", "reason")
    list_display_links = ("number",)
    list_select_related = ("version__agreement",)
    list_filter = ("change", "version__state", "version__agreement")
    search_fields = ("number", "old_text", "new_text", "reason", "version__agreement__number")
    search_help_text = _("按条款号、原文、新文、理由或协议编号查找")
    fields = ("version_link", "number", "change_badge", "old_heading", "old_text", "new_heading", "new_text", "reason")
    readonly_fields = ("version_link", "change_badge")
    export_columns = (
        "version", "number", "change", "old_heading", "old_text", "new_heading", "new_text", "reason",
    )  # fmt: skip
    empty_hint = _("还没有条款变动。在补充协议草稿里修改、新增或删除条款后，逐条记在这里。")
    verbs = AMENDMENT_VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClauseAmendment]:
        return super().get_queryset(request).select_related("version__agreement")

    @admin.display(description=_("协议版本"), ordering="version")
    def version_link(self, obj: ClauseAmendment) -> SafeString:
        url = reverse("admin:contracts_agreementversion_change", args=[obj.version_id])
        return format_html('<a href="{}">{}</a>', url, obj.version)

    @admin.display(description=_("变动"), ordering="change")
    def change_badge(self, obj: ClauseAmendment) -> SafeString:
        return badge(obj.get_change_display(), CHANGE_TONES[obj.change])
