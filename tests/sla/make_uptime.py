"""Makers of services, what is agreed on them, windows and outages; rows that have verbs are made by them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.models import Agreement
from people.models import User
from sla import maintenance, outages
from sla.models import MaintenanceWindow, Outage, Service, ServiceTerm
from tests import make
from tests.sla.make_sla import local

NIGHT = local("2026-09-19 22:00")  # a Saturday


def service(agreement: Agreement, **changes: Any) -> Service:
    """The query interface of the agreement's Party A, used by that agreement."""
    fields: dict[str, Any] = {
        "provider": agreement.party_a,
        "code": f"query-{Service.objects.count() + 1}",
        "name": "人口信息查询接口",
        "kind": Service.Kind.INTERFACE,
        "since": date(2026, 1, 1),
        **changes,
    }
    made = Service.objects.create(**fields)
    if not made.for_all:
        made.agreements.add(agreement)
    return made


def term(agreement: Agreement, about: Service, **changes: Any) -> ServiceTerm:
    """99.9 % around the clock; maintenance is announced 48 natural hours ahead."""
    fields: dict[str, Any] = {
        "target": Decimal("99.9"),
        "hours": "natural",
        "notice_hours": 48,
        "notice_counted": "natural",
        "basis": "附件三第 2 条",
        **changes,
    }
    version = agreement.versions.latest("number")
    with make.thawed(version):
        return ServiceTerm.objects.create(version=version, service=about, **fields)


def plan(*services: Service, **changes: Any) -> maintenance.Plan:
    """Four hours on a Saturday night."""
    fields: dict[str, Any] = {
        "title": "数据库版本升级",
        "text": "升级期间查询接口不能使用。",
        "services": list(services),
        "planned_from": NIGHT,
        "planned_to": NIGHT + timedelta(hours=4),
        **changes,
    }
    return maintenance.Plan(**fields)


def announced(by: User, *services: Service, at: datetime, **changes: Any) -> MaintenanceWindow:
    """A window planned and announced at an instant."""
    made = maintenance.plan(plan(*services, **changes), by=by, at=at)
    return maintenance.announce(made, by=by, at=at)


def done(window: MaintenanceWindow, by: User, begun: datetime, ended: datetime) -> MaintenanceWindow:
    """The work was done from one instant to another."""
    running = maintenance.begin(window, begun_at=begun, by=by, at=begun)
    return maintenance.finish(running, ended_at=ended, by=by, at=ended)


def outage(by: User, *services: Service, since: datetime, until: datetime | None = None, **changes: Any) -> Outage:
    """An outage recorded when it was over, or when it began."""
    fields: dict[str, Any] = {"title": "查询接口无响应", "services": list(services), **changes}
    what = outages.Happening(started_at=since, ended_at=until, **fields)
    return outages.start(what, by=by, at=until or since)
