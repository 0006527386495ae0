"""Sample channels (switched off), escalation rules, and letters that came in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from contracts.models import Agreement
from journal import endpoints
from journal.models import Endpoint
from people.models import User
from portal.sample.moments import Moments
from portal.sample.people import People
from sla import escalation, mail_in
from sla.escalation import Wanted


def make_endpoints(people: People, *, at: datetime) -> Endpoint:
    """The robot of the duty group, whose address is in no environment yet, and a webhook switched off."""
    admin: User = people["xitong"]
    robot = endpoints.add(
        endpoints.Target(
            name="运维值班群",
            kind="dingtalk",
            url_variable="SHOUYUE_ROBOT_DUTY_URL",
            secret_variable="SHOUYUE_ROBOT_DUTY_SECRET",  # noqa: S106  the name of a variable
        ),
        by=admin,
        at=at,
    )
    target = endpoints.Target(name="市运行监测平台", kind="webhook", url="https://monitor.example.cn/hooks/shouyue")
    hook = endpoints.add(target, by=admin, at=at)
    endpoints.switch_off(hook, reason="对方系统升级，暂停接收。", by=admin, at=at)
    return endpoints.switch_off(robot, reason="待系统管理员在环境变量中填写地址。", by=admin, at=at)


def make_rules(people: People, agreements: Sequence[Agreement], robot: Endpoint, *, at: datetime) -> None:
    """For all: the lead again after two and eight hours.  Under the first agreement: the duty group hears of a breach."""
    lead = people["yunweizhang"]
    first = agreements[0]
    for wanted in (
        Wanted(moment="after", number=2, audience="in_charge"),
        Wanted(moment="after", number=8, audience="lead"),
        Wanted(agreement=first, moment="breach", audience="in_charge"),
        Wanted(agreement=first, moment="breach", audience="lead"),
        Wanted(agreement=first, moment="breach", audience="party_b"),
        Wanted(agreement=first, moment="breach", audience="endpoint", endpoint=robot),
    ):
        escalation.add(wanted, by=lead, at=at)


LETTERS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "电子证照调用失败",
        "liujy@partner.example.cn",
        "今天上午起调用电子证照接口返回“无权限”，窗口无法出证，请尽快处理。\n\n刘建业\n市政务服务中心",
        {},
    ),
    ("自动回复：工作日外出", "liuyang@example.cn", "本人外出，周一返回。", {"Auto-Submitted": "auto-replied"}),
)


def make_letters(moments: Moments) -> None:
    """A letter that waits for a person, as no mail server has proven its sender, and an automatic one."""
    for number, (subject, sender, text, headers) in enumerate(LETTERS, start=1):
        at = moments.now - timedelta(hours=number)
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, "fault@shouyue.example.cn", subject
        made["Date"], made["Message-ID"] = format_datetime(at), f"<sample-{number}@partner.example.cn>"
        for name, value in headers.items():
            made[name] = value
        made.set_content(text)
        mail_in.take(made.as_bytes(), at=at)
