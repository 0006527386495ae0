"""Sample access: interface versions, onboarding at different stages, grants in every state, credentials, openings."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from contracts import credentials, grants, interfaces, onboarding, opening
from contracts.models import AccessGrant, Agreement, AgreementItem, CatalogueItem, OnboardingTask, ServedNotice
from people.models import User
from portal.sample.moments import Moments, local
from portal.sample.papers import sample_pdf
from portal.sample.people import People

PURPOSE = "办理政务服务事项时核验申请人信息。"
MANNER = "经办人员逐件查询，系统自动留痕。"
SCOPE = "市政务服务中心综合窗口，每件事项只查询一次。"
NOTICE_TEXT = "请贵单位按接口规范完成对接，准备好后申请联调。联系人：运行保障处王晓明。"


def make_access(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """For the agreements in force, the first one furthest."""
    _specs(people, moments)
    in_force = [agreement for agreement in agreements if agreement.state == Agreement.State.IN_FORCE]
    for place, agreement in enumerate(in_force[:3]):
        if agreement.effective_on is None:
            continue
        day = agreement.effective_on + timedelta(5)
        _platform(people, agreement, day)
        _interface(people, agreement, place, moments)
        _grants(people, agreement, place, moments)
        _credentials(people, agreement, place, moments)


def _specs(people: People, moments: Moments) -> None:
    for number, versions in (("QJ-002-0001", ("V1.0", "V1.1")), ("QJ-003-0001", ("V2.0",))):
        item = CatalogueItem.objects.get(number=number)
        for turn, version in enumerate(versions):
            day = moments.days_ago(98 - 30 * turn)
            paper = sample_pdf("接口规范", f"{item.title} {version}", "请求、应答、错误码和限流说明。")
            interfaces.publish_spec(
                item,
                version=version,
                published_on=day,
                file=paper,
                note="增加分页参数。" if turn else "",
                by=people["yunwei"],
                at=local(day, 9),
            )


def _platform(people: People, agreement: Agreement, day: date) -> None:
    """The platform: told by the notice of the sample papers, connected and confirmed."""
    by, at = people["yunwei"], local(day, 9)
    task = onboarding.begin(agreement, None, term=onboarding.Term(agreed_days=20, day_kind="working"), by=by, at=at)
    notice = ServedNotice.objects.filter(agreement=agreement, kind="onboarding").earliest("pk")
    task = onboarding.attach(task, notice, by=by, at=at)
    _connected(people, agreement, task, day)
    paper = sample_pdf("开通确认单", f"协议编号：{agreement.number}", "双方确认平台已开通。")
    opening.confirm_opening(
        agreement, opened_on=day + timedelta(6), confirmed_by=agreement.party_b.contact_name, file=paper,
        by=people["yunweizhang"], at=local(day + timedelta(6), 16),
    )  # fmt: skip


def _connected(people: People, agreement: Agreement, task: OnboardingTask, day: date) -> OnboardingTask:
    theirs = people.of(agreement.party_b)
    task = onboarding.start(task, by=theirs, at=local(day, 10))
    task = onboarding.ready(task, by=theirs, at=local(day + timedelta(3), 10))
    specs = task.shared_item.item.specs.order_by("published_on").first() if task.shared_item else None
    report = sample_pdf("联调报告", f"协议编号：{agreement.number}", "联调用例全部通过。")
    done = day + timedelta(5)
    return onboarding.connect(task, connected_on=done, file=report, spec=specs, by=people["yunwei"], at=local(done, 17))


def _interface(people: People, agreement: Agreement, place: int, moments: Moments) -> None:
    """One interface: connected on an old version, being connected, or waiting for Party B to take the notice."""
    number = "QJ-002-0001" if place == 0 else "QJ-003-0001"
    shared = AgreementItem.objects.filter(agreement=agreement, item__number=number).get()
    by = people["yunwei"]
    day = moments.days_ago((60, 20, 2)[place])
    term = onboarding.Term(agreed_days=30, day_kind="natural") if place else onboarding.Term()
    task = onboarding.begin(agreement, shared, term=term, by=by, at=local(day, 9))
    task = onboarding.notify(task, _message(shared, day), by=by, at=local(day, 9))
    if place == 0:
        task = onboarding.acknowledge(task, by=people.of(agreement.party_b), at=local(day, 15))
        _connected(people, agreement, task, day + timedelta(1))
        second = AgreementItem.objects.filter(agreement=agreement, item__number="QJ-003-0001").get()
        waiting = onboarding.begin(agreement, second, term=term, by=by, at=local(day, 9))
        onboarding.notify(waiting, _message(second, day), by=by, at=local(day, 9))
    elif place == 1:
        task = onboarding.acknowledge(task, by=people.of(agreement.party_b), at=local(day, 15))
        onboarding.start(task, by=people.of(agreement.party_b), at=local(day + timedelta(1), 10))


def _message(shared: AgreementItem, day: date) -> onboarding.Message:
    subject = f"关于接入“{shared.item.title}”接口的通知"
    return onboarding.Message(subject=subject, text=NOTICE_TEXT, channel="portal", sent_at=local(day, 9))


def _grants(people: People, agreement: Agreement, place: int, moments: Moments) -> None:
    theirs, lead = people.of(agreement.party_b), people["yunweizhang"]
    day = moments.days_ago(50)
    rows = {row.item.number: row for row in agreement.shared_items.select_related("item")}
    given = _asked(rows["QJ-001-0001"], "query", theirs, day, moments.today + timedelta(200))
    paper = sample_pdf("授权书", f"协议编号：{agreement.number}", "授权按约定目的、方式和范围查询。")
    grants.give(given, file=paper, by=lead, at=local(day, 15))
    soon = _asked(rows["QJ-001-0001"], "download", theirs, day, moments.today + timedelta(20))
    grants.give(soon, by=lead, at=local(day, 15))
    if place == 0:
        refused = _asked(rows["QJ-003-0001"], "interface", theirs, day, moments.today + timedelta(100))
        grants.refuse(
            refused, reason="申请的使用范围超出协议附件，请改为政务服务中心窗口后重新申请。", by=lead, at=local(day, 16)
        )
        held = _asked(rows["QJ-002-0001"], "query", theirs, day, moments.today + timedelta(100))
        grants.give(held, by=lead, at=local(day, 16))
        grants.suspend(
            held, reason="核查一次异常查询，预计三个工作日内恢复。", by=lead, at=local(moments.days_ago(1), 10)
        )
    _asked(rows["QJ-002-0001"], "interface", theirs, moments.days_ago(1), moments.today + timedelta(180))


def _asked(shared: AgreementItem, mode: str, by: User, day: date, until: date) -> AccessGrant:
    ask = grants.Ask(
        mode=mode, purpose=PURPOSE, manner=MANNER, scope=SCOPE, valid_from=day, valid_to=until,
        quota=5000 if mode == "query" else None, quota_period="day" if mode == "query" else "",
    )  # fmt: skip
    return grants.request(shared, ask, by=by, at=local(day, 11))


def _credentials(people: People, agreement: Agreement, place: int, moments: Moments) -> None:
    by = people["yunwei"]
    for kind, name, left in (("api_key", "app", 300), ("certificate", "cert", 12 + place), ("account", "user", 120)):
        identifier = f"{name}-{agreement.number.lower()}"
        issued = credentials.Issued(
            kind=kind, identifier=identifier, fingerprint=sha256(identifier.encode()).hexdigest(),
            held_by=agreement.party_b.contact_name, issued_on=moments.days_ago(60),
            expires_on=moments.today + timedelta(left),
        )  # fmt: skip
        row = credentials.register(agreement, None, issued, by=by, at=local(moments.days_ago(60), 10))
        if kind == "account" and place == 0:
            credentials.revoke(row, reason="经办人调岗，账号停用。", by=by, at=local(moments.days_ago(3), 10))
