"""The console's pages on security checks, vulnerabilities, incidents and statutory reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
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
from contracts.safeguard_faces import late_badge
from contracts.tables import Linked, table
from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone
from sla import checking, incidents, vulnerabilities
from sla.admin.uptime import DraftTermAdmin
from sla.forms.security import (
    AcceptanceForm,
    CheckPlanForm,
    ContainForm,
    FindingForm,
    FixByForm,
    FixForm,
    GradeForm,
    HandleForm,
    ResultForm,
    SightingForm,
    StatutoryForm,
    SummaryForm,
    WhyForm,
)
from sla.forms.uptime import TellForm
from sla.models import CheckPlan, CheckResult, FixTerm, ReportDuty, SecurityIncident, Vulnerability
from sla.uptime_words import fix_words, services_words

PLAN, CHECK = "sla.plan_check", "sla.record_check"
RECORD, VERIFY = "sla.record_vulnerability", "sla.verify_vulnerability"
HANDLE, GRADE = "sla.handle_incident", "sla.grade_incident"
LEVEL_TONES: dict[str, Tone] = {"critical": "bad", "high": "bad", "medium": "warn", "low": "info"}
VULN_TONES: dict[str, Tone] = {"open": "warn", "fixed": "info", "verified": "ok", "accepted": "muted"}
GRADE_TONES: dict[str, Tone] = {
    "": "muted",
    "extraordinary": "bad",
    "major": "bad",
    "considerable": "warn",
    "ordinary": "info",
}
INCIDENT_TONES: dict[str, Tone] = {"found": "warn", "graded": "warn", "handled": "info", "closed": "ok"}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


class LateFilter(admin.SimpleListFilter):
    """What is late now."""

    title = _("期限")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("已逾期"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = cast(Any, queryset)
        if self.value() != "1":
            return queryset
        late: QuerySet[Any] = (
            rows.late_on(timezone.localdate()) if hasattr(rows, "late_on") else rows.late_at(timezone.now())
        )
        return late


def _plan(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    rule = checking.Rule(**{**said, "agreements": list(said["agreements"])})
    made = checking.plan(rule, by=_user(request), at=timezone.now())
    return Outcome(message=_t("已安排。"), url=reverse("admin:sla_checkplan_change", args=[made.pk]))


def _going(obj: Any) -> bool:
    return obj.ended_on is None


@admin.register(CheckPlan)
class CheckPlanAdmin(RecordAdmin):
    list_display = ("title", "every", "due", "last_day", "basis", "standing")
    list_filter = (LateFilter, "every_unit", ("next_due_on", DateRangeFilter))
    link_lookups = ("agreements__id__exact",)
    search_fields = ("title", "scope", "basis", "agreements__number")
    search_help_text = _("按检查、内容、依据或协议编号查找")
    fields = (
        ("title", "standing"), "scope", "basis", "provider", ("every", "anchor"), ("due", "last_day"),
        "grace_working_days", "agreement_names", "ended_on", "end_reason",
    )  # fmt: skip
    readonly_fields = ("every", "due", "last_day", "standing", "agreement_names", "ended_on", "end_reason")
    empty_hint = _("还没有安全检查安排。协议只写“定期”的，先与乙方约定周期，再点“安排检查”。")
    list_verbs = (Verb("plan", _("安排检查"), PLAN, _plan, form=CheckPlanForm, tone="primary"),)
    verbs = (
        button(
            "result", _("登记检查结果"), CHECK, checking.record_result, _("已登记，下次检查已排定。"), form=ResultForm,
            when=_going, tone="primary",
        ),
        button("miss", _("登记未开展"), PLAN, checking.miss, _("已登记未开展。"), form=WhyForm, when=_going),
        button("end", _("停止检查"), PLAN, checking.end, _("已停止。"), form=WhyForm, when=_going, tone="danger"),
    )  # fmt: skip

    @admin.display(description=_("周期"), ordering="every_number")
    def every(self, obj: CheckPlan) -> str:
        return _t("每 %(n)d %(unit)s") % {"n": obj.every_number, "unit": obj.get_every_unit_display()}

    @admin.display(description=_("下次到期"), ordering="next_due_on")
    def due(self, obj: CheckPlan) -> str:
        return "—" if obj.ended_on else obj.next_due_on.isoformat()

    @admin.display(description=_("报告最迟"), ordering="late_from")
    def last_day(self, obj: CheckPlan) -> SafeString | str:
        if obj.ended_on:
            return "—"
        shown = late_badge(obj.late_from - checking.ONE_DAY, timezone.localdate())
        return f"{shown}（{_t('暂定')}）" if obj.provisional else shown

    @admin.display(description=_("状态"), ordering="ended_on")
    def standing(self, obj: CheckPlan) -> SafeString:
        if obj.ended_on:
            return badge(_t("已停止"), "muted")
        late = obj.late_from <= timezone.localdate()
        return badge(_t("已逾期"), "bad") if late else badge(_t("执行中"), "ok")

    @admin.display(description=_("证明哪些协议的履行"))
    def agreement_names(self, obj: CheckPlan) -> str:
        return "、".join(agreement.number for agreement in obj.agreements.all()) or "—"

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield table(
            "results",
            _("检查记录"),
            (_("到期日"), _("完成日期"), _("结果"), _("是否逾期"), _("检查情况"), _("检查报告"), _("登记人")),
            (
                (
                    row.due_on,
                    row.done_on,
                    _outcome(row),
                    badge(_t("逾期"), "bad") if row.late else badge(_t("按期"), "ok"),
                    row.text,
                    Linked(row.report.name, reverse("admin:contracts_paper_file", args=[row.report_id]))
                    if row.report
                    else "",
                    str(row.by),
                )
                for row in obj.results.select_related("report", "by")
            ),
            empty=_t("还没有检查记录。"),
        )


def _outcome(row: CheckResult) -> SafeString:
    tones: dict[str, Tone] = {"passed": "ok", "found": "warn", "missed": "bad"}
    return badge(row.get_outcome_display(), tones[row.outcome])


@admin.register(CheckResult)
class CheckResultAdmin(ReadOnlyAdmin):
    list_display = ("plan", "due_on", "done_on", "outcome_badge", "late_badge", "by", "at")
    list_select_related = ("plan", "by")
    list_filter = ("outcome", ("due_on", DateRangeFilter), "plan")
    search_fields = ("plan__title", "text", "plan__agreements__number")
    search_help_text = _("按检查、情况或协议编号查找")
    fields = ("plan", ("due_on", "done_on"), ("outcome_badge", "late_badge"), "text", "link", ("by", "at"))
    readonly_fields = ("outcome_badge", "late_badge", "link")
    export_columns = ("plan", "due_on", "done_on", "outcome", "late_badge", "text", "by", "at")
    empty_hint = _("还没有检查记录。在安全检查安排上登记结果。")

    @admin.display(description=_("结果"), ordering="outcome")
    def outcome_badge(self, obj: CheckResult) -> SafeString:
        return _outcome(obj)

    @admin.display(description=_("是否逾期"))
    def late_badge(self, obj: CheckResult) -> SafeString:
        return badge(_t("逾期"), "bad") if obj.late else badge(_t("按期"), "ok")

    @admin.display(description=_("检查报告"))
    def link(self, obj: CheckResult) -> SafeString:
        return paper_link(obj.report)


@admin.register(FixTerm)
class FixTermAdmin(DraftTermAdmin):
    list_select_related = ("version__agreement",)
    autocomplete_fields = ("version",)
    list_display = ("version_name", "level", "within", "basis")
    list_filter = ("level", "unit")
    search_fields = ("version__agreement__number", "version__agreement__party_b__name", "basis")
    search_help_text = _("按协议编号、乙方或依据查找")
    fields = ("version", "level", ("number", "unit"), "basis")
    empty_hint = _("还没有漏洞修复约定。协议没有约定的，由运维主管逐个确定修复期限。")

    @admin.display(description=_("修复期限"), ordering="number")
    def within(self, obj: FixTerm) -> str:
        return fix_words(obj)


def _find(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    what = vulnerabilities.Finding(**{**said, "services": list(said["services"])})
    made = vulnerabilities.find(what, by=_user(request), at=timezone.now())
    words = _t("已登记，修复期限已按协议确定。") if made.fix_by else _t("已登记；协议没有约定修复期限，请主管确定。")
    return Outcome(message=words, url=reverse("admin:sla_vulnerability_change", args=[made.pk]))


@admin.register(Vulnerability)
class VulnerabilityAdmin(RecordAdmin):
    list_display = ("number", "title", "level_badge", "state_badge", "deadline", "found_at", "service_names")
    list_filter = (LateFilter, "state", "level", "source", "services", ("found_at", DateRangeFilter))
    search_fields = ("number", "title", "identifier", "text", "services__name")
    search_help_text = _("按编号、漏洞、CVE 编号、情况或服务查找")
    fields = (
        ("number", "state_badge"), "title", ("level_badge", "identifier", "source"), "provider", "service_names",
        "text",
        ("found_at", "deadline"), "fix_basis", ("fixed_at", "fixed_by"), "fix_text", ("verified_at", "verified_by"),
        ("accepted_until", "acceptance"), "result", ("recorded_by", "recorded_at"),
    )  # fmt: skip
    readonly_fields = ("state_badge", "level_badge", "service_names", "deadline")
    export_columns = (
        "number", "title", "identifier", "level", "state", "service_names", "found_at", "fix_by", "fixed_at",
        "verified_at", "accepted_until",
    )  # fmt: skip
    empty_hint = _("还没有安全漏洞。检查、扫描或通报发现的，点“登记漏洞”。")
    list_verbs = (Verb("find", _("登记漏洞"), RECORD, _find, form=FindingForm, tone="primary"),)
    verbs = (
        button(
            "fix", _("登记修复"), RECORD, vulnerabilities.fix, _("已登记修复，请另一人验证。"), form=FixForm,
            tone="primary", when=lambda obj: obj.state == "open",
        ),
        button(
            "verify", _("验证通过"), VERIFY, vulnerabilities.verify, _("已验证。"), tone="primary",
            when=lambda obj: obj.state == "fixed", explain=lambda obj: _t("修复人不能验证自己的修复。"),
        ),
        button(
            "send-back", _("退回"), VERIFY, vulnerabilities.send_back, _("已退回。"), form=WhyForm,
            when=lambda obj: obj.state == "fixed",
        ),
        button(
            "fix-by", _("确定修复期限"), VERIFY, vulnerabilities.set_fix_by, _("已确定。"), form=FixByForm,
            when=lambda obj: obj.state == "open",
        ),
        button(
            "accept", _("提请接受风险"), RECORD, vulnerabilities.ask_acceptance, _("已提请批准。"), form=AcceptanceForm,
            when=lambda obj: obj.state == "open",
            explain=lambda obj: _t("由另一人批准；到期后系统提醒，风险不会一直接受下去。"),
        ),
        button(
            "reopen", _("重新打开"), RECORD, vulnerabilities.reopen, _("已重新打开。"), form=WhyForm,
            when=lambda obj: obj.state == "accepted",
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vulnerability]:
        return super().get_queryset(request).prefetch_related("services")

    @admin.display(description=_("级别"), ordering="level")
    def level_badge(self, obj: Vulnerability) -> SafeString:
        return badge(obj.get_level_display(), LEVEL_TONES[obj.level])

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Vulnerability) -> SafeString:
        return badge(obj.get_state_display(), VULN_TONES[obj.state])

    @admin.display(description=_("修复期限"), ordering="fix_by")
    def deadline(self, obj: Vulnerability) -> SafeString | str:
        if obj.fix_by is None:
            return _t("没有约定")
        return _until(obj.fix_by, over=(obj.fixed_at or timezone.now()) > obj.fix_by and obj.state != "accepted")

    @admin.display(description=_("涉及服务"))
    def service_names(self, obj: Vulnerability) -> str:
        return services_words([service.name for service in obj.services.all()])


def _until(at: datetime, *, over: bool) -> SafeString | str:
    text = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return badge(_t("%(until)s 已逾期") % {"until": text}, "bad") if over else text


def _sight(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    what = incidents.Sighting(**{**said, "services": list(said["services"])})
    made = incidents.find(what, by=_user(request), at=timezone.now())
    url = reverse("admin:sla_securityincident_change", args=[made.pk])
    return Outcome(message=_t("已登记，请尽快定级：法定报告从发现时起算。"), url=url)


@admin.register(SecurityIncident)
class SecurityIncidentAdmin(RecordAdmin):
    list_display = ("number", "title", "level_badge", "state_badge", "kind", "found_at", "next_report")
    list_filter = ("state", "level", "kind", "actor", ("found_at", DateRangeFilter))
    search_fields = ("number", "title", "text", "services__name")
    search_help_text = _("按编号、事件、情况或服务查找")
    fields = (
        ("number", "state_badge"), "title", ("level_badge", "kind", "actor"), "provider", "service_names", "text",
        ("personal_information", "endangers"), ("found_at", "graded_at"), ("contained_at", "handled_at", "closed_at"),
        "summary", "ticket", ("recorded_by", "recorded_at"),
    )  # fmt: skip
    readonly_fields = ("state_badge", "level_badge", "service_names")
    export_columns = (
        "number", "title", "kind", "level", "actor", "state", "found_at", "contained_at", "handled_at", "closed_at",
    )  # fmt: skip
    empty_hint = _("还没有安全事件。发现泄露、篡改、入侵等情况时，立即点“登记事件”。")
    list_verbs = (Verb("find", _("登记事件"), HANDLE, _sight, form=SightingForm, tone="primary"),)
    verbs = (
        button(
            "grade", _("定级"), GRADE, incidents.grade, _("已定级，法定报告已列出。"), form=GradeForm, tone="primary",
            when=lambda obj: obj.state != "closed",
            explain=lambda obj: _t("较大以上的事件须按时报告，时限从发现时起按自然时间计算；定得晚，时限也不推后。"),
        ),
        button(
            "contain", _("登记控制"), HANDLE, incidents.contain, _("已登记。"), form=ContainForm,
            when=lambda obj: obj.state in {"found", "graded"} and obj.contained_at is None,
        ),
        button(
            "handle", _("处置完毕"), HANDLE, incidents.handle, _("已登记处置完毕。"), form=HandleForm,
            when=lambda obj: obj.state == "graded",
        ),
        button(
            "tell", _("告知乙方"), GRADE, incidents.tell, _("已告知受影响的全部乙方。"), form=TellForm,
            when=lambda obj: obj.state != "closed",
        ),
        button(
            "close", _("总结并关闭"), GRADE, incidents.close, _("已关闭。"), form=SummaryForm,
            when=lambda obj: obj.state == "handled",
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecurityIncident]:
        return super().get_queryset(request).prefetch_related("duties", "services")

    @admin.display(description=_("级别"), ordering="level")
    def level_badge(self, obj: SecurityIncident) -> SafeString:
        return badge(obj.get_level_display() or _t("未定级"), GRADE_TONES[obj.level])

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: SecurityIncident) -> SafeString:
        return badge(obj.get_state_display(), INCIDENT_TONES[obj.state])

    @admin.display(description=_("涉及服务"))
    def service_names(self, obj: SecurityIncident) -> str:
        return services_words([service.name for service in obj.services.all()])

    @admin.display(description=_("最近的法定报告"))
    def next_report(self, obj: SecurityIncident) -> SafeString | str:
        waiting = [duty for duty in obj.duties.all() if duty.state == "open" and duty.due_at is not None]
        if not waiting:
            return "—"
        due = min(duty.due_at for duty in waiting if duty.due_at is not None)
        return _until(due, over=due < timezone.now())

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield table(
            "duties",
            _("法定报告"),
            (_("报告"), _("报告对象"), _("依据"), _("起算时间"), _("最迟"), _("报告时间"), _("状态")),
            (
                (
                    Linked(row.get_kind_display(), reverse("admin:sla_reportduty_change", args=[row.pk])),
                    row.recipient,
                    row.basis,
                    row.starts_at,
                    row.due_at or _t("立即"),
                    row.made_at,
                    duty_badge(row, timezone.now()),
                )
                for row in obj.duties.all()
            ),
            empty=_t("按现在的定级，没有须办的法定报告。"),
        )


def duty_badge(row: ReportDuty, now: datetime) -> SafeString:
    """Where a report stands: late ones say so, made or not."""
    if row.state == "made":
        return badge(_t("迟报"), "bad") if row.late else badge(_t("已报告"), "ok")
    if row.state == "needless":
        return badge(row.get_state_display(), "muted")
    return badge(_t("逾期未报"), "bad") if row.due_at and row.due_at < now else badge(row.get_state_display(), "warn")


@admin.register(ReportDuty)
class ReportDutyAdmin(RecordAdmin):
    list_display = ("incident", "kind", "recipient", "starts_at", "due_at", "made_at", "state_badge")
    list_select_related = ("incident",)
    list_filter = (LateFilter, "state", "kind", ("due_at", DateRangeFilter))
    search_fields = ("incident__number", "incident__title", "recipient", "basis")
    search_help_text = _("按事件、报告对象或依据查找")
    fields = (
        ("incident", "kind", "state_badge"), "recipient", "basis", ("starts_at", "due_at"), ("made_at", "channel"),
        "text", "link", "by",
    )  # fmt: skip
    readonly_fields = ("state_badge", "link")
    export_columns = ("incident", "kind", "recipient", "basis", "starts_at", "due_at", "made_at", "state", "channel")
    empty_hint = _("没有法定报告。较大以上的安全事件定级后，须办的报告会列在这里。")
    verbs = (
        button(
            "report", _("登记已报告"), HANDLE, incidents.report, _("已登记。"), form=StatutoryForm, tone="primary",
            when=lambda obj: obj.state == "open",
        ),
        button(
            "needless", _("不需报告"), GRADE, incidents.needless, _("已登记。"), form=WhyForm, tone="danger",
            when=lambda obj: obj.state == "open",
            explain=lambda obj: _t("只有重新定级后不再须报告的才能登记。"),
        ),
    )  # fmt: skip

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ReportDuty) -> SafeString:
        return duty_badge(obj, timezone.now())

    @admin.display(description=_("报告文件"))
    def link(self, obj: ReportDuty) -> SafeString:
        return paper_link(obj.paper)
