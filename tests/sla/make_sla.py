"""Makers of tickets: filed through the verb, so that every row is as the product makes it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.models import Agreement
from people.models import User
from sla import tickets
from sla.models import Clock, Ticket
from worktime.china import china_calendar
from worktime.clock import Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday: support time runs 08:30-12:00 and 13:30-17:30.
NINE = datetime(2026, 9, 16, 9, 0, tzinfo=SHANGHAI)
_DAY = (Window.parse("08:30", "12:00"), Window.parse("13:30", "17:30"))
OFFICE = china_calendar((_DAY,) * 5 + ((), ()), weekends_served=False, makeup_days_served=True)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def local(text: str) -> datetime:
    """A Shanghai wall time such as "2026-09-30 17:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def report(agreement: Agreement, **changes: Any) -> tickets.Report:
    """A fault found a quarter of an hour before nine."""
    fields: dict[str, Any] = {
        "agreement": agreement,
        "kind": Ticket.Kind.FAULT,
        "title": "人口信息查询接口返回超时",
        "description": "自 8:40 起，人口基础信息查询接口连续返回 504，窗口业务无法办理。",
        "found_at": NINE - timedelta(minutes=15),
        **changes,
    }
    return tickets.Report(**fields)


def make_ticket(agreement: Agreement, by: User, at: datetime = NINE, **changes: Any) -> Ticket:
    """A fault reported at nine on a Wednesday."""
    files = changes.pop("files", ())
    if "found_at" not in changes:
        changes["found_at"] = at - timedelta(minutes=15)
    return tickets.file(report(agreement, **changes), at=at, by=by, files=files)


def clock(ticket: Ticket, kind: str) -> Clock:
    """The clock of a ticket, fresh from the database."""
    found: Clock = ticket.clocks.get(kind=kind)
    return found


def utc(text: str) -> datetime:
    """A Shanghai wall time in UTC."""
    return local(text).astimezone(UTC)
