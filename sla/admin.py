"""The console's pages on fault reports, clocks and breaches: the queue, the verbs, the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb, badge
from people.models import User
from sla import adjudicating, evidence, forms, tickets
from sla.faces import PRIORITY_TONES, STATE_TONES, clock_badge, faces_of, left_badge, rounded_up, spelled, with_left
from sla.filtering import BrokenFilter, QueueFilter
from sla.models import Adjudication, Breach, Clock, Ticket
from sla.panels import breach_panels, clock_panels, ticket_panels
from sla.steps import may
from sla.telling import moment

HANDLE = "sla.handle_ticket"


def _acting(verb: Callable[..., Ticket], done: object) -> Callable[[HttpRequest, Any, dict[str, Any]], object]:
    """What a button does: the verb with what the form says, then the words."""

    def call(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> object:
        verb(obj, at=timezone.now(), by=cast(User, request.user), **forms.told(cleaned))
        return done

    return call


def _file(request: HttpRequest, obj: None, cleaned: dict[str, Any]) -> Outcome:
    said = forms.told(cleaned)
    files = said.pop("files")
    made = tickets.file(tickets.Report(**said), at=timezone.now(), by=cast(User, request.user), files=files)
    return Outcome(
        message=_t("已登记，编号 %(number)s。") % {"number": made.number},
        url=reverse("admin:sla_ticket_change", args=[made.pk]),
    )


def _can(verb: str) -> Callable[[Any], bool]:
    return lambda obj: may(verb, obj.state)


class QueueList(ChangeList):
    """The queue, with the support time that each row has left."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_left(self.result_list, at=timezone.now())


@admin.register(Ticket)
class TicketAdmin(RecordAdmin):
    list_display = (
        "number", "title", "state_badge", "next_due", "response_badge", "solution_badge", "assignee", "party_b",
    )  # fmt: skip
    list_select_related = ("agreement__party_b", "assignee")
    list_filter = (QueueFilter, "kind", "priority", ("received_at", DateRangeFilter), "agreement")
    search_fields = ("number", "title", "description", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按编号、标题、情况描述、协议编号或乙方查找（包括已结束的报告）")
    empty_hint = _("没有待处理的报告。")
    export_columns = (
        "number", "title", "kind", "priority", "state", "agreement", "party_b", "reporter", "assignee", "found_at",
        "received_at", "responded_at", "proposed_at", "confirmed_at", "closed_at",
    )  # fmt: skip
    fields = (
        ("number", "kind", "channel"), ("agreement", "version"), ("impact", "urgency", "priority"),
        ("reporter", "assignee"), ("found_at", "reported_at", "received_at"),
        ("accepted_at", "responded_at", "proposed_at"), ("confirmed_at", "closed_at", "cancelled_at"),
    )  # fmt: skip
    list_verbs = (
        Verb("file", _("登记报告"), "sla.add_ticket", _file, form=forms.StaffReportForm, tone="primary",
             explain=lambda obj: _t("乙方用电话、邮件报告，或甲方自己发现的，在这里登记；时限从登记时起算。")),
    )  # fmt: skip
    verbs = (
        Verb("accept", _("受理"), HANDLE, _acting(tickets.accept, _("已受理，由您负责。")), form=forms.AcceptForm,
             when=_can("accept"), explain=lambda obj: _t("受理后由您负责。受理不是响应，响应时限继续计时。")),
        Verb("respond", _("响应"), HANDLE, _acting(tickets.respond, _("已响应，响应时限停止。")),
             form=forms.RespondForm, when=_can("respond"), tone="primary",
             explain=lambda obj: _t("答复发给乙方，响应时限停止计时。")),
        Verb("propose", _("提出解决方案"), HANDLE, _acting(tickets.propose, _("解决方案已提交，等待乙方确认。")),
             form=forms.ProposeForm, when=_can("propose"), tone="primary",
             explain=lambda obj: _t("方案发给乙方确认，解决方案时限停止计时。")),
        Verb("ask", _("请乙方补充"), HANDLE, _acting(tickets.ask_party_b, _("已请乙方补充，解决方案时限暂停。")),
             form=forms.AskForm, when=_can("ask_party_b"),
             explain=lambda obj: _t("等待乙方期间解决方案时限暂停，乙方一回复立即恢复。")),
        Verb("reply", _("代乙方登记回复"), HANDLE, _acting(tickets.reply, _("已登记乙方的回复。")),
             form=forms.PhoneReplyForm, when=_can("reply")),
        Verb("close", _("关闭"), HANDLE, _acting(tickets.close, _("已关闭。")), form=forms.MaySayForm,
             when=_can("close"), tone="primary"),
        Verb("reassign", _("转派"), HANDLE, _acting(tickets.reassign, _("已转派。")), form=forms.ReassignForm,
             when=_can("reassign")),
        Verb("note", _("内部备注"), HANDLE, _acting(tickets.note, _("备注已保存。")), form=forms.NoteForm,
             when=_can("note")),
        Verb("cancel", _("撤销"), HANDLE, _acting(tickets.cancel, _("报告已撤销。")), form=forms.ReasonForm,
             when=_can("cancel"), tone="danger",
             explain=lambda obj: _t("只用于误报或重复的报告；乙方会收到通知。已经发生的超时不会消失。")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        rows = super().get_queryset(request).select_related("agreement__party_b", "version", "assignee", "reporter")
        return rows.with_next_due().prefetch_related(  # type: ignore[attr-defined, no-any-return]
            Prefetch("clocks", Clock.objects.order_by("cycle", "kind"))
        )

    def get_ordering(self, request: HttpRequest) -> Any:
        """What runs out next comes first."""
        return [F("next_due_at").asc(nulls_last=True), "-received_at"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QueueList

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Ticket) -> SafeString:
        state = badge(obj.get_state_display(), STATE_TONES[obj.state])
        priority = badge(_t("%(level)s 级") % {"level": obj.priority}, PRIORITY_TONES[obj.priority])
        return format_html('<span class="sla-line">{} {}</span>', state, priority)

    @admin.display(description=_("响应"))
    def response_badge(self, obj: Ticket) -> SafeString | str:
        return clock_badge(obj, Clock.Kind.RESPONSE)

    @admin.display(description=_("解决方案"))
    def solution_badge(self, obj: Ticket) -> SafeString | str:
        return clock_badge(obj, Clock.Kind.SOLUTION)

    @admin.display(description=_("最近到期"), ordering=F("next_due_at").asc(nulls_last=True))
    def next_due(self, obj: Any) -> Any:
        """When the next clock runs out, and the support time that is left until then."""
        if obj.next_due_at is None:
            return "—"
        return format_html('<span class="sla-line">{} {}</span>', moment(obj.next_due_at), left_badge(obj))

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Ticket) -> str:
        return str(obj.agreement.party_b)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return ticket_panels(obj, faces_of(obj, at=timezone.now()))


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    list_display = (
        "ticket", "kind", "state_badge", "target", "used", "due_at", "breached_at", "stopped_at", "provisional",
    )  # fmt: skip
    list_select_related = ("ticket",)
    list_filter = ("kind", "state", BrokenFilter, ("due_at", DateRangeFilter))
    search_fields = ("ticket__number", "ticket__title")
    search_help_text = _("按报告编号或标题查找")
    ordering = ("-started_at", "-pk")
    fields = (
        ("ticket", "kind", "cycle"), ("version", "calendar_version"), ("started_at", "stopped_at"),
        ("due_at", "breach_from", "breached_at"), ("next_check_at", "next_level", "revision"),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Clock) -> SafeString | str:
        return clock_badge(obj.ticket, obj.kind, clock=obj)

    @admin.display(description=_("约定时间"), ordering="target_seconds")
    def target(self, obj: Clock) -> str:
        return _t("未约定") if obj.target_seconds is None else spelled(obj.target_seconds)

    @admin.display(description=_("已用"), ordering="consumed_seconds")
    def used(self, obj: Clock) -> str:
        """What a clock that stands still has used; the used time of a running one is on its page."""
        return "—" if obj.state == Clock.State.RUNNING else spelled(rounded_up(obj.consumed_seconds))

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return clock_panels(obj, at=timezone.now())


@admin.register(Breach)
class BreachAdmin(ReadOnlyAdmin):
    list_display = ("number", "ticket_link", "kind", "breached_at", "detected_at", "party_b", "agreement")
    list_select_related = ("ticket", "agreement__party_b")
    list_filter = ("kind", ("breached_at", DateRangeFilter), "agreement")
    search_fields = ("ticket__number", "ticket__title", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按报告编号、标题、协议编号或乙方查找")
    empty_hint = _("还没有超时记录。")
    export_columns = ("number", "ticket", "kind", "breached_at", "detected_at", "party_b", "agreement", "sha256")
    fields = (("number", "kind"), ("ticket", "agreement"), ("breached_at", "detected_at"), "sha256", "previous_sha256")

    class Media:
        css = {"all": ("sla/sla.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.evidence_view)
        return [path("<int:pk>/evidence/", view, name="sla_breach_evidence"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Breach]:
        # The evidence is large and belongs on the record page only.
        rows = super().get_queryset(request).select_related("ticket", "agreement__party_b", "clock__ticket")
        return rows.defer("evidence")

    def evidence_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """The evidence as a file: `manage.py evidence` checks it without the database."""
        obj = self.get_object(request, str(pk))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        response = JsonResponse(
            {**obj.evidence, "sha256": obj.sha256}, json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        response["Content-Disposition"] = f'attachment; filename="breach-{obj.number:06d}.json"'
        return response

    @admin.display(description=pgettext_lazy("one", "故障报告"), ordering="ticket__number")
    def ticket_link(self, obj: Breach) -> SafeString:
        return format_html("{} {}", obj.ticket.number, obj.ticket.title)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Breach) -> str:
        return str(obj.agreement.party_b)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return breach_panels(obj, evidence.flaws(obj))


@admin.register(Adjudication)
class AdjudicationAdmin(ReadOnlyAdmin):
    list_display = ("breach", "ground", "state_badge", "target", "used", "proposed_at", "decided_by")
    list_select_related = ("breach__ticket", "decided_by")
    list_filter = ("state", "ground", ("proposed_at", DateRangeFilter))
    search_fields = ("breach__ticket__number", "breach__ticket__title")
    search_help_text = _("按报告编号或标题查找")
    empty_hint = _("没有需要复核的超时。放假安排晚于超时才公布时，系统会在这里提出复核。")
    fields = (
        ("breach", "ground", "state"), ("calendar_version", "proposed_at"), ("decided_by", "decided_at"), "reason",
    )  # fmt: skip
    verbs = (
        Verb("excuse", _("申请免责"), "sla.request_adjudication", lambda r, o, d: _ask_to_excuse(r, o, d),
             form=forms.ExcuseForm, when=lambda obj: obj.state == Adjudication.State.PROPOSED, tone="primary",
             explain=lambda obj: _t("由合同经理审批。超时记录本身不变，统计中另列免责后的数字。")),
        Verb("uphold", _("维持超时"), "sla.decide_adjudication", lambda r, o, d: _uphold(r, o, d),
             form=forms.ExcuseForm, when=lambda obj: obj.state == Adjudication.State.PROPOSED),
    )  # fmt: skip

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Adjudication) -> SafeString:
        tones = {"proposed": "warn", "excused": "ok", "upheld": "bad"}
        return badge(obj.get_state_display(), cast(Any, tones[obj.state]))

    @admin.display(description=_("约定时间"), ordering="target_seconds")
    def target(self, obj: Adjudication) -> str:
        return spelled(obj.target_seconds)

    @admin.display(description=_("重新计算的已用时间"), ordering="consumed_seconds")
    def used(self, obj: Adjudication) -> str:
        return spelled(rounded_up(obj.consumed_seconds))


def _ask_to_excuse(request: HttpRequest, obj: Adjudication, cleaned: dict[str, Any]) -> str:
    adjudicating.ask_to_excuse(obj, by=cast(User, request.user), at=timezone.now(), reason=cleaned["text"])
    return _t("已提交，等待合同经理审批。")


def _uphold(request: HttpRequest, obj: Adjudication, cleaned: dict[str, Any]) -> str:
    adjudicating.uphold(obj, by=cast(User, request.user), at=timezone.now(), reason=cleaned["text"])
    return _t("已维持超时。")
