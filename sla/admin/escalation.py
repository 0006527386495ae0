"""The console's pages on escalation rules, with a preview of who would be told of a ticket."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import Outcome, RecordAdmin, Verb, badge
from people.models import User
from sla import escalation, levels
from sla.escalation_preview import level_words, preview
from sla.forms.escalation import EndRuleForm, RuleForm
from sla.levels import Line
from sla.models import EscalationRule, Ticket

MANAGE = "sla.manage_escalation"


def _add(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = escalation.add(escalation.Wanted(**said), by=cast(User, request.user), at=timezone.now())
    url = reverse("admin:sla_escalationrule_change", args=[made.pk])
    return Outcome(message=_t("已登记。请用“预览”核对谁会收到通知。"), url=url)


def _end(request: HttpRequest, obj: EscalationRule, said: dict[str, Any]) -> str:
    escalation.end(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已停用。")


class StandingFilter(admin.SimpleListFilter):
    """Rules that speak now, or that have ended."""

    title = _("状态")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("使用中")), ("ended", _("已停用"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(ended_at__isnull=self.value() == "now")


@admin.register(EscalationRule)
class EscalationRuleAdmin(RecordAdmin):
    """Who is told when a target runs out.  What no rule speaks of is told by the built-in ones."""

    change_list_template = "admin/sla/escalationrule_list.html"
    list_display = ("level", "kind", "whom", "where", "ways", "standing")
    list_select_related = ("agreement__party_b", "person", "endpoint")
    list_filter = (StandingFilter, "moment", "audience", "agreement")
    search_fields = ("agreement__number", "agreement__party_b__name", "person__name", "endpoint__name")
    search_help_text = _("按协议编号、乙方、人员或渠道查找")
    fields = (
        ("level", "kind"), ("whom", "ways"), "where", ("standing", "made_at", "ended_at"),
    )  # fmt: skip
    readonly_fields = ("level", "kind", "whom", "where", "ways", "standing")
    empty_hint = _("没有另设规则，全部按系统默认通知：预警通知负责人，用到 90% 起和超时同时通知主管，超时还通知乙方。")
    list_verbs = (Verb("add", _("登记规则"), MANAGE, _add, form=RuleForm, tone="primary"),)
    verbs = (
        Verb("end", _("停用"), MANAGE, _end, form=EndRuleForm, when=lambda obj: obj.ended_at is None, tone="danger"),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="sla_escalationrule_preview"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        built_in = [(level_words(line), EscalationRule.Audience(line.audience).label) for line in levels.BUILT_IN_LINES]
        return super().changelist_view(request, {"built_in": built_in, **(extra_context or {})})

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Who would be told of the ticket whose number is asked for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = request.GET.get("ticket", "").strip()
        tickets = Ticket.objects.select_related("agreement__party_b", "assignee", "reporter")
        ticket = tickets.filter(number=number).first() if number else None
        context = {
            **self.admin_site.each_context(request), "title": _t("预览：谁会收到通知"), "opts": self.model._meta,
            "number": number, "ticket": ticket, "clocks": preview(ticket) if ticket else [],
        }  # fmt: skip
        return TemplateResponse(request, "admin/sla/escalation_preview.html", context)

    @admin.display(description=_("级别"), ordering="number")
    def level(self, obj: EscalationRule) -> str:
        return level_words(Line(moment=obj.moment, number=obj.number, audience=obj.audience))

    @admin.display(description=_("时限"), ordering="clock_kind")
    def kind(self, obj: EscalationRule) -> str:
        return str(obj.get_clock_kind_display())

    @admin.display(description=_("通知谁"), ordering="audience")
    def whom(self, obj: EscalationRule) -> str:
        named = obj.person or obj.endpoint
        return f"{obj.get_audience_display()}：{named}" if named else str(obj.get_audience_display())

    @admin.display(description=_("协议"), ordering="agreement")
    def where(self, obj: EscalationRule) -> str:
        return _t("全部协议") if obj.agreement is None else f"{obj.agreement.number} {obj.agreement.party_b}"

    @admin.display(description=_("渠道"), ordering="by_email")
    def ways(self, obj: EscalationRule) -> str:
        if obj.endpoint is not None:
            return str(obj.endpoint.get_kind_display())
        if obj.audience == levels.NOBODY:
            return "—"
        return _t("站内、邮件") if obj.by_email else _t("站内")

    @admin.display(description=_("状态"), ordering="ended_at")
    def standing(self, obj: EscalationRule) -> SafeString:
        return badge(_t("使用中"), "ok") if obj.ended_at is None else badge(_t("已停用"), "muted")
