"""The console's page on the LPR: what was published, entered by one person and confirmed by another."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import lpr_rates
from billing.faces import iso
from billing.forms.documents import ReasonForm
from billing.forms.interest import LprForm
from billing.models import LprRate
from billing.periods import civil_day
from people.console import DateRangeFilter, Panel, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone

TONES: dict[str, Tone] = {
    LprRate.State.ENTERED: "warn",
    LprRate.State.IN_USE: "ok",
    LprRate.State.WITHDRAWN: "muted",
}


def _enter(request: HttpRequest, obj: None, data: dict[str, Any]) -> str:
    publication = lpr_rates.Publication(**data)
    rate = lpr_rates.enter(publication, by=cast(User, request.user), at=timezone.now())
    said = gettext("已录入 %(month)s 的 LPR，待财务主管核对后启用。") % {"month": rate.month}
    warning = lpr_rates.date_warning(rate.published_on)
    return f"{said}{warning}"


def _confirm(request: HttpRequest, obj: LprRate, data: dict[str, Any]) -> str:
    rate = lpr_rates.confirm(obj, by=cast(User, request.user), at=timezone.now())
    return gettext("%(month)s 的 LPR 已核对，开始使用；因缺它而暂计的利息随之确定。") % {"month": rate.month}


def _withdraw(request: HttpRequest, obj: LprRate, data: dict[str, Any]) -> str:
    rate = lpr_rates.withdraw(obj, by=cast(User, request.user), at=timezone.now(), **data)
    return gettext("%(month)s 的 LPR 已撤回，可以重新录入；在那之前相关利息暂计。") % {"month": rate.month}


@admin.register(LprRate)
class LprRateAdmin(RecordAdmin):
    change_list_template = "admin/billing/lpr_rates.html"
    list_display = (
        "month",
        "published_day",
        "one_year_shown",
        "five_year_shown",
        "state_badge",
        "checked",
        "source_short",
    )
    list_filter = ("state", "origin", ("published_on", DateRangeFilter))
    search_fields = ("month", "source")
    search_help_text = _("按月份（如 2026-09）或来源查找")
    list_select_related = ("verified_by",)
    ordering = ("-published_on", "-pk")
    export_columns = (
        "month", "published_on", "one_year", "five_year", "state", "origin", "source", "entered_by", "verified_on",
        "verified_by",
    )  # fmt: skip
    fields = (
        "month", "published_on", ("one_year", "five_year"), "source", "origin", "state", ("entered_by", "entered_at"),
        ("verified_by", "verified_on"), ("withdrawn_by", "withdrawn_at"), "reason",
    )  # fmt: skip
    empty_hint = _("还没有 LPR。点“录入 LPR”照公告录入。")
    list_verbs = (
        Verb("enter", _("录入 LPR"), "billing.enter_lpr", _enter, form=LprForm, tone="primary",
             explain=lambda obj: gettext("照全国银行间同业拆借中心的公告录入；由另一位人员核对后才用于计息。")),
    )  # fmt: skip
    verbs = (
        Verb("confirm", _("核对无误"), "billing.confirm_lpr", _confirm, tone="primary",
             when=lambda obj: obj.state != LprRate.State.WITHDRAWN and obj.verified_on is None,
             explain=lambda obj: gettext("请打开来源对照：公布日期、一年期、五年期以上都一致，才确认。")),
        Verb("withdraw", _("撤回"), "billing.confirm_lpr", _withdraw, form=ReasonForm, tone="danger",
             when=lambda obj: obj.state != LprRate.State.WITHDRAWN,
             explain=lambda obj: gettext("录错的，撤回后重新录入，原记录保留；已按它抵充的收款不变。")),
    )  # fmt: skip

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        missing = lpr_rates.missing_months(civil_day(timezone.now()))
        return super().changelist_view(request, {"missing": missing, **(extra_context or {})})

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        context = {"rate": obj, "warning": lpr_rates.date_warning(obj.published_on)}
        yield Panel(name="check", label=_("核对"), template="admin/billing/lpr_check.html", context=context)

    @admin.display(description=_("公布日期"), ordering="published_on")
    def published_day(self, obj: LprRate) -> str:
        return iso(obj.published_on)

    @admin.display(description=_("一年期（%）"), ordering="one_year")
    def one_year_shown(self, obj: LprRate) -> SafeString:
        return format_html('<div class="sy-num">{}</div>', f"{obj.one_year:.2f}")

    @admin.display(description=_("五年期以上（%）"), ordering="five_year")
    def five_year_shown(self, obj: LprRate) -> SafeString:
        return format_html('<div class="sy-num">{}</div>', f"{obj.five_year:.2f}")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: LprRate) -> SafeString:
        shown = badge(obj.get_state_display(), TONES[obj.state])
        if obj.state == LprRate.State.IN_USE and obj.verified_on is None:
            return format_html("<span>{} {}</span>", shown, badge(_("推得，未核对原文"), "warn"))
        return shown

    @admin.display(description=_("核对"), ordering="verified_on")
    def checked(self, obj: LprRate) -> str:
        if obj.verified_on is None:
            return "—"
        return f"{iso(obj.verified_on)} {obj.verified_by.get_full_name() if obj.verified_by else ''}".strip()

    @admin.display(description=_("来源"), ordering="source")
    def source_short(self, obj: LprRate) -> SafeString:
        return format_html('<span title="{}">{}</span>', obj.source, Truncator(obj.source).chars(28))
