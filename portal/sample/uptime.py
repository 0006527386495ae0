"""Sample services: what is agreed, maintenance in time and late, outages (one across a month end), security duties."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from contracts import serving
from contracts.models import Agreement, AgreementVersion, Organisation, ServedNotice
from journal import approvals
from portal.sample.moments import Moments, local
from portal.sample.papers import sample_pdf
from portal.sample.people import People
from sla import checking, incidents, maintenance, outages, vulnerabilities
from sla.models import FixTerm, MaintenanceWindow, Service, ServiceTerm, Ticket, Vulnerability

SERVICES = (
    ("portal", "统一门户和登录", Service.Kind.PLATFORM, True),
    ("query-api", "人口信息查询接口", Service.Kind.INTERFACE, False),
    ("download", "数据文件下载", Service.Kind.DOWNLOAD, False),
)
FIX_DAYS = (("critical", 3, "days"), ("high", 5, "working"), ("medium", 15, "working"), ("low", 30, "working"))


def agree_services(version: AgreementVersion) -> None:
    """The services, made once; the first two agreements say what is promised, the third says nothing of it."""
    agreement = version.agreement
    rows = {named[0]: _service(agreement.party_a, version.effective_from, *named) for named in SERVICES}
    if agreement.number.endswith("-003"):
        rows["download"].agreements.add(agreement)
        return
    rows["query-api"].agreements.add(agreement)
    notice = {"notice_hours": 48, "notice_counted": "natural", "most_hours": 8, "emergency_hours": 2}
    ServiceTerm.objects.create(
        version=version, service=rows["portal"], target=Decimal("99.5"), hours="natural", basis="附件三第 1 条",
        **notice,
    )  # fmt: skip
    ServiceTerm.objects.create(
        version=version, service=rows["query-api"], target=Decimal("99.9"), hours="support", basis="附件三第 2 条",
        holds_solution=True, holds_restoration=True, **notice,
    )  # fmt: skip
    for level, number, unit in FIX_DAYS:
        FixTerm.objects.create(version=version, level=level, number=number, unit=unit, basis="附件三第 5 条")


def make_uptime(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """Maintenance, outages, checks, vulnerabilities and incidents, each as its verbs make it."""
    services = {service.code: service for service in Service.objects.all()}
    _maintenance(people, services, moments)
    _outages(people, agreements, services, moments)
    _checks(people, agreements, moments)
    _vulnerabilities(people, services, moments)
    _incidents(people, services, moments)


def _service(provider: Organisation, since: date, code: str, name: str, kind: str, for_all: bool) -> Service:  # noqa: FBT001
    found: Service | None = Service.objects.filter(code=code).first()
    if found is None:
        return Service.objects.create(provider=provider, code=code, name=name, kind=kind, for_all=for_all, since=since)
    if since < found.since:
        found.since = since
        found.save()
    return found


def _maintenance(people: People, services: dict[str, Service], moments: Moments) -> None:
    """Done and in time, done and late, ahead, and only planned."""
    lead, hand = people["yunweizhang"], people["yunwei"]
    night = local(moments.days_ago(11), 22)
    good = _announced(people, [services["query-api"]], "数据库版本升级", night, hours=4, ahead=timedelta(days=5))
    maintenance.begin(good, begun_at=night + timedelta(minutes=5), by=hand, at=night + timedelta(minutes=5))
    over = night + timedelta(hours=3, minutes=20)
    maintenance.finish(good, ended_at=over, text="升级完成，已回归验证。", by=hand, at=over)
    noon = local(moments.days_ago(6), 12, 10)
    late = _announced(people, [services["portal"]], "登录证书更换", noon, hours=1, ahead=timedelta(hours=20))
    maintenance.begin(late, begun_at=noon, by=hand, at=noon)
    maintenance.finish(late, ended_at=noon + timedelta(minutes=25), by=hand, at=noon + timedelta(minutes=25))
    soon = local(moments.today + timedelta(days=3), 22)
    _announced(people, [services["portal"], services["query-api"]], "机房电路改造", soon, hours=6, at=moments.now)
    plan = _plan([services["download"]], "存储扩容", local(moments.today + timedelta(days=10), 20), hours=3)
    maintenance.plan(plan, by=lead, at=moments.now)


def _plan(services: Sequence[Service], title: str, begins: datetime, *, hours: int) -> maintenance.Plan:
    return maintenance.Plan(
        title=title,
        text="维护期间服务不能使用，请提前安排业务。",
        services=services,
        planned_from=begins,
        planned_to=begins + timedelta(hours=hours),
    )


def _announced(
    people: People,
    services: Sequence[Service],
    title: str,
    begins: datetime,
    *,
    hours: int,
    ahead: timedelta = timedelta(0),
    at: datetime | None = None,
) -> MaintenanceWindow:
    """Planned and announced at an instant, or so long ahead; what is old was confirmed by each Party B."""
    told, lead = at or begins - ahead, people["yunweizhang"]
    window = maintenance.plan(_plan(services, title, begins, hours=hours), by=lead, at=told)
    window = maintenance.announce(window, by=lead, at=told)
    if at is None:
        for notice in ServedNotice.objects.filter(kind="maintenance", state="sent", sent_at=told):
            read, person = told + timedelta(hours=2), notice.agreement.party_b.contact_name or "收发室"
            serving.receive(notice, received_at=read, received_by=person, by=lead, at=read)
    return window


def _outages(people: People, agreements: Sequence[Agreement], services: dict[str, Service], moments: Moments) -> None:
    """One across the last month's end, explained; one going on now that explains a report."""
    hand = people["yunwei2"]
    first = moments.today.replace(day=1)
    since = local(first - timedelta(days=1), 23)
    until = since + timedelta(hours=2, minutes=40)
    told = since + timedelta(minutes=25)
    what = outages.Happening(
        title="统一门户无法登录", services=[services["portal"]], started_at=since, source="monitoring",
        source_key="zabbix-48213", text="监控系统报送：登录成功率低于 1%。",
    )  # fmt: skip
    row = outages.start(what, by=None, at=since + timedelta(minutes=2))
    row = outages.announce(row, text="统一门户登录失败，正在排查，预计两小时内恢复。", by=hand, at=told)
    row = outages.update(row, text="定位为会话数据库磁盘写满，正在扩容。", by=hand, at=told + timedelta(hours=1))
    row = outages.end(row, ended_at=until, text="登录已恢复，会话服务已扩容。", by=hand, at=until)
    outages.explain(
        row,
        cause="hardware",
        root_cause="会话数据库所在磁盘写满，告警阈值设置过高，未及时发现。\n已扩容并把阈值从 95% 调到 80%。",
        file=sample_pdf("原因分析报告", "统一门户无法登录", "会话数据库磁盘写满。"),
        by=hand,
        at=until + timedelta(days=2),
    )
    began = moments.now - timedelta(minutes=48)
    going = outages.Happening(
        title="人口信息查询接口间歇性超时", services=[services["query-api"]], started_at=began, source="ticket",
    )  # fmt: skip
    tickets = Ticket.objects.open().filter(agreement=agreements[0], kind="fault").order_by("-pk")[:1]
    row = outages.start(going, tickets=tickets, by=hand, at=moments.now - timedelta(minutes=20))
    outages.announce(
        row, text="约三成查询请求超时，正在切换备用节点。", by=hand, at=moments.now - timedelta(minutes=15)
    )


def _checks(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """A quarterly scan that is done in time, and a yearly drill whose report is late."""
    lead, hand = people["yunweizhang"], people["yunwei"]
    due = moments.days_ago(40)
    scan = checking.plan(
        checking.Rule(
            provider=people.party_a, title="漏洞扫描和补丁检查", scope="平台全部主机和接口，按 GB/T 22239 第三级。",
            basis="7.2.2、附件三第 4 条", every_number=3, every_unit="month", anchor=due, grace_working_days=5,
            agreements=agreements[:2],
        ),
        by=lead, at=local(due - timedelta(days=30), 9),
    )  # fmt: skip
    done = due + timedelta(days=2)
    checking.record_result(
        scan, outcome="found", done_on=done, text="扫描主机 46 台，发现高危 1 个、中危 2 个，已登记漏洞。",
        file=sample_pdf("漏洞扫描报告", "扫描主机 46 台。"), by=hand, at=local(done, 16),
    )  # fmt: skip
    checking.plan(
        checking.Rule(
            provider=people.party_a, title="应急演练", scope="数据泄露和服务中断各一个场景。",
            basis="网络安全法第二十七条、平台应急预案", every_number=1, every_unit="year",
            anchor=moments.days_ago(20), grace_working_days=5, agreements=agreements[:1],
        ),
        by=lead, at=local(moments.days_ago(60), 9),
    )  # fmt: skip


def _vulnerabilities(people: People, services: dict[str, Service], moments: Moments) -> None:
    """Fixed and verified, overdue, accepted for a time."""
    lead, hand, manager = people["yunweizhang"], people["yunwei"], people["hetong"]
    found = local(moments.days_ago(38), 10)
    first = _found(people, "查询接口存在 SQL 注入", "high", [services["query-api"]], found, "CVE-2026-21877")
    fixed = found + timedelta(days=3)
    first = vulnerabilities.fix(first, fixed_at=fixed, text="改用参数化查询并上线。", by=hand, at=fixed)
    vulnerabilities.verify(first, by=lead, at=fixed + timedelta(days=1))
    _found(people, "文件下载服务组件版本过低", "medium", [services["portal"]], local(moments.days_ago(36), 10), "")
    asked = local(moments.days_ago(30), 9)
    low = _found(people, "登录页缺少部分安全响应头", "low", [services["portal"]], local(moments.days_ago(33), 10), "")
    until = moments.today + timedelta(days=120)
    reason = "门户改版时一并修复；已在网关加拦截规则。"
    approval = vulnerabilities.ask_acceptance(low, until=until, reason=reason, by=hand, at=asked)
    approvals.approve(approval, by=manager, at=asked + timedelta(hours=3))


def _found(
    people: People, title: str, level: str, services: Sequence[Service], at: datetime, identifier: str
) -> Vulnerability:
    what = vulnerabilities.Finding(
        provider=people.party_a, title=title, level=level, source="scan", services=services, found_at=at,
        identifier=identifier, text="扫描发现，详见漏洞扫描报告。",
    )  # fmt: skip
    return vulnerabilities.find(what, by=people["yunwei"], at=at + timedelta(hours=1))


def _incidents(people: People, services: dict[str, Service], moments: Moments) -> None:
    """One under way whose first report was made in time; one that was ordinary and is closed."""
    lead, hand = people["yunweizhang"], people["yunwei"]
    found = local(moments.days_ago(4), 21, 30)
    row = incidents.find(
        incidents.Sighting(
            provider=people.party_a, title="接口凭证泄露导致批量查询", kind="leak", actor="other",
            services=[services["query-api"]], found_at=found, personal_information=True,
            text="夜间监测到同一凭证从两地高频查询，疑似凭证泄露，涉及约 1200 条个人信息。",
        ),
        by=hand, at=found + timedelta(minutes=10),
    )  # fmt: skip
    row = incidents.grade(
        row, level="considerable", personal_information=True, endangers=False,
        reason="涉及个人信息 1200 条，未扩散，按预案定为较大。", by=lead, at=found + timedelta(hours=1),
    )  # fmt: skip
    made = found + timedelta(hours=2, minutes=50)
    incidents.report(
        row.duties.get(kind="first"), made_at=made, channel="电话和网信报送系统", text="首次报告，影响范围仍在核实。",
        by=lead, at=made,
    )  # fmt: skip
    incidents.contain(row, contained_at=made, text="已吊销凭证并封禁来源地址。", by=hand, at=made)
    incidents.tell(row, text="贵单位接口凭证疑似泄露，已吊销，请重新申领并核查内部使用。", by=lead, at=made)
    earlier = local(moments.days_ago(50), 9)
    other = incidents.find(
        incidents.Sighting(
            provider=people.party_a, title="办公终端感染木马", kind="intrusion", actor="other", found_at=earlier,
            text="一台运维终端被杀毒软件告警，未进入生产区。",
        ),
        by=hand, at=earlier,
    )  # fmt: skip
    at = earlier + timedelta(hours=2)
    other = incidents.grade(
        other, level="ordinary", personal_information=False, endangers=False, reason="未影响平台。", by=lead, at=at
    )
    other = incidents.handle(
        other, handled_at=at + timedelta(hours=4), text="重装系统。", by=hand, at=at + timedelta(hours=5)
    )
    incidents.close(other, summary="来源为外来优盘，已禁用终端外接存储。", by=lead, at=at + timedelta(days=1))
