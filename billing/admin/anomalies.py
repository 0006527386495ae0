"""The console's pages on anomalies of usage."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from billing import usage_buttons
from billing.models import UsageAnomaly
from billing.wording import number
from people.console import DateRangeFilter, RecordAdmin, badge
from people.showing import Tone

TONES: dict[str, Tone] = {"open": "warn", "acknowledged": "muted", "resolved": "ok"}


@admin.register(UsageAnomaly)
class UsageAnomalyAdmin(RecordAdmin):
    list_display = (
        "what", "agreement_number", "party_b", "meter", "days", "observed_shown", "expected_shown", "state_badge",
        "why",
    )  # fmt: skip
    export_columns = (
        "kind", "agreement_number", "party_b", "meter", "day", "until", "observed", "expected", "state", "reason",
        "settled_by", "settled_at",
    )  # fmt: skip
    list_select_related = ("agreement__party_b", "settled_by")
    list_filter = ("state", "kind", ("day", DateRangeFilter))
    search_fields = ("meter", "reason", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按计量项、说明、协议编号或乙方查找")
    date_hierarchy = "day"
    empty_hint = _("没有发现用量异常。")
    fields = (
        ("agreement", "meter"), ("kind", "state"), ("day", "until"), ("observed", "expected"), "reason",
        ("found_at", "settled_at", "settled_by"),
    )  # fmt: skip
    verbs = usage_buttons.ANOMALY_VERBS
    list_verbs = usage_buttons.ANOMALY_LIST_VERBS

    @admin.display(description=_("异常"), ordering="kind")
    def what(self, obj: UsageAnomaly) -> str:
        return obj.get_kind_display()

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: UsageAnomaly) -> str:
        return obj.agreement.number

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: UsageAnomaly) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("日期"), ordering="day")
    def days(self, obj: UsageAnomaly) -> str:
        return f"{obj.day:%Y-%m-%d}" + (f" – {obj.until:%Y-%m-%d}" if obj.until != obj.day else "")

    @admin.display(description=_("实际用量"), ordering="observed")
    def observed_shown(self, obj: UsageAnomaly) -> SafeString:
        return format_html('<div class="sy-num">{}</div>', number(obj.observed))

    @admin.display(description=_("参照用量"), ordering="expected")
    def expected_shown(self, obj: UsageAnomaly) -> SafeString:
        return format_html('<div class="sy-num">{}</div>', number(obj.expected))

    @admin.display(description=_("说明"))
    def why(self, obj: UsageAnomaly) -> str:
        return Truncator(obj.reason).chars(16) or "—"

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: UsageAnomaly) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])
