"""Sample supplements: one in force that halves the response target, one draft that changes the days to pay."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from contracts import activating, amending, papers, supplements
from contracts.amending import NewClause, Wording
from contracts.models import Agreement, AgreementVersion, Paper
from journal import approvals
from portal.sample.agreements import put_marks
from portal.sample.moments import Moments, local, months_before
from portal.sample.papers import sample_pdf
from portal.sample.people import People


def make_supplements(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """The first agreement was supplemented from this month on; the second has a draft for the month after next."""
    first, second = agreements[0], agreements[1]
    _faster(people, first, months_before(moments.today, 0), moments)
    _longer_to_pay(people, second, months_before(moments.today, -2), moments)


def _faster(people: People, agreement: Agreement, start: date, moments: Moments) -> None:
    by, at = people["hetong"], local(start - timedelta(days=20), 10)
    version = supplements.draft(
        agreement, effective_from=start, summary="业务高峰期间缩短故障响应时限，并约定月度通报。", by=by, at=at
    )
    version.response_hours = Decimal(1)
    supplements.keep_terms(version, by=by, at=at)
    wording = Wording(
        heading="月度通报",
        text="甲方每月五日前向乙方通报上月故障处理情况，响应时限为{response_hours}小时。",
        reason="乙方要求按月掌握处理情况",
    )
    amending.add_clause(
        version, NewClause(number="7.3.3", klass="duty", topic="support", side="a"), wording, by=by, at=at
    )
    supplements.offer(version, by=by, at=at)
    day = start - timedelta(days=12)
    scan = papers.keep(
        agreement,
        sample_pdf("补充协议签署页扫描件", f"协议编号：{agreement.number}", "甲乙双方签字盖章页。"),
        kind=Paper.Kind.SIGNED_SCAN,
        title="补充协议签署页扫描件",
        for_party_b=True,
        by=by,
        at=local(day, 9),
    )
    put_marks(people, version, "a", agreement.party_a, day - timedelta(days=1), scan)
    put_marks(people, version, "b", agreement.party_b, day, scan)
    asked = activating.ask(version, by=by, at=local(day, 17))
    approvals.approve(asked, by=people["caiwuzhang"], at=local(day, 17, 30))


def _longer_to_pay(people: People, agreement: Agreement, start: date, moments: Moments) -> AgreementVersion:
    by, at = people["hetong"], moments.hours_ago(6)
    version = supplements.draft(
        agreement, effective_from=start, summary="乙方财政支付流程调整，付款期限延长。", by=by, at=at
    )
    version.payment_working_days = 15
    supplements.keep_terms(version, by=by, at=at)
    clause = version.clauses.get(number="6.2.1")
    wording = Wording(
        heading=clause.heading,
        text=f"{clause.text}遇财政国库集中支付系统停机的，顺延相应工作日。",
        reason="国库集中支付系统年末停机，双方协商顺延",
    )
    amending.change_clause(clause, wording, by=by, at=at)
    return version
