"""The console: the one base of every admin page of the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.forms import BaseInlineFormSet, BaseModelForm, Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from people.acting import ActingMixin, Button, Outcome, Verb, VerbForm, always
from people.exporting import FORMATS, Row
from people.filtering import DateRangeFilter
from people.past import facts_of
from people.refusal import Refused
from people.showing import Panel, badge

__all__ = [
    "Button",
    "ConsoleAdmin",
    "ConsoleInline",
    "DateRangeFilter",
    "Outcome",
    "Panel",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "RecordAdmin",
    "Verb",
    "VerbForm",
    "always",
    "badge",
]

EXPORT_PERMISSION = "people.export_lists"

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    HistoryAdmin = admin.ModelAdmin[Any]
    Tabular = admin.TabularInline[Any, Any]
    FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    Admin = object
    HistoryAdmin = SimpleHistoryAdmin
    Tabular = admin.TabularInline
    FormSet = BaseInlineFormSet


class ExportMixin(Admin):
    """Lets people with the permission take the filtered list away, as CSV or XLSX."""

    export_columns: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        view = self.admin_site.admin_view(self.export_view)
        return [
            path("export/<slug:kind>/", view, name=f"{meta.app_label}_{meta.model_name}_export"),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The list as it is filtered and sorted in the address, columns as on the page (or export_columns)."""
        if not (self.has_view_permission(request) and request.user.has_perm(EXPORT_PERMISSION)):
            raise PermissionDenied
        if kind not in FORMATS:
            raise Http404
        rows = self.get_changelist_instance(request).get_queryset(request)
        columns = self.export_columns or tuple(str(name) for name in self.get_list_display(request))
        header = [label_for_field(name, self.model, self) for name in columns]
        name = f"{self.model._meta.model_name}-{timezone.localdate():%Y%m%d}"
        return FORMATS[kind](header, self._rows(rows.iterator(chunk_size=500), columns), name=name)

    def _rows(self, objects: Iterable[Model], columns: tuple[str, ...]) -> Iterator[Row]:
        for obj in objects:
            yield [self._cell(obj, name) for name in columns]

    def _cell(self, obj: Model, name: str) -> Any:
        try:
            field, _attribute, value = lookup_field(name, obj, self)
        except ObjectDoesNotExist:
            return None
        if field is not None and getattr(field, "flatchoices", None):
            return getattr(obj, f"get_{field.name}_display")()
        return strip_tags(value) if isinstance(value, SafeString) else value


class PageMixin(Admin):
    """What every list and record page of the console has in common."""

    list_per_page = 50
    show_full_result_count = False
    actions = None
    show_facets = admin.ShowFacets.NEVER
    save_on_top = False
    empty_hint: object = _("还没有记录。")
    link_lookups: tuple[str, ...] = ()  # filters that other pages link with, beyond those of the list itself

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup in self.link_lookups or super().lookup_allowed(lookup, value, request)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        """The sections to draw above the form of the record page."""
        return ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here: records end by a verb and stay."""
        return False

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What was done to the row, or its past states: a page to read, nothing to post."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        return super().history_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "title": capfirst(str(self.model._meta.verbose_name_plural)),
            "list_buttons": self._buttons(request, None),
            "export_urls": self._export_urls(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The record page.  What a verb refuses while saving is shown as an error of the form; the input stays."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change=change, **kwargs)
        refused = getattr(request, "refused", None)
        return form if refused is None else _refusing(form, refused)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        if obj is not None:
            context["panels"] = list(self.panels(request, obj))
            context["verb_buttons"] = self._buttons(request, obj)
            context["title"], context["subtitle"] = str(obj), capfirst(str(self.model._meta.verbose_name))
        context["has_history"] = hasattr(self.model, "history")
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChangeList

    def _buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        return self.buttons(request, obj) if isinstance(self, ActingMixin) else []

    def _export_urls(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not request.user.has_perm(EXPORT_PERMISSION):
            return []
        name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_export"
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return [(kind.upper(), reverse(name, args=[kind]) + query) for kind in FORMATS]


def _refusing(form: type[BaseModelForm[Any]], refused: Refused) -> type[BaseModelForm[Any]]:
    """The form class, whose clean ends in what was refused."""

    def clean(self: Form) -> None:
        self.add_error(None, str(refused))

    return type(form.__name__, (form,), {"clean": clean})


class ReadOnlyMixin(Admin):
    """Rows that people look at here and change, if at all, by verbs."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ConsoleAdmin(ActingMixin, ExportMixin, PageMixin, HistoryAdmin):
    """A record with history, edited in a form and changed by verbs."""

    def history_form_view(self, request: HttpRequest, object_id: str, version_id: str, **kwargs: Any) -> Any:
        """One past state, to read.  simple-history would save a POST of a view-only user: there is nothing to post."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        kept = self.model.history.model
        past = get_object_or_404(kept, **{self.model._meta.pk.attname: object_id, "history_id": version_id})
        context = {"past": past, "facts": facts_of(past)}
        return super().history_form_view(request, object_id, version_id, extra_context=context)  # type: ignore[misc]


class RecordAdmin(ReadOnlyMixin, ConsoleAdmin):
    """A record with history whose fields are read here and changed by verbs alone."""


class ReadOnlyAdmin(ReadOnlyMixin, ActingMixin, ExportMixin, PageMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Append-only rows without history of their own."""


class LabelledFormSet(FormSet):
    """Every input of a table of rows says what it is: the column heading is not a label."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if not field.widget.is_hidden and field.label:
                field.widget.attrs.setdefault("aria-label", str(field.label))


class ConsoleInline(Tabular):
    """Rows of a record, in a table with labelled inputs."""

    formset = LabelledFormSet
    template = "admin/tabular.html"
    extra = 0
    show_change_link = False
    can_delete = False


class ReadOnlyInline(ConsoleInline):
    """Rows of a record, to look at."""

    max_num = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
