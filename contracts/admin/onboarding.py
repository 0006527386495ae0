"""The console's pages on onboarding: tasks, versions of interfaces, and the confirmation that the platform is open."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import interfaces, onboarding, opening
from contracts.access_faces import drift_words, stage_badge, term_of
from contracts.admin.papers import paper_link
from contracts.forms import access as forms
from contracts.forms.sharing import ReasonForm
from contracts.models import InterfaceSpec, OnboardingTask, OpeningConfirmation
from contracts.updates import workdays_now
from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb, badge
from people.exporting import Row
from people.models import User

HANDLE, CONFIRM = onboarding.HANDLE, "contracts.confirm_opening"


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _begin(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    term = onboarding.Term(agreed_days=said["agreed_days"], day_kind=said["day_kind"])
    made = onboarding.begin(said["agreement"], said["shared_item"], term=term, **_by(request))
    url = reverse("admin:contracts_onboardingtask_change", args=[made.pk])
    return Outcome(message=_t("已登记接入任务，请发出接入通知。"), url=url)


def _notify(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.notify(obj, onboarding.Message(**said), **_by(request))
    return _t("已发出接入通知，对接自乙方收到之日起算。")


def _attach(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.attach(obj, said["notice"], **_by(request))
    return _t("已关联接入通知。")


def _start(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.start(obj, **_by(request))
    return _t("已登记开始对接。")


def _ready(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.ready(obj, **_by(request))
    return _t("已进入联调。")


def _send_back(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.send_back(obj, reason=said["reason"], **_by(request))
    return _t("已退回对接，已通知乙方。")


def _connect(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.connect(obj, **said, **_by(request))
    return _t("已登记接入。")


def _move(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.move_to_spec(obj, spec=said["spec"], **_by(request))
    return _t("已登记接口版本。")


def _stop(request: HttpRequest, obj: OnboardingTask, said: dict[str, Any]) -> str:
    onboarding.stop(obj, reason=said["reason"], **_by(request))
    return _t("已中止，已通知乙方。")


def _with_workdays(rows: Iterable[Any]) -> Iterator[Any]:
    workdays = workdays_now()
    for row in rows:
        row.workdays = workdays
        yield row


def _at(*stages: str) -> Any:
    return lambda obj: obj.stage in stages


class StageFilter(admin.SimpleListFilter):
    """Where a task is, with the state of its notice."""

    title = _("进展")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        between = [("sent", _("待乙方签收")), ("notified", _("已通知"))]
        first, *rest = OnboardingTask.State.choices
        return [(str(first[0]), first[1]), *between, *((str(name), label) for name, label in rest)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen in {"sent", "notified"}:
            notice = "sent" if chosen == "sent" else "received"
            return queryset.filter(state="waiting", notice__state=notice)
        if chosen == "waiting":
            return queryset.filter(state="waiting", notice=None)
        return queryset.filter(state=chosen) if chosen else queryset


@admin.register(OnboardingTask)
class OnboardingTaskAdmin(RecordAdmin):
    list_display = ("name", "party_b", "stage_shown", "term_shown", "days_shown", "connected_on")
    list_select_related = ("agreement__party_b", "shared_item__item", "notice", "spec")
    list_filter = (StageFilter, ("connected_on", DateRangeFilter))
    search_fields = (
        "agreement__number", "agreement__party_b__name", "shared_item__item__title", "shared_item__item__number",
    )  # fmt: skip
    search_help_text = _("按协议编号、乙方、资源名称或目录编号查找")
    fields = (
        "agreement", "shared_item", "notice", "agreed_days", "day_kind", "spec", "report_link", "connected_on",
        "state_reason",
    )  # fmt: skip
    readonly_fields = ("report_link",)
    empty_hint = _("还没有接入任务。点“登记接入任务”，再发出接入通知。")
    list_verbs = (Verb("begin", _("登记接入任务"), HANDLE, _begin, form=forms.BeginForm, tone="primary"),)
    verbs = (
        Verb("notify", _("发出接入通知"), HANDLE, _notify, form=forms.NotifyForm, tone="primary",
             when=lambda obj: obj.stage == "waiting" and obj.notice_id is None,
             explain=lambda obj: _t("通知自乙方收到时生效（民法典第137条），期限从收到之日起算。")),
        Verb("attach", _("关联已发出的通知"), HANDLE, _attach, form=forms.AttachForm,
             when=lambda obj: obj.stage == "waiting" and obj.notice_id is None),
        Verb("start", _("登记开始对接"), HANDLE, _start, when=_at("notified"), tone="primary"),
        Verb("ready", _("进入联调"), HANDLE, _ready, when=_at("connecting"), tone="primary"),
        Verb("connect", _("登记接入"), HANDLE, _connect, form=forms.ConnectForm, when=_at("testing"), tone="primary"),
        Verb("back", _("退回对接"), HANDLE, _send_back, form=ReasonForm, when=_at("testing")),
        Verb("spec", _("更换接口版本"), HANDLE, _move, form=forms.SpecChoiceForm,
             when=lambda obj: obj.state == "connected" and obj.shared_item_id is not None),
        Verb("stop", _("中止"), HANDLE, _stop, form=ReasonForm, tone="danger",
             when=lambda obj: obj.state not in {"connected", "stopped"}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[OnboardingTask]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, its rows knowing one calendar between them."""
        page = super().get_changelist_instance(request)
        page.result_list = list(_with_workdays(page.result_list))
        return page

    def _rows(self, objects: Iterable[Any], columns: tuple[str, ...]) -> Iterator[Row]:
        return super()._rows(_with_workdays(objects), columns)

    @admin.display(description=_("接入内容"), ordering="agreement__number")
    def name(self, obj: OnboardingTask) -> str:
        return str(obj)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: OnboardingTask) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("进展"), ordering="state")
    def stage_shown(self, obj: OnboardingTask) -> SafeString:
        return stage_badge(obj)

    @admin.display(description=_("期限"))
    def term_shown(self, obj: OnboardingTask) -> SafeString:
        return term_of(obj, timezone.localdate(), obj.workdays).badge  # type: ignore[attr-defined]

    @admin.display(description=_("收到通知后天数"))
    def days_shown(self, obj: OnboardingTask) -> int | None:
        return onboarding.days_since(obj, timezone.localdate())

    @admin.display(description=_("联调报告"))
    def report_link(self, obj: OnboardingTask) -> SafeString:
        return paper_link(obj.report)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        newest = interfaces.newest_of(obj.shared_item.item) if obj.shared_item else None
        yield Panel(
            name="progress",
            label=_("接入进展"),
            template="admin/contracts/onboarding_progress.html",
            context={
                "task": obj,
                "stage": stage_badge(obj),
                "term": term_of(obj, today, workdays_now()).badge,
                "days": onboarding.days_since(obj, today),
                "drift": drift_words(obj, newest),
            },
        )


def _publish(request: HttpRequest, obj: None, said: dict[str, Any]) -> str:
    interfaces.publish_spec(said.pop("item"), **said, **_by(request))
    return _t("已登记接口规范，已通知使用旧版本的乙方。")


@admin.register(InterfaceSpec)
class InterfaceSpecAdmin(ReadOnlyAdmin):
    list_display = ("item", "version", "published_on", "file", "note", "by")
    list_select_related = ("item", "paper", "by")
    list_filter = (("published_on", DateRangeFilter),)
    search_fields = ("item__number", "item__title", "version", "note")
    search_help_text = _("按目录编号、资源名称、版本或说明查找")
    exclude = ("paper",)
    readonly_fields = ("file",)
    empty_hint = _("还没有接口规范。点“登记接口规范”上传第一个版本。")
    list_verbs = (Verb("publish", _("登记接口规范"), HANDLE, _publish, form=forms.SpecForm, tone="primary"),)

    @admin.display(description=_("规范文件"))
    def file(self, obj: InterfaceSpec) -> SafeString:
        return paper_link(obj.paper)


def _confirm(request: HttpRequest, obj: None, said: dict[str, Any]) -> str:
    opening.confirm_opening(said.pop("agreement"), **said, **_by(request))
    return _t("已登记开通确认单。")


@admin.register(OpeningConfirmation)
class OpeningConfirmationAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "party_b", "opened_on", "service", "confirmed_by", "file", "by", "at")
    list_select_related = ("agreement__party_b", "paper", "by")
    list_filter = (("opened_on", DateRangeFilter),)
    search_fields = ("agreement__number", "agreement__party_b__name", "confirmed_by")
    search_help_text = _("按协议编号、乙方或确认人查找")
    exclude = ("paper",)
    readonly_fields = ("file", "service")
    empty_hint = _("还没有开通确认单。平台开通、双方确认后，点“登记开通确认单”。")
    list_verbs = (
        Verb(
            "confirm",
            _("登记开通确认单"),
            "contracts.confirm_opening",
            _confirm,
            form=forms.OpeningForm,
            tone="primary",
        ),
    )

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: OpeningConfirmation) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("服务状态"))
    def service(self, obj: OpeningConfirmation) -> SafeString:
        state = opening.service_of(obj.agreement, confirmed=True)
        return badge(opening.LABELS[state], opening.TONES[state])

    @admin.display(description=_("开通确认单"))
    def file(self, obj: OpeningConfirmation) -> SafeString:
        return paper_link(obj.paper)
