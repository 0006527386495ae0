"""The watch over security duties: reminders before, warnings when late, each once, any run repairing any gap.

It reads partial indexes of "look at me next" and never scans what is open.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.sharing_news import News, tell_holders
from journal.models import Notice
from journal.recording import record
from sla import checking
from sla.judging import BAD_ROW
from sla.models import CheckPlan, ReportDuty, Vulnerability

log = logging.getLogger("sla.duties")
Level = Notice.Level
# What the journal calls the events of security duties.
ACTIONS: dict[str, object] = {
    "check.planned": gettext_lazy("安排安全检查"),
    "check.done": gettext_lazy("登记安全检查"),
    "check.missed": gettext_lazy("安全检查未开展"),
    "check.ended": gettext_lazy("停止安全检查"),
    "check.reminded": gettext_lazy("提醒安全检查"),
    "check.late": gettext_lazy("安全检查逾期"),
    "vulnerability.found": gettext_lazy("登记漏洞"),
    "vulnerability.fix_by_set": gettext_lazy("确定修复期限"),
    "vulnerability.fixed": gettext_lazy("登记漏洞修复"),
    "vulnerability.verified": gettext_lazy("验证漏洞修复"),
    "vulnerability.sent_back": gettext_lazy("退回漏洞修复"),
    "vulnerability.accepted": gettext_lazy("接受漏洞风险"),
    "vulnerability.reopened": gettext_lazy("重新打开漏洞"),
    "vulnerability.reminded": gettext_lazy("提醒漏洞修复"),
    "vulnerability.late": gettext_lazy("漏洞修复逾期"),
    "incident.found": gettext_lazy("登记安全事件"),
    "incident.graded": gettext_lazy("安全事件定级"),
    "incident.contained": gettext_lazy("安全事件已控制"),
    "incident.handled": gettext_lazy("安全事件处置完毕"),
    "incident.closed": gettext_lazy("关闭安全事件"),
    "incident.reported": gettext_lazy("登记法定报告"),
    "incident.report_needless": gettext_lazy("不需法定报告"),
    "incident.told": gettext_lazy("告知安全事件"),
    "incident.reminded": gettext_lazy("提醒法定报告"),
    "incident.late": gettext_lazy("法定报告逾期"),
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at one row found: what to say, and when to look again (never, when empty)."""

    late: bool
    again: datetime | None
    subject: Callable[[], str]
    url: str


def sweep(at: datetime) -> Counter[str]:
    """Look at every row that is due for it; counts reminders, warnings and failures.

    Must not run inside a transaction: each row is its own.  Rows that another worker holds are left to it.
    """
    counts: Counter[str] = Counter()
    for model, look, who in (
        (CheckPlan, _check, "sla.record_check"),
        (Vulnerability, _vulnerability, "sla.record_vulnerability"),
        (ReportDuty, _report, "sla.handle_incident"),
    ):
        manager: Any = model.objects
        for pk in list(manager.due_for_look(at).values_list("pk", flat=True)):
            counts[_looked(model, pk, look, who, at)] += 1
    return counts


def _looked(model: Any, pk: int, look: Callable[[Any, datetime], Look], who: str, at: datetime) -> str:
    try:
        with transaction.atomic(durable=True):
            rows = model.objects.due_for_look(at).filter(pk=pk)
            row = rows.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
            return "passed" if row is None else _tell(row, row.look_at, look(row, at), who, at)
    except BAD_ROW:
        log.exception("%s %s could not be looked at", model.__name__, pk)
        return "failed"


def _tell(row: Any, was: datetime, found: Look, who: str, at: datetime) -> str:
    row.look_at = found.again
    row._history_user = None
    row.save()
    about = row.incident if isinstance(row, ReportDuty) else row
    name = {CheckPlan: "check", Vulnerability: "vulnerability", ReportDuty: "incident"}[type(row)]
    action = f"{name}.{'late' if found.late else 'reminded'}"
    event = record(action, obj=about, by=None, at=at, data={"due": was})
    news = News(
        key=f"{name}/{row.pk}/{'late' if found.late else 'soon'}/{was.isoformat()}",
        kind=action,
        subject=found.subject,
        body=found.subject,
        url=found.url,
        level=Level.URGENT.value if found.late else Level.WARNING.value,
    )
    tell_holders(who, news, event=event, at=at)
    return "late" if found.late else "reminded"


def _check(row: CheckPlan, at: datetime) -> Look:
    if row.provisional:
        checking.recount(row)
    late = at >= checking.late_at(row)
    words = {"title": row.title, "due": row.next_due_on}
    return Look(
        late=late,
        again=None if late else checking.late_at(row),
        subject=lambda: (
            (_("安全检查逾期：%(title)s（%(due)s 到期）") if late else _("安全检查将到期：%(title)s（%(due)s 到期）"))
            % words
        ),
        url=reverse("admin:sla_checkplan_change", args=[row.pk]),
    )


def _vulnerability(row: Vulnerability, at: datetime) -> Look:
    url = reverse("admin:sla_vulnerability_change", args=[row.pk])
    words = {"number": row.number, "title": row.title, "due": _moment(row.fix_by)}
    if row.state == Vulnerability.State.ACCEPTED:
        words["due"] = str(row.accepted_until)
        return Look(
            late=True,
            again=None,
            subject=lambda: _("接受风险已到期：%(number)s %(title)s（至 %(due)s）") % words,
            url=url,
        )
    late = row.fix_by is not None and at >= row.fix_by
    return Look(
        late=late,
        again=None if late else row.fix_by,
        subject=lambda: (
            (
                _("漏洞修复逾期：%(number)s %(title)s（期限 %(due)s）")
                if late
                else _("漏洞修复将到期：%(number)s %(title)s（期限 %(due)s）")
            )
            % words
        ),
        url=url,
    )


def _report(row: ReportDuty, at: datetime) -> Look:
    late = row.due_at is not None and at >= row.due_at
    incident = row.incident
    words = {
        "number": incident.number,
        "report": row.get_kind_display(),
        "due": _moment(row.due_at),
        "to": row.recipient,
    }
    return Look(
        late=late,
        again=None if late else row.due_at,
        subject=lambda: (
            (
                _("法定报告逾期：%(number)s %(report)s（最迟 %(due)s，%(to)s）")
                if late
                else _("法定报告时限过半：%(number)s %(report)s（最迟 %(due)s，%(to)s）")
            )
            % words
        ),
        url=reverse("admin:sla_securityincident_change", args=[incident.pk]),
    )


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else "—"
