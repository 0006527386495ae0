"""Sample usage that looks wrong: a jump that was explained, days of silence that wait, and files on their way."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from billing import anomalies, upload_intake, uploads
from billing.models import UsageAnomaly
from contracts.models import Agreement
from portal.sample.moments import Moments, months_before
from portal.sample.people import People

JUMP = 5  # times the usual
SILENT_DAYS = 4
EXPLAINED = {
    UsageAnomaly.Kind.JUMP: "乙方当日集中核查历史数据，已与刘洋电话核实，调用记录属实。",
    UsageAnomaly.Kind.GAP: "网关割接停机，乙方已书面确认这几天没有调用。",
}
HEADER = "来源记录号,计量项,使用时间,用量,协议编号\n"


def odd(quantity: Decimal, meter: str, day: date, moments: Moments) -> Decimal | None:
    """What a meter of the first agreement counted instead on its odd days; None on those of silence."""
    if meter != "query":
        return quantity
    if day == months_before(moments.today, 2) + timedelta(days=16):
        return quantity * JUMP
    first = _silence(moments)
    return None if first <= day < first + timedelta(days=SILENT_DAYS) else quantity


def explain_before_bills(people: People, agreement: Agreement, moments: Moments) -> None:
    """Find what is odd, and explain what lies in the months that are billed."""
    first, month = agreement.effective_on, months_before(moments.today, 0)
    anomalies.look(agreement, by=None, at=moments.now, first=first, after=moments.days_ago(1))
    for row in UsageAnomaly.objects.open().filter(agreement=agreement, day__lt=month):
        reason = EXPLAINED[UsageAnomaly.Kind(row.kind)]
        anomalies.acknowledge(row, reason=reason, by=people["yunweizhang"], at=moments.now)


def send_files(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """A file that waits to be confirmed, and one with wrong lines."""
    day = moments.days_ago(1)
    good = [_line(agreements[1], day, at) for at in range(40)]
    wrong = [*good[:11], good[11].replace(",12,", ",十二,"), *good[12:], _line(agreements[2], date(2001, 1, 1), 98)]
    for name, lines in (("网关用量-核对后.csv", good), ("网关用量.csv", wrong)):
        made = uploads.keep(
            ContentFile((HEADER + "".join(lines)).encode(), name=name),
            source="接口网关",
            agreement=None,
            by=people["yunwei"],
            at=moments.now,
        )
        upload_intake.work_on(made, now=lambda: moments.now)


def _silence(moments: Moments) -> date:
    """The first day of the silence: last week, or where that is another month, before the last month was over."""
    if moments.today.day >= 8:
        return moments.days_ago(6)
    return months_before(moments.today, 1) + timedelta(days=19)


def _line(agreement: Agreement, day: date, at: int) -> str:
    return f"GW{day:%Y%m%d}{at:04d},query,{day} {8 + at % 10:02d}:{at % 60:02d}:00,{at + 1},{agreement.number}\n"
