"""The console's pages of the clause board: one agreement, and all of them at a glance."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import panorama
from contracts.board import LABELS, Standing
from contracts.board_asking import asked
from contracts.board_printing import board_pdf
from contracts.models import Agreement, BoardTally
from people.console import ReadOnlyAdmin, Verb
from people.models import User
from people.refusal import Refused
from people.showing import badge

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object


class BoardMixin(Admin):
    """Gives the page of an agreement its board, as a page and on paper."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<path:object_id>/board/", view(self.board_view), name="contracts_agreement_board"),
            path("<path:object_id>/board/pdf/", view(self.board_pdf_view), name="contracts_agreement_boardpdf"),
        ]
        return own + super().get_urls()

    def board_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every clause with its live state; state and side in the address keep some of them."""
        agreement, user = self._agreement(request, object_id), cast(User, request.user)
        board = panorama.staff_board(agreement, user=user, at=timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "title": _("合同履约全景"),
            "subtitle": str(agreement),
            "opts": self.model._meta,
            "agreement": agreement,
            "asked": asked(request.GET.dict()),
            "board": board,
            "shown": asked(request.GET.dict()).of(board),
            "pdf_url": reverse("admin:contracts_agreement_boardpdf", args=[agreement.pk]),
        }
        return TemplateResponse(request, "admin/contracts/board.html", context)

    def board_pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The board as it is filtered in the address, on paper."""
        agreement, user = self._agreement(request, object_id), cast(User, request.user)
        wanted = asked(request.GET.dict())
        shown = wanted.of(panorama.staff_board(agreement, user=user, at=timezone.now()))
        try:
            content = board_pdf(shown, by=str(user), chosen=wanted.words)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:contracts_agreement_board", agreement.pk)
        return pdf_response(content, f"board-{agreement.pk}-{timezone.localdate():%Y%m%d}.pdf")

    def _agreement(self, request: HttpRequest, object_id: str) -> Agreement:
        if not self.has_view_permission(request):
            raise PermissionDenied
        agreement: Any = self.get_object(request, object_id)
        if agreement is None:
            raise Http404
        return cast(Agreement, agreement)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep, not to cache."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


class BurningFilter(admin.SimpleListFilter):
    """Agreements with at least one clause of a standing."""

    title = _("有此状态的条款")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(standing.value, str(LABELS[standing])) for standing in Standing]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{f"{value}__gt": 0}) if value in set(Standing) else queryset


def _refresh(request: HttpRequest, obj: BoardTally) -> str:
    panorama.tally(obj.agreement, at=timezone.now())
    return _t("已重新统计。")


@admin.register(BoardTally)
class BoardTallyAdmin(ReadOnlyAdmin):
    list_display = (
        "board_link", "party_b", "state", "breached_mark", "overdue_mark", "due_soon_mark", "kept", "not_measurable",
        "unproven", "not_trackable", "read_at",
    )  # fmt: skip
    list_display_links = None
    list_select_related = ("agreement__party_b", "agreement__manager")
    list_per_page = 20
    list_filter = (BurningFilter, "agreement__state", "agreement__manager")
    search_fields = ("agreement__number", "agreement__title", "agreement__party_b__name")
    search_help_text = _("按协议编号、名称或乙方查找")
    fields = (
        "agreement", "breached", "overdue", "due_soon", "kept", "not_measurable", "unproven", "not_trackable",
        "read_at",
    )  # fmt: skip
    export_columns = (
        "agreement", "party_b", "state", "breached", "overdue", "due_soon", "kept", "not_measurable", "unproven",
        "not_trackable", "read_at",
    )  # fmt: skip
    empty_hint = _("还没有统计。协议登记后由系统定时统计。")
    verbs = (
        Verb(
            "refresh",
            _("重新统计"),
            "contracts.refresh_boardtally",
            lambda request, obj, said: _refresh(request, obj),
            explain=lambda obj: _t("系统每 20 分钟统计一次；要立即看到新结果，可以在这里重新统计。"),
        ),
    )

    @admin.display(description=_("协议"), ordering="agreement__number")
    def board_link(self, obj: BoardTally) -> SafeString:
        url = reverse("admin:contracts_agreement_board", args=[obj.agreement_id])
        return format_html('<a href="{}">{}</a>', url, obj.agreement.number)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: BoardTally) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("状态"), ordering="agreement__state")
    def state(self, obj: BoardTally) -> str:
        return obj.agreement.get_state_display()

    @admin.display(description=_("已违约"), ordering="breached")
    def breached_mark(self, obj: BoardTally) -> object:
        return badge(obj.breached, "bad") if obj.breached else 0

    @admin.display(description=_("已逾期"), ordering="overdue")
    def overdue_mark(self, obj: BoardTally) -> object:
        return badge(obj.overdue, "bad") if obj.overdue else 0

    @admin.display(description=_("即将到期"), ordering="due_soon")
    def due_soon_mark(self, obj: BoardTally) -> object:
        return badge(obj.due_soon, "warn") if obj.due_soon else 0
