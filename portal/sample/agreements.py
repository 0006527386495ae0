"""Sample agreements: three in force with every blank filled, and one draft that still has open blanks."""

from datetime import date, timedelta
from decimal import Decimal

from billing.models import RateLine
from contracts import deciding, lifecycle, templating
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, AgreementTemplate, AgreementVersion, Organisation, SupportHours
from portal.sample.moments import local, months_before
from portal.sample.people import People
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
RATES = (
    ("platform", "平台使用费", "", "flat", {"flat_amount": Decimal("6000.00")}),
    (
        "query",
        "信息查询费",
        "query",
        "unit",
        {"unit": "次", "unit_price": Decimal("0.35"), "free_units": Decimal(1000)},
    ),
    ("download", "数据下载费", "download", "unit", {"unit": "条", "unit_price": Decimal("0.06")}),
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
    version = _terms(agreement, hours, start)
    write_standard_clauses(version)
    _rates(version, start)
    at = local(signed_on, 10)
    deciding.decide_all(version, ANSWERS, by=people["hetong"], at=at)
    lifecycle.open_for_signing(agreement, by=people["hetong"], at=at)
    return lifecycle.put_in_force(
        agreement, signed_on=signed_on, effective_on=start, by=people["caiwuzhang"], at=local(signed_on, 15)
    )


def _agreement(people: People, body: Organisation, number: str, start: date) -> Agreement:
    return Agreement.objects.create(
        number=number,
        title=f"{body.name}电子政务信息平台共享协议",
        party_a=people.party_a,
        party_b=body,
        manager=people["hetong"],
        term_years=3,
        ends_on=date(start.year + 3, start.month, 1) - timedelta(days=1),
    )


def _terms(agreement: Agreement, hours: SupportHours, start: date) -> AgreementVersion:
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


def _rates(version: AgreementVersion, start: date) -> None:
    for fee_kind, name, meter, model, terms in RATES:
        RateLine.objects.create(
            version=version, fee_kind=fee_kind, name=name, meter=meter, model=model, valid_from=start, **terms
        )


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
    write_standard_clauses(version)
