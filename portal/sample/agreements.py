"""Sample agreements: three in force with every blank filled, and one draft that still has open blanks."""

from datetime import date, timedelta
from decimal import Decimal

from billing.models import RateLine
from contracts import activating, deciding, lifecycle, papers, signing, templating
from contracts.clauses import take_text
from contracts.models import (
    Agreement,
    AgreementTemplate,
    AgreementVersion,
    Organisation,
    Paper,
    SupportHours,
    TemplateVersion,
)
from journal import approvals
from portal.sample.moments import local, months_before
from portal.sample.papers import sample_pdf
from portal.sample.people import People
from portal.sample.targets import agree_on_targets
from portal.sample.uptime import agree_services
from sla.models import CreditRule
from worktime.models import Calendar

OFFICE = [[["08:30", "12:00"], ["13:30", "17:30"]]] * 5 + [[], []]
BEGAN = (4, 3, 2)  # months ago, one for each Party B
ANSWERS = {
    "signing_rule": "sign_and_seal",
    "end_rule": "written",
    "clock_hours": "support",
    "weekends_served": "no",
    "makeup_days_served": "yes",
    "onboarding_clock": "measured",
    "planned_maintenance": "excluded",
    "tier_method": "none",
    "payment_trigger": "invoice",
    "paid_moment": "credit",
    "payment_cutoff": "midnight",
    "tax_change": "net",
    "suspension_licence": "access",
}
SIGNERS = {
    "清江省政务信息中心": "郭志远",
    "临湖市大数据管理局": "沈国梁",
    "东河县行政审批局": "杜文静",
    "清江市住房公积金管理中心": "贺建平",
}
DOWNLOAD_TIERS = [{"up_to": "100000", "unit_price": "0.06"}, {"up_to": None, "unit_price": "0.05"}]
RATES = (
    ("platform", "平台使用费", "", "flat", {"flat_amount": Decimal("6000.00")}),
    (
        "query",
        "信息查询费",
        "query",
        "unit",
        {"unit": "次", "unit_price": Decimal("0.35"), "free_units": Decimal(1000), "tax_rate": None},
    ),
    ("download", "数据下载费", "download", "graduated", {"unit": "条", "tiers": DOWNLOAD_TIERS}),
)


def make_hours(calendar: Calendar) -> SupportHours:
    """8:30-12:00 and 13:30-17:30, weekends not served, make-up working days served."""
    return SupportHours.objects.create(
        name="工作日 8:30–12:00、13:30–17:30",
        calendar=calendar,
        weekly=OFFICE,
        weekends_served=False,
        makeup_days_served=True,
    )


def make_agreements(people: People, hours: SupportHours, *, today: date) -> list[Agreement]:
    """One agreement in force for each Party B, begun some months ago, and a draft."""
    made = [
        _in_force(people, body, hours, months_before(today, months))
        for body, months in zip(people.bodies, BEGAN, strict=True)
    ]
    _draft(people, hours, today)
    _template_draft(people, today)
    return made


def _in_force(people: People, body: Organisation, hours: SupportHours, start: date) -> Agreement:
    number = f"GXXY-{start.year}-{people.bodies.index(body) + 1:03d}"
    signed_on = start - timedelta(days=12)
    agreement = _agreement(people, body, number, start)
    version = make_terms(agreement, hours, start)
    take_text(version, _standard())
    version.period_months, version.statement_working_days = 1, 5
    version.parameters = {"update_cycle": "每个工作日", "service_period": "月"}
    if body == people.bodies[1]:
        version.interest_basis, version.interest_rate = AgreementVersion.InterestBasis.LPR_FLOATING, Decimal("1.5")
    version.save()
    _rates(version, start)
    _credit_rules(version)
    agree_services(version)
    if body == people.bodies[-1]:
        agree_on_targets(version, by=people["hetong"], at=local(signed_on - timedelta(days=4), 10))
    deciding.decide_all(version, ANSWERS, by=people["hetong"], at=local(signed_on - timedelta(days=3), 10))
    sign(people, agreement, signed_on)
    return activate(people, agreement, signed_on)


def sign(people: People, agreement: Agreement, day: date, *, sides: str = "ab") -> None:
    """For signing two days before, then signed and sealed by the sides, the last of them on the day."""
    lifecycle.open_for_signing(agreement, by=people["hetong"], at=local(day - timedelta(days=2), 10))
    version = agreement.versions.get()
    scan = papers.keep(
        agreement,
        sample_pdf("协议签署页扫描件", f"协议编号：{agreement.number}", "甲乙双方签字盖章页。"),
        kind=Paper.Kind.SIGNED_SCAN,
        title="协议签署页扫描件",
        for_party_b=True,
        by=people["hetong"],
        at=local(day, 9),
    )
    for days_before, side, body in ((1, "a", agreement.party_a), (0, "b", agreement.party_b)):
        if side in sides:
            put_marks(people, version, side, body, day - timedelta(days=days_before), scan)


def put_marks(people: People, version: AgreementVersion, side: str, body: Organisation, day: date, scan: Paper) -> None:
    """Signed and sealed for one side on a day."""
    person = SIGNERS.get(body.name, body.contact_name)
    for kind, named in (("sign", {"capacity": "legal_representative"}), ("seal", {"seal_name": f"{body.name}公章"})):
        mark = signing.Mark(side=side, kind=kind, person=person, made_on=day, **named)
        proof = signing.Proof(scan=scan)
        signing.record_mark(version, mark, proof=proof, by=people["hetong"], at=local(day, 16))


def activate(people: People, agreement: Agreement, day: date) -> Agreement:
    """Asked for by the contract manager and approved by the finance lead on the day."""
    asked = activating.ask(agreement.versions.get(), by=people["hetong"], at=local(day, 17))
    approvals.approve(asked, by=people["caiwuzhang"], at=local(day, 17, 30))
    agreement.refresh_from_db()
    return agreement


def _agreement(people: People, body: Organisation, number: str, start: date) -> Agreement:
    return Agreement.objects.create(
        number=number,
        title=f"{body.name}电子政务信息平台共享协议",
        party_a=people.party_a,
        party_b=body,
        manager=people["hetong"],
        agreed_effective_on=start,
        term_years=3,
        ends_on=date(start.year + 3, start.month, 1) - timedelta(days=1),
    )


def make_terms(agreement: Agreement, hours: SupportHours, start: date) -> AgreementVersion:
    """The terms of the sample: 10 working days to pay, response 2 h, solution 8 h."""
    return AgreementVersion.objects.create(
        agreement=agreement,
        effective_from=start,
        signing_rule=AgreementVersion.SigningRule.SIGN_AND_SEAL,
        confidentiality_years=5,
        payment_working_days=10,
        support_hours=hours,
        support_hours_per_day=Decimal("7.5"),
        response_hours=Decimal(2),
        solution_hours=Decimal(8),
        clock_hours=AgreementVersion.ClockHours.SUPPORT,
        interest_basis=AgreementVersion.InterestBasis.DAILY,
        interest_rate=Decimal("0.05"),
    )


def _credit_rules(version: AgreementVersion) -> None:
    """What the sample agreements give back: two steps for late answers, an amount for each late solution."""
    common = {"version": version, "fee_kind": CreditRule.FeeKind.PLATFORM, "clause": "7.3.3"}
    steps = {"measure": CreditRule.Measure.RESPONSE, "basis": CreditRule.Basis.ATTAINMENT, **common}
    CreditRule.objects.create(**steps, below=Decimal(95), share=Decimal(5))
    CreditRule.objects.create(**steps, below=Decimal(80), share=Decimal(10))
    CreditRule.objects.create(
        **common, measure=CreditRule.Measure.SOLUTION, basis=CreditRule.Basis.BREACH, amount=Decimal("200.00"),
        month_cap_share=Decimal(10), year_cap=Decimal("6000.00"),
    )  # fmt: skip


def _rates(version: AgreementVersion, start: date) -> None:
    for fee_kind, name, meter, model, terms in RATES:
        RateLine.objects.create(
            version=version, fee_kind=fee_kind, name=name, meter=meter, model=model, valid_from=start, **terms
        )


def _standard() -> TemplateVersion:
    return TemplateVersion.objects.get(template__code="standard", state=TemplateVersion.State.PUBLISHED)


def _template_draft(people: People, today: date) -> None:
    template = AgreementTemplate.objects.get(code="exchange")
    draft = templating.new_draft(template, by=people["hetong"], at=local(today - timedelta(days=2), 9))
    draft.summary = "拟补充个人信息处理的条款。"
    draft.save()


def _draft(people: People, hours: SupportHours, today: date) -> None:
    body = Organisation.objects.create(name="西岭县教育体育局", kind=Organisation.Kind.GOVERNMENT, contact_name="邓洁")
    agreement = Agreement.objects.create(
        number=f"GXXY-{today.year}-004",
        title=f"{body.name}电子政务信息平台共享协议",
        party_a=people.party_a,
        party_b=body,
        manager=people["hetong"],
    )
    version = AgreementVersion.objects.create(agreement=agreement, effective_from=today, support_hours=hours)
    take_text(version, _standard())
