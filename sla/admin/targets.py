"""The console's pages on promised times and priorities."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import AgreementVersion
from contracts.version_panels import TONES
from people.console import ConsoleAdmin, Outcome, Verb, badge
from people.models import User
from sla import targets
from sla.forms.targets import PriorityMatrixForm, ServiceTargetForm
from sla.models import PriorityMatrix, ServiceTarget
from sla.priority import usual_matrix
from sla.stating import policy_of, promise_of

CHANGE = "sla.change_servicetarget"


def _remove(request: HttpRequest, obj: ServiceTarget, cleaned: dict[str, Any]) -> Outcome:
    targets.remove_target(obj, by=cast(User, request.user), at=timezone.now())
    return Outcome(message=_t("已删除。"), url=reverse("admin:sla_servicetarget_changelist"))


def _is_draft(obj: Any) -> bool:
    return bool(obj.version.state == AgreementVersion.State.DRAFT)


class OfDraftAdmin(ConsoleAdmin):
    """Rows of a version: written while it is a draft, only read afterwards."""

    list_select_related = ("version__agreement__party_b",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_draft(obj))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """A draft is made on the agreement's page, not from here."""
        form = super().get_form(request, obj, change, **kwargs)
        if "version" in form.base_fields:
            widget = form.base_fields["version"].widget
            for name in ("can_add_related", "can_change_related", "can_view_related"):
                setattr(widget, name, False)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row stays with its version."""
        return () if obj is None else ("version",)

    @admin.display(description=_("协议版本"), ordering="version__agreement__number")
    def of_version(self, obj: Any) -> str:
        return str(obj.version)

    @admin.display(description=_("版本状态"), ordering="version__state")
    def version_state(self, obj: Any) -> SafeString:
        return badge(obj.version.get_state_display(), TONES[obj.version.state])


@admin.register(ServiceTarget)
class ServiceTargetAdmin(OfDraftAdmin):
    form = ServiceTargetForm
    list_display = ("ticket_kind", "level", "clock", "promise", "of_version", "version_state")
    export_columns = (
        "of_version", "ticket_kind", "level", "clock", "target_hours", "hours", "policy", "pause_cap_hours",
        "reopen_days",
    )  # fmt: skip
    list_filter = ("clock", "ticket_kind", "priority", "hours", "version__state")
    search_fields = ("version__agreement__number", "version__agreement__title", "version__agreement__party_b__name")
    search_help_text = _("按协议编号、名称或乙方查找")
    empty_hint = _("还没有分优先级的时限。协议正文的两个时限不用在这里登记；另有约定的，在草稿版本上逐项增加。")
    fieldsets = (
        (None, {"fields": ("version", ("ticket_kind", "priority", "clock"), ("target_hours", "hours"), "shares")}),
        (_("暂停与重新打开"), {"fields": ("pause_reasons", "pause_cap_hours", "reopen_days")}),
    )
    verbs = (
        Verb("take-out", _("删除"), CHANGE, _remove, when=_is_draft, tone="danger",
             explain=lambda obj: _t("从草稿里删去这项时限；修改记录保留。")),
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: ServiceTarget, form: Any, change: bool) -> None:  # noqa: FBT001
        targets.keep_target(obj, by=cast(User, request.user), at=timezone.now())

    @admin.display(description=_("优先级"), ordering="priority")
    def level(self, obj: ServiceTarget) -> str:
        return str(obj.get_priority_display()) if obj.priority else _t("各级")

    @admin.display(description=_("约定时间"), ordering="target_hours")
    def promise(self, obj: ServiceTarget) -> str:
        return promise_of(obj)

    @admin.display(description=_("规则"))
    def policy(self, obj: ServiceTarget) -> str:
        return policy_of(obj)


@admin.register(PriorityMatrix)
class PriorityMatrixAdmin(OfDraftAdmin):
    form = PriorityMatrixForm
    list_display = ("of_version", *usual_matrix(), "version_state")
    export_columns = ("of_version", *usual_matrix())
    list_filter = ("version__state",)
    search_fields = ("version__agreement__number", "version__agreement__title", "version__agreement__party_b__name")
    search_help_text = _("按协议编号、名称或乙方查找")
    empty_hint = _("没有另外约定优先级的协议，都按通常的矩阵：影响越大、越紧急，级别越高。")
    fieldsets = (
        (None, {"fields": ("version",)}),
        (_("整个单位无法使用"), {"fields": (("whole_high", "whole_medium", "whole_low"),)}),
        (_("部分业务或人员受影响"), {"fields": (("part_high", "part_medium", "part_low"),)}),
        (_("个别人员受影响"), {"fields": (("single_high", "single_medium", "single_low"),)}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new matrix begins as the usual one."""
        return {**usual_matrix(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: PriorityMatrix, form: Any, change: bool) -> None:  # noqa: FBT001
        targets.keep_matrix(obj, by=cast(User, request.user), at=timezone.now())
