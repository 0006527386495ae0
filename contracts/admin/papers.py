"""The console's pages on papers: what is kept, and its download."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.models import Paper
from people.console import DateRangeFilter, ReadOnlyAdmin
from people.uploading import download


@admin.register(Paper)
class PaperAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "agreement", "organisation", "for_party_b", "by", "at", "link")
    list_select_related = ("agreement", "organisation", "by")
    list_filter = ("kind", ("at", DateRangeFilter), "for_party_b")
    search_fields = ("title", "name", "sha256", "agreement__number", "organisation__name")
    search_help_text = _("按名称、文件名、校验值、协议编号或单位查找")
    fields = (
        "title", "kind", "agreement", "organisation", "for_party_b", "name", "link", "size", "sha256", "by", "at",
    )  # fmt: skip
    readonly_fields = ("link",)
    export_columns = ("title", "kind", "agreement", "organisation", "name", "size", "sha256", "by", "at")
    empty_hint = _("还没有文件。办理签署、送达、同意等事项时上传的文件会保存在这里。")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("<path:object_id>/file/", view, name="contracts_paper_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The kept file, as a download."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        paper: Any = self.get_object(request, object_id)
        if paper is None:
            raise Http404
        return download(paper.file, name=paper.name, content_type=paper.content_type)

    @admin.display(description=_("下载"))
    def link(self, obj: Paper) -> SafeString:
        return paper_link(obj)


def paper_link(paper: Paper | None) -> SafeString:
    """The download of a paper, or a dash."""
    if paper is None:
        return format_html("{}", "—")
    return format_html('<a href="{}">{}</a>', reverse("admin:contracts_paper_file", args=[paper.pk]), paper.name)
