"""The console's pages on templates: their versions, clauses and blanks."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import templating
from contracts.forms.templates import ReasonForm, StartTemplateForm, TemplateBlankForm, TemplateClauseForm
from contracts.models import AgreementTemplate, TemplateBlank, TemplateClause, TemplateVersion
from people.console import ConsoleAdmin, Outcome, Panel, Verb, badge
from people.models import User
from people.showing import Tone

EDIT = "contracts.change_templateversion"
DRAFT, PUBLISHED = TemplateVersion.State.DRAFT, TemplateVersion.State.PUBLISHED
TONES: dict[str, Tone] = {DRAFT: "muted", PUBLISHED: "ok", TemplateVersion.State.RETIRED: "warn"}


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _to(row: Model) -> str:
    return reverse(f"admin:contracts_{row._meta.model_name}_change", args=[row.pk])


def _start(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = templating.start(**said, **_by(request))
    return Outcome(message=_t("已建立模板草稿，请登记空白、写入条款。"), url=_to(made))


def _new_draft(request: HttpRequest, obj: AgreementTemplate, said: dict[str, Any]) -> Outcome:
    made = templating.new_draft(obj, **_by(request))
    return Outcome(message=_t("已从最新版本复制出草稿，可以修改。"), url=_to(made))


def _ask(request: HttpRequest, obj: TemplateVersion, said: dict[str, Any]) -> str:
    templating.ask_to_publish(obj, **said, **_by(request))
    return _t("已提交审批，财务主管批准后发布。")


def _retire(request: HttpRequest, obj: TemplateVersion, said: dict[str, Any]) -> str:
    templating.retire(obj, **said, **_by(request))
    return _t("已停用，不再用它起草新协议。")


def _take_out(request: HttpRequest, obj: TemplateClause, said: dict[str, Any]) -> Outcome:
    version = obj.version
    templating.take_out(obj, **_by(request))
    return Outcome(message=_t("已移出草稿。"), url=_to(version))


@admin.register(AgreementTemplate)
class AgreementTemplateAdmin(ConsoleAdmin):
    list_display = ("name", "code", "purpose", "current")
    search_fields = ("name", "code")
    search_help_text = _("按名称或代码查找")
    fields = ("name", "purpose")
    empty_hint = _("还没有协议模板。点“新建模板”，或者由系统管理员运行 manage.py load_templates 装入随附的模板。")
    list_verbs = (Verb("start", _("新建模板"), EDIT, _start, form=StartTemplateForm, tone="primary"),)
    verbs = (
        Verb(
            "new-draft",
            _("修改模板"),
            EDIT,
            _new_draft,
            explain=lambda obj: _t("已发布的版本不能改：会复制出一个草稿版本，改好后由另一人批准发布。"),
            tone="primary",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("versions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A template starts by its verb, together with its first draft."""
        return False

    @admin.display(description=_("现行版本"))
    def current(self, obj: AgreementTemplate) -> str:
        numbers = [version.number for version in obj.versions.all() if version.state == PUBLISHED]
        return f"v{numbers[0]}" if numbers else "—"

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        versions = list(obj.versions.select_related("drafted_by", "published_by").order_by("-number"))
        rows = [(version, badge(version.get_state_display(), TONES[version.state])) for version in versions]
        yield Panel(
            name="versions",
            label=_("版本"),
            template="admin/contracts/template_versions.html",
            context={"rows": rows},
            count=len(rows),
        )


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ConsoleAdmin):
    class Media:
        css = {"all": ("contracts/text.css",)}

    list_display = ("template", "number", "state_badge", "drafted_by", "drafted_at", "published_by", "published_at")
    list_select_related = ("template", "drafted_by", "published_by")
    list_filter = ("template", "state")
    search_fields = ("template__name", "template__code", "summary")
    search_help_text = _("按模板名称、代码或修改说明查找")
    fields = (
        "template", "number", "summary", "drafted_by", "drafted_at", "published_by", "published_at", "sha256",
    )  # fmt: skip
    readonly_fields = ("template", "number", "drafted_by", "drafted_at", "published_by", "published_at", "sha256")
    empty_hint = _("还没有模板版本。先在“协议模板”里新建模板。")
    verbs = (
        Verb(
            "ask",
            _("申请发布"),
            EDIT,
            _ask,
            form=ReasonForm,
            when=lambda obj: obj.state == DRAFT,
            explain=lambda obj: _t("由财务主管批准；批准前再改正文，申请作废。发布后正文不能再改，上一版停用。"),
            tone="primary",
        ),
        Verb(
            "retire",
            _("停用"),
            EDIT,
            _retire,
            form=ReasonForm,
            when=lambda obj: obj.state == PUBLISHED,
            explain=lambda obj: _t("停用后不能再用它起草；已经用它起草的协议不受影响。"),
            tone="danger",
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A version starts as a copy, by the verb of its template."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == DRAFT)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: TemplateVersion) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        nodes, blanks = list(obj.nodes.all()), list(obj.blanks.all())
        editing = obj.state == DRAFT and request.user.has_perm("contracts.change_templateclause")
        count = sum(node.kind == TemplateClause.Kind.CLAUSE for node in nodes)
        state = self.state_badge(obj)
        yield Panel(
            name="text",
            label=_("正文"),
            template="admin/contracts/template_text.html",
            context={"version": obj, "nodes": nodes, "editing": editing, "state": state},
            count=count,
        )
        yield Panel(
            name="blanks",
            label=_("空白"),
            template="admin/contracts/template_blanks.html",
            context={"version": obj, "blanks": blanks, "editing": editing},
            count=len(blanks),
        )


class _PartAdmin(ConsoleAdmin):
    """A row of a template version: edited while the version is a draft."""

    list_select_related = ("version__template",)
    list_filter: ClassVar[Any] = ("version__template", "version__state")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.version.state == DRAFT)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in the menu: the page of the version shows the whole text and leads to its parts."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("version",) if obj is not None else ()


@admin.register(TemplateClause)
class TemplateClauseAdmin(_PartAdmin):
    form = TemplateClauseForm
    list_display = ("version", "number", "kind", "heading", "klass", "topic")
    list_filter = (*_PartAdmin.list_filter, "kind", "klass")
    search_fields = ("number", "heading", "text")
    search_help_text = _("按编号、标题或正文查找")
    verbs = (
        Verb(
            "take-out",
            _("移出草稿"),
            EDIT,
            _take_out,
            when=lambda obj: obj.version.state == DRAFT,
            explain=lambda obj: _t("从这个草稿版本里去掉这一条；原文留在审计日志和历史里。"),
            tone="danger",
        ),
    )


@admin.register(TemplateBlank)
class TemplateBlankAdmin(_PartAdmin):
    form = TemplateBlankForm
    list_display = ("version", "name", "label", "kind", "home", "required")
    list_filter = (*_PartAdmin.list_filter, "kind")
    search_fields = ("name", "label")
    search_help_text = _("按名称或说明查找")
