"""Sample statements (confirmed, waiting, with a disputed line) and invoice runs (one over, one to be reviewed)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from billing import periods, running, statement_answers, statements
from billing.models import UsageStatement
from billing.statement_answers import Objection
from contracts.models import Agreement
from portal.sample.moments import Moments, local, months_before
from portal.sample.people import People

HALTED = "南浦区人力资源和社会保障局"  # the Party B whose agreement has no prices: its bill is refused


def make_statements(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """One confirmed and one that waits for the first Party B, one with a disputed line for the second."""
    first = people["liuyang"]
    confirmed = _sent(people, agreements[0], months_before(moments.today, 2), moments, at=None)
    statement_answers.confirm(confirmed, by=first, at=_later(confirmed, hours=26))
    last = months_before(moments.today, 1)
    _sent(people, agreements[0], last, moments, at=local(moments.working_day(-1), 10))
    disputed = _sent(people, agreements[1], last, moments, at=None)
    line = disputed.lines.get(description="信息查询费")
    log = SimpleUploadedFile("本单位调用日志.txt", "接口调用日志汇总".encode(), content_type="text/plain")
    objection = Objection(
        reason="其中一部分是贵方接口超时后系统自动重试的请求，没有返回数据，不应计入。",
        counts=line.quantity - Decimal(120),
        file=log,
    )
    statement_answers.dispute(line, objection, by=people["huanghai"], at=_later(disputed, hours=26))


def make_runs(people: People, moments: Moments) -> None:
    """A run of last month that found one period and refused it, and one of this month that the lead has to review."""
    halted = Agreement.objects.get(party_b__name=HALTED)
    begun = halted.effective_on or moments.today
    periods.open_periods(halted, months=1, until=begun + timedelta(days=1), by=people["caiwu"], at=local(begun, 9))
    for months_ago in (1, 0):
        day = months_before(moments.today, months_ago)
        at = local(day, 10)
        run = running.start(over_on=day, by=people["caiwu"], at=at)
        running.work(run, now=lambda at=at: at)  # type: ignore[misc]


def _sent(
    people: People, agreement: Agreement, first: date, moments: Moments, *, at: datetime | None
) -> UsageStatement:
    """The statement of the month that begins on a day, sent the morning after it or at a later instant."""
    period = agreement.periods.get(starts_on=first)
    morning = local(period.ends_on, 9)
    sent_at = min(max(at or morning, morning), moments.now)
    made = statements.draft(period, by=people["caiwu"], at=sent_at)
    return statements.send(made, by=people["caiwu"], at=sent_at)


def _later(statement: UsageStatement, *, hours: int) -> datetime:
    assert statement.sent_at is not None  # noqa: S101 - it was sent above
    return statement.sent_at + timedelta(hours=hours)
