"""Who is told of what is owed: notices to Party B's people and to finance, each once."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from billing.models import Document, LprRate, UsageAnomaly
from journal.models import Notice
from journal.outbox import announce_each
from people import roles
from people.models import User

# What the events of this app are called.
ACTIONS = {
    "usage.taken_in": gettext_lazy("登记用量"),
    "usage_upload.uploaded": gettext_lazy("上传用量文件"),
    "usage_upload.checked": gettext_lazy("用量文件检查无误"),
    "usage_upload.failed": gettext_lazy("用量文件有误"),
    "usage_upload.confirmed": gettext_lazy("确认导入用量文件"),
    "usage_upload.taken_in": gettext_lazy("导入用量文件"),
    "usage_upload.discarded": gettext_lazy("作废用量文件"),
    "usage_anomaly.found": gettext_lazy("发现用量异常"),
    "usage_anomaly.acknowledged": gettext_lazy("说明用量异常"),
    "usage_anomaly.resolved": gettext_lazy("用量异常已更正"),
    "period.opened": gettext_lazy("开出服务周期"),
    "period.refitted": gettext_lazy("按终止日期调整服务周期"),
    "rate.added": gettext_lazy("登记价目"),
    "rate.changed": gettext_lazy("修改价目"),
    "rate.ended": gettext_lazy("结束价目"),
    "tax_rate.added": gettext_lazy("登记税率"),
    "tax_rate.changed": gettext_lazy("修改税率"),
    "tax_rate.ended": gettext_lazy("结束税率"),
    "document.drafted": gettext_lazy("拟制账单草稿"),
    "document.issue_requested": gettext_lazy("提请开具账单"),
    "document.issued": gettext_lazy("开具账单"),
    "document.discarded": gettext_lazy("作废账单草稿"),
    "credit_note.drafted": gettext_lazy("拟制贷项通知单"),
    "credit_note.allocated": gettext_lazy("核销贷项余额"),
    "credit_note.reversed": gettext_lazy("冲回贷项核销"),
    "write_off.drafted": gettext_lazy("拟制核销单"),
    "write_off.reversed": gettext_lazy("冲回核销单"),
    "bill_dispute.opened": gettext_lazy("提出账单异议"),
    "bill_dispute.decided": gettext_lazy("裁定账单异议"),
    "bill_dispute.withdrawn": gettext_lazy("撤回账单异议"),
    "formal_invoice.recorded": gettext_lazy("登记正式发票"),
    "formal_invoice.sent": gettext_lazy("登记发票送达"),
    "formal_invoice.file_kept": gettext_lazy("保存发票文件"),
    "red_letter.recorded": gettext_lazy("登记红字发票"),
    "formal_invoice.received": gettext_lazy("登记发票签收"),
    "formal_invoice.rejected": gettext_lazy("登记发票退回"),
    "formal_invoice.red_lettered": gettext_lazy("登记发票红冲"),
    "formal_invoice.due_recounted": gettext_lazy("重新计算到期日"),
    "statement.drafted": gettext_lazy("拟制对账单"),
    "statement.redrafted": gettext_lazy("重新计算对账单"),
    "statement.discarded": gettext_lazy("作废对账单草稿"),
    "statement.sent": gettext_lazy("发出对账单"),
    "statement.asked_again": gettext_lazy("再次催请对账"),
    "statement.confirmed": gettext_lazy("确认对账单的行"),
    "statement.disputed": gettext_lazy("提出对账异议"),
    "statement.withdrawn": gettext_lazy("撤回对账异议"),
    "statement.upheld": gettext_lazy("对账异议成立"),
    "statement.rejected": gettext_lazy("对账异议不成立"),
    "statement.deemed": gettext_lazy("对账单逾期视为确认"),
    "run.started": gettext_lazy("发起批量出账"),
    "run.drafted": gettext_lazy("批量拟制完成"),
    "run.issue_asked": gettext_lazy("提请批量开具"),
    "run.issued": gettext_lazy("批量开具完成"),
    "run.stopped": gettext_lazy("停止批量出账"),
    "receipt.recorded": gettext_lazy("登记收款"),
    "receipt.allocated": gettext_lazy("核销收款"),
    "receipt.reversed": gettext_lazy("冲回核销"),
    "receipt.reordered": gettext_lazy("按到账先后重排核销"),
    "receipt.party_set": gettext_lazy("登记付款单位"),
    "receipt.looked_after": gettext_lazy("登记收款跟进"),
    "payer.forgotten": gettext_lazy("停用付款人对照"),
    "refund.proposed": gettext_lazy("提出退款"),
    "refund.approved": gettext_lazy("批准退款"),
    "refund.dropped": gettext_lazy("作废退款"),
    "refund.paid": gettext_lazy("登记退款付出"),
    "bank_mapping.tested": gettext_lazy("试读流水格式"),
    "bank_mapping.activated": gettext_lazy("启用流水格式"),
    "bank_mapping.retired": gettext_lazy("停用流水格式"),
    "bank_statement.read": gettext_lazy("读入银行流水"),
    "bank_statement.row_chosen": gettext_lazy("核对流水行"),
    "bank_statement.imported": gettext_lazy("导入银行流水"),
    "bank_statement.discarded": gettext_lazy("作废银行流水"),
    "lpr.entered": gettext_lazy("录入 LPR"),
    "lpr.confirmed": gettext_lazy("核对 LPR"),
    "lpr.withdrawn": gettext_lazy("撤回 LPR"),
    "cost.recorded": gettext_lazy("登记实现债权的费用"),
    "cost.withdrawn": gettext_lazy("撤回实现债权的费用"),
    "judgment.recorded": gettext_lazy("登记生效判决"),
    "interest.drafted": gettext_lazy("拟制利息账单草稿"),
    "interest.invoiced": gettext_lazy("利息转入利息账单"),
    "interest.returned": gettext_lazy("利息账单冲回"),
    "interest.waiver_drafted": gettext_lazy("提请减免利息"),
    "interest.waived": gettext_lazy("减免利息"),
    "formal_invoice.due_moved": gettext_lazy("按补充协议改期"),
    "ledger.found_wrong": gettext_lazy("往来账校验不通过"),
}


def people_of(document: Document) -> Iterable[User]:
    """The people who act for Party B of the document's agreement."""
    body = document.agreement.party_b_id
    return User.objects.filter(memberships__organisation=body, memberships__active=True, is_active=True).distinct()


def holders(*names: str) -> Iterable[User]:
    """The people who hold one of these roles."""
    return User.objects.filter(groups__name__in=names, is_active=True).distinct()


def tell_issued(document: Document, *, at: datetime) -> None:
    """Party B learns that a bill or a credit note was issued to it; a write-off stays in our own books."""
    told = _told(document)
    subject, body = _issued_words(document)
    if not subject:
        return
    announce_each(
        people_of(document),
        key=f"document.issued:{document.pk}",
        kind="document.issued",
        subject=lambda: _(subject) % told,
        body=lambda: _(body) % told,
        url=_portal_page(document),
        at=at,
    )


def _issued_words(document: Document) -> tuple[str, str]:
    if document.kind == Document.Kind.WRITE_OFF:
        return "", ""
    if document.kind == Document.Kind.CREDIT_NOTE:
        return (
            gettext_noop("贷项通知单 %(number)s 已开具，冲减 %(gross)s 元"),
            gettext_noop("协议 %(agreement)s 的贷项通知单 %(number)s 已开具，冲减账单 %(bill)s 共 %(gross)s 元。"),
        )
    return (
        gettext_noop("账单 %(number)s 已开具，金额 %(gross)s 元"),
        gettext_noop(
            "协议 %(agreement)s 的账单 %(number)s 已开具，金额 %(gross)s 元。正式发票另行送达，收到后起算付款期限。"
        ),
    )


def tell_issue_requested(document: Document, *, by: User, at: datetime) -> None:
    """The finance leads learn that a draft waits for them; whoever drafted it or asks is not among them."""
    told = _told(document)
    leads = [person for person in holders(roles.FINANCE_LEAD) if person.pk not in {by.pk, document.drafted_by_id}]
    announce_each(
        leads,
        key=f"document.issue_requested:{document.pk}",
        kind="document.issue_requested",
        subject=lambda: _("请审核开具账单草稿，金额 %(gross)s 元") % told,
        body=lambda: _("协议 %(agreement)s 的账单草稿已提请开具，金额 %(gross)s 元，请审核。") % told,
        url=_admin_page(document),
        at=at,
    )


def tell_anomaly(row: UsageAnomaly, *, at: datetime) -> None:
    """Operations and finance learn that usage looks wrong: it must be explained before it is billed."""
    told = {"what": str(row), "agreement": row.agreement.number}
    announce_each(
        holders(roles.OPERATIONS_LEAD, roles.FINANCE),
        key=f"usage_anomaly.found:{row.pk}:{row.until}:{row.observed}",
        kind="usage_anomaly.found",
        subject=lambda: _("用量异常待核对：%(what)s") % told,
        body=lambda: _("协议 %(agreement)s 的用量有异常：%(what)s。说明原因或更正用量之前，该周期不能出账。") % told,
        url=reverse("admin:billing_usageanomaly_change", args=[row.pk]),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def tell_due_soon(document: Document, *, due_on: date, left: Decimal, at: datetime) -> None:
    """Party B and finance learn that the time to pay runs out; `left` is the principal still open, in yuan."""
    told = {**_told(document), "due": due_on.isoformat(), "left": left}
    _tell_both(
        document,
        key=f"document.due_soon:{document.pk}:{due_on}",
        kind="document.due_soon",
        subject=lambda: _("账单 %(number)s 将于 %(due)s 到期，未付 %(left)s 元") % told,
        body=lambda: (
            _("协议 %(agreement)s 的账单 %(number)s 将于 %(due)s 到期，尚有 %(left)s 元未付，请按期付款。") % told
        ),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def tell_overdue(document: Document, *, due_on: date, left: Decimal, at: datetime) -> None:
    """Party B and finance learn that a bill was not paid in time."""
    told = {**_told(document), "due": due_on.isoformat(), "left": left}
    _tell_both(
        document,
        key=f"document.overdue:{document.pk}:{due_on}",
        kind="document.overdue",
        subject=lambda: _("账单 %(number)s 已于 %(due)s 到期，仍有 %(left)s 元未付") % told,
        body=lambda: (
            _("协议 %(agreement)s 的账单 %(number)s 已于 %(due)s 到期，仍有 %(left)s 元未付，自次日起按约定计息。")
            % told
        ),
        level=Notice.Level.URGENT.value,
        at=at,
    )


def tell_lpr_entered(rate: LprRate, *, by: User, at: datetime) -> None:
    """The finance leads learn that a rate waits to be confirmed."""
    told = {"month": rate.month, "one_year": rate.one_year.normalize(), "five_year": rate.five_year.normalize()}
    announce_each(
        [person for person in holders(roles.FINANCE_LEAD) if person.pk != by.pk],
        key=f"lpr.entered:{rate.pk}",
        kind="lpr.entered",
        subject=lambda: _("请核对 %(month)s 的 LPR") % told,
        body=lambda: (
            _("%(month)s 的 LPR 已录入：一年期 %(one_year)s%%，五年期以上 %(five_year)s%%。请对照公告核对后启用。")
            % told
        ),
        url=reverse("admin:billing_lprrate_change", args=[rate.pk]),
        at=at,
    )


def tell_lpr_missing(month: str, *, at: datetime) -> None:
    """Finance learns that a month's rate was to be published and is not in use here."""
    told = {"month": month}
    announce_each(
        holders(roles.FINANCE, roles.FINANCE_LEAD),
        key=f"lpr.missing:{month}",
        kind="lpr.missing",
        subject=lambda: _("请录入 %(month)s 的 LPR") % told,
        body=lambda: (
            _("%(month)s 的 LPR 已到公布日，系统里还没有。录入并核对之前，浮动利率的逾期利息都只是暂计。") % told
        ),
        level=Notice.Level.WARNING.value,
        url=reverse("admin:billing_lprrate_changelist"),
        at=at,
    )


def _tell_both(document: Document, *, key: str, **letter: Any) -> None:
    """To Party B with the portal's address, to finance with the admin's."""
    announce_each(people_of(document), key=key, url=_portal_page(document), **letter)
    announce_each(holders(roles.FINANCE, roles.FINANCE_LEAD), key=key, url=_admin_page(document), **letter)


def _told(document: Document) -> dict[str, Any]:
    return {
        "number": document.number or "",
        "gross": document.gross,
        "agreement": document.agreement.number,
        "bill": document.refers_to.number if document.refers_to else "",
    }


def _portal_page(document: Document) -> str:
    return reverse("billing:document", args=[document.pk])


def _admin_page(document: Document) -> str:
    return reverse("admin:billing_document_change", args=[document.pk])
