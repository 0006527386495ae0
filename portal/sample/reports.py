"""The month before: reports of every outcome, and a monthly service report that Party B confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from contracts.models import Agreement
from people.models import User
from portal.sample.moments import Moments, local, months_before
from portal.sample.people import People
from sla import replaying, reporting, tickets, watch
from sla.attainment import Month
from sla.models import Ticket

ANSWER = "已收到，正在排查。"
OWN = {"confirm"}


@dataclass(frozen=True)
class Past:
    """A report on a day of last month: its answer and its solution so many support hours later."""

    day: int
    title: str
    answered: float
    solved: float
    body: int = 0
    kind: str = Ticket.Kind.FAULT
    impact: str = Ticket.Impact.PART
    asked: bool = False


PASTS = (
    Past(2, "人口信息查询接口返回超时", 0.6, 5.0),
    Past(5, "人口信息查询接口返回超时（第 2 次）", 1.2, 6.5, asked=True),
    Past(8, "法人库同步任务失败", 2.8, 7.0, impact=Ticket.Impact.WHOLE),
    Past(11, "人口信息查询接口超时返回", 0.9, 11.0),
    Past(12, "如何申请新的查询字段", 1.0, 3.0, kind=Ticket.Kind.QUESTION),
    Past(16, "窗口系统登录后页面空白", 1.5, 6.0, impact=Ticket.Impact.SINGLE),
    Past(19, "数据专线中断", 0.3, 2.0, impact=Ticket.Impact.WHOLE),
    Past(22, "人口信息查询接口返回超时（第 3 次）", 1.7, 7.5),
    Past(9, "回流数据缺少区县代码", 1.1, 9.5, body=1),
    Past(18, "证照核验接口偶发失败", 0.8, 4.0, body=1),
    Past(23, "测试环境账号失效", 0.5, 1.5, body=1, kind=Ticket.Kind.ACCESS),
)


def make_month(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Last month's reports through the verbs, swept as the timer would have, and the month's report on the first."""
    made: dict[int, Ticket] = {}
    for at, number, verb, text in sorted(_happenings(moments)):
        past = PASTS[number]
        agreement = agreements[past.body]
        watch.sweep(at=at)
        if verb == "file":
            made[number] = _file(number, agreement, people.of(agreement.party_b), at)
        else:
            by = people.of(agreement.party_b) if verb in {*OWN, "reply"} else people["yunwei"]
            _act(verb, made[number], at, by, text)
    _issue(people, agreements, moments)


def _happenings(moments: Moments) -> Iterator[tuple[datetime, int, str, str]]:
    first = months_before(moments.today, 1)
    for number, past in enumerate(PASTS):
        day = local(first + timedelta(days=past.day - 1), 9)
        received = moments.hours.reckon_add(day, 60 * (17 * number % 50 + 5)).value

        def later(hours: float, since: datetime = received) -> datetime:
            return moments.hours.reckon_add(since, round(hours * 3600)).value

        yield received, number, "file", ""
        yield later(past.answered), number, "respond", ANSWER
        if past.asked:
            yield later(past.answered + 0.5), number, "ask_party_b", "请提供出错时段和业务流水号。"
            yield later(past.answered + 2.5), number, "reply", "上午 10 点至 10 点半，流水号已附在说明中。"
        yield later(past.solved), number, "propose", "已处理并验证。"
        yield later(past.solved + 1), number, "confirm", "恢复正常。"
        yield later(past.solved + 1.5), number, "close", ""


def _file(number: int, agreement: Agreement, reporter: User, at: datetime) -> Ticket:
    past = PASTS[number]
    report = tickets.Report(
        agreement=agreement,
        kind=past.kind,
        title=past.title,
        description=f"{past.title}，请尽快处理。",
        impact=past.impact,
        found_at=at - timedelta(minutes=10),
        submission_key=uuid5(NAMESPACE_URL, f"sample-past-{number}"),
    )
    return tickets.file(report, at=at, by=reporter)


def _act(verb: str, ticket: Ticket, at: datetime, by: User, text: str) -> None:
    getattr(tickets, verb)(ticket, at=at, by=by, **({"text": text} if text else {}))


def _issue(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """The first body confirms its report, the second one's waits."""
    month = Month.containing(moments.now).plus(-1)
    at = min(moments.now, local(months_before(moments.today, 0), 9, 30))
    for agreement in agreements[:2]:
        report = reporting.issue(agreement, month, by=people["yunweizhang"], at=at)
        if agreement == agreements[0]:
            later = min(moments.now, at + timedelta(hours=5))
            reporting.confirm(report, by=people.of(agreement.party_b), at=later, text="数字与本单位记录一致。")


def make_whatif(people: People, moments: Moments) -> None:
    """What the faults of the last months would have been with a solution within four hours."""
    scope = replaying.Scope(
        received_from=months_before(moments.today, 2), received_to=moments.today, kinds=(Ticket.Kind.FAULT.value,)
    )
    wish = replaying.Wish(name="解决方案 4 小时", scope=scope, targets=(("solution", 0, Decimal(4)),))
    replaying.ask(wish, by=people["yunweizhang"], at=moments.now)
    replaying.run_waiting(now=lambda: moments.now)
