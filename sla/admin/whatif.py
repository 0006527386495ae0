"""The console's pages on replays under other terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import EXPORT_PERMISSION, DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.exporting import FORMATS
from people.models import User
from people.showing import Tone
from sla import replaying
from sla.forms.whatif import WhatIfForm
from sla.models import WhatIf
from sla.whatif_panels import header, percent_done, result_rows, terms_of, whatif_panels

TONES: dict[str, Tone] = {
    "queued": "muted", "running": "info", "done": "ok", "cancelled": "muted", "failed": "bad",
}  # fmt: skip
OPEN = frozenset({WhatIf.State.QUEUED, WhatIf.State.RUNNING})


def _ask(request: HttpRequest, obj: None, cleaned: dict[str, Any]) -> Outcome:
    made = replaying.ask(cleaned["wish"], by=cast(User, request.user), at=timezone.now())
    return Outcome(message=_t("已排队，马上开始计算。"), url=reverse("admin:sla_whatif_change", args=[made.pk]))


def _stop(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> str:
    replaying.stop(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已停止，算出的部分保留。")


@admin.register(WhatIf)
class WhatIfAdmin(ReadOnlyAdmin):
    list_display = ("name", "terms", "state_badge", "progress", "asked_by", "asked_at")
    list_select_related = ("asked_by", "hours", "calendar_version__calendar")
    list_filter = ("state", ("asked_at", DateRangeFilter))
    search_fields = ("name", "asked_by__name")
    search_help_text = _("按名称或发起人查找")
    empty_hint = _("还没有试算。换一种时限、时段或日历，看看过去的报告会怎样。")
    fields = (
        ("name", "asked_by", "asked_at"), ("received_from", "received_to", "hours_mode"), ("hours", "calendar_version"),
        ("finished_at", "error"),
    )  # fmt: skip
    list_verbs = (
        Verb("ask", _("新的试算"), "sla.run_whatif", _ask, form=WhatIfForm, tone="primary",
             explain=lambda obj: _t("用过去的报告按另外的条款重新评判，不改动任何报告。没有填写的都按各自的协议。")),
    )  # fmt: skip
    verbs = (
        Verb("stop", _("停止"), "sla.run_whatif", _stop, when=lambda obj: obj.state in OPEN, tone="danger",
             explain=lambda obj: _t("停止计算，已经算出的部分保留。")),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}
        js = ("sla/progress.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", view(self.progress_view), name="sla_whatif_progress"),
            path("<int:pk>/results/", view(self.results_view), name="sla_whatif_results"),
            *super().get_urls(),
        ]

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far it is, for the bar of the page."""
        row = self._row(request, pk)
        said = {"state": row.state, "done": row.done, "total": row.total, "percent": percent_done(row)}
        return JsonResponse({**said, "over": row.state not in OPEN})

    def results_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Every clock that is or would be broken, as the format that the address asks for (xlsx or csv)."""
        row, kind = self._row(request, pk), request.GET.get("as", "xlsx")
        if not request.user.has_perm(EXPORT_PERMISSION):
            raise PermissionDenied
        if kind not in FORMATS:
            raise Http404
        return FORMATS[kind](header(), result_rows(row), name=f"whatif-{row.pk}")

    def _row(self, request: HttpRequest, pk: int) -> WhatIf:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return cast(WhatIf, found)

    @admin.display(description=_("另外的条款"))
    def terms(self, obj: WhatIf) -> str:
        return "；".join(terms_of(obj))

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: WhatIf) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    @admin.display(description=_("进度"))
    def progress(self, obj: WhatIf) -> str:
        return f"{percent_done(obj)} %"

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return whatif_panels(obj, may_export=request.user.has_perm(EXPORT_PERMISSION))
