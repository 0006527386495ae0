"""Makes an agreement whose response target is 72 seconds, so that a browser can see a promise break."""

from datetime import date
from decimal import Decimal

from contracts.models import Agreement, AgreementVersion, Organisation, SupportHours

NUMBER = "GXXY-2026-900"


def make() -> None:
    """An agreement in force of the first sample organisation, counted in natural hours."""
    first = Agreement.objects.get(number__endswith="-001", state="in_force")
    agreement = Agreement.objects.create(
        number=NUMBER,
        title="应急联动数据共享协议",
        party_a=first.party_a,
        party_b=Organisation.objects.get(pk=first.party_b_id),
        state=Agreement.State.IN_FORCE,
        signed_on=date(2026, 1, 1),
        effective_on=date(2026, 1, 1),
        term_years=3,
        ends_on=date(2028, 12, 31),
    )
    AgreementVersion.objects.create(
        agreement=agreement,
        state=AgreementVersion.State.ACTIVE,
        effective_from=date(2026, 1, 1),
        payment_working_days=10,
        support_hours=SupportHours.objects.first(),
        response_hours=Decimal("0.02"),
        solution_hours=Decimal(8),
        clock_hours=AgreementVersion.ClockHours.NATURAL,
    )
