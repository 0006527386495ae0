"""The console's pages on fault reports: the queue and its verbs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User
from sla import backdating, forms, tickets
from sla.admin.desk_verbs import DESK_VERBS, acting, can
from sla.admin.massing import MassMixin
from sla.admin.uptime import TICKET_VERBS
from sla.admin.workbench import WorkbenchMixin
from sla.answer_panels import panels_beside
from sla.desk_panels import desk_panel, facing_panel
from sla.faces import PRIORITY_TONES, STATE_TONES, clock_badge, faces_of, left_badge, with_left
from sla.figure_filters import AlikeFilter
from sla.filtering import DeskFilter, LabelFilter, QueueFilter
from sla.models import Clock, Ticket
from sla.panels import ticket_panels
from sla.queue_paging import LONG, page_by_due
from sla.steps import OPEN, may
from sla.telling import moment
from sla.views.tickets import REACTIONS

HANDLE = "sla.handle_ticket"


def _file(request: HttpRequest, obj: None, cleaned: dict[str, Any]) -> Outcome:
    said = forms.told(cleaned)
    files = said.pop("files")
    made = tickets.file(tickets.Report(**said), at=timezone.now(), by=cast(User, request.user), files=files)
    return Outcome(
        message=_t("已登记，编号 %(number)s。") % {"number": made.number},
        url=reverse("admin:sla_ticket_change", args=[made.pk]),
    )


def _backdate(request: HttpRequest, obj: Ticket, cleaned: dict[str, Any]) -> str:
    backdating.ask(obj, backdating.Gap(**cleaned), by=cast(User, request.user), at=timezone.now())
    return _t("已提交，等待运维主管批准。")


class QueueList(ChangeList):
    """The queue, with the support time that each row has left."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_left(self._page(), at=timezone.now())

    def _page(self) -> Any:
        """The page; of a long queue in its own order it is read along the running clocks."""
        own_order = ORDER_VAR not in self.params and self.multi_page and not self.show_all
        if own_order and self.result_count > LONG:
            first = self.list_per_page * (self.page_num - 1)
            size = min(self.list_per_page, self.result_count - first)
            walked = page_by_due(self.queryset, first, size)
            if walked is not None:
                return walked
        return self.result_list


@admin.register(Ticket)
class TicketAdmin(WorkbenchMixin, MassMixin, RecordAdmin):
    list_display = (
        "number", "title", "state_badge", "next_due", "response_badge", "solution_badge", "assignee", "party_b",
    )  # fmt: skip
    list_select_related = ("agreement__party_b", "assignee")
    list_filter = (
        QueueFilter, DeskFilter, AlikeFilter, "kind", "priority", LabelFilter, ("received_at", DateRangeFilter),
        "agreement",
    )  # fmt: skip
    search_fields = ("number", "title", "description", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按编号、标题、情况描述、协议编号或乙方查找（包括已结束的报告）")
    empty_hint = _("没有待处理的报告。")
    export_columns = (
        "number", "title", "kind", "priority", "state", "agreement", "party_b", "reporter", "assignee", "found_at",
        "received_at", "responded_at", "proposed_at", "restored_at", "confirmed_at", "closed_at",
    )  # fmt: skip
    fields = (
        ("number", "kind", "channel"), ("agreement", "version"), ("impact", "urgency", "priority"),
        ("reporter", "assignee"), ("found_at", "reported_at", "received_at"),
        ("accepted_at", "responded_at", "proposed_at"), ("restored_at", "confirmed_at", "closed_at", "cancelled_at"),
    )  # fmt: skip
    list_verbs = (
        Verb("file", _("登记报告"), "sla.add_ticket", _file, form=forms.StaffReportForm, tone="primary",
             explain=lambda obj: _t("乙方用电话、邮件报告，或甲方自己发现的，在这里登记；时限从登记时起算。")),
    )  # fmt: skip
    verbs = (
        Verb("accept", _("受理"), HANDLE, acting(tickets.accept, _("已受理，由您负责。")), form=forms.AcceptForm,
             when=can("accept"), explain=lambda obj: _t("受理后由您负责。受理不是响应，响应时限继续计时。")),
        Verb("respond", _("响应"), HANDLE, acting(tickets.respond, _("已响应，响应时限停止。")),
             form=forms.CannedRespondForm, when=can("respond"), tone="primary",
             explain=lambda obj: _t("答复发给乙方，响应时限停止计时。")),
        Verb("propose", _("提出解决方案"), HANDLE, acting(tickets.propose, _("解决方案已提交，等待乙方确认。")),
             form=forms.CannedProposeForm, when=can("propose"), tone="primary",
             explain=lambda obj: _t("方案发给乙方确认，解决方案时限停止计时。")),
        Verb("ask", _("请乙方补充"), HANDLE, acting(tickets.ask_party_b, _("已请乙方补充，解决方案时限暂停。")),
             form=forms.CannedAskForm, when=can("ask_party_b"),
             explain=lambda obj: _t("等待乙方期间解决方案时限暂停，乙方一回复立即恢复。")),
        Verb("reply", _("代乙方登记回复"), HANDLE, acting(tickets.reply, _("已登记乙方的回复。")),
             form=forms.PhoneReplyForm, when=can("reply")),
        Verb("close", _("关闭"), HANDLE, acting(tickets.close, _("已关闭。")), form=forms.MaySayForm,
             when=can("close"), tone="primary"),
        Verb("restore", _("登记恢复"), HANDLE, acting(tickets.restore, _("已登记故障恢复。")), form=forms.MaySayForm,
             when=lambda obj: can("restore")(obj) and obj.kind == Ticket.Kind.FAULT and obj.restored_at is None,
             explain=lambda obj: _t("服务已恢复。恢复不是解决方案，解决方案时限继续计时。")),
        Verb("priority", _("调整优先级"), HANDLE, acting(tickets.reprioritise, _("已调整优先级。")),
             form=forms.PriorityForm, when=can("reprioritise"),
             explain=lambda obj: _t("时限按新的优先级调整，已用时间保留；已超过的，从现在起记为超时。")),
        Verb("backdate", _("补记暂停"), HANDLE, _backdate, form=forms.BackdateForm,
             when=lambda obj: obj.state in OPEN,
             explain=lambda obj: _t("当时没有及时登记的暂停，由运维主管批准后从已用时间中扣除；已经记下的超时不变。")),
        Verb("reopen", _("代乙方重新打开"), HANDLE, acting(tickets.reopen, _("已重新打开。")), form=forms.ReopenForm,
             when=can("reopen"),
             explain=lambda obj: _t("在约定期限内，原时限继续计时；超过期限或没有约定的，开始新一轮计时。")),
        Verb("reassign", _("转派"), HANDLE, acting(tickets.reassign, _("已转派。")), form=forms.ReassignForm,
             when=can("reassign")),
        Verb("note", _("内部备注"), HANDLE, acting(tickets.note, _("备注已保存。")), form=forms.NoteForm,
             when=can("note")),
        Verb("cancel", _("撤销"), HANDLE, acting(tickets.cancel, _("报告已撤销。")), form=forms.ReasonForm,
             when=can("cancel"), tone="danger",
             explain=lambda obj: _t("只用于误报或重复的报告；乙方会收到通知。已经发生的超时不会消失。")),
        *DESK_VERBS,
        *TICKET_VERBS,
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}
        js = ("sla/canned.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        rows = super().get_queryset(request).select_related("agreement__party_b", "version", "assignee", "reporter")
        return rows.with_next_due().prefetch_related(  # type: ignore[attr-defined, no-any-return]
            Prefetch("clocks", Clock.objects.order_by("cycle", "kind"))
        )

    def get_ordering(self, request: HttpRequest) -> Any:
        """What runs out next comes first."""
        return [F("next_due_at").asc(nulls_last=True), "-received_at"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A whole number finds its ticket at once, by its index; any other words are looked for everywhere."""
        numbered = queryset.filter(number=search_term.strip().upper())
        if search_term.strip() and numbered.exists():
            return numbered, False
        return super().get_search_results(request, queryset, search_term)

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
        """The report, its clocks, the desk, the timeline with what Party B sees beside it, the files."""
        now = timezone.now()
        report, clocks, timeline, *others = ticket_panels(obj, faces_of(obj, at=now))
        may_do = [reaction.label for verb, reaction in REACTIONS.items() if may(verb, obj.state)]
        return [
            report,
            clocks,
            desk_panel(obj, at=now),
            timeline,
            facing_panel(obj, may_do, at=now),
            *others,
            *panels_beside(obj),
        ]
