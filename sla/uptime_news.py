"""News of maintenance and outages: to the people of every Party B concerned, and to operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Agreement
from contracts.sharing_news import News, tell, tell_holders, tell_party_b
from journal.models import Event, Notice
from sla.models import Announcement, MaintenanceWindow, Outage, OutageEntry
from sla.scope import agreements_of, party_b_of
from sla.uptime_words import services_words, span_words

Level = Notice.Level
# What the journal calls the events of services.
ACTIONS: dict[str, object] = {
    "service_term.kept": gettext_lazy("登记可用率约定"),
    "service.kept": gettext_lazy("登记平台服务"),
    "service.ended": gettext_lazy("停止服务"),
    "maintenance.planned": gettext_lazy("计划维护"),
    "maintenance.announced": gettext_lazy("公告维护"),
    "maintenance.changed": gettext_lazy("变更维护"),
    "maintenance.cancelled": gettext_lazy("取消维护"),
    "maintenance.begun": gettext_lazy("开始维护"),
    "maintenance.ended": gettext_lazy("结束维护"),
    "outage.recorded": gettext_lazy("登记服务中断"),
    "outage.announced": gettext_lazy("公告服务中断"),
    "outage.updated": gettext_lazy("更新中断进展"),
    "outage.ended": gettext_lazy("登记服务恢复"),
    "outage.explained": gettext_lazy("登记中断原因"),
    "outage.corrected": gettext_lazy("更正服务中断"),
    "outage.withdrawn": gettext_lazy("撤销服务中断"),
    "outage.ticket_linked": gettext_lazy("关联中断与报告"),
    "ticket.service_named": gettext_lazy("登记报告涉及的服务"),
}


def tell_of_announcement(made: Announcement, agreement: Agreement, *, event: Event) -> None:
    """Tell one agreement's Party B of the window as announced."""
    window = made.window
    names = [service.name for service in window.services.all()]
    heads = {"announced": lambda: _("维护公告"), "changed": lambda: _("维护变更"), "cancelled": lambda: _("维护取消")}
    news = News(
        key=f"maintenance/{window.pk}/{made.seq}",
        kind=event.action,
        subject=lambda: f"{heads[made.kind]()}：{window.title}",
        body=lambda: (
            _("%(when)s\n涉及服务：%(services)s\n%(text)s")
            % {
                "when": span_words(made.planned_from, made.planned_to),
                "services": services_words(names),
                "text": made.text,
            }
        ),
        url=reverse("sla:service"),
        level=Level.WARNING.value if made.interrupts else Level.INFO.value,
    )
    tell_party_b(agreement, news, event=event, at=made.at)


def tell_of_end(window: MaintenanceWindow, text: str, *, event: Event, at: datetime) -> None:
    """Tell everybody concerned that the work is done."""
    _tell_all(
        list(window.services.all()),
        News(
            key=f"maintenance/{window.pk}/ended",
            kind=event.action,
            subject=lambda: _("维护完成：%(title)s") % {"title": window.title},
            body=lambda: text or _("维护已完成，服务恢复使用。"),
            url=reverse("sla:service"),
        ),
        event=event,
        at=at,
    )


def tell_of_outage(outage: Outage, entry: OutageEntry, *, event: Event) -> None:
    """Tell everybody concerned of a new line of an announced outage."""
    heads: dict[str, Any] = {
        "announced": lambda: _("服务中断公告"),
        "updated": lambda: _("服务中断进展"),
        "ended": lambda: _("服务恢复"),
        "corrected": lambda: _("服务中断更正"),
        "reported": lambda: _("服务中断原因分析"),
        "withdrawn": lambda: _("服务中断撤销"),
    }
    names = [service.name for service in outage.services.all()]
    _tell_all(
        list(outage.services.all()),
        News(
            key=f"outage/{outage.pk}/{entry.pk}",
            kind=event.action,
            subject=lambda: f"{heads[entry.kind]()}：{outage.title}",
            body=lambda: (
                _("%(when)s\n涉及服务：%(services)s\n%(text)s")
                % {
                    "when": span_words(outage.started_at, outage.ended_at),
                    "services": services_words(names),
                    "text": entry.text,
                }
            ),
            url=reverse("sla:outage", args=[outage.number]),
            level=Level.URGENT.value if entry.kind == OutageEntry.Kind.ANNOUNCED else Level.INFO.value,
        ),
        event=event,
        at=entry.at,
    )


def tell_operations(outage: Outage, *, event: Event, at: datetime) -> None:
    """Tell operations of an outage that was recorded: they announce it."""
    news = News(
        key=f"outage/{outage.pk}/recorded",
        kind=event.action,
        subject=lambda: _("服务中断：%(title)s") % {"title": outage.title},
        body=lambda: _("请核实并公告。%(when)s") % {"when": span_words(outage.started_at, outage.ended_at)},
        url=reverse("admin:sla_outage_change", args=[outage.pk]),
        level=Level.URGENT.value,
    )
    tell_holders("sla.record_outage", news, event=event, at=at)


def _tell_all(services: list[Any], news: News, *, event: Event, at: datetime) -> None:
    tell(party_b_of(agreements_of(services)), news, event=event, at=at)
