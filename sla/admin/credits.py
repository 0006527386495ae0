"""The console's pages on service credits: what was agreed, and what each month gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import AgreementVersion
from people.console import ConsoleAdmin, DateRangeFilter, Panel, RecordAdmin, Verb, badge
from people.models import User
from sla import crediting
from sla.carrying import words_of
from sla.credit_panels import TONES, credit_panels
from sla.forms.credits import AskCreditForm, ComputeForm
from sla.models import CreditRule, ServiceCredit


@admin.register(CreditRule)
class CreditRuleAdmin(ConsoleAdmin):
    list_display = ("__str__", "version", "gives", "clause")
    list_select_related = ("version__agreement",)
    list_filter = ("measure", "basis", "fee_kind")
    search_fields = ("clause", "version__agreement__number", "version__agreement__party_b__name")
    search_help_text = _("按条款、协议编号或乙方查找")
    autocomplete_fields = ("version",)
    fields = (
        ("version", "clause"), ("measure", "basis", "below"), ("fee_kind", "share", "amount"),
        ("month_cap", "month_cap_share", "year_cap"),
    )  # fmt: skip
    empty_hint = _("还没有服务减免约定。协议没有约定的，未达标不减免；约定了的，在草稿条款上逐档登记。")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rules of terms that are no draft are frozen, as the terms are."""
        draft = obj is None or obj.version.state == AgreementVersion.State.DRAFT
        return super().has_change_permission(request, obj) and draft

    def save_model(self, request: HttpRequest, obj: CreditRule, form: Any, change: bool) -> None:  # noqa: FBT001
        crediting.keep_rule(obj, by=cast(User, request.user), at=timezone.now())

    @admin.display(description=_("减免"))
    def gives(self, obj: CreditRule) -> str:
        return words_of(obj)


def _compute(request: HttpRequest, obj: None, said: dict[str, Any]) -> str:
    rows = crediting.compute(said["agreement"], said["month"], by=cast(User, request.user), at=timezone.now())
    if not rows:
        return _t("已计算，这个月没有新的服务减免。")
    return _t("已计算，有 %(n)d 笔待办理，见列表。") % {"n": len(rows)}


def _ask(request: HttpRequest, obj: ServiceCredit, said: dict[str, Any]) -> str:
    crediting.ask_to_accept(obj, by=cast(User, request.user), at=timezone.now(), reason=said["reason"])
    return _t("已提交，等待财务主管认可。")


@admin.register(ServiceCredit)
class ServiceCreditAdmin(RecordAdmin):
    list_display = ("month_shown", "agreement_number", "party_b", "rule", "state_badge", "amount", "total", "raw_total")
    list_select_related = ("agreement__party_b", "rule__version__agreement")
    list_filter = ("state", "rule__measure", ("month", DateRangeFilter), "agreement")
    search_fields = ("agreement__number", "agreement__party_b__name")
    search_help_text = _("按协议编号或乙方查找")
    empty_hint = _("没有服务减免。系统每天按协议的约定计算已结束的月份；没有约定减免的协议不会出现在这里。")
    export_columns = (
        "month_shown", "agreement", "party_b", "rule", "sequence", "state", "amount", "total", "raw_total", "fee",
        "accepted_by", "accepted_at",
    )  # fmt: skip
    fields = (("agreement", "rule", "sequence"), ("computed_at", "accepted_by", "accepted_at"))
    list_verbs = (
        Verb("compute", _("计算一个月"), "sla.compute_credits", _compute, form=ComputeForm,
             explain=lambda obj: _t("系统每天自动计算；刚作出免责决定或补开账单后，可以在这里立即重算。")),
    )  # fmt: skip
    verbs = (
        Verb("ask", _("提请认可"), "sla.request_credit", _ask, form=AskCreditForm, tone="primary",
             when=lambda obj: obj.state == ServiceCredit.State.PROPOSED,
             explain=lambda obj: _t("由财务主管认可。认可后不再改动，金额计入下一张账单；以后再有变化，另列差额。")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    @admin.display(description=_("月份"), ordering="month")
    def month_shown(self, obj: ServiceCredit) -> str:
        return f"{obj.month:%Y-%m}"

    @admin.display(description=_("协议编号"), ordering="agreement__number")
    def agreement_number(self, obj: ServiceCredit) -> str:
        return obj.agreement.number

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: ServiceCredit) -> str:
        return str(obj.agreement.party_b)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ServiceCredit) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return credit_panels(obj)
