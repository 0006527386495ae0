"""The console's pages on usage files."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import usage_buttons
from billing.models import UsageUpload
from billing.upload_panels import problem_header, problem_rows, upload_panels
from billing.uploads import OPEN
from people.console import DateRangeFilter, Panel, ReadOnlyAdmin, badge
from people.exporting import FORMATS
from people.showing import Tone
from people.uploading import download

TONES: dict[str, Tone] = {
    "uploaded": "muted", "checking": "info", "checked": "warn", "taking_in": "info", "taken_in": "ok",
    "failed": "bad", "discarded": "muted",
}  # fmt: skip


@admin.register(UsageUpload)
class UsageUploadAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "source", "agreement_number", "state_badge", "read", "new", "known", "wrong", "uploaded_by",
        "uploaded_at",
    )  # fmt: skip
    list_select_related = ("agreement", "uploaded_by")
    list_filter = ("state", ("uploaded_at", DateRangeFilter))
    search_fields = ("name", "source", "sha256", "agreement__number", "uploaded_by__name")
    search_help_text = _("按文件名、来源系统、校验值、协议编号或上传人查找")
    date_hierarchy = "uploaded_at"
    empty_hint = _("还没有用量文件。点“导入用量”上传 CSV 或 XLSX。")
    fields = (
        ("name", "size"), ("source", "agreement"), ("uploaded_by", "uploaded_at"), ("confirmed_by", "confirmed_at"),
        "ended_at", "sha256",
    )  # fmt: skip
    list_verbs = (usage_buttons.UPLOAD_VERB,)
    verbs = usage_buttons.UPLOAD_VERBS

    class Media:
        css = {"all": ("sla/sla.css",)}
        js = ("sla/progress.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", view(self.progress_view), name="billing_usageupload_progress"),
            path("<int:pk>/problems/", view(self.problems_view), name="billing_usageupload_problems"),
            path("<int:pk>/file/", view(self.file_view), name="billing_usageupload_file"),
            *super().get_urls(),
        ]

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far it is, for the bar of the page."""
        row = self._row(request, pk)
        said = {"state": row.state, "done": row.done, "total": 100, "percent": row.done, "lines": row.read}
        return JsonResponse({**said, "over": row.state not in OPEN})

    def problems_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The wrong lines, as the format that the address asks for (xlsx or csv)."""
        row, kind = self._row(request, pk), request.GET.get("as", "xlsx")
        if kind not in FORMATS:
            raise Http404
        return FORMATS[kind](problem_header(), problem_rows(row), name=f"usage-{row.pk}-problems")

    def file_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The file as it was sent."""
        row = self._row(request, pk)
        return download(row.file, name=row.name, content_type="application/octet-stream")

    def _row(self, request: HttpRequest, pk: int) -> UsageUpload:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return cast(UsageUpload, found)

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: UsageUpload) -> str:
        return obj.agreement.number if obj.agreement else str(_("见文件"))

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: UsageUpload) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return upload_panels(obj)
