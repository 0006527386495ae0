"""Which version of a usage rule has reached which Party B, when and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from contracts.models import Agreement, RuleAcknowledgement, RuleNotice, RuleVersion
from people.models import User


@dataclass(frozen=True, kw_only=True)
class RuleStanding:
    """One version and one agreement: acknowledged by whom and when, and when a notice of it arrived."""

    agreement: Agreement
    version: RuleVersion
    acknowledged_at: datetime | None = None
    acknowledged_by: User | None = None
    notice_at: datetime | None = None

    @property
    def arrived_at(self) -> datetime | None:
        """The receipt: the earlier of acknowledgement and arrival of a notice; None before either."""
        return min((at for at in (self.acknowledged_at, self.notice_at) if at is not None), default=None)

    @property
    def arrived_on(self) -> date | None:
        """The civil day of the receipt."""
        return None if self.arrived_at is None else timezone.localdate(self.arrived_at)


def standings(agreements: Iterable[Agreement], versions: QuerySet[RuleVersion] | None = None) -> list[RuleStanding]:
    """Each agreement with each version that it is under (by default the newest published of each living rule).

    Three queries, whatever the number of rows.
    """
    agreements = list(agreements)
    found = list(_newest(agreements) if versions is None else versions)
    keys = {"version__in": found, "agreement__in": agreements}
    acknowledged = {
        (row.version_id, row.agreement_id): row
        for row in RuleAcknowledgement.objects.filter(**keys).select_related("by")
    }
    arrived = {
        (version, agreement): at
        for version, agreement, at in RuleNotice.objects.filter(
            version__in=found, notice__agreement__in=agreements, notice__state="received"
        ).values_list("version_id", "notice__agreement_id", "notice__received_at")
    }
    made = []
    for agreement in agreements:
        for version in found:
            if _is_under(agreement, version):
                key = (version.pk, agreement.pk)
                row = acknowledged.get(key)
                made.append(
                    RuleStanding(
                        agreement=agreement,
                        version=version,
                        acknowledged_at=row.at if row else None,
                        acknowledged_by=row.by if row else None,
                        notice_at=arrived.get(key),
                    )
                )
    return made


def _newest(agreements: list[Agreement]) -> list[RuleVersion]:
    rows = RuleVersion.objects.filter(
        state="published",
        rule__withdrawn_on__isnull=True,
        rule__issuer__in={agreement.party_a_id for agreement in agreements},
    ).select_related("rule", "paper")
    newest: dict[int, RuleVersion] = {}
    for version in rows.order_by("rule__title", "-number"):
        newest.setdefault(version.rule_id, version)
    return list(newest.values())


def _is_under(agreement: Agreement, version: RuleVersion) -> bool:
    rule = version.rule
    return rule.issuer_id == agreement.party_a_id and rule.agreement_id in {None, agreement.pk}
