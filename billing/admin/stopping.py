"""The console's pages on suspensions of debtors: each step a button that a person presses."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import lifting, stopping
from billing.dunning_faces import stop_badge
from billing.dunning_panels import stop_panels
from billing.faces import iso
from billing.forms import ReasonForm
from billing.forms.dunning import NoticeForm
from billing.models import DebtorStop
from contracts.forms.serving import ReceiveForm
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb
from people.models import User

PROPOSE, EXECUTE, LIFT = "billing.propose_debtorstop", "billing.execute_debtorstop", "billing.lift_debtorstop"
State = DebtorStop.State


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _ask(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> Outcome:
    approval = stopping.ask(obj, by=_user(request), at=timezone.now())
    return Outcome(
        message=_t("已提请，等待财务主管批准。"), url=reverse("admin:journal_approval_change", args=[approval.pk])
    )


def _notice(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> str:
    stopping.give_notice(obj, **said, by=_user(request), at=timezone.now())
    return _t("已登记暂停通知，乙方已收到门户通知；送达后请登记送达。")


def _delivered(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> str:
    stopping.notice_delivered(obj, **said, by=_user(request), at=timezone.now())
    return _t("已登记送达；到了载明的日期，核对条件后才能执行。")


def _effect(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> str:
    stopping.take_effect(obj, by=_user(request), at=timezone.now())
    return _t("服务已暂停，乙方已收到通知；付清后系统会提议恢复。")


def _withdraw(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> str:
    stopping.withdraw(obj, **said, by=_user(request), at=timezone.now())
    return _t("已撤回，服务照常。")


def _lift(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> str:
    lifting.lift(obj, **said, by=_user(request), at=timezone.now())
    return _t("服务已恢复，乙方已收到通知。")


def _keep(request: HttpRequest, obj: DebtorStop, said: dict[str, Any]) -> str:
    lifting.keep(obj, **said, by=_user(request), at=timezone.now())
    return _t("已记录：继续暂停。")


def _is(*states: State) -> Any:
    return lambda obj: obj.state in states


def _arrived(obj: DebtorStop) -> bool:
    return obj.notice is not None and obj.notice.received_at is not None


@admin.register(DebtorStop)
class DebtorStopAdmin(RecordAdmin):
    list_display = (
        "name", "party_b", "scope", "state_badge", "proposed_by", "approved_by", "effective_day", "ended_at",
    )  # fmt: skip
    list_select_related = ("agreement__party_b", "proposed_by", "approved_by")
    list_filter = ("state", "scope", ("proposed_at", DateRangeFilter))
    date_hierarchy = "proposed_at"
    search_fields = ("agreement__number", "agreement__party_b__name", "reason", "demand__number")
    search_help_text = _("按协议编号、乙方、理由或催告函编号查找")
    export_columns = (
        "name", "party_b", "scope", "state", "reason", "proposed_by", "proposed_at", "approved_by", "approved_at",
        "effective_on", "ended_at", "ended_why",
    )  # fmt: skip
    empty_hint = _("没有因欠费暂停过服务。条件具备时，由人在“催收台”提请；系统不会自动暂停。")
    fields = (
        "case_link", "state_badge", "demand", ("scope", "scope_note"), "reason", ("proposed_by", "proposed_at"),
        "approval", ("approved_by", "approved_at"), ("notice", "effective_on"), ("suspension", "put_in_force_by"),
        ("ended_by", "ended_at", "ended_why"),
    )  # fmt: skip
    readonly_fields = ("case_link", "state_badge")
    verbs = (
        Verb("ask-again", _("重新提请"), PROPOSE, _ask, when=_is(State.PROPOSED),
             explain=lambda obj: _t("上次的申请被驳回或者过期后，重新提请批准。")),
        Verb(
            "notice",
            _("发出暂停通知"),
            EXECUTE,
            _notice,
            form=NoticeForm,
            when=_is(State.APPROVED),
            explain=lambda obj: _t("通知载明暂停日期；须在那一天之前送达，乙方在此之前付清的不暂停。"),
            tone="primary",
        ),
        Verb(
            "notice-delivered",
            _("登记通知送达"),
            EXECUTE,
            _delivered,
            form=ReceiveForm,
            when=lambda obj: obj.state == State.NOTICED and not _arrived(obj),
            tone="primary",
        ),
        Verb(
            "take-effect",
            _("执行暂停"),
            EXECUTE,
            _effect,
            when=lambda obj: obj.state == State.NOTICED and _arrived(obj),
            explain=lambda obj: _t("再次核对全部条件：已付款、有异议或有待核对收款的，不能执行。只暂停这一份协议。"),
            tone="danger",
        ),
        Verb(
            "lift",
            _("恢复服务"),
            LIFT,
            _lift,
            form=ReasonForm,
            when=_is(State.IN_FORCE),
            explain=lambda obj: _t("立即恢复这份协议的服务，乙方随即收到通知。"),
            tone="primary",
        ),
        Verb(
            "keep",
            _("继续暂停"),
            LIFT,
            _keep,
            form=ReasonForm,
            when=lambda obj: obj.state == State.IN_FORCE and obj.reviews.open().exists(),
            explain=lambda obj: _t("欠款没有付清、经复核决定继续暂停的，写明理由；已付清的只能恢复。"),
        ),
        Verb("withdraw", _("撤回"), PROPOSE, _withdraw, form=ReasonForm,
             when=lambda obj: obj.state in stopping.BEFORE_FORCE, tone="danger"),
    )  # fmt: skip

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return stop_panels(obj, at=timezone.now())

    @admin.display(description=_("协议"), ordering="agreement__number")
    def name(self, obj: DebtorStop) -> str:
        return obj.agreement.number

    @admin.display(description=_("协议"))
    def case_link(self, obj: DebtorStop) -> SafeString:
        url = reverse("admin:billing_dunningcase_change", args=[obj.agreement_id])
        return format_html('<a href="{}">{}</a>', url, f"{obj.agreement.number} {obj.agreement.party_b.name}")

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: DebtorStop) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: DebtorStop) -> SafeString:
        return stop_badge(obj)

    @admin.display(description=_("暂停日期"), ordering="effective_on")
    def effective_day(self, obj: DebtorStop) -> str:
        return iso(obj.effective_on)
