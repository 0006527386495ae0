"""Sample tickets in every state: kept, broken, running out, waiting for Party B."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from contracts.models import Agreement
from people.models import User
from portal.sample.moments import Moments
from portal.sample.people import People
from sla import tickets, watch
from sla.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Story:
    """One ticket: where, what, when it was received (support hours ago), and what happened after (support hours later)."""

    body: int
    title: str
    description: str
    ago: float
    kind: str = "fault"
    impact: str = "part"
    steps: tuple[tuple[str, float, str], ...] = ()


ANSWER = "已收到，正在排查，稍后告知进展。"
STORIES = (
    Story(
        body=0,
        ago=0.4,
        title="人口信息查询接口返回超时",
        description="10 时起调用人口基础信息查询接口，约三成请求 30 秒无返回，窗口业务排队。",
    ),
    Story(
        body=1,
        ago=1.7,
        title="不动产登记结果下载为空",
        description="批量下载不动产登记结果，文件生成成功但内容为空，已重试三次。",
        steps=(("accept", 0.5, ""),),
    ),
    Story(
        body=2,
        ago=6.8,
        title="单点登录后跳转到错误页面",
        description="经办人从省平台跳转后提示“会话无效”，重新登录可恢复，一天出现十余次。",
        steps=(("accept", 0.4, ""), ("respond", 1.2, ANSWER)),
    ),
    Story(
        body=0,
        ago=5.0,
        title="企业信用信息字段缺失",
        description="10 月以后新设企业的“经营范围”字段为空，影响审批材料核验。",
        steps=(("respond", 0.8, ANSWER), ("ask_party_b", 2.0, "请提供三家企业的统一社会信用代码和查询时间。")),
    ),
    Story(
        body=1,
        ago=9.5,
        title="接口证书即将到期提示异常",
        description="调用日志提示证书链校验失败，但证书有效期到明年 3 月。",
        steps=(("respond", 1.0, ANSWER), ("propose", 5.5, "前置机缺少中间证书，补装后重启服务；操作步骤见附件说明。")),
    ),
    Story(
        body=2,
        ago=14,
        title="公积金缴存数据更新滞后",
        description="缴存数据应当日更新，目前停留在三天前。",
        steps=(
            ("respond", 1.5, ANSWER),
            ("restore", 5.5, "已清理磁盘，同步任务恢复运行。"),
            ("propose", 6.0, "同步任务因磁盘空间不足中断，已清理并补跑。"),
            ("confirm", 8.0, "数据已更新到昨天。"),
        ),
    ),
    Story(
        body=0,
        ago=12,
        title="社保缴费记录查询结果重复",
        description="同一人同一月返回两条缴费记录，金额相同。",
        steps=(
            ("respond", 1.1, ANSWER),
            ("propose", 4.0, "已按缴费批次去重。"),
            ("dispute", 6.0, "跨统筹区转入人员仍有重复，请继续处理。"),
        ),
    ),
    Story(
        body=1,
        ago=30,
        title="查询配额提前用尽",
        description="当月配额 20 日即用尽，日志显示夜间有异常调用。",
        steps=(
            ("respond", 1.9, ANSWER),
            ("propose", 7.0, "停用泄露的调用凭证并重新签发，配额已恢复。"),
            ("confirm", 8.5, "恢复正常。"),
            ("close", 9.0, ""),
        ),
    ),
    Story(
        body=2,
        ago=26,
        title="电子证照照面显示乱码",
        description="部分生僻字姓名在证照照面显示为方框。",
        steps=(
            ("respond", 3.2, "字库版本较旧，正在申请更新。"),
            ("restore", 12.5, "字库已更新，照面显示正常。"),
            ("propose", 13.0, "更新证照服务字库至新版，已回归验证。"),
            ("confirm", 15.0, "显示正常。"),
            ("close", 15.5, ""),
        ),
    ),
    Story(
        body=0,
        ago=11,
        title="接口文档与实际返回不一致",
        description="文档写明返回 18 位证件号，实际返回 15 位旧号。",
        kind="data_quality",
        steps=(("accept", 1.0, ""), ("respond", 2.5, "已核对，文档有误，修订后另行通知。")),
    ),
    Story(
        body=1,
        ago=20,
        title="误报：网络专线抖动",
        description="上午访问缓慢。",
        steps=(("cancel", 1.0, "经查为本单位专线施工，与平台无关，撤销报告。"),),
    ),
)
OWN = {"confirm", "dispute", "cancel", "reply"}  # verbs of Party B


def make_tickets(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """File every story through the verbs, oldest event first, then sweep as the timer would have."""
    made: dict[int, Ticket] = {}
    for at, number, verb, text in sorted(_happenings(moments)):
        story = STORIES[number]
        reporter = people.of(agreements[story.body].party_b)
        watch.sweep(at=at)
        if verb == "file":
            made[number] = _file(number, agreements[story.body], reporter, at)
        else:
            by = reporter if verb in OWN else people["yunwei" if number % 2 else "yunwei2"]
            _act(verb, made[number], at, by, text)
    watch.sweep(at=moments.now)


def _happenings(moments: Moments) -> Iterator[tuple[datetime, int, str, str]]:
    for number, story in enumerate(STORIES):
        received = moments.hours_ago(story.ago)
        yield received, number, "file", ""
        for verb, later, text in story.steps:
            yield moments.hours.reckon_add(received, round(later * 3600)).value, number, verb, text


def _file(number: int, agreement: Agreement, reporter: User, at: datetime) -> Ticket:
    story = STORIES[number]
    report = tickets.Report(
        agreement=agreement,
        kind=story.kind,
        title=story.title,
        description=story.description,
        impact=story.impact,
        found_at=at - timedelta(minutes=20),
        submission_key=uuid5(NAMESPACE_URL, f"sample-ticket-{number}"),
    )
    return tickets.file(report, at=at, by=reporter)


def _act(verb: str, ticket: Ticket, at: datetime, by: User, text: str) -> None:
    if text:
        getattr(tickets, verb)(ticket, at=at, by=by, text=text)
    else:
        getattr(tickets, verb)(ticket, at=at, by=by)
