"""The console's pages on organisations: who they are, their names, contacts, accounts and people."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import accounts, merging, registering
from contracts.admin.rows import rows_panel
from contracts.forms.merging import AskMergeForm, HiddenMergeForm, MergeForm
from contracts.forms.organisations import (
    AccountForm,
    AddNameForm,
    OrganisationForm,
    RenameForm,
    RetireNameForm,
    retirable,
)
from contracts.models import Organisation
from contracts.uscc import examine
from people.console import Button, ConsoleAdmin, Panel, Verb, badge
from people.models import User
from people.showing import Tone

CHANGE = "contracts.change_organisation"
ACCOUNT_TONES: dict[str, Tone] = {"proposed": "warn", "current": "ok", "former": "muted", "dropped": "muted"}


def _rename(request: HttpRequest, obj: Organisation, said: dict[str, Any]) -> str:
    registering.rename(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已更名，原名称转为曾用名。已提交签署的协议仍按签署时的名称。")


def _add_name(request: HttpRequest, obj: Organisation, said: dict[str, Any]) -> str:
    registering.add_name(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已登记，按这个名称可以找到本单位。")


def _retire_name(request: HttpRequest, obj: Organisation, said: dict[str, Any]) -> str:
    registering.retire_name(said["name"], on=said["on"], by=cast(User, request.user), at=timezone.now())
    return _t("已停用。")


def _propose(request: HttpRequest, obj: Organisation, said: dict[str, Any]) -> str:
    reason = said.pop("reason")
    by, at = cast(User, request.user), timezone.now()
    accounts.propose(obj, accounts.Details(**said), reason=reason, by=by, at=at)
    return _t("已提出，财务主管批准后启用；在此之前仍用现用账户。")


def _merge(request: HttpRequest, obj: Organisation, said: dict[str, Any]) -> str:
    merging.ask(obj, said["into"], reason=said["reason"], by=cast(User, request.user), at=timezone.now())
    return _t("已提请合并，由安全管理员审批。")


def _standing(obj: Organisation) -> bool:
    return obj.merged_into_id is None


def uscc_badge(obj: Any) -> SafeString:
    """A code with what is known of it: nothing beside a right one."""
    verdict = examine(obj.uscc)
    if not verdict.code:
        return badge(_("未登记"), "muted")
    if verdict.check_digit_ok:
        return format_html("{}", obj.uscc)
    known = badge(_("已核对"), "info") if obj.uscc_reason else badge(_("待核对"), "warn")
    return format_html("{} {}", obj.uscc, known)


class StandingFilter(admin.SimpleListFilter):
    """Those that were merged into another, or all the others."""

    title = _("状态")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("standing", _("正常")), ("merged", _("已并入"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(merged_into__isnull=self.value() == "standing") if self.value() else queryset


@admin.register(Organisation)
class OrganisationAdmin(ConsoleAdmin):
    form = OrganisationForm
    list_display = ("name", "kind", "code", "contact_name", "contact_phone", "standing")
    list_filter = ("kind", StandingFilter)
    list_select_related = ("merged_into",)
    search_fields = ("name", "uscc", "contact_name")
    search_help_text = _("按名称（含曾用名、别名）、代码或联系人查找")
    export_columns = (
        "name", "kind", "uscc", "uscc_reason", "legal_representative", "address", "contact_name", "standing",
    )  # fmt: skip
    empty_hint = _("还没有单位。点“增加”登记甲方和乙方单位。")
    verbs = (
        Verb(
            "rename",
            _("更名"),
            CHANGE,
            _rename,
            form=RenameForm,
            when=_standing,
            explain=lambda obj: _t("现用名转为曾用名并记下日期；已提交签署的协议不受影响。"),
        ),
        Verb("add-name", _("登记其他名称"), CHANGE, _add_name, form=AddNameForm, when=_standing,
             explain=lambda obj: _t("登记曾用名、别名或简称，旧文件上的名称也能找到本单位。")),
        Verb("retire-name", _("停用其他名称"), CHANGE, _retire_name, form=RetireNameForm,
             when=lambda obj: _standing(obj) and retirable(obj).exists()),
        Verb("account", _("提出账户变更"), "contracts.propose_bankaccount", _propose, form=AccountForm, when=_standing,
             explain=lambda obj: _t("财务主管批准后，新账户启用，原账户转为已停用。批准之前账单仍印原账户。")),
        Verb("merge", _("并入其他单位"), "contracts.request_merge", _merge, form=AskMergeForm, when=_standing,
             explain=lambda obj: _t("安全管理员批准后合并，不能撤销；请先在“并入其他单位”页核对会归入什么。")),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        known = ["uscc_confirmed"] if obj is not None and obj.uscc_reason else []
        who = ["name", "kind", "uscc", "uscc_reason", *known, "legal_representative", "address", "distinct"]
        return [
            (None, {"fields": who}),
            (_("主联系人"), {"fields": ["contact_name", "contact_phone", "contact_email"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The name of a registered organisation is changed by the verb, which keeps the old one."""
        return ["name", "uscc_confirmed"] if obj is not None else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Whoever only looks is asked nothing."""
        if obj is not None and not self.has_change_permission(request, obj):
            kwargs["fields"] = [name for name in OrganisationForm.Meta.fields if name != "name"]
        return super().get_form(request, obj, change=change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was merged into another is kept as it was."""
        return super().has_change_permission(request, obj) and (obj is None or _standing(obj))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Also by every name the organisation bears or bore; merged ones are offered in no choice."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            named = Organisation.objects.named(search_term)
            coded = Q(uscc__contains=examine(search_term).code or search_term)
            found = queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=named.values("pk")) | coded)
        match = request.resolver_match
        if match is not None and match.url_name == "autocomplete":
            found = found.filter(merged_into__isnull=True)
        return found, doubled

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:  # noqa: FBT001
        save = registering.amend if change else registering.register
        save(obj, assurance=form.assurance, by=cast(User, request.user), at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.merge_view)
        return [
            path("<path:object_id>/merge-plan/", view, name="contracts_organisation_mergeplan"),
            *super().get_urls(),
        ]

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        """Merging begins with a look at what it would do."""
        offered = super().buttons(request, obj)
        return [
            Button(button.verb, reverse("admin:contracts_organisation_mergeplan", args=[obj.pk]))
            if button.verb.name == "merge"
            else button
            for button in offered
        ]

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose the organisation that stays, see what would move, and ask for the merge."""
        if not request.user.has_perm("contracts.request_merge"):
            raise PermissionDenied
        old: Any = self.get_object(request, object_id)
        if old is None:
            raise Http404
        form = MergeForm(request.GET or None, obj=old)
        into = form.cleaned_data["into"] if form.is_bound and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("并入其他单位"),
            "opts": self.model._meta,
            "original": old,
            "form": form,
            "plan": merging.plan(old, into) if into else None,
            "ask": HiddenMergeForm(initial={"into": into}) if into else None,
            "verb_url": reverse("admin:contracts_organisation_verb", args=[old.pk, "merge"]),
            "back_url": reverse("admin:contracts_organisation_change", args=[old.pk]),
        }
        return TemplateResponse(request, "admin/contracts/merge.html", context)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield _names(obj)
        if request.user.has_perm("contracts.view_contact"):
            yield _contacts(obj, adding=request.user.has_perm("contracts.add_contact"))
        if request.user.has_perm("contracts.view_bankaccount"):
            yield _accounts(obj)
        if request.user.has_perm("contracts.view_membership"):
            yield _members(obj)

    @admin.display(description=_("统一社会信用代码"), ordering="uscc")
    def code(self, obj: Organisation) -> SafeString:
        return uscc_badge(obj)

    @admin.display(description=_("状态"), ordering="merged_into")
    def standing(self, obj: Organisation) -> SafeString:
        if obj.merged_into is None:
            return badge(_("正常"), "ok")
        return badge(_t("已并入%(name)s") % {"name": obj.merged_into}, "muted")

    @admin.display(description=_("代码确认"))
    def uscc_confirmed(self, obj: Organisation) -> str:
        if obj.uscc_confirmed_at is None:
            return "—"
        when = timezone.localtime(obj.uscc_confirmed_at)
        return f"{obj.uscc_confirmed_by} {when:%Y-%m-%d %H:%M}"


def _names(obj: Organisation) -> Panel:
    rows = [(row.name, row.get_kind_display(), row.valid_from, row.valid_to) for row in obj.names.all()]
    columns = (_("名称"), _("种类"), _("启用日期"), _("停用日期"))
    return rows_panel("names", _("名称"), columns, rows, empty=_("还没有其他名称。"))


def _members(obj: Organisation) -> Panel:
    change = "admin:contracts_membership_change"
    rows = [
        (
            format_html('<a href="{}">{}</a>', reverse(change, args=[row.pk]), row.user),
            row.user.username,
            row.get_role_display(),
            badge(_("有效"), "ok") if row.active else badge(_("已停用"), "muted"),
        )
        for row in obj.memberships.select_related("user").order_by("-active", "role", "pk")
    ]
    columns = (_("姓名"), _("用户名"), _("身份"), _("状态"))
    return rows_panel("members", _("可以代表本单位的用户"), columns, rows, empty=_("还没有人能代表本单位登录门户。"))


def _contacts(obj: Organisation, *, adding: bool) -> Panel:
    add = f"{reverse('admin:contracts_contact_add')}?organisation={obj.pk}"
    rows = [
        (
            row.get_role_display(),
            format_html('<a href="{}">{}</a>', reverse("admin:contracts_contact_change", args=[row.pk]), row.name),
            row.phone,
            row.email,
        )
        for row in obj.contacts.valid()
    ]
    return rows_panel(
        "contacts",
        _("联系人"),
        (_("事项"), _("姓名"), _("电话"), _("邮箱")),
        rows,
        empty=_("还没有分事项的联系人。"),
        actions=[(_("增加联系人"), add)] if adding and _standing(obj) else (),
    )


def _accounts(obj: Organisation) -> Panel:
    rows = [
        (
            badge(row.get_state_display(), ACCOUNT_TONES[row.state]),
            row.holder,
            row.bank,
            format_html(
                '<a href="{}">{}</a>', reverse("admin:contracts_bankaccount_change", args=[row.pk]), row.number
            ),
            row.valid_from,
            row.valid_to,
        )
        for row in obj.bank_accounts.all()
    ]
    return rows_panel(
        "accounts",
        _("银行账户"),
        (_("状态"), _("户名"), _("开户行"), _("账号"), _("启用日期"), _("停用日期")),
        rows,
        empty=_("还没有银行账户。"),
    )
