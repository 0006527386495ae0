"""Public procurement: supplements add at most 10 % to the original amount, the contract is filed in 7 working days.

Government Procurement Law, articles 49 (supplements) and 47 (filing of a copy).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.blanks import figure
from contracts.models import Agreement, AgreementVersion
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.calendars import CHINA, current_version, workday_calendar
from worktime.models import Calendar

MOST_ADDED = Decimal("0.10")
FILING_WORKING_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Filing:
    """When the contract has to be filed: the day, whether a calendar of that year is still missing, and the state."""

    due_on: date
    provisional: bool
    filed_on: date | None

    def overdue(self, day: date) -> bool:
        """Whether the day has passed without a filing."""
        return self.filed_on is None and day > self.due_on


def warning_of(version: AgreementVersion) -> str:
    """What article 49 says against a supplement, in words; empty when it says nothing."""
    agreement = version.agreement
    if not agreement.public_procurement or version.state == AgreementVersion.State.WITHDRAWN:
        return ""
    total = added_by(agreement, version)
    if not total:
        return ""
    if agreement.original_amount is None:
        return _("政府采购项目没有登记原合同金额，无法核对补充金额是否超过 10%，请先补登。")
    share = total / agreement.original_amount
    if share <= MOST_ADDED:
        return ""
    return _(
        "补充金额累计 %(total)s 元，是原合同金额的 %(share)s%%，"
        "超过政府采购法第49条规定的 10%%，请先与采购监管部门核实。"
    ) % {"total": figure(total), "share": figure(round(share * 100, 2))}


def added_by(agreement: Agreement, version: AgreementVersion) -> Decimal:
    """What the active supplements and this one add together, in yuan."""
    others = agreement.versions.filter(state=AgreementVersion.State.ACTIVE).exclude(pk=version.pk)
    amounts = others.filter(amount_added__isnull=False).values_list("amount_added", flat=True)
    return sum(amounts, version.amount_added or Decimal(0))  # added here: SQLite adds decimals as doubles


def filing_of(agreement: Agreement) -> Filing | None:
    """When the contract has to be filed (article 47); None when it need not be, or is not signed yet."""
    if not agreement.public_procurement or agreement.signed_on is None:
        return None
    calendar = Calendar.objects.filter(code=CHINA).first()
    if calendar is None:
        return None
    due = workday_calendar(current_version(calendar)).add_working_days(agreement.signed_on, FILING_WORKING_DAYS)
    return Filing(due_on=due.value, provisional=due.provisional, filed_on=agreement.filed_on)


@transaction.atomic
def record_filing(agreement: Agreement, *, filed_on: date, by: User, at: datetime) -> Agreement:
    """Record that a copy of the contract was filed.  Refused when it need not be, twice, or on an impossible day."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if not agreement.public_procurement or agreement.signed_on is None:
        raise Refused(_("只有已签订的政府采购项目需要登记合同备案。"))
    if agreement.filed_on is not None:
        raise Refused(_("合同已于 %(day)s 备案。") % {"day": agreement.filed_on.isoformat()})
    if not agreement.signed_on <= filed_on <= timezone.localdate(at):
        raise Refused(_("备案日期须在签订日期和今天之间。"))
    agreement.filed_on = filed_on
    agreement.save()
    record(
        "agreement.filed",
        obj=agreement,
        by=by,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"filed_on": filed_on},
    )
    return agreement
