"""The console's pages on force majeure."""

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

from contracts import relieving
from contracts.admin.papers import paper_link
from contracts.forms import relieving as forms
from contracts.models import ForceMajeure
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone

HANDLE = "contracts.handle_forcemajeure"
State = ForceMajeure.State
TONES: dict[str, Tone] = {"recorded": "warn", "notified": "info", "proven": "info", "ended": "muted"}


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _report(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement = said.pop("agreement")
    made = relieving.report(agreement, relieving.Happening(**said), **_who(request))
    return Outcome(
        message=_t("已登记不可抗力事件，请登记通知的送达。"),
        url=reverse("admin:contracts_forcemajeure_change", args=[made.pk]),
    )


def _notify(request: HttpRequest, obj: ForceMajeure, said: dict[str, Any]) -> str:
    relieving.notify(obj, **said, **_who(request))
    return _t("已登记通知。")


def _prove(request: HttpRequest, obj: ForceMajeure, said: dict[str, Any]) -> str:
    relieving.prove(obj, **said, **_who(request))
    return _t("已登记证明。")


def _end(request: HttpRequest, obj: ForceMajeure, said: dict[str, Any]) -> str:
    relieving.end(obj, **said, **_who(request))
    return _t("已登记结束。")


def _relieve(request: HttpRequest, obj: ForceMajeure, said: dict[str, Any]) -> str:
    relieving.relieve(obj, relieving.PutOff(**said), **_who(request))
    return _t("已登记顺延。")


def _lift(request: HttpRequest, obj: ForceMajeure, said: dict[str, Any]) -> str:
    relieving.lift(said["relief"], reason=said["reason"], **_who(request))
    return _t("已撤销顺延。")


@admin.register(ForceMajeure)
class ForceMajeureAdmin(RecordAdmin):
    list_display = ("title", "agreement_number", "party", "state_badge", "started_on", "ended_on")
    list_select_related = ("agreement__party_b",)
    list_filter = ("state", "party", ("started_on", DateRangeFilter))
    search_fields = ("title", "cause", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按事件、原因、协议编号或乙方查找")
    fields = (
        "agreement", "party", "title", "cause", "started_on", "ended_on", "notice_last_day", "proof_last_day",
        "exit_day", "notice", "proof_file", "proven_on", "recorded_by", "recorded_at",
    )  # fmt: skip
    readonly_fields = ("notice_last_day", "proof_last_day", "exit_day", "proof_file")
    empty_hint = _("还没有不可抗力事件。")
    list_verbs = (Verb("report", _("登记不可抗力"), HANDLE, _report, form=forms.ReportForm, tone="primary"),)
    verbs = (
        Verb(
            "notify", _("登记通知"), HANDLE, _notify, form=forms.NoticeForm, tone="primary",
            when=lambda obj: obj.state == State.RECORDED,
            explain=lambda obj: _t("先在“往来通知”里登记不可抗力通知并登记送达，再到这里选择。"),
        ),
        Verb(
            "prove", _("登记证明"), HANDLE, _prove, form=forms.ProofForm, tone="primary",
            when=lambda obj: obj.state != State.RECORDED and obj.proof_id is None,
        ),
        Verb(
            "relieve", _("登记义务顺延"), HANDLE, _relieve, form=forms.RelieveForm,
            when=lambda obj: obj.state != State.RECORDED,
            explain=lambda obj: _t("逐项登记受影响的义务；事件发生前已经迟延的义务不免责（民法典第590条）。"),
        ),
        Verb(
            "lift", _("撤销顺延"), HANDLE, _lift, form=forms.LiftForm, tone="danger",
            when=lambda obj: obj.reliefs.filter(lifted_on__isnull=True, occurrence__isnull=True).exists(),
        ),
        Verb(
            "end", _("登记结束"), HANDLE, _end, form=forms.EndForm,
            when=lambda obj: obj.state in {State.NOTIFIED, State.PROVEN},
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ForceMajeure]:
        return super().get_queryset(request).select_related("agreement__party_b", "notice", "proof")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        reliefs = list(obj.reliefs.all())
        yield Panel(
            name="reliefs",
            label=_("义务顺延"),
            template="admin/contracts/reliefs.html",
            context={"event": obj, "reliefs": reliefs, "state": self.state_badge(obj)},
            count=len(reliefs),
        )

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ForceMajeure) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: ForceMajeure) -> str:
        return obj.agreement.number

    @admin.display(description=_("通知最迟日"))
    def notice_last_day(self, obj: ForceMajeure) -> object:
        return obj.notice_due or _t("未约定")

    @admin.display(description=_("证明最迟日"))
    def proof_last_day(self, obj: ForceMajeure) -> object:
        return obj.proof_due or _t("未约定")

    @admin.display(description=_("持续到此日可解除"))
    def exit_day(self, obj: ForceMajeure) -> object:
        return obj.exit_from or _t("未约定")

    @admin.display(description=_("证明文件"))
    def proof_file(self, obj: ForceMajeure) -> SafeString:
        return paper_link(obj.proof)
