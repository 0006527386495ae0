"""The console's pages on suspensions, changes of the term, terminations and exit tasks."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import exits, terminating
from contracts.admin.papers import paper_link
from contracts.forms.life import SettleForm
from contracts.forms.signing import ReasonForm
from contracts.models import ExitTask, Suspension, TermChange, Termination
from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone

SETTLE, TERMINATE = "contracts.settle_exittask", "contracts.request_termination"
TASK_TONES: dict[str, Tone] = {"open": "warn", "reported": "info", "done": "ok", "waived": "muted"}
ENDING_TONES: dict[str, Tone] = {
    "proposed": "info", "decided": "warn", "effective": "bad", "cured": "ok", "withdrawn": "muted",
}  # fmt: skip


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Suspension)
class SuspensionAdmin(RecordAdmin):
    list_display = ("agreement", "scope", "starts_at", "ends_at", "reason", "suspended_by")
    list_select_related = ("agreement", "suspended_by")
    list_filter = ("scope", ("starts_at", DateRangeFilter))
    search_fields = ("agreement__number", "agreement__party_b__name", "reason")
    search_help_text = _("按协议编号、乙方或理由查找")
    fields = (
        "agreement", "scope", "scope_note", "reason", "starts_at", "ends_at", "approval", "suspended_by",
        "lift_reason", "lift_approval", "lifted_by",
    )  # fmt: skip
    empty_hint = _("还没有暂停过服务。需要暂停时，在协议页面提请。")


@admin.register(TermChange)
class TermChangeAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "kind", "old_end", "new_end", "by", "at")
    list_select_related = ("agreement", "by")
    list_filter = ("kind", ("new_end", DateRangeFilter))
    search_fields = ("agreement__number", "agreement__party_b__name", "note")
    search_help_text = _("按协议编号、乙方或说明查找")
    fields = ("agreement", "kind", "version", "old_end", "new_end", "note", "by", "at")
    empty_hint = _("还没有协议变更过终止日期。")


def _effect(request: HttpRequest, obj: Termination, said: dict[str, Any]) -> str:
    terminating.take_effect(obj, by=_user(request), at=timezone.now())
    return _t("已登记解除生效，请办理退出事项。")


def _ask(request: HttpRequest, obj: Termination, said: dict[str, Any]) -> Outcome:
    approval = terminating.ask(obj, by=_user(request), at=timezone.now())
    return Outcome(
        message=_t("已提请，等待财务主管批准。"), url=reverse("admin:journal_approval_change", args=[approval.pk])
    )


def _cure(request: HttpRequest, obj: Termination, said: dict[str, Any]) -> str:
    terminating.cure(obj, reason=said["reason"], by=_user(request), at=timezone.now())
    return _t("已登记改正，协议继续履行。")


def _withdraw(request: HttpRequest, obj: Termination, said: dict[str, Any]) -> str:
    terminating.withdraw(obj, reason=said["reason"], by=_user(request), at=timezone.now())
    return _t("已撤回，协议继续履行。")


@admin.register(Termination)
class TerminationAdmin(RecordAdmin):
    list_display = ("agreement", "ground", "side", "state_badge", "until", "effective_at", "proposed_at")
    list_select_related = ("agreement",)
    list_filter = ("ground", "state", "side", ("proposed_at", DateRangeFilter))
    search_fields = ("agreement__number", "agreement__party_b__name", "reason")
    search_help_text = _("按协议编号、乙方或理由查找")
    fields = (
        "agreement", "ground", "side", "reason", "clause_number", "known_on", "notice", "until", "paper_link",
        "effective_at", "outcome", "proposed_by", "proposed_at", "decided_by", "decided_at",
    )  # fmt: skip
    readonly_fields = ("paper_link",)
    empty_hint = _("还没有提前解除的协议。需要解除时，在协议页面提请。")
    verbs = (
        Verb(
            "effect",
            _("登记解除生效"),
            TERMINATE,
            _effect,
            when=lambda obj: obj.state == Termination.State.DECIDED,
            explain=lambda obj: _t(
                "通知送达时生效；通知载明期限的，期满未改正时生效；协商一致的在约定的最后一天 24 时生效。"
            ),
            tone="danger",
        ),
        Verb(
            "ask-again",
            _("重新提请"),
            TERMINATE,
            _ask,
            when=lambda obj: obj.state == Termination.State.PROPOSED,
            explain=lambda obj: _t("上次的申请被驳回或者过期后，重新提请批准。"),
        ),
        Verb(
            "cured",
            _("登记已改正"),
            TERMINATE,
            _cure,
            form=ReasonForm,
            when=lambda obj: (
                obj.state in terminating.OPEN and obj.ground == Termination.Ground.BREACH and obj.until is not None
            ),
            explain=lambda obj: _t("对方在期限内改正的，解除不发生，协议继续履行。"),
        ),
        Verb(
            "withdraw",
            _("撤回"),
            TERMINATE,
            _withdraw,
            form=ReasonForm,
            when=lambda obj: obj.state in terminating.OPEN,
        ),
    )

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Termination) -> SafeString:
        return badge(obj.get_state_display(), ENDING_TONES[obj.state])

    @admin.display(description=_("依据文件"))
    def paper_link(self, obj: Termination) -> SafeString:
        return paper_link(obj.paper)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        context = {
            "made": obj,
            "state": self.state_badge(obj),
            "warning": terminating.lapse_warning(obj) if terminating.lapsed(obj, today=today) else "",
            "lapses_on": terminating.lapses_on(obj.known_on) if obj.known_on else None,
        }
        yield Panel(name="overview", label=_("概况"), template="admin/contracts/termination.html", context=context)


def _done(request: HttpRequest, obj: ExitTask, said: dict[str, Any]) -> str:
    exits.done(obj, note=said["note"], file=said["file"], by=_user(request), at=timezone.now())
    return _t("已办结。")


def _waive(request: HttpRequest, obj: ExitTask, said: dict[str, Any]) -> str:
    exits.waive(obj, reason=said["reason"], by=_user(request), at=timezone.now())
    return _t("已登记免办。")


def _send_back(request: HttpRequest, obj: ExitTask, said: dict[str, Any]) -> str:
    exits.send_back(obj, reason=said["reason"], by=_user(request), at=timezone.now())
    return _t("已退回乙方。")


def _unsettled(obj: ExitTask) -> bool:
    return obj.state in {ExitTask.State.OPEN, ExitTask.State.REPORTED}


@admin.register(ExitTask)
class ExitTaskAdmin(RecordAdmin):
    list_display = ("agreement", "kind", "side", "state_badge", "due_on", "settled_by", "settled_at")
    list_select_related = ("agreement", "settled_by")
    list_filter = ("state", "kind", "side", ("due_on", DateRangeFilter))
    search_fields = ("agreement__number", "agreement__party_b__name", "note")
    search_help_text = _("按协议编号、乙方或办理情况查找")
    fields = (
        "agreement", "kind", "side", "due_on", "note", "paper_link", "reported_by", "reported_at", "settled_by",
        "settled_at",
    )  # fmt: skip
    readonly_fields = ("paper_link",)
    empty_hint = _("还没有退出事项。协议届满或解除时自动列出。")
    verbs = (
        Verb(
            "done",
            _("办结"),
            SETTLE,
            _done,
            form=SettleForm,
            when=_unsettled,
            explain=lambda obj: (
                _t("销毁数据须上传销毁证明。")
                if obj.kind == ExitTask.Kind.DATA_DESTROYED
                else _t("写明办理情况，或者上传证明文件。")
            ),
            tone="primary",
        ),
        Verb(
            "send-back",
            _("退回乙方"),
            SETTLE,
            _send_back,
            form=ReasonForm,
            when=lambda obj: obj.state == ExitTask.State.REPORTED,
        ),
        Verb("waive", _("免办"), SETTLE, _waive, form=ReasonForm, when=_unsettled),
    )

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ExitTask) -> SafeString:
        return badge(obj.get_state_display(), TASK_TONES[obj.state])

    @admin.display(description=_("证明文件"))
    def paper_link(self, obj: ExitTask) -> SafeString:
        return paper_link(obj.paper)
