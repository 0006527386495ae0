"""Sample breach cases at several stages, a force majeure with its relief, and a dispute before its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from contracts import breaching, claiming, disputing, relieving, serving
from contracts.models import Agreement, PenaltyRule, ServedNotice
from contracts.terms import terms_on
from people.models import User
from portal.sample.moments import Moments
from portal.sample.papers import sample_pdf
from portal.sample.people import People

DAY = timedelta(days=1)


def make_cases(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """Late payment found to be a breach; a leaked credential still only found; a slow answer that Party B brings."""
    manager, now = people["hetong"], moments.now
    first, second = agreements[0], agreements[1]
    _late_payment(people, first, manager, now)
    breaching.open_case(
        second,
        breaching.Finding(
            party="b",
            title="调用凭证外泄",
            clause_numbers="3.3.1、8.2.2",
            facts="乙方外包人员将调用凭证写入公开代码仓库，夜间出现异常调用，配额提前用尽。",
            found_on=moments.today - 20 * DAY,
            known_on=moments.today - 20 * DAY,
        ),
        by=people["yunweizhang"],
        at=now - 19 * DAY,
    )
    breaching.bring_case(
        first,
        breaching.Finding(
            party="a",
            title="故障答复不及时",
            clause_numbers="7.3.2",
            facts="近期多起故障的解决方案超过约定时限提出，影响窗口业务。",
            found_on=moments.today - 3 * DAY,
            known_on=moments.today - 3 * DAY,
        ),
        files=[sample_pdf("窗口排队情况说明", "示例证据")],
        by=people.of(first.party_b),
        at=now - 2 * DAY,
    )
    _flood(people, first, now)
    _dispute(people, first, moments)


def _late_payment(people: People, agreement: Agreement, manager: User, now: datetime) -> None:
    found = breaching.Finding(
        party="b",
        title="逾期支付服务费",
        clause_numbers="6.2.1",
        facts="正式发票签收后超过约定的付款期限，余款至今未付，经两次提醒仍未支付。",
        found_on=(now - 15 * DAY).date(),
        known_on=(now - 15 * DAY).date(),
        references="ZD-2026-00002",
    )
    case = breaching.open_case(agreement, found, by=manager, at=now - 14 * DAY)
    notice = _arrived(agreement, "breach", "a", "关于逾期支付服务费的违约通知", by=manager, at=now - 13 * DAY)
    case = breaching.notify(case, notice=notice, reply_by=(now - 6 * DAY).date(), by=manager, at=now - 12 * DAY)
    said = breaching.Said(text="财政资金下达较晚，预计下月付清余款，请予谅解。")
    case = breaching.answer(case, said, by=people.of(agreement.party_b), at=now - 8 * DAY)
    case = breaching.decide(
        case, finding="upheld", text="付款期限已过，资金安排不是免责事由。", by=manager, at=now - 5 * DAY
    )
    case = breaching.handle(case, text="催告付款，并按约定计收逾期利息。", by=manager, at=now - 5 * DAY)
    asked = claiming.Asked(
        kind="damages", amount=Decimal("1200.00"), loss=Decimal("1200.00"), basis="催收发生的交通和函件费用。"
    )
    claiming.claim(case, asked, by=manager, at=now - 4 * DAY)
    note = breaching.Said(text="先观察下月付款情况，再决定是否暂停服务。", internal=True)
    breaching.add_evidence(case, note, by=manager, at=now - 3 * DAY)
    version = terms_on(agreement, timezone.localdate(now))
    PenaltyRule.objects.get_or_create(
        version=version,
        clause_number="6.3.2",
        party="b",
        defaults={"formula": "逾期付款按日万分之五", "rate": Decimal("0.05")},
    )


def _flood(people: People, agreement: Agreement, now: datetime) -> None:
    manager = people["hetong"]
    started = (now - 40 * DAY).date()
    happening = relieving.Happening(
        party="b", title="特大暴雨导致机房停电", cause="所在地特大暴雨，乙方机房断电三日，付款审批系统不可用。",
        started_on=started, notice_days=7, proof_days=30,
    )  # fmt: skip
    event = relieving.report(agreement, happening, by=manager, at=now - 38 * DAY)
    notice = _arrived(agreement, "force_majeure", "b", "关于暴雨停电的不可抗力通知", by=manager, at=now - 37 * DAY)
    event = relieving.notify(event, notice=notice, by=manager, at=now - 36 * DAY)
    event = relieving.prove(
        event, file=sample_pdf("气象证明", "示例证明"), on=(now - 30 * DAY).date(), by=manager, at=now - 30 * DAY
    )
    relieving.relieve(
        event,
        relieving.PutOff(
            clause_number="3.3.1",
            obligation="确认新版使用规则",
            debtor="b",
            due_on=started + 2 * DAY,
            until=started + 12 * DAY,
            reason="停电期间无法登录确认。",
        ),
        by=manager,
        at=now - 30 * DAY,
    )
    relieving.end(event, on=started + 3 * DAY, by=manager, at=now - 29 * DAY)


def _dispute(people: People, agreement: Agreement, moments: Moments) -> None:
    matter = disputing.Matter(
        raised_by="b",
        title="信息查询费用量争议",
        matter="乙方认为夜间重复调用不应计入用量，请求核减。",
        raised_on=moments.today - 25 * DAY,
        court="甲方所在地人民法院",
        arbitration="",
        amount=Decimal("860.00"),
    )
    made = disputing.raise_dispute(agreement, matter, by=people["hetong"], at=moments.now - 24 * DAY)
    step = disputing.Step(
        on=moments.today - 10 * DAY, institution="市大数据中心法规处", text="双方核对日志后继续调解。"
    )
    disputing.advance(made, "mediation", step, by=people["hetong"], at=moments.now - 9 * DAY)
    inside = disputing.Step(on=moments.today - 8 * DAY, text="内部测算可核减 300 元。", internal=True)
    disputing.advance(made, "mediation", inside, by=people["hetong"], at=moments.now - 7 * DAY)


def _arrived(agreement: Agreement, kind: str, sender: str, subject: str, *, by: User, at: datetime) -> ServedNotice:
    writing = serving.Writing(kind=kind, sender=sender, subject=subject, text="详见函件正文。")
    notice = serving.write(agreement, writing, by=by, at=at)
    notice = serving.send(notice, channel="post", sent_at=at, by=by, at=at)
    return serving.receive(notice, received_at=at + timedelta(hours=20), received_by="收发室", by=by, at=at + DAY)
