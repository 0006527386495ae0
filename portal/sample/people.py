"""Sample accounts of every role, and the organisations they act for."""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from contracts.models import Membership, Organisation
from people import roles
from people.models import User

PASSWORD = "Shouyue-2026!"  # noqa: S105  of the sample accounts only, printed at the start

STAFF = (
    ("yunwei", "王晓明", "运行保障处", roles.OPERATIONS),
    ("yunwei2", "何燕", "运行保障处", roles.OPERATIONS),
    ("yunweizhang", "赵国强", "运行保障处", roles.OPERATIONS_LEAD),
    ("caiwu", "李静", "财务处", roles.FINANCE),
    ("caiwuzhang", "陈立", "财务处", roles.FINANCE_LEAD),
    ("hetong", "周敏", "政策法规处", roles.CONTRACT_MANAGER),
    ("shenji", "吴建华", "审计处", roles.AUDITOR),
    ("xitong", "郑涛", "技术处", roles.SYSTEM_ADMIN),
    ("anquan", "孙丽", "安全处", roles.SECURITY_ADMIN),
    ("rizhi", "冯岩", "审计处", roles.AUDIT_ADMIN),
)
PROVIDER = ("清江省政务信息中心", "12360000MB01234561", Organisation.Kind.PUBLIC_INSTITUTION, "清江市滨江大道 18 号")
BODIES = (
    (
        "临湖市大数据管理局",
        "11360400MB1A234562",
        Organisation.Kind.GOVERNMENT,
        "liuyang",
        "刘洋",
        "临湖市行政中心 3 号楼",
    ),
    ("东河县行政审批局", "11361129MB1B34567F", Organisation.Kind.GOVERNMENT, "huanghai", "黄海", "东河县政务大厅 5 层"),
    (
        "清江市住房公积金管理中心",
        "12360100491C456785",
        Organisation.Kind.PUBLIC_INSTITUTION,
        "xulan",
        "徐岚",
        "清江市北京路 66 号",
    ),
)


@dataclass(frozen=True)
class People:
    """The sample's accounts by user name, Party A and the Party Bs."""

    by_name: dict[str, User]
    party_a: Organisation
    bodies: list[Organisation]

    def __getitem__(self, username: str) -> User:
        return self.by_name[username]

    def of(self, body: Organisation) -> User:
        """The user of a Party B."""
        return self.by_name[BODIES[self.bodies.index(body)][3]]


def make_people() -> People:
    """Accounts of every role, one Party A and three Party Bs with a user each."""
    accounts = {username: _account(username, name, department) for username, name, department, _role in STAFF}
    for username, _name, _department, role in STAFF:
        accounts[username].groups.add(Group.objects.get(name=role))
    name, uscc, kind, address = PROVIDER
    provider = Organisation.objects.create(
        name=name,
        uscc=uscc,
        kind=kind,
        address=address,
        contact_name="王晓明",
        contact_phone="0790-6660110",
        legal_representative="秦海东",
    )
    bodies = [_body(row, accounts) for row in BODIES]
    return People(accounts, provider, bodies)


def _account(username: str, name: str, department: str) -> User:
    return User.objects.create_user(
        username, f"{username}@shouyue.example.cn", PASSWORD, name=name, department=department, is_staff=True
    )


def _body(row: tuple[str, str, str, str, str, str], accounts: dict[str, User]) -> Organisation:
    name, uscc, kind, username, person, address = row
    body = Organisation.objects.create(
        name=name,
        uscc=uscc,
        kind=kind,
        address=address,
        contact_name=person,
        contact_phone="0790-6661200",
        contact_email=f"{username}@shouyue.example.cn",
    )
    user = User.objects.create_user(username, f"{username}@shouyue.example.cn", PASSWORD, name=person)
    user.groups.add(Group.objects.get(name=roles.PARTY_B_ADMIN))
    Membership.objects.create(user=user, organisation=body, role=Membership.Role.ADMIN)
    accounts[username] = user
    return body
