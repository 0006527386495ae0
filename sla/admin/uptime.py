"""The console's pages on services, what is agreed on them, maintenance windows and outages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.admin.doing import button
from contracts.admin.papers import paper_link
from contracts.models import AgreementVersion
from contracts.tables import Linked, table
from journal.models import Approval
from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User
from sla import concerning, maintenance, outages, uptime_keeping
from sla.forms.uptime import (
    BeginForm,
    CancelForm,
    ConcernForm,
    CorrectForm,
    EndForm,
    ExplainForm,
    FinishForm,
    LinkForm,
    OutageForm,
    PlanForm,
    TellForm,
)
from sla.models import MaintenanceWindow, Outage, Service, ServiceTerm
from sla.scope import agreements_of
from sla.steps import may
from sla.uptime_faces import outage_steps
from sla.uptime_words import (
    VERDICT_TONES,
    notice_given,
    notice_words,
    outage_badge,
    per_cent,
    services_words,
    span_words,
    target_words,
    window_badge,
)

PLAN, ANNOUNCE, RECORD = "sla.plan_maintenance", "sla.announce_maintenance", "sla.record_outage"


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _names(obj: Any) -> str:
    return services_words([service.name for service in obj.services.all()])


@admin.register(Service)
class ServiceAdmin(ConsoleAdmin):
    list_display = ("name", "kind", "code", "provider", "for_all", "since", "standing")
    list_select_related = ("provider",)
    list_filter = ("kind", "for_all")
    search_fields = ("name", "code", "agreements__number", "items__title")
    search_help_text = _("按名称、代码、协议编号或数据资源查找")
    fields = (("name", "code"), ("kind", "provider"), "since", "for_all", "agreements", "items")
    autocomplete_fields = ("provider", "agreements", "items")
    empty_hint = _("还没有平台服务。点“增加”登记平台、查询、下载和接口，才能统计中断和可用率。")
    verbs = (
        button(
            "end", _("停止服务"), "sla.change_service", uptime_keeping.end_service, _("已停止。"),
            when=lambda obj: obj.ended_on is None, tone="danger",
            explain=lambda obj: _t("今天起不再提供；以前的中断和可用率保留。"),
        ),
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A service that has ended stays as it was."""
        return super().has_change_permission(request, obj) and (obj is None or obj.ended_on is None)

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:  # noqa: FBT001
        uptime_keeping.keep_service(obj, by=_user(request), at=timezone.now())

    @admin.display(description=_("状态"), ordering="ended_on")
    def standing(self, obj: Service) -> SafeString:
        return badge(_t("提供中"), "ok") if obj.ended_on is None else badge(_t("已停止"), "muted")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield table(
            "agreements",
            _("适用的协议"),
            (_("协议"), _("乙方"), _("可用率"), _("维护")),
            _agreement_rows(obj),
            empty=_t("没有生效的协议使用这项服务。"),
        )
        yield table(
            "outages",
            _("最近的中断"),
            (_("编号"), _("标题"), _("时间"), _("状态")),
            (
                (
                    Linked(row.number, reverse("admin:sla_outage_change", args=[row.pk])),
                    row.title,
                    span_words(row.started_at, row.ended_at),
                    outage_badge(row),
                )
                for row in obj.outages.all()[:10]
            ),
            empty=_t("没有登记过中断。"),
        )


def _agreement_rows(service: Service) -> Iterable[tuple[object, ...]]:
    """Each agreement that the service concerns, with what its version of today says."""
    agreements = list(agreements_of([service]).select_related("party_b"))
    today = timezone.localdate()
    versions = AgreementVersion.objects.filter(agreement__in=agreements, state="active").applying_on(today)
    terms = ServiceTerm.objects.filter(version__in=versions, service=service).select_related("version")
    agreed = {term.version.agreement_id: term for term in terms}
    for agreement in agreements:
        term = agreed.get(agreement.pk)
        yield (
            Linked(agreement.number, reverse("admin:contracts_agreement_change", args=[agreement.pk])),
            agreement.party_b.name,
            target_words(term),
            notice_words(term),
        )


class DraftTermAdmin(ConsoleAdmin):
    """Rows of a version: written while it is a draft."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is signed or in force is frozen: a supplement carries it on and may change it."""
        draft = obj is None or obj.version.state == AgreementVersion.State.DRAFT
        return super().has_change_permission(request, obj) and draft

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        uptime_keeping.keep_term(obj, by=_user(request), at=timezone.now())

    @admin.display(description=_("协议版本"), ordering="version__agreement__number")
    def version_name(self, obj: Any) -> str:
        return str(obj.version)


@admin.register(ServiceTerm)
class ServiceTermAdmin(DraftTermAdmin):
    list_display = ("service", "version_name", "target_text", "hours", "notice", "most_hours", "basis")
    list_select_related = ("service", "version__agreement")
    list_filter = ("hours", "service")
    link_lookups = ("version__agreement__id__exact",)
    search_fields = ("service__name", "version__agreement__number", "version__agreement__party_b__name", "basis")
    search_help_text = _("按服务、协议编号、乙方或依据查找")
    autocomplete_fields = ("version", "service")
    fields = (
        ("version", "service"), ("target", "hours"), ("notice_hours", "notice_counted"),
        ("most_hours", "emergency_hours"), "holds_solution", "holds_restoration", "basis",
    )  # fmt: skip
    empty_hint = _("还没有可用率约定。协议没有约定的不登记，系统只统计、不评判。")

    @admin.display(description=_("可用率目标（%）"), ordering="target")
    def target_text(self, obj: ServiceTerm) -> str:
        return per_cent(obj.target) if obj.target is not None else _t("没有约定")

    @admin.display(description=_("维护提前通知"), ordering="notice_hours")
    def notice(self, obj: ServiceTerm) -> str:
        return notice_words(obj)


TICKET_VERBS = (
    button(
        "services", _("涉及的服务"), "sla.handle_ticket", concerning.name_services, _("已登记涉及的服务。"),
        form=ConcernForm, when=lambda obj: may("hold", obj.state),
        explain=lambda obj: _t("按时公告的维护期间，只暂停涉及该服务的报告，且只暂停协议约定的计时。"),
    ),
)  # fmt: skip


def _plan(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    what = maintenance.Plan(**{**said, "services": list(said["services"])})
    made = maintenance.plan(what, by=_user(request), at=timezone.now())
    url = reverse("admin:sla_maintenancewindow_change", args=[made.pk])
    return Outcome(message=_t("已列入计划，公告之后乙方才会知道。"), url=url)


def _change(request: HttpRequest, obj: MaintenanceWindow, said: dict[str, Any]) -> str:
    what = maintenance.Plan(**{**said, "services": list(said["services"])})
    maintenance.change(obj, what, by=_user(request), at=timezone.now())
    return _t("已变更；公告过的已重新公告。")


def _window_when(*states: str) -> Callable[[Any], bool]:
    return lambda obj: obj.state in states


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(RecordAdmin):
    list_display = ("number", "title", "state_badge", "when", "service_names", "interrupts", "emergency")
    list_filter = ("state", "services", "emergency", ("planned_from", DateRangeFilter))
    search_fields = ("number", "title", "text", "services__name")
    search_help_text = _("按编号、标题、内容或服务查找")
    fields = (
        ("number", "state_badge"), "title", "text", "service_names", ("planned_from", "planned_to"),
        ("begun_at", "ended_at"), ("interrupts", "emergency"), "emergency_reason", "planned_by",
    )  # fmt: skip
    readonly_fields = ("state_badge", "service_names", "begun_at", "ended_at", "planned_by")
    export_columns = (
        "number", "title", "state", "planned_from", "planned_to", "begun_at", "ended_at", "interrupts", "emergency",
        "service_names",
    )  # fmt: skip
    empty_hint = _("还没有维护窗口。点“计划维护”，再按协议约定的提前时间公告。")
    list_verbs = (Verb("plan", _("计划维护"), PLAN, _plan, form=PlanForm, tone="primary"),)
    verbs = (
        button(
            "announce", _("公告"), ANNOUNCE, maintenance.announce, _("已公告，受影响的乙方已收到通知。"),
            tone="primary", when=_window_when("planned"),
            explain=lambda obj: _t("公告的时刻决定是否按时：系统按每份协议的约定逐一判断并保留结果。"),
        ),
        button(
            "begin", _("开始维护"), PLAN, maintenance.begin, _("已开始。"), form=BeginForm, tone="primary",
            when=_window_when("announced"),
            explain=lambda obj: _t("按时公告、且协议约定暂停的计时，从公告的开始时间起暂停。"),
        ),
        button(
            "finish", _("结束维护"), PLAN, maintenance.finish, _("已结束，计时恢复。"), form=FinishForm, tone="primary",
            when=_window_when("running"),
        ),
        Verb(
            "change", _("变更计划"), ANNOUNCE, _change, form=PlanForm,
            when=_window_when("planned", "announced", "running"),
            explain=lambda obj: _t("公告过的维护变更后会重新公告，新增的时间按新的公告时刻判断是否按时。"),
        ),
        button(
            "cancel", _("取消维护"), ANNOUNCE, maintenance.cancel, _("已取消。"), form=CancelForm, tone="danger",
            when=_window_when("planned", "announced"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[MaintenanceWindow]:
        return super().get_queryset(request).prefetch_related("services")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: MaintenanceWindow) -> str:
        return window_badge(obj)

    @admin.display(description=_("计划时间"), ordering="planned_from")
    def when(self, obj: MaintenanceWindow) -> str:
        return span_words(obj.planned_from, obj.planned_to)

    @admin.display(description=_("涉及服务"))
    def service_names(self, obj: MaintenanceWindow) -> str:
        return _names(obj)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield table(
            "verdicts",
            _("对各协议是否按时"),
            (_("协议"), _("乙方"), _("服务"), _("是否按时"), _("说明"), _("维护通知")),
            (
                (
                    Linked(row.agreement.number, reverse("admin:contracts_agreement_change", args=[row.agreement_id])),
                    row.agreement.party_b.name,
                    row.service.name,
                    badge(row.get_verdict_display(), VERDICT_TONES[row.verdict]),
                    notice_given(row),
                    Linked(_t("查看"), reverse("admin:contracts_servednotice_change", args=[row.notice_id]))
                    if row.notice_id
                    else "",
                )
                for row in maintenance.verdicts(obj)
            ),
            empty=_t("还没有公告。"),
        )
        yield table(
            "announcements",
            _("公告记录"),
            (_("公告"), _("公告时间"), _("公告的时间段"), _("内容"), _("公告人")),
            (
                (row.get_kind_display(), row.at, span_words(row.planned_from, row.planned_to), row.text, str(row.by))
                for row in obj.announcements.select_related("by")
            ),
            empty=_t("还没有公告。"),
        )


def _start(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    tickets, services = said.pop("tickets"), list(said.pop("services"))
    source = Outage.Source.TICKET if tickets else Outage.Source.HAND
    what = outages.Happening(**said, services=services, source=source.value)
    made = outages.start(what, tickets=tickets, by=_user(request), at=timezone.now())
    url = reverse("admin:sla_outage_change", args=[made.pk])
    return Outcome(message=_t("已登记，请尽快公告。"), url=url)


def _correct(request: HttpRequest, obj: Outage, said: dict[str, Any]) -> str:
    what = outages.Correction(**{**said, "services": list(said["services"])})
    done = outages.correct(obj, what, by=_user(request), at=timezone.now())
    return _t("已提请另一人批准。") if isinstance(done, Approval) else _t("已更正。")


def _standing(obj: Any) -> bool:
    return bool(obj.state != "withdrawn")


@admin.register(Outage)
class OutageAdmin(RecordAdmin):
    list_display = ("number", "title", "state_badge", "when", "service_names", "cause", "source", "told")
    list_filter = ("state", "cause", "source", "services", ("started_at", DateRangeFilter))
    search_fields = ("number", "title", "root_cause", "services__name", "tickets__number", "source_key")
    search_help_text = _("按编号、标题、原因、服务、报告编号或来源记录号查找")
    fields = (
        ("number", "state_badge"), "title", "service_names", ("started_at", "ended_at"),
        ("cause", "source", "source_key"),
        "root_cause", "report_link", ("announced_at", "window"), ("recorded_by", "recorded_at"),
    )  # fmt: skip
    readonly_fields = ("state_badge", "service_names", "report_link")
    export_columns = (
        "number", "title", "state", "started_at", "ended_at", "service_names", "cause", "source", "announced_at",
    )  # fmt: skip
    empty_hint = _("还没有服务中断。监控系统可以通过接口报送，也可以点“登记中断”。")
    list_verbs = (Verb("start", _("登记中断"), RECORD, _start, form=OutageForm, tone="primary"),)
    verbs = (
        button(
            "announce", _("公告"), RECORD, outages.announce, _("已公告，受影响的全部乙方已收到通知。"), form=TellForm,
            tone="primary", when=lambda obj: _standing(obj) and obj.announced_at is None,
        ),
        button(
            "end", _("登记恢复"), RECORD, outages.end, _("已登记恢复。"), form=EndForm, tone="primary",
            when=lambda obj: obj.state == "open",
        ),
        button(
            "update", _("更新进展"), RECORD, outages.update, _("已更新。"), form=TellForm,
            when=lambda obj: _standing(obj) and obj.announced_at is not None,
        ),
        button("link", _("关联报告"), RECORD, outages.link, _("已关联。"), form=LinkForm, when=_standing),
        button(
            "explain", _("登记原因分析"), RECORD, outages.explain, _("已登记原因分析。"), form=ExplainForm,
            when=lambda obj: obj.state == "ended",
        ),
        Verb(
            "correct", _("更正"), RECORD, _correct, form=CorrectForm, when=_standing, tone="danger",
            explain=lambda obj: _t(
                "公告之后缩短、撤销、减少服务或改为不可抗力，须由另一人批准；原来登记的时间会保留。"
            ),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outage]:
        return super().get_queryset(request).prefetch_related("services").select_related("report", "window")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Outage) -> str:
        return outage_badge(obj)

    @admin.display(description=_("时间"), ordering="started_at")
    def when(self, obj: Outage) -> str:
        return span_words(obj.started_at, obj.ended_at)

    @admin.display(description=_("涉及服务"))
    def service_names(self, obj: Outage) -> str:
        return _names(obj)

    @admin.display(description=_("已公告"), boolean=True, ordering="announced_at")
    def told(self, obj: Outage) -> bool:
        return obj.announced_at is not None

    @admin.display(description=_("原因分析报告"))
    def report_link(self, obj: Outage) -> SafeString:
        return paper_link(obj.report)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield Panel(
            name="steps",
            label=_("处置记录"),
            template="portal/parts/timeline.html",
            context={"entries": outage_steps(obj, internal=True)},
        )
        yield table(
            "tickets",
            _("关联的故障报告"),
            (_("编号"), _("标题"), _("乙方"), _("状态")),
            (
                (
                    Linked(row.ticket.number, reverse("admin:sla_ticket_change", args=[row.ticket_id])),
                    row.ticket.title,
                    row.ticket.agreement.party_b.name,
                    row.ticket.get_state_display(),
                )
                for row in obj.links.select_related("ticket__agreement__party_b")
            ),
            empty=_t("没有关联的报告。"),
        )
