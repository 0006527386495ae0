"""The console's pages on invoice runs."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing import running
from billing.forms.documents import IssueForm
from billing.forms.statements import StartRunForm
from billing.models import InvoiceRun
from billing.run_panels import header, percent_done, run_badge, run_panels, sheet_rows
from people.console import EXPORT_PERMISSION, DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb
from people.exporting import FORMATS
from people.models import User

State = InvoiceRun.State


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _start(request: HttpRequest, obj: None, data: dict[str, Any]) -> Outcome:
    made = running.start(by=_user(request), at=timezone.now(), **data)
    return Outcome(message=_t("已排队，马上开始拟制。"), url=reverse("admin:billing_invoicerun_change", args=[made.pk]))


def _issue(request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
    running.ask_issue(obj, by=_user(request), at=timezone.now(), **data)
    return _t("已排队，马上开始开具；每份账单的结果列在下面。")


def _stop(request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
    running.stop(obj, by=_user(request), at=timezone.now())
    return _t("已停止；已经拟制和开具的保留。")


@admin.register(InvoiceRun)
class InvoiceRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "state_shown", "periods", "drafted", "refused", "issued", "started_by", "started_at")
    list_filter = ("state", ("started_at", DateRangeFilter))
    search_fields = ("started_by__name", "rows__period__agreement__number", "rows__period__agreement__party_b__name")
    search_help_text = _("按发起人、协议编号或乙方查找")
    list_select_related = ("started_by",)
    date_hierarchy = "started_at"
    empty_hint = _("还没有批量出账。点“批量出账”，为所有已经结束的服务周期一次拟制账单草稿。")
    fields = (
        ("over_on", "started_by", "started_at", "drafted_at"), ("issue_on", "issued_by", "issue_asked_at"),
        "finished_at",
    )  # fmt: skip
    list_verbs = (
        Verb("start", pgettext_lazy("one", "批量出账"), "billing.start_invoicerun", _start, form=StartRunForm,
             tone="primary",
             explain=lambda obj: _t("为每个已经结束、尚未出账的服务周期拟制一份草稿；不能拟制的列出原因。")),
    )  # fmt: skip
    verbs = (
        Verb("issue", _("全部开具"), "billing.issue_document", _issue, form=IssueForm, tone="primary",
             when=lambda obj: obj.state == State.DRAFTED,
             explain=lambda obj: _t("开具这次拟制的全部草稿；发起人不能开具。要单独开具，请打开各份账单。")),
        Verb("stop", _("停止"), "billing.draft_document", _stop, tone="danger",
             when=lambda obj: obj.state in {State.DRAFTING, State.DRAFTED, State.ISSUING},
             explain=lambda obj: _t("等待中的各期不再办理；已经拟制和开具的保留。")),
    )  # fmt: skip

    class Media:
        js = ("sla/progress.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvoiceRun]:
        counts = {
            "periods_count": Count("rows", distinct=True),
            "drafted_count": Count("rows", filter=Q(rows__drafting="drafted"), distinct=True),
            "refused_count": Count(
                "rows", filter=Q(rows__drafting="refused") | Q(rows__issuing="refused"), distinct=True
            ),
            "issued_count": Count("rows", filter=Q(rows__issuing="issued"), distinct=True),
        }
        rows: QuerySet[InvoiceRun] = super().get_queryset(request).annotate(**counts)
        return rows

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", view(self.progress_view), name="billing_invoicerun_progress"),
            path("<int:pk>/rows/", view(self.rows_view), name="billing_invoicerun_rows"),
            *super().get_urls(),
        ]

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far it is, for the bar of the page."""
        run = self._run(request, pk)
        done, total, percent = percent_done(run)
        return JsonResponse(
            {"state": run.state, "done": done, "total": total, "percent": percent, "over": not run.is_working}
        )

    def rows_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Every period of the run, as the format that the address asks for (xlsx or csv)."""
        run, kind = self._run(request, pk), request.GET.get("as", "xlsx")
        if not request.user.has_perm(EXPORT_PERMISSION):
            raise PermissionDenied
        if kind not in FORMATS:
            raise Http404
        return FORMATS[kind](header(), sheet_rows(run), name=f"invoice-run-{run.pk}")

    def _run(self, request: HttpRequest, pk: int) -> InvoiceRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return cast(InvoiceRun, found)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return run_panels(obj, may_export=request.user.has_perm(EXPORT_PERMISSION))

    @admin.display(description=_("批次"), ordering="over_on")
    def name(self, obj: InvoiceRun) -> str:
        return str(obj)

    @admin.display(description=_("状态"), ordering="state")
    def state_shown(self, obj: InvoiceRun) -> SafeString:
        return run_badge(obj)

    @admin.display(description=_("周期数"), ordering="periods_count")
    def periods(self, obj: Any) -> int:
        return int(obj.periods_count)

    @admin.display(description=_("已拟制"), ordering="drafted_count")
    def drafted(self, obj: Any) -> int:
        return int(obj.drafted_count)

    @admin.display(description=_("未能办理"), ordering="refused_count")
    def refused(self, obj: Any) -> int:
        return int(obj.refused_count)

    @admin.display(description=_("已开具"), ordering="issued_count")
    def issued(self, obj: Any) -> int:
        return int(obj.issued_count)
