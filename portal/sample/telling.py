"""Sample channels: a group robot and a webhook that is switched off."""

from datetime import datetime

from journal import endpoints
from journal.models import Endpoint
from people.models import User
from portal.sample.people import People


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
