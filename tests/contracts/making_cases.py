"""Makers of breach cases at each stage, by the verbs themselves."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from contracts import breaching, claiming, serving
from contracts.models import Agreement, BreachCase, Claim, ServedNotice
from people.models import User

NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2026, 9, 18)
DAY = timedelta(days=1)


def finding(**changes: Any) -> breaching.Finding:
    """Party B paid late, found ten days ago."""
    fields: dict[str, Any] = {
        "party": "b",
        "title": "逾期付款",
        "clause_numbers": "6.2.1",
        "facts": "发票签收后超过约定期限未付款。",
        "found_on": TODAY - 10 * DAY,
        "known_on": TODAY - 10 * DAY,
        **changes,
    }
    return breaching.Finding(**fields)


def found(agreement: Agreement, by: User, **changes: Any) -> BreachCase:
    """A case that nobody was told of."""
    return breaching.open_case(agreement, finding(**changes), by=by, at=NOW - 9 * DAY)


def arrived(agreement: Agreement, by: User, *, sender: str = "a", kind: str = "breach") -> ServedNotice:
    """A notice that arrived eight days ago."""
    at = NOW - 8 * DAY
    writing = serving.Writing(kind=kind, sender=sender, subject="违约通知", text="请于期限内改正。")
    notice = serving.write(agreement, writing, by=by, at=at)
    notice = serving.send(notice, channel="post", sent_at=at, by=by, at=at)
    return serving.receive(notice, received_at=at, received_by="收发室", by=by, at=at)


def told(agreement: Agreement, by: User, *, reply_by: date | None = None, **changes: Any) -> BreachCase:
    """A case told by its notice."""
    case = found(agreement, by, **changes)
    sender = "b" if case.party == "a" else "a"
    return breaching.notify(
        case, notice=arrived(agreement, by, sender=sender), reply_by=reply_by, by=by, at=NOW - 7 * DAY
    )


def answered(agreement: Agreement, by: User, **changes: Any) -> BreachCase:
    """A case that the party in breach answered."""
    case = told(agreement, by, **changes)
    return breaching.answer(case, breaching.Said(text="资金下达较晚。"), by=by, at=NOW - 6 * DAY)


def decided(agreement: Agreement, by: User, verdict: str = "upheld", **changes: Any) -> BreachCase:
    """A case with its finding."""
    case = answered(agreement, by, **changes)
    return breaching.decide(case, finding=verdict, text="期限已过。", by=by, at=NOW - 5 * DAY)


def handling(agreement: Agreement, by: User, **changes: Any) -> BreachCase:
    """A breach about which something is done."""
    return breaching.handle(decided(agreement, by, **changes), text="催告付款。", by=by, at=NOW - 4 * DAY)


def closed(agreement: Agreement, by: User, **changes: Any) -> BreachCase:
    """A case at its end."""
    return breaching.close(handling(agreement, by, **changes), outcome="已付清。", by=by, at=NOW - 3 * DAY)


STAGES = {
    "found": found,
    "notified": told,
    "answered": answered,
    "decided": decided,
    "handling": handling,
    "closed": closed,
}


def penalty(case: BreachCase, by: User, **changes: Any) -> Claim:
    """A penalty of 1,000 yuan."""
    fields: dict[str, Any] = {"kind": "penalty", "amount": Decimal(1000), "basis": "按约定。", **changes}
    return claiming.claim(case, claiming.Asked(**fields), by=by, at=NOW - 2 * DAY)
