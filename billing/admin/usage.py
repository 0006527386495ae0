"""The console's pages on usage."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import buttons
from billing.models import UsageRecord
from billing.wording import number
from people.console import DateRangeFilter, ReadOnlyAdmin


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    list_display = ("used_at", "agreement_number", "party_b", "meter", "quantity_shown", "source", "event")
    export_columns = (
        "occurred_at", "agreement_number", "party_b", "meter", "quantity", "source", "source_event_id", "correction",
        "batch",
    )  # fmt: skip
    list_filter = (("occurred_at", DateRangeFilter), ("recorded_at", DateRangeFilter))
    search_fields = ("source_event_id", "meter", "batch", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按来源记录号、计量项、批次、协议编号或乙方查找")
    list_select_related = ("agreement__party_b", "corrects")
    list_verbs = buttons.USAGE_LIST_VERBS
    raw_id_fields = ("corrects",)
    empty_hint = _("还没有用量记录。点“导入用量”上传 CSV 文件。")

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: UsageRecord) -> str:
        return obj.agreement.number

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: UsageRecord) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("使用时间"), ordering="occurred_at")
    def used_at(self, obj: UsageRecord) -> str:
        return f"{timezone.localtime(obj.occurred_at):%Y-%m-%d %H:%M}"

    @admin.display(description=_("用量"), ordering="quantity")
    def quantity_shown(self, obj: UsageRecord) -> SafeString:
        return format_html('<div class="sy-num">{}</div>', number(obj.quantity))

    @admin.display(description=_("来源记录号"), ordering="source_event_id")
    def event(self, obj: UsageRecord) -> SafeString | str:
        if obj.corrects is None:
            return obj.source_event_id
        words = _("更正 %(event)s") % {"event": obj.corrects.source_event_id}
        return format_html('{}<br><span class="sy-muted">{}</span>', obj.source_event_id, words)

    @admin.display(description=_("更正的记录"))
    def correction(self, obj: UsageRecord) -> str:
        return obj.corrects.source_event_id if obj.corrects else ""
