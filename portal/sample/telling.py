"""Sample channels (switched off) and escalation rules."""

from collections.abc import Sequence
from datetime import datetime

from contracts.models import Agreement
from journal import endpoints
from journal.models import Endpoint
from people.models import User
from portal.sample.people import People
from sla import escalation
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
