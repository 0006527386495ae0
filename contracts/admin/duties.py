"""The console's pages on obligations and their occurrences."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import obligations, performing, starters
from contracts.admin.papers import paper_link
from contracts.duty_faces import counted_words, left_words, rule_words, standing_badge
from contracts.filtering import MineFilter, StandFilter
from contracts.forms import duties as forms
from contracts.forms.starting import StartForm, chosen_in
from contracts.models import Obligation, ObligationOccurrence
from contracts.month import first_of, month_of
from people.console import Button, DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone

KEEP, PERFORM = "contracts.keep_obligation", "contracts.perform_obligation"
REOPEN, WAIVE, EXTEND = (f"contracts.{name}_occurrence" for name in ("reopen", "waive", "extend"))
STATE_TONES: dict[str, Tone] = {"active": "ok", "suspended": "warn", "ended": "muted"}
MOST = 12
CALENDAR = Verb("calendar", _("看日历"), "contracts.view_obligationoccurrence", lambda request, obj, data: "")
Call = Callable[[HttpRequest, Any, dict[str, Any]], object]


def _acting(verb: Callable[..., object], done: object) -> Call:
    """What a button does: the verb with what the form says, then the words."""

    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> object:
        verb(obj, **said, by=cast(User, request.user), at=timezone.now())
        return done

    return call


def _make(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    by, at = cast(User, request.user), timezone.now()
    made = obligations.make(said["agreement"], forms.terms_of(said), by=by, at=at)
    return Outcome(
        message=_t("已登记义务，到期的各次已经排好。"), url=reverse("admin:contracts_obligation_change", args=[made.pk])
    )


def _start(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = starters.start(said["agreement"], chosen_in(said), by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已生成 %(n)d 项义务，请逐项指定负责人。") % {"n": len(made)},
        url=reverse("admin:contracts_obligation_changelist") + f"?agreement__id__exact={said['agreement'].pk}",
    )


def _revise(request: HttpRequest, obj: Obligation, said: dict[str, Any]) -> str:
    by, at = cast(User, request.user), timezone.now()
    obligations.revise(obj, forms.terms_of(said), reason=said["reason"], by=by, at=at)
    return _t("已修改，今天起到期的各次按新规则重新排定。")


def _happened(request: HttpRequest, obj: Obligation, said: dict[str, Any]) -> Outcome:
    made = obligations.happened(obj, **said, by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已登记事件，%(due)s 到期。") % {"due": made.due_on},
        url=reverse("admin:contracts_obligationoccurrence_change", args=[made.pk]),
    )


@admin.register(Obligation)
class ObligationAdmin(RecordAdmin):
    list_display = ("title", "clause_number", "agreement", "side", "rule_text", "person", "state_badge")
    list_select_related = ("agreement", "person")
    list_filter = ("state", "side", "rule", "topic", "agreement", "person")
    search_fields = ("title", "clause_number", "agreement__number", "agreement__party_b__name", "person__name")
    search_help_text = _("按义务、条款号、协议编号、乙方或负责人查找")
    empty_hint = _("还没有义务。点“登记义务”写下第一项，或点“从条款生成义务”。")
    fields = (
        "agreement", ("clause_number", "topic"), "title", ("side", "person"), "rule_text", "tracked_from",
        "evidence_needed", "confirm_needed", ("grace_days", "grace_kind"), "lead_days", "survives", "state_reason",
    )  # fmt: skip
    readonly_fields = ("rule_text",)
    list_verbs = (
        Verb("make", _("登记义务"), KEEP, _make, form=forms.MakeObligationForm, tone="primary"),  # type: ignore[arg-type]
        Verb(
            "start",
            _("从条款生成义务"),
            KEEP,
            _start,
            form=StartForm,
            explain=lambda obj: _t("条款只写“定期”“及时”的，请填写约定的周期或期限；留空的不生成。"),
        ),
    )
    verbs = (
        Verb(
            "event",
            _("登记事件"),
            PERFORM,
            _happened,
            form=forms.EventForm,
            when=lambda obj: obj.state == "active" and obj.by_event,
            explain=lambda obj: _t("登记“%(event)s”发生的时间，系统据此算出到期日。") % {"event": obj.event_name},
            tone="primary",
        ),
        Verb(
            "revise",
            _("修改"),
            KEEP,
            _revise,
            form=forms.ReviseObligationForm,  # type: ignore[arg-type]
            when=lambda obj: obj.state != "ended",
            explain=lambda obj: _t("今天起到期、尚未完成的各次按新规则重新排定；以前的和已完成的不变。"),
        ),
        Verb(
            "suspend",
            _("中止"),
            KEEP,
            _acting(obligations.suspend, _("已中止，恢复前不再到期。")),
            form=forms.ReasonForm,
            when=lambda obj: obj.state == "active",
        ),
        Verb(
            "resume",
            _("恢复"),
            KEEP,
            _acting(obligations.resume, _("已恢复，自今天起继续到期。")),
            form=forms.ReasonForm,
            when=lambda obj: obj.state == "suspended",
            tone="primary",
        ),
        Verb(
            "end",
            _("结束"),
            KEEP,
            _acting(obligations.end, _("已结束。")),
            form=forms.ReasonForm,
            when=lambda obj: obj.state != "ended",
            explain=lambda obj: _t("结束后不再到期，也不能恢复；已经到期未完成的仍须完成。"),
            tone="danger",
        ),
    )

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        rows = list(
            obj.occurrences.exclude(state="cancelled").select_related("done_by").order_by("-due_on")[: MOST * 2]
        )
        for row in rows:
            row.obligation = obj
            row.badge, row.left = standing_badge(row, today), left_words(row, today)
        yield Panel(
            name="occurrences",
            label=_("履行事项"),
            template="admin/contracts/occurrences.html",
            context={"rows": rows, "obligation": obj},
            count=obj.occurrences.exclude(state="cancelled").count(),
        )

    @admin.display(description=_("到期规则"), ordering="rule")
    def rule_text(self, obj: Obligation) -> str:
        return rule_words(obj)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Obligation) -> SafeString:
        return badge(obj.get_state_display(), STATE_TONES[obj.state])


def _state(name: str) -> Callable[[Any], bool]:
    return lambda obj: obj.state == name


@admin.register(ObligationOccurrence)
class ObligationOccurrenceAdmin(RecordAdmin):
    list_display = ("due", "title", "clause", "side", "person", "standing", "left", "agreement", "party_b")
    list_filter = (
        StandFilter, MineFilter, ("due_on", DateRangeFilter), "obligation__side", "obligation__person",
        "obligation__agreement", "obligation__topic", "obligation__clause_number",
    )  # fmt: skip
    search_fields = (
        "obligation__title", "obligation__clause_number", "obligation__agreement__number",
        "obligation__agreement__party_b__name", "obligation__person__name",
    )  # fmt: skip
    search_help_text = _("按义务、条款号、协议编号、乙方或负责人查找")
    empty_hint = _("没有符合条件的履行事项。")
    ordering = ("due_on", "pk")
    fields = (
        "obligation", "due_on", ("counted_on", "extended_until", "late_after"), "provisional", "done_on",
        ("done_by", "done_at"), "evidence", "paper_file", ("confirmed_by", "confirmed_at"), "reason",
    )  # fmt: skip
    readonly_fields = ("paper_file",)
    export_columns = (
        "agreement", "party_b", "clause", "title", "side", "person", "due_on", "late_after", "provisional", "standing",
        "done_on", "done_by", "evidence",
    )  # fmt: skip
    verbs = (
        Verb("done", _("登记完成"), PERFORM, _acting(performing.done, _("已登记完成。")), form=forms.DoneForm,
             when=_state("open"), tone="primary"),
        Verb("confirm", _("确认完成"), PERFORM, _acting(performing.confirm, _("已确认。")),
             when=performing.to_confirm, tone="primary",
             explain=lambda obj: _t("确认乙方已经履行；对完成情况有疑问的，请退回。")),
        Verb("reopen", _("退回"), REOPEN, _acting(performing.reopen, _("已退回，等待重新办理。")),
             form=forms.ReasonForm, when=_state("done"), tone="danger"),
        Verb("extend", _("延期"), EXTEND, _acting(obligations.extend, _("已延期。")), form=forms.ExtendForm,
             when=_state("open"), explain=lambda obj: _t("原到期日 %(due)s；延期记录不能修改。") % {"due": obj.due_on}),
        Verb("waive", _("申请豁免"), WAIVE, _acting(performing.ask_to_waive, _("已提交申请，等待另一人批准。")),
             form=forms.ReasonForm, when=_state("open"),
             explain=lambda obj: _t("豁免后这一期不必履行；须由另一位有权限的人员批准。")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ObligationOccurrence]:
        rows = super().get_queryset(request)
        return rows.select_related(
            "obligation__agreement__party_b", "obligation__person", "done_by", "calendar_version"
        )

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        yield Panel(
            name="occurrence",
            label=_("概况"),
            template="admin/contracts/occurrence.html",
            context={
                "row": obj,
                "obligation": obj.obligation,
                "state": standing_badge(obj, today),
                "left": left_words(obj, today),
                "lines": counted_words(obj),
                "to_confirm": performing.to_confirm(obj),
                "extensions": list(obj.extensions.select_related("by")),
            },
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar_view)
        return [path("calendar/", view, name="contracts_obligationoccurrence_calendar"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the way to the calendar."""
        url = reverse("admin:contracts_obligationoccurrence_calendar")
        return super().changelist_view(request, {"list_buttons": [Button(CALENDAR, url)], **(extra_context or {})})

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """The month of duties, ends of agreements and bills that the person may see; mine=1 keeps what is theirs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today, mine = timezone.localdate(), request.GET.get("mine") == "1"
        first = first_of(request.GET.get("month", ""), today=today)
        context = {
            **self.admin_site.each_context(request),
            "title": _("日历"),
            "opts": self.opts,
            "month": month_of(cast(User, request.user), first, today=today, mine=mine),
            "mine": mine,
            "as_list": request.GET.get("view") == "list",
            "this_month": today.replace(day=1),
        }
        return render(request, "admin/contracts/calendar.html", context)

    @admin.display(description=_("到期日"), ordering="due_on")
    def due(self, obj: ObligationOccurrence) -> str:
        return f"{obj.due_on}" + (f"（{_t('暂定')}）" if obj.provisional else "")

    @admin.display(description=_("义务"), ordering="obligation__title")
    def title(self, obj: ObligationOccurrence) -> str:
        return obj.obligation.title

    @admin.display(description=_("条款号"), ordering="obligation__clause_number")
    def clause(self, obj: ObligationOccurrence) -> str:
        return obj.obligation.clause_number

    @admin.display(description=_("协议"), ordering="obligation__agreement__number")
    def agreement(self, obj: ObligationOccurrence) -> str:
        return obj.obligation.agreement.number

    @admin.display(description=_("乙方"), ordering="obligation__agreement__party_b__name")
    def party_b(self, obj: ObligationOccurrence) -> str:
        return obj.obligation.agreement.party_b.name

    @admin.display(description=_("义务方"), ordering="obligation__side")
    def side(self, obj: ObligationOccurrence) -> str:
        return obj.obligation.get_side_display()

    @admin.display(description=_("负责人"), ordering="obligation__person__name")
    def person(self, obj: ObligationOccurrence) -> str:
        return str(obj.obligation.person or "—")

    @admin.display(description=_("进度"), ordering="late_after")
    def standing(self, obj: ObligationOccurrence) -> SafeString:
        return standing_badge(obj, timezone.localdate())

    @admin.display(description=_("剩余"))
    def left(self, obj: ObligationOccurrence) -> str:
        return left_words(obj, timezone.localdate()) or "—"

    @admin.display(description=_("证据文件"))
    def paper_file(self, obj: ObligationOccurrence) -> SafeString:
        return paper_link(obj.paper)
