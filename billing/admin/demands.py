"""The console's pages on letters of demand."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import demands
from billing.demand_paper import draft_pdf, kept_pdf
from billing.dunning_faces import demand_badge
from billing.dunning_panels import demand_panels
from billing.faces import figure, iso
from billing.forms import ReasonForm
from billing.models import Demand
from billing.periods import civil_day
from contracts.admin.papers import paper_link
from contracts.forms.serving import ReceiveForm, SendForm
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb
from people.models import User
from people.refusal import Refused
from people.uploading import pdf_download

ISSUE, SERVE = "billing.issue_demand", "billing.serve_demand"
State = Demand.State


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _issue(request: HttpRequest, obj: Demand, said: dict[str, Any]) -> str:
    issued = demands.issue(obj, by=_user(request), at=timezone.now())
    return _t("催告函已签发，编号 %(number)s。") % {"number": issued.number}


def _discard(request: HttpRequest, obj: Demand, said: dict[str, Any]) -> Outcome:
    demands.discard(obj, **said, by=_user(request), at=timezone.now())
    return Outcome(message=_t("草稿已作废。"), url=reverse("admin:billing_demand_changelist"))


def _send(request: HttpRequest, obj: Demand, said: dict[str, Any]) -> str:
    demands.send(obj, **said, by=_user(request), at=timezone.now())
    return _t("已登记发出，乙方可在门户阅读；送达后请登记送达。")


def _deliver(request: HttpRequest, obj: Demand, said: dict[str, Any]) -> str:
    made = demands.deliver(obj, **said, by=_user(request), at=timezone.now())
    return _t("已登记送达，宽限期至 %(until)s 届满。") % {"until": made.cure_until}


def _withdraw(request: HttpRequest, obj: Demand, said: dict[str, Any]) -> str:
    demands.withdraw(obj, **said, by=_user(request), at=timezone.now())
    return _t("已撤回，不能再据以暂停服务。")


def _is(*states: State) -> Any:
    return lambda obj: obj.state in states


@admin.register(Demand)
class DemandAdmin(RecordAdmin):
    list_display = (
        "name", "agreement_link", "party_b", "total_shown", "state_badge", "issued_day", "delivered_day", "until_day",
    )  # fmt: skip
    list_select_related = ("agreement__party_b",)
    list_filter = ("state", ("issued_on", DateRangeFilter), ("cure_until", DateRangeFilter))
    date_hierarchy = "issued_on"
    search_fields = ("number", "agreement__number", "agreement__party_b__name", "bills__document__number")
    search_help_text = _("按编号、协议、乙方或账单编号查找")
    export_columns = (
        "name", "agreement", "party_b", "principal", "interest", "state", "issued_on", "delivered_on", "cure_until",
    )  # fmt: skip
    empty_hint = _("还没有催告函。在“催收台”里打开欠款的协议，点“拟制催告函”。")
    fields = (
        "agreement_link", "state_badge", "pdf_link", ("as_of", "principal", "interest"),
        ("cure_days", "cure_counted", "cure_agreed"), "consequence", "remark",
        ("drafted_by", "drafted_at"), ("issued_by", "issued_at"), "notice", "proof_link",
        ("delivered_on", "cure_until", "cure_provisional"), ("acknowledged_by", "acknowledged_at"),
        ("withdrawn_by", "withdrawn_at", "withdrawn_why"), "pdf_sha256",
    )  # fmt: skip
    readonly_fields = ("agreement_link", "state_badge", "pdf_link", "proof_link")
    verbs = (
        Verb(
            "issue",
            _("签发"),
            ISSUE,
            _issue,
            when=_is(State.DRAFT),
            explain=lambda obj: _t("取得编号，按今天的本金和利息冻结；拟稿人不能签发。"),
            tone="primary",
        ),
        Verb(
            "send",
            _("登记发出"),
            SERVE,
            _send,
            form=SendForm,
            when=_is(State.ISSUED),
            explain=lambda obj: _t("函件随通知存档，乙方可在门户阅读和确认收到。"),
            tone="primary",
        ),
        Verb(
            "deliver",
            _("登记送达"),
            SERVE,
            _deliver,
            form=ReceiveForm,
            when=_is(State.SENT),
            explain=lambda obj: _t("宽限期自送达的次日起算，届满日随即固定。"),
            tone="primary",
        ),
        Verb("discard", _("作废草稿"), "billing.draft_demand", _discard, form=ReasonForm, when=_is(State.DRAFT),
             tone="danger"),
        Verb(
            "withdraw",
            _("撤回"),
            ISSUE,
            _withdraw,
            form=ReasonForm,
            when=_is(State.ISSUED, State.SENT, State.DELIVERED),
            explain=lambda obj: _t("有误的催告函撤回后不能再据以暂停服务；已经发出的，乙方会收到撤回通知。"),
            tone="danger",
        ),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pdf_view)
        return [path("<int:pk>/pdf/", view, name="billing_demand_pdf"), *super().get_urls()]

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter as issued, or its draft as of today, marked as one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        related = ("agreement__party_a", "agreement__party_b", "version", "drafted_by")
        demand: Demand | None = Demand.objects.select_related(*related).filter(pk=pk).first()
        if demand is None:
            raise Http404
        try:
            content = kept_pdf(demand) if demand.is_issued else draft_pdf(demand, on=civil_day(timezone.now()))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:billing_demand_change", demand.pk)
        return pdf_download(content, name=f"{demand.number or f'demand-draft-{demand.pk}'}.pdf")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return demand_panels(obj, at=timezone.now())

    @admin.display(description=_("编号"), ordering="number")
    def name(self, obj: Demand) -> str:
        return str(obj)

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_link(self, obj: Demand) -> SafeString:
        url = reverse("admin:billing_dunningcase_change", args=[obj.agreement_id])
        return format_html('<a href="{}">{}</a>', url, obj.agreement.number)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Demand) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("催告金额"), ordering=F("principal") + F("interest"))
    def total_shown(self, obj: Demand) -> SafeString:
        return figure(obj.principal + obj.interest if obj.is_issued else None)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Demand) -> SafeString:
        return demand_badge(obj)

    @admin.display(description=_("签发日期"), ordering="issued_on")
    def issued_day(self, obj: Demand) -> str:
        return iso(obj.issued_on)

    @admin.display(description=_("送达日期"), ordering="delivered_on")
    def delivered_day(self, obj: Demand) -> str:
        return iso(obj.delivered_on)

    @admin.display(description=_("宽限期届满日"), ordering="cure_until")
    def until_day(self, obj: Demand) -> str:
        return iso(obj.cure_until)

    @admin.display(description=_("函件"))
    def pdf_link(self, obj: Demand) -> SafeString:
        url = reverse("admin:billing_demand_pdf", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', url, _t("下载 PDF") if obj.is_issued else _t("下载草稿 PDF"))

    @admin.display(description=_("送达凭证"))
    def proof_link(self, obj: Demand) -> SafeString:
        return paper_link(obj.notice.proof if obj.notice else None)
