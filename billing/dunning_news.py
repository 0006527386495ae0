"""Telling of what is due: reminders to Party B and finance, and to finance that a letter of demand is proposed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.ladder import Step
from billing.models import Document
from billing.telling import holders, people_of, tell_due_soon, tell_overdue
from billing.wording import yuan
from contracts.models import Agreement
from journal.models import Notice
from journal.outbox import announce_each
from people import roles

ACTIONS = {
    "dunning.set_out": gettext_lazy("写下催款阶梯"),
    "dunning.step_kept": gettext_lazy("修改催款步骤"),
    "demand.drafted": gettext_lazy("拟制催告函"),
    "demand.discarded": gettext_lazy("作废催告函草稿"),
    "demand.issued": gettext_lazy("签发催告函"),
    "demand.sent": gettext_lazy("发出催告函"),
    "demand.delivered": gettext_lazy("登记催告函送达"),
    "demand.acknowledged": gettext_lazy("乙方确认收到催告函"),
    "demand.recounted": gettext_lazy("重新计算宽限期"),
    "demand.withdrawn": gettext_lazy("撤回催告函"),
    "debtor_stop.proposed": gettext_lazy("提请欠费暂停"),
    "debtor_stop.approved": gettext_lazy("批准欠费暂停"),
    "debtor_stop.noticed": gettext_lazy("发出暂停通知"),
    "debtor_stop.notice_delivered": gettext_lazy("登记暂停通知送达"),
    "debtor_stop.in_force": gettext_lazy("执行欠费暂停"),
    "debtor_stop.withdrawn": gettext_lazy("撤回欠费暂停"),
    "debtor_stop.lifted": gettext_lazy("恢复欠费暂停的服务"),
    "debtor_stop.review_opened": gettext_lazy("提议恢复服务"),
    "debtor_stop.review_kept": gettext_lazy("决定继续暂停"),
}
FIRST = {
    "before": tell_due_soon,
    "after": tell_overdue,
}  # steps whose single letters were told before there was a ladder
FIRST_KINDS = {"before": "document.due_soon", "after": "document.overdue"}


@dataclass(frozen=True, slots=True)
class Told:
    """A bill as it stands in a letter: what is asked of its principal, and what is disputed and not asked."""

    document: Document
    due_on: date
    asked: Decimal
    disputed: Decimal


def letter_key(step: Step, rows: Sequence[Told]) -> str:
    """What tells one letter from every other: its step, its first bill and that bill's due date."""
    first = rows[0]
    return f"dunning.{step.code}:{first.document.pk}:{first.due_on}"


def told_before(step: Step, row: Told) -> bool:
    """Whether both sides were told of this due date already, before the ladder kept its own record."""
    kind = FIRST_KINDS.get(step.code)
    key = f"{kind}:{row.document.pk}:{row.due_on}/"
    return kind is not None and Notice.objects.filter(key__startswith=key).exists()


def tell_reminder(step: Step, rows: Sequence[Told], *, key: str, at: datetime) -> None:
    """Party B and finance learn what is due or overdue: of one bill, or of several in one letter."""
    if len(rows) == 1 and step.code in FIRST:
        FIRST[step.code](rows[0].document, due_on=rows[0].due_on, left=rows[0].asked, at=at)
        return
    level = Notice.Level.WARNING.value if step.is_before else Notice.Level.URGENT.value
    letter: dict[str, Any] = {
        "key": key, "kind": "dunning.reminded", "subject": _subject(step, rows), "body": _body(rows), "level": level,
        "at": at,
    }  # fmt: skip
    announce_each(people_of(rows[0].document), url=_portal_page(rows), **letter)
    announce_each(holders(roles.FINANCE, roles.FINANCE_LEAD), url=_admin_page(rows), **letter)


def tell_to_demand(agreement: Agreement, rows: Sequence[Told], *, key: str, at: datetime) -> None:
    """Finance learns that the ladder proposes a letter of demand; a person drafts it."""
    announce_each(
        holders(roles.FINANCE, roles.FINANCE_LEAD),
        key=key,
        kind="dunning.demand_proposed",
        subject=lambda: (
            _("%(party)s 逾期未付 %(total)s 元，请考虑催告") % {"party": agreement.party_b.name, "total": _total(rows)}
        ),
        body=_body(rows),
        url=reverse("admin:billing_dunningcase_change", args=[agreement.pk]),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def _subject(step: Step, rows: Sequence[Told]) -> Callable[[], str]:
    told = {"count": len(rows), "total": _total(rows), "number": rows[0].document.number, "due": rows[0].due_on}

    def words() -> str:
        if step.is_before:
            return (
                ngettext(
                    "%(count)d 份账单即将到期，未付合计 %(total)s 元",
                    "%(count)d 份账单即将到期，未付合计 %(total)s 元",
                    len(rows),
                )
                % told
            )
        if len(rows) == 1:
            return _("再次提醒：账单 %(number)s 已于 %(due)s 到期，仍有 %(total)s 元未付") % told
        return ngettext(
            "%(count)d 份账单逾期，未付合计 %(total)s 元", "%(count)d 份账单逾期，未付合计 %(total)s 元", len(rows)
        ) % told  # fmt: skip

    return words


def _body(rows: Sequence[Told]) -> Callable[[], str]:
    def words() -> str:
        lines = [_line(row) for row in rows]
        return "\n".join([*lines, _("请尽快付清；如已付款或者有异议，请告知我方财务。")])

    return words


def _line(row: Told) -> str:
    told = {
        "agreement": row.document.agreement.number, "number": row.document.number, "due": row.due_on,
        "asked": yuan(row.asked), "disputed": yuan(row.disputed),
    }  # fmt: skip
    line = _("协议 %(agreement)s 的账单 %(number)s：到期日 %(due)s，未付 %(asked)s 元") % told
    return line + (_("（另有 %(disputed)s 元有异议，不在此列）") % told if row.disputed else "")


def _total(rows: Sequence[Told]) -> str:
    return yuan(sum((row.asked for row in rows), Decimal("0.00")))


def _portal_page(rows: Sequence[Told]) -> str:
    return reverse("billing:document", args=[rows[0].document.pk]) if len(rows) == 1 else reverse("billing:documents")


def _admin_page(rows: Sequence[Told]) -> str:
    if len(rows) == 1:
        return reverse("admin:billing_document_change", args=[rows[0].document.pk])
    return reverse("admin:billing_dunningcase_change", args=[rows[0].document.agreement_id])
