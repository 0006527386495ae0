"""The console's pages on the agreement text: as a page, on paper, and the editions that went to signing."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.lifecycle import open_blanks
from contracts.models import Agreement, AgreementText, AgreementVersion
from contracts.text.document import LANGUAGES
from contracts.text.freezing import document_of, kept_pdf, newest_text, pdf_of
from contracts.text_panels import newest_version, signed_scans
from people.console import DateRangeFilter, ReadOnlyAdmin
from people.refusal import Refused
from people.uploading import pdf_download

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object


class TextMixin(Admin):
    """Gives the page of an agreement its text, as a page and on paper."""

    class Media:
        css = {"all": ("contracts/text.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<path:object_id>/text/", view(self.text_view), name="contracts_agreement_text"),
            path("<path:object_id>/text/pdf/", view(self.text_pdf_view), name="contracts_agreement_textpdf"),
        ]
        return own + super().get_urls()

    def text_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The text of the newest version, or of the version whose number is in the address."""
        version = self._version(request, object_id)
        agreement = version.agreement
        items = open_blanks(agreement) if agreement.state == Agreement.State.DRAFT else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("协议文本"),
            "subtitle": str(agreement),
            "opts": self.model._meta,
            "agreement": agreement,
            "document": document_of(version, on=timezone.localdate(), language=request.LANGUAGE_CODE),
            "open_items": items,
            "kept": newest_text(version),
            "scans": list(signed_scans(agreement)),
            "pdf_url": f"{reverse('admin:contracts_agreement_textpdf', args=[agreement.pk])}?version={version.number}",
        }
        return TemplateResponse(request, "admin/contracts/text.html", context)

    def text_pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The text on paper; language=en in the address gives English labels."""
        version = self._version(request, object_id)
        agreement = version.agreement
        items = open_blanks(agreement) if agreement.state == Agreement.State.DRAFT else []
        language = wanted_language(request)
        try:
            content = pdf_of(version, on=timezone.localdate(), language=language, open_items=items)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:contracts_agreement_text", agreement.pk)
        return pdf_download(content, name=f"agreement-{agreement.pk}-v{version.number}-{language}.pdf")

    def _version(self, request: HttpRequest, object_id: str) -> AgreementVersion:
        if not self.has_view_permission(request):
            raise PermissionDenied
        agreement: Any = self.get_object(request, object_id)
        version = newest_version(cast(Agreement, agreement)) if agreement is not None else None
        if version is None:
            raise Http404
        number = request.GET.get("version", "")
        if number.isascii() and number.isdigit() and int(number) != version.number:
            version = agreement.versions.filter(number=int(number)).first()
            if version is None:
                raise Http404
            version.agreement = agreement
        return version


def wanted_language(request: HttpRequest) -> str:
    """The language asked for in the address; Chinese for anything that has no labels."""
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


@admin.register(AgreementText)
class AgreementTextAdmin(ReadOnlyAdmin):
    list_display = ("version", "edition", "sha256", "by", "at", "link")
    list_select_related = ("version__agreement", "by")
    list_filter = (("at", DateRangeFilter),)
    search_fields = ("version__agreement__number", "sha256", "pdf_sha256")
    search_help_text = _("按协议编号或校验值查找")
    fields = ("version", "edition", "sha256", "pdf_sha256", "link", "by", "at")
    readonly_fields = ("link",)
    export_columns = ("version", "edition", "sha256", "pdf_sha256", "by", "at")
    empty_hint = _("还没有定稿文本。协议提交签署时，文本和校验值会自动留存在这里。")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("snapshot")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pdf_view)
        return [path("<path:object_id>/pdf/", view, name="contracts_agreementtext_pdf"), *super().get_urls()]

    def pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The PDF of this edition, as it was kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text: Any = self.get_object(request, object_id)
        if text is None:
            raise Http404
        try:
            content = kept_pdf(text)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:contracts_agreementtext_change", text.pk)
        return pdf_download(content, name=f"agreement-text-{text.pk}.pdf")

    @admin.display(description="PDF")
    def link(self, obj: AgreementText) -> SafeString:
        return format_html('<a href="{}">PDF</a>', reverse("admin:contracts_agreementtext_pdf", args=[obj.pk]))
