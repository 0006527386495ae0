"""The console's pages on violations."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import violations
from contracts.admin.doing import does
from contracts.admin.papers import paper_link
from contracts.forms.violations import FindForm, NotifyForm, ReasonForm, RemarkForm, SayForm, SendBackForm
from contracts.models import Violation
from contracts.violation_page import SEVERITY_TONES, due_badge, state_badge, timeline
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, VerbForm, badge
from people.models import User

RECORD, HANDLE = "contracts.record_violation", "contracts.handle_violation"
DECIDE = "contracts.decide_violation"


class OverdueFilter(admin.SimpleListFilter):
    """Open ones, and those whose deadline has passed."""

    title = _("办理情况")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("未办结")), ("overdue", _("整改逾期"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = cast(Any, queryset)
        kept = {"open": rows.open, "overdue": lambda: rows.overdue(timezone.localdate())}.get(self.value() or "")
        return cast("QuerySet[Any]", kept()) if kept else queryset


def _find(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement, files = said.pop("agreement"), said.pop("files")
    finding = violations.Finding(**said)
    made = violations.find(agreement, finding, files=files, by=cast(User, request.user), at=timezone.now())
    url = reverse("admin:contracts_violation_change", args=[made.pk])
    return Outcome(message=_t("已登记，核实后告知责任方。"), url=url)


def _verb(name: str, label: object, permission: str, done: object, form: type[VerbForm], **rest: Any) -> Verb:
    key = name.replace("-", "_")
    return Verb(
        name,
        label,
        permission,
        does(getattr(violations, key), done),
        form=form,
        when=lambda obj: violations.may(key, obj.state),
        **rest,
    )


@admin.register(Violation)
class ViolationAdmin(RecordAdmin):
    list_display = ("clause", "number", "party_b", "side", "severity_badge", "state_badge", "due", "found_at")
    list_select_related = ("agreement__party_b",)
    list_filter = (OverdueFilter, "state", "topic", "severity", "side", ("found_at", DateRangeFilter))
    search_fields = ("clause_number", "facts", "statement", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按条款号、事实、协议编号或乙方查找")
    fields = (
        "state_badge", "agreement", "topic", "clause_number", "side", "severity", "found_at", "found_by",
        "facts", "statement", "letter", "rectify_by", "ended_at",
    )  # fmt: skip
    readonly_fields = ("letter", "state_badge")
    empty_hint = _("还没有违规记录。检查中发现问题时点“登记违规”。")
    list_verbs = (Verb("find", _("登记违规"), RECORD, _find, form=FindForm, tone="primary"),)
    verbs = (
        _verb(
            "notify", _("告知"), HANDLE, _("已告知责任方，请登记送达。"), NotifyForm, tone="primary",
            explain=lambda obj: _t("告知之后乙方才能看到这项违规。系统同时写好一份已发出的通知，送达后请登记。"),
        ),
        _verb(
            "confirm", _("认定成立"), DECIDE, _("已认定成立，等待整改。"), ReasonForm,
            explain=lambda obj: _t("听取申辩后认定违规成立，责任方须在期限内整改。"),
        ),
        _verb(
            "report", _("代为登记整改"), HANDLE, _("已登记整改，等待复核。"), SayForm,
            explain=lambda obj: _t("责任方用书面或电话报告整改时，由甲方代为登记。"),
        ),
        _verb("close", _("复核通过"), HANDLE, _("复核通过，已关闭。"), RemarkForm, tone="primary"),
        _verb("send-back", _("退回继续整改"), HANDLE, _("已退回继续整改。"), SendBackForm),
        _verb("add-facts", _("补充事实"), RECORD, _("已补充。"), SayForm),
        _verb("dismiss", _("认定不成立"), DECIDE, _("已认定不成立。"), ReasonForm, tone="danger"),
    )  # fmt: skip

    @admin.display(description=_("违反条款"), ordering="clause_number")
    def clause(self, obj: Violation) -> str:
        return f"{obj.clause_number} {obj.get_topic_display()}".strip()

    @admin.display(description=_("协议"), ordering="agreement__number")
    def number(self, obj: Violation) -> str:
        return str(obj.agreement.number)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Violation) -> str:
        return str(obj.agreement.party_b)

    @admin.display(description=_("严重程度"), ordering="severity")
    def severity_badge(self, obj: Violation) -> SafeString:
        return badge(obj.get_severity_display(), SEVERITY_TONES[obj.severity])

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Violation) -> SafeString:
        return state_badge(obj)

    @admin.display(description=_("整改期限"), ordering="rectify_by")
    def due(self, obj: Violation) -> SafeString | str:
        return due_badge(obj, timezone.localdate())

    @admin.display(description=_("告知函"))
    def letter(self, obj: Violation) -> SafeString:
        return paper_link(obj.notice.paper if obj.notice else None)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield timeline(obj.entries.all(), paper_url="admin:contracts_paper_file")
