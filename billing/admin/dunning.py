"""The console's pages on dunning: the workbench, the ladders and what was told."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import demands, dunning_steps, stopping
from billing.dunning_faces import ENTRY_TONES, STAGES, next_of, stage_badge
from billing.dunning_panels import case_panels
from billing.faces import figure, iso
from billing.forms.dunning import DraftDemandForm, LadderForm, ProposeForm, StepForm
from billing.models import DunningCase, DunningEntry, DunningStep
from billing.periods import civil_day
from billing.querysets_dunning import DunningCaseQuerySet
from contracts.models import Agreement
from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _draft(request: HttpRequest, obj: DunningCase, said: dict[str, Any]) -> Outcome:
    made = demands.draft(obj, demands.Wording(**said), by=_user(request), at=timezone.now())
    return Outcome(
        message=_t("已拟好催告函，等待财务主管签发。"), url=reverse("admin:billing_demand_change", args=[made.pk])
    )


def _propose(request: HttpRequest, obj: DunningCase, said: dict[str, Any]) -> Outcome:
    made = stopping.propose(obj, stopping.Proposal(**said), by=_user(request), at=timezone.now())
    return Outcome(
        message=_t("已提请暂停，等待财务主管批准。"), url=reverse("admin:billing_debtorstop_change", args=[made.pk])
    )


class StageFilter(admin.SimpleListFilter):
    """Where a case stands; those that owe something unless something else is asked for."""

    title = _("阶段")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        stages = [(code, label) for code, (label, _tone, _next) in STAGES.items()]
        return [("owing", _("有欠款的")), *stages, ("all", _("全部"))]

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or "owing"
        for name, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: name})
            yield {"selected": chosen == name, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value() or "owing"
        if chosen == "owing":
            return queryset.owing()
        return queryset.filter(stage=chosen) if chosen in STAGES else queryset


@admin.register(DunningCase)
class DunningCaseAdmin(ReadOnlyAdmin):
    list_display = ("name", "party_b", "open_shown", "overdue_shown", "since_day", "stage_shown", "next_shown")
    list_select_related = ("party_b",)
    list_filter = (StageFilter, "state")
    search_fields = ("number", "title", "party_b__name", "documents__number")
    search_help_text = _("按协议编号、名称、乙方或账单编号查找")
    ordering = (-F("overdue_fen"), "number")
    export_columns = ("name", "party_b", "open_amount", "overdue_amount", "since_day", "stage_shown", "next_shown")
    fields = ("number", "title", "party_b", "state")
    empty_hint = _("现在没有逾期的账单，也没有正在办理的催告和暂停。")
    verbs = (
        Verb(
            "draft-demand",
            _("拟制催告函"),
            "billing.draft_demand",
            _draft,
            form=DraftDemandForm,
            when=lambda obj: obj.overdue_fen > 0,
            explain=lambda obj: _t("包括这份协议所有逾期且无异议的账单；金额以签发当日为准，由财务主管审核签发。"),
            tone="primary",
        ),
        Verb(
            "propose-stop",
            _("提请暂停服务"),
            "billing.propose_debtorstop",
            _propose,
            form=ProposeForm,
            when=lambda obj: obj.stage == "cure_over",
            explain=lambda obj: _t(
                "只暂停这一份协议；须由另一位人员批准，再书面通知乙方，到期由人核对条件后执行。条件不具备的不能提请。"
            ),
            tone="danger",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> DunningCaseQuerySet:
        rows = cast(DunningCaseQuerySet, super().get_queryset(request))
        return rows.select_related("party_a", "party_b").with_debt(today=civil_day(timezone.now()))

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        agreement = Agreement.objects.select_related("party_a", "party_b").get(pk=obj.pk)
        return case_panels(agreement, _user(request), at=timezone.now())

    @admin.display(description=_("协议"), ordering="number")
    def name(self, obj: DunningCase) -> str:
        return obj.number

    @admin.display(description=_("未付本金"), ordering="open_fen")
    def open_shown(self, obj: DunningCase) -> SafeString:
        return figure(self.open_amount(obj))

    @admin.display(description=_("未付本金"))
    def open_amount(self, obj: DunningCase) -> Decimal:
        return Decimal(obj.open_fen).scaleb(-2)

    @admin.display(description=_("逾期本金"), ordering="overdue_fen")
    def overdue_shown(self, obj: DunningCase) -> SafeString:
        return figure(self.overdue_amount(obj))

    @admin.display(description=_("逾期本金"))
    def overdue_amount(self, obj: DunningCase) -> Decimal:
        return Decimal(obj.overdue_fen).scaleb(-2)

    @admin.display(description=_("最早到期日"), ordering=F("overdue_since").asc(nulls_last=True))
    def since_day(self, obj: DunningCase) -> str:
        return iso(obj.overdue_since)

    @admin.display(description=_("阶段"), ordering="stage")
    def stage_shown(self, obj: DunningCase) -> SafeString:
        return stage_badge(obj.stage)

    @admin.display(description=_("下一步"))
    def next_shown(self, obj: DunningCase) -> str:
        return str(next_of(obj.stage))


def _set_out(request: HttpRequest, obj: None, said: dict[str, Any]) -> str:
    made = dunning_steps.set_out(said["agreement"], by=_user(request), at=timezone.now())
    return _t("已写下 %(count)d 个步骤，请逐一修改。") % {"count": len(made)}


@admin.register(DunningStep)
class DunningStepAdmin(ConsoleAdmin):
    form = StepForm
    list_display = ("name_shown", "whose", "kind", "days", "counted", "active", "code")
    list_select_related = ("agreement",)
    list_filter = ("kind", "active", ("agreement", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "code", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按步骤、代号、协议编号或乙方查找")
    fields = ("agreement", ("code", "name"), "kind", ("days", "counted"), "active")
    empty_hint = _("还没有自定的步骤，按标准阶梯办理：到期前三个工作日、逾期次日、第八天提醒，第十六天提议催告函。")
    list_verbs = (
        Verb(
            "set-out",
            _("写下阶梯"),
            "billing.change_dunningstep",
            _set_out,
            form=LadderForm,
            explain=lambda obj: _t("把现在适用的步骤写成可以修改的行；已经办过的步骤不会重办。"),
            tone="primary",
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A step keeps its agreement and its code: by the code bills remember that it was taken."""
        return ("agreement", "code") if obj else ()

    def save_model(self, request: HttpRequest, obj: DunningStep, form: Any, change: bool) -> None:  # noqa: FBT001
        dunning_steps.keep(obj, by=_user(request), at=timezone.now())

    @admin.display(description=_("步骤"), ordering="name")
    def name_shown(self, obj: DunningStep) -> str:
        return str(dunning_steps.named(obj.code, obj.name))

    @admin.display(description=_("适用于"), ordering="agreement__number")
    def whose(self, obj: DunningStep) -> str:
        return obj.agreement.number if obj.agreement else _t("通用阶梯")


@admin.register(DunningEntry)
class DunningEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "document_link", "party_b", "name_shown", "outcome_badge", "due_day", "step_day", "told_at", "asked_shown",
    )  # fmt: skip
    list_select_related = ("document__agreement__party_b",)
    list_display_links = None
    list_filter = ("outcome", "code", ("told_on", DateRangeFilter))
    date_hierarchy = "told_on"
    search_fields = ("document__number", "document__agreement__number", "document__agreement__party_b__name")
    search_help_text = _("按账单编号、协议编号或乙方查找")
    export_columns = (
        "document", "party_b", "name_shown", "outcome", "due_on", "step_on", "told_at", "asked", "disputed",
    )  # fmt: skip
    empty_hint = _("还没有催款记录。每天早上按催款阶梯自动提醒。")

    @admin.display(description=_("账单"), ordering="document__number")
    def document_link(self, obj: DunningEntry) -> SafeString:
        url = reverse("admin:billing_document_change", args=[obj.document_id])
        return format_html('<a href="{}">{}</a>', url, obj.document)

    @admin.display(description=_("乙方"), ordering="document__agreement__party_b__name")
    def party_b(self, obj: DunningEntry) -> str:
        return obj.document.agreement.party_b.name

    @admin.display(description=_("步骤"), ordering="name")
    def name_shown(self, obj: DunningEntry) -> str:
        return str(dunning_steps.named(obj.code, obj.name))

    @admin.display(description=_("结果"), ordering="outcome")
    def outcome_badge(self, obj: DunningEntry) -> SafeString:
        return badge(obj.get_outcome_display(), ENTRY_TONES[obj.outcome])

    @admin.display(description=_("到期日"), ordering="due_on")
    def due_day(self, obj: DunningEntry) -> str:
        return iso(obj.due_on)

    @admin.display(description=_("应办日期"), ordering="step_on")
    def step_day(self, obj: DunningEntry) -> str:
        return iso(obj.step_on)

    @admin.display(description=_("催款本金"), ordering="asked")
    def asked_shown(self, obj: DunningEntry) -> SafeString:
        return figure(obj.asked)
