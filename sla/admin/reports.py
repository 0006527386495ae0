"""The console's pages on attainment and monthly reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User
from sla import reporting
from sla.attainment import Month, Part
from sla.attainment_page import Asked, Sheet, asked, choices_of
from sla.faces import REPORT_TONES
from sla.figure_filters import alike_words
from sla.forms.reports import IssueForm, ReissueForm
from sla.models import ServiceReport, Ticket
from sla.report_files import pdf_file, xlsx_file
from sla.report_panels import report_panels


class ConsoleWays:
    """The lists of the console (sla.attainment_page.Ways)."""

    def figure(self, part: Part, what: Asked) -> str:
        chosen = {
            "ticket__agreement__id__exact": what.agreement, "ticket__kind__exact": what.kind,
            "ticket__priority__exact": what.priority, "kind__exact": what.clock,
        }  # fmt: skip
        query = {"figure": f"{what.span}:{part.value}", **{name: value for name, value in chosen.items() if value}}
        return f"{reverse('admin:sla_clock_changelist')}?{urlencode(query)}"

    def alike(self, key: str, what: Asked) -> str:
        query = urlencode({"queue": "all", "alike": alike_words(key, what)})
        return f"{reverse('admin:sla_ticket_changelist')}?{query}"


def _issue(request: HttpRequest, obj: None, cleaned: dict[str, Any]) -> Outcome:
    report = reporting.issue(
        cleaned["agreement"], cleaned["month"], by=cast(User, request.user), at=timezone.now(), reason=cleaned["reason"]
    )
    return _issued(report)


def _reissue(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> Outcome:
    month = Month(obj.month.year, obj.month.month)
    user, at = cast(User, request.user), timezone.now()
    return _issued(reporting.issue(obj.agreement, month, by=user, at=at, reason=cleaned["reason"]))


def _issued(report: ServiceReport) -> Outcome:
    return Outcome(
        message=_t("月报 %(number)s 已出具并通知乙方。") % {"number": report.number},
        url=reverse("admin:sla_servicereport_change", args=[report.pk]),
    )


@admin.register(ServiceReport)
class ServiceReportAdmin(ReadOnlyAdmin):
    change_list_template = "admin/sla/reports.html"
    list_display = ("number", "agreement", "party_b", "state_badge", "issued_by", "issued_at")
    list_select_related = ("agreement__party_b", "issued_by")
    list_filter = ("state", ("month", DateRangeFilter), "agreement")
    search_fields = ("agreement__number", "agreement__title", "agreement__party_b__name")
    search_help_text = _("按协议编号、名称或乙方查找")
    empty_hint = _("还没有月报。每月结束后在这里出具，乙方在门户中确认。")
    export_columns = ("number", "agreement", "party_b", "state", "reason", "issued_by", "issued_at", "sha256")
    fields = (("agreement", "month", "revision"), ("issued_by", "issued_at"), "reason", "sha256")
    list_verbs = (
        Verb("issue", _("出具月报"), "sla.issue_report", _issue, form=IssueForm, tone="primary",
             explain=lambda obj: _t("数字按此刻所知固定下来，发给乙方确认；以后有变化的，另出新版，旧版保留。")),
    )  # fmt: skip
    verbs = (
        Verb("reissue", _("重新出具"), "sla.issue_report", _reissue, form=ReissueForm,
             when=lambda obj: obj.state != ServiceReport.State.SUPERSEDED,
             explain=lambda obj: _t("按此刻所知的数字出具新版，代替这一版；这一版保留备查。")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceReport]:
        # The content is large and belongs on the record page only.
        rows = super().get_queryset(request).select_related("agreement__party_b", "issued_by")
        return rows.defer("snapshot")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("attainment/", view(self.attainment_view), name="sla_servicereport_attainment"),
            path("<int:pk>/pdf/", view(self.pdf_view), name="sla_servicereport_pdf"),
            path("<int:pk>/xlsx/", view(self.xlsx_view), name="sla_servicereport_xlsx"),
            *super().get_urls(),
        ]

    def attainment_view(self, request: HttpRequest) -> HttpResponse:
        """What was kept of the promises, by the filters in the address."""
        if not request.user.has_perm("sla.view_clock"):
            raise PermissionDenied
        at = timezone.now()
        what = asked(request.GET.dict(), at=at)
        context = {
            **self.admin_site.each_context(request),
            "title": _("服务达标"),
            "opts": self.model._meta,
            "asked": what,
            "sheet": Sheet(Ticket.objects.all(), what, at=at, ways=ConsoleWays()),
            "choices": choices_of(Agreement.objects.exclude(effective_on=None)),
        }
        return TemplateResponse(request, "admin/sla/attainment.html", context)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The report on paper."""
        return pdf_file(self._report(request, pk))

    def xlsx_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The report as a workbook."""
        return xlsx_file(self._report(request, pk))

    def _report(self, request: HttpRequest, pk: int) -> ServiceReport:
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = self.get_object(request, str(pk))
        if report is None:
            raise Http404
        return cast(ServiceReport, report)

    @admin.display(description=_("月份和版次"), ordering="month")
    def number(self, obj: ServiceReport) -> str:
        return obj.number

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ServiceReport) -> SafeString:
        return badge(obj.get_state_display(), REPORT_TONES[obj.state])

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: ServiceReport) -> str:
        return str(obj.agreement.party_b)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        files = [
            ("PDF", reverse("admin:sla_servicereport_pdf", args=[obj.pk])),
            ("XLSX", reverse("admin:sla_servicereport_xlsx", args=[obj.pk])),
        ]
        return report_panels(obj, files)
