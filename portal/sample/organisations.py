"""Sample identities: names now and before, a confirmed code, contacts, bank accounts; a change and a merge that wait."""

from datetime import date, timedelta

from contracts import accounts, contacting, memberships, merging, registering
from contracts.models import Contact, Organisation, OrganisationName
from contracts.registering import Assurance
from journal import approvals
from journal.models import Approval
from portal.sample.moments import local, months_before
from portal.sample.people import PASSWORD, People

ACCOUNT = accounts.Details(
    holder="清江省政务信息中心",
    bank="中国工商银行清江省分行营业部",
    number="1502001109024567890",
    branch_code="102421000019",
)
OLD_ACCOUNT = accounts.Details(holder="清江省政务信息中心", bank="中国农业银行清江支行", number="14060101040008899")
PROPOSED = accounts.Details(holder="清江市财政局", bank="中国建设银行清江市分行", number="36050165010100001234")
REASON = "《关于变更收款账户的函》加盖公章，已按登记的联系电话向对方财务核实。"
ROLES = Contact.Role
CONTACTS = (
    (0, ROLES.BUSINESS, "刘洋", "0792-3661200"),
    (0, ROLES.TECHNICAL, "高远", "13979212345"),
    (0, ROLES.FINANCE, "万红", "0792-3661208"),
    (0, ROLES.NOTICE, "收发室 谢芳", "0792-3661201"),
    (1, ROLES.BUSINESS, "黄海", "0793-2661200"),
    (1, ROLES.EMERGENCY, "应急值班室", "0793-2661119"),
    (2, ROLES.BUSINESS, "徐岚", "0790-6261200"),
)

COLLEAGUES = (("gaoyuan", "高远"), ("wanhong", "万红"))  # of the first Party B; the last one has left


def make_identities(people: People, *, today: date) -> None:
    """What is known of the organisations a year before the agreements began, and an account change of yesterday."""
    long_ago = months_before(today, 12)
    at, by = local(long_ago, 10), people["hetong"]
    for body in (people.party_a, *people.bodies):
        OrganisationName.objects.create(organisation=body, name=body.name, kind=OrganisationName.Kind.CURRENT)
    first, second, third = people.bodies
    # The sample's Lin-hu code fails its check digit, as some real codes do.
    assurance = Assurance(uscc_reason="与统一社会信用代码证书一致，已向登记机关核实。")
    registering.amend(first, assurance=assurance, by=by, at=at)
    registering.add_name(first, name="临湖市信息中心", kind="former", valid_to=date(2019, 3, 1), by=by, at=at)
    registering.add_name(first, name="临湖大数据局", kind="short", by=by, at=at)
    registering.add_name(second, name="东河县政务服务中心", kind="former", valid_to=date(2021, 6, 30), by=by, at=at)
    registering.add_name(third, name="清江公积金中心", kind="short", by=by, at=at)
    for number, role, name, phone in CONTACTS:
        email = people.bodies[number].contact_email if role == ROLES.NOTICE else ""
        details = contacting.Details(name=name, role=role, phone=phone, email=email)
        contacting.add(people.bodies[number], details, by=by, at=at)
    for username, name in COLLEAGUES:
        person = memberships.Person(username=username, name=name, email=f"{username}@linhu.example.cn")
        made = memberships.invite(first, person, role="user", password=PASSWORD, by=people.of(first), at=at)
    memberships.end(made, by=people.of(first), at=at)
    _account(people, people.party_a, OLD_ACCOUNT, long_ago - timedelta(days=200))
    _account(people, people.party_a, ACCOUNT, long_ago)
    yesterday = local(today - timedelta(days=1), 16)
    accounts.propose(third, PROPOSED, by=people["caiwu"], at=yesterday, reason=REASON)
    double = Organisation(name="东河县行政审批局（政务服务办公室）", kind=second.kind, uscc=second.uscc)
    registering.register(double, assurance=Assurance(distinct=True), by=by, at=at)
    merging.ask(double, second, by=by, at=yesterday, reason="统一社会信用代码相同，系重复登记。")


def _account(people: People, body: Organisation, details: accounts.Details, day: date) -> None:
    made = accounts.propose(body, details, by=people["caiwu"], at=local(day, 9), reason=REASON)
    approval = Approval.objects.get(target_type=made._meta.label_lower, target_id=str(made.pk))
    approvals.approve(approval, by=people["caiwuzhang"], at=local(day, 11), reason="已核对公函原件。")
