"""The console's pages on bank files, how they are read, the payers that are known, and refunds."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import bank_buttons as buttons
from billing.faces import figure, iso
from billing.models import BankMapping, BankRow, BankStatement, KnownPayer, Refund
from journal.models import Approval
from people.console import DateRangeFilter, Panel, RecordAdmin, badge
from people.showing import Tone

MAPPING_TONES: dict[str, Tone] = {"tested": "info", "active": "ok", "retired": "muted"}
STATEMENT_TONES: dict[str, Tone] = {"previewed": "info", "imported": "ok", "discarded": "muted"}
REFUND_TONES: dict[str, Tone] = {"proposed": "info", "approved": "warn", "paid": "ok", "dropped": "muted"}
VERDICT_TONES: dict[str, Tone] = {"new": "info", "known": "muted", "conflict": "bad"}
MOST_SHOWN = 200


@admin.register(BankMapping)
class BankMappingAdmin(RecordAdmin):
    list_display = ("name", "style", "account_from", "account_text", "state_badge", "made_by", "made_at")
    list_select_related = ("made_by",)
    list_filter = ("state",)
    search_fields = ("name", "account_text")
    search_help_text = _("按名称或账号查找")
    fields = (
        ("name", "state"),
        ("encoding", "delimiter"),
        ("date_column", "date_format"),
        "style",
        ("in_column", "out_column"),
        ("amount_column", "direction_column", "in_words"),
        ("payer_column", "payer_account_column"),
        ("memo_columns", "txn_column", "balance_column"),
        ("account_from", "account_text"),
        ("made_by", "made_at"),
    )
    list_verbs = buttons.MAPPING_LIST_VERBS
    verbs = buttons.MAPPING_VERBS
    empty_hint = _("还没有流水格式。点“新建流水格式”，用一份真实的流水文件试读。")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        rows = obj.sample.get("rows", [])
        yield Panel(
            name="sample",
            label=_("试读结果"),
            template="admin/billing/bank_sample.html",
            context={"rows": rows, "sample": obj.sample},
            count=obj.sample.get("count"),
        )

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: BankMapping) -> SafeString:
        return badge(obj.get_state_display(), MAPPING_TONES[obj.state])


@admin.register(BankStatement)
class BankStatementAdmin(RecordAdmin):
    list_display = (
        "name", "state_badge", "mapping", "span", "count_in", "sum_in_shown", "count_out", "sum_out_shown",
        "balance_badge", "added", "uploaded_at",
    )  # fmt: skip
    export_columns = (
        "name", "mapping", "account", "first_day", "last_day", "count_in", "sum_in", "count_out", "sum_out", "opening",
        "closing", "balanced", "added", "state", "uploaded_by", "uploaded_at", "sha256",
    )  # fmt: skip
    list_select_related = ("mapping", "uploaded_by")
    list_filter = ("state", "mapping", ("uploaded_at", DateRangeFilter))
    date_hierarchy = "last_day"
    search_fields = ("name", "account", "sha256", "rows__bank_txn_id", "rows__other_name")
    search_help_text = _("按文件名、账号、流水号或对方户名查找")
    fields = (
        ("name", "mapping", "account"),
        ("first_day", "last_day"),
        ("count_in", "sum_in", "count_out", "sum_out"),
        ("opening", "closing", "balanced"),
        "balance_words",
        ("state", "added", "note"),
        "sha256",
        ("uploaded_by", "uploaded_at", "decided_by", "decided_at"),
    )
    list_verbs = buttons.STATEMENT_LIST_VERBS
    verbs = buttons.STATEMENT_VERBS
    empty_hint = _("还没有银行流水。先建流水格式，再点“上传流水”。")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankStatement]:
        return super().get_queryset(request).defer("errors")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        rows = obj.rows.select_related("receipt", "refund", "chosen_by").order_by("line")
        if obj.error_count:
            context = {"errors": obj.errors, "more": obj.error_count - len(obj.errors)}
            yield Panel(
                name="errors", label=_("读不懂的行"), template="admin/billing/bank_errors.html", context=context,
                count=obj.error_count,
            )  # fmt: skip
        for direction, label in ((BankRow.Direction.IN, _("收入")), (BankRow.Direction.OUT, _("支出"))):
            mine = rows.filter(direction=direction)
            shown = [(row, badge(row.get_verdict_display(), VERDICT_TONES[row.verdict])) for row in mine[:MOST_SHOWN]]
            count = obj.count_in if direction == BankRow.Direction.IN else obj.count_out
            yield Panel(
                name=direction.value, label=label, template="admin/billing/bank_rows.html", count=count,
                context={"rows": shown, "incoming": direction == BankRow.Direction.IN, "more": count - len(shown)},
            )  # fmt: skip

    @admin.display(description=_("期间"), ordering="first_day")
    def span(self, obj: BankStatement) -> str:
        return f"{iso(obj.first_day)} – {iso(obj.last_day)}"

    @admin.display(description=_("收入合计"), ordering="sum_in")
    def sum_in_shown(self, obj: BankStatement) -> SafeString:
        return figure(obj.sum_in)

    @admin.display(description=_("支出合计"), ordering="sum_out")
    def sum_out_shown(self, obj: BankStatement) -> SafeString:
        return figure(obj.sum_out)

    @admin.display(description=_("余额核对"), ordering="balanced")
    def balance_badge(self, obj: BankStatement) -> SafeString:
        if obj.balanced is None:
            return badge(_("没有余额"), "muted")
        return badge(_("相符"), "ok") if obj.balanced else badge(_("对不上"), "bad")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: BankStatement) -> SafeString:
        return badge(obj.get_state_display(), STATEMENT_TONES[obj.state])


@admin.register(KnownPayer)
class KnownPayerAdmin(RecordAdmin):
    list_display = ("name", "account", "organisation", "active_badge", "learnt_from", "learnt_by", "learnt_at")
    list_select_related = ("organisation", "learnt_from", "learnt_by")
    list_filter = ("active", ("learnt_at", DateRangeFilter))
    search_fields = ("name", "account", "organisation__name")
    search_help_text = _("按付款人、账号或单位查找")
    verbs = buttons.PAYER_VERBS
    empty_hint = _("还没有付款人对照；核销一笔收款后会自动记下付款人代表哪个单位。")

    @admin.display(description=_("状态"), ordering="active")
    def active_badge(self, obj: KnownPayer) -> SafeString:
        return badge(_("有效"), "ok") if obj.active else badge(_("已停用"), "muted")


@admin.register(Refund)
class RefundAdmin(RecordAdmin):
    list_display = (
        "proposed_at", "kind", "to_name", "amount_shown", "receipt", "state_badge", "proposed_by", "approved_by",
        "refunded_on",
    )  # fmt: skip
    export_columns = (
        "proposed_at", "kind", "to_name", "to_account", "amount", "receipt", "reason", "state", "proposed_by",
        "approved_by", "refunded_on", "bank_txn_id",
    )  # fmt: skip
    list_select_related = ("receipt", "proposed_by", "approved_by")
    list_filter = ("state", "kind", ("proposed_at", DateRangeFilter))
    date_hierarchy = "proposed_at"
    search_fields = ("to_name", "reason", "bank_txn_id", "receipt__bank_txn_id", "receipt__payer_name")
    search_help_text = _("按收款人、原因或流水号查找")
    verbs = buttons.REFUND_VERBS
    empty_hint = _("还没有退款；在有余额的银行收款页面提出。")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        asked = Approval.objects.of(obj).select_related("requested_by", "decided_by").order_by("-pk")
        if rows := list(asked):
            context = {"rows": rows, "may_see": request.user.has_perm("journal.view_approval")}
            template = "admin/billing/asked.html"
            yield Panel(name="approvals", label=_("审批"), template=template, context=context, count=len(rows))

    @admin.display(description=_("金额"), ordering="amount")
    def amount_shown(self, obj: Refund) -> SafeString:
        return figure(obj.amount)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Refund) -> SafeString:
        return badge(obj.get_state_display(), REFUND_TONES[obj.state])
