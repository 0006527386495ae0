"""Sample data quality reports: corrected, waiting for the correction, not confirmed, just reported."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from contracts.models import Agreement, AgreementItem
from portal.sample.moments import Moments
from portal.sample.people import People
from sla import quality, tickets
from sla.models import QualityReport


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One report: whose, what is wrong, how many support hours ago, and how far it has come."""

    body: int
    title: str
    respects: tuple[str, ...]
    samples: str
    asked: str
    ago: float
    steps: tuple[str, ...] = ()


FINDINGS = (
    Finding(
        body=0, ago=40, title="企业经营范围缺失", respects=("incomplete",), steps=("forward", "confirm", "correct"),
        samples="10 月 8 日以后登记的企业，经营范围字段为空，抽查 20 条全部为空。", asked="补抽经营范围并重新推送。",
    ),
    Finding(
        body=1, ago=30, title="许可有效期早于发证日期", respects=("inaccurate",), steps=("confirm", "forward"),
        samples="行政许可决定信息中，有效期止早于发证日期的共 12 条，记录编号见附件清单。", asked="核对并更正有效期。",
    ),
    Finding(
        body=2, ago=24, title="企业状态与公示系统不一致", respects=("untrue", "untimely"), steps=("reject",),
        samples="3 家企业显示存续，国家公示系统显示注销。", asked="更正企业状态。",
    ),
    Finding(
        body=0, ago=3, title="登记机关名称为旧称", respects=("inaccurate",),
        samples="查询条件：登记机关=“工商行政管理局”，约 300 条。", asked="统一为现名称。",
    ),
)  # fmt: skip


def make_quality(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """File every finding on the first open item of its agreement, and take its steps an hour of support apart."""
    for number, finding in enumerate(FINDINGS):
        agreement = agreements[finding.body]
        shared = AgreementItem.objects.filter(agreement=agreement, state="open").order_by("item__number").first()
        if shared is None:
            continue
        made = _file(number, finding, shared, people, moments)
        for later, step in enumerate(finding.steps, start=1):
            _take(step, made, people, moments, later)


def _file(number: int, finding: Finding, shared: AgreementItem, people: People, moments: Moments) -> QualityReport:
    at = moments.hours_ago(finding.ago)
    report = tickets.Report(
        agreement=shared.agreement, kind="data_quality", title=finding.title, description=finding.samples,
        found_at=at - timedelta(minutes=30), submission_key=uuid5(NAMESPACE_URL, f"sample-quality-{number}"),
    )  # fmt: skip
    said = quality.Complaint(items=[shared], respects=finding.respects, samples=finding.samples, asked=finding.asked)
    return quality.file(report, said, at=at, by=people.of(shared.agreement.party_b))


def _take(step: str, made: QualityReport, people: People, moments: Moments, later: int) -> None:
    at = moments.hours.reckon_add(made.ticket.received_at, later * 6 * 3600).value
    by = people["yunwei"]
    if step == "forward":
        quality.forward(made, department="清江省市场监督管理局", text="请核对源库。", at=at, by=by)
    elif step == "confirm":
        quality.confirm(made, text="核对源库，情况属实。", at=at, by=by)
    elif step == "reject":
        quality.reject(made, text="公示系统的注销公告在报告之后，报告时的状态与源库一致。", at=at, by=by)
    else:
        quality.correct(
            made, corrected_at=at, correction="已补抽 10 月 8 日以来登记企业的经营范围并重新推送。",
            evidence="市监函〔2026〕31 号；更新批次见更新记录。", at=at, by=by,
        )  # fmt: skip
