"""The interest of one bill on a day, for its page and its paper: segments, payments, costs, and what the law adds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from billing import lpr_rates
from billing.faces import source_words
from billing.interest import InterestStatement, Settlement
from billing.lawful_rates import FloorCheck, ReductionRisk, floor_for_small_payee, reduction_risk
from billing.lpr import LprTable, LprUnknown
from billing.models import CollectionCost, Document, Judgment
from billing.money import ZERO
from billing.overdue import NO_INTEREST, Debt, debt_from, rows_of, source_of, whole_settlements
from billing.sheets import Stretch, rate_words, rules_of
from billing.wording import percent, yuan
from contracts.models import Agreement
from contracts.parties import small_payee

FURTHEST = timedelta(days=366)
EARLIEST = date(2000, 1, 1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """One payment, what it paid, and where it came from; `credit` is the document that paid instead of money."""

    settlement: Settlement
    words: str
    credit: Document | None


@dataclass(frozen=True, slots=True)
class InterestPage:
    """All that is to be said about the interest of a bill on a day."""

    document: Document
    on: date
    due_on: date | None
    debt: InterestStatement
    stretches: list[Stretch]
    settled: list[Settled]
    costs: list[CollectionCost]
    judgment: Judgment | None
    doubled: InterestStatement | None
    rules: tuple[str, ...]
    floor: FloorCheck | None
    reserved: InterestStatement | None
    risk: ReductionRisk | None

    @property
    def bears_interest(self) -> bool:
        """Whether the terms agree interest at all."""
        return self.debt.terms.rate != 0

    @property
    def owed(self) -> Decimal:
        """All that settles the bill on the day."""
        return self.debt.outstanding + (self.doubled.interest_open if self.doubled else ZERO)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to state: no day bore interest, nothing was paid, nothing was added."""
        return not (self.debt.segments or self.settled or self.costs or self.doubled)


def day_asked(params: Mapping[str, str], today: date) -> date:
    """The day that an address asks for; today where it names none that can be meant."""
    try:
        day = date.fromisoformat(params.get("on", ""))
    except ValueError:
        return today
    return min(max(day, EARLIEST), today + FURTHEST)


def page_of(document: Document, *, on: date) -> InterestPage:
    """The interest of an issued bill (version and agreement at hand) on a day."""
    rows, table = rows_of(document), lpr_rates.table()
    debt = debt_from(document, rows, table=table)
    found, floor = debt.on(on), floor_of(document.agreement, debt, table)
    sources = {source_of(row): row for row in rows.allocations}
    return InterestPage(
        document=document,
        on=on,
        due_on=rows.due_on,
        debt=found,
        stretches=[Stretch(segment, rate_words(segment)) for segment in found.segments]
        if debt.terms != NO_INTEREST
        else [],
        settled=[
            Settled(row, source_words(sources[row.key]), sources[row.key].credit)
            for row in whole_settlements(found.settlements)
        ],
        costs=rows.costs,
        judgment=rows.judgment,
        doubled=debt.doubled(on),
        rules=rules_of(debt.terms, document),
        floor=floor,
        reserved=replace(debt, terms=floor.terms).on(on) if floor and floor.below else None,
        risk=_risk(found, table),
    )


def floor_of(agreement: Agreement, debt: Debt, table: LprTable) -> FloorCheck | None:
    """The agreed rate against the floor of Order 802 art. 17, where it protects this payee and the day is known."""
    if debt.terms == NO_INTEREST or agreement.signed_on is None or not small_payee(agreement):
        return None
    try:
        return floor_for_small_payee(debt.terms, agreement.signed_on, lpr_table=table)
    except LprUnknown:
        return None


def remarks(page: InterestPage) -> tuple[str, ...]:
    """What the paper says beside the segments, in the reader's language."""
    said: list[str] = []
    if page.debt.missing:
        said.append(_("缺以下月份的 LPR，其后各日暂计：%(months)s。") % {"months": "、".join(page.debt.missing)})
    for cost in page.costs:
        told = {"on": cost.incurred_on, "what": cost.description, "amount": yuan(cost.amount), "proof": cost.proof}
        said.append(_("实现债权的费用：%(on)s %(what)s %(amount)s 元，凭证：%(proof)s。") % told)
    if page.judgment and page.doubled:
        said.append(doubled_words(page.judgment, page.doubled))
    if page.reserved and page.floor:
        said.append(reserved_words(page.floor, page.reserved))
    return tuple(said)


def doubled_words(judgment: Judgment, doubled: InterestStatement) -> str:
    """The doubled part in one sentence."""
    return _(
        "按%(court)s%(case)s，履行期限至 %(pay_by)s；其后未付本金按日 0.0175%% 加倍计息 %(total)s 元，"
        "已付 %(paid)s 元，未付 %(open)s 元，清偿本金之后支付，未计入上列合计。"
    ) % {
        "court": judgment.court, "case": judgment.case_number, "pay_by": judgment.pay_by,
        "total": yuan(doubled.total_interest), "paid": yuan(doubled.interest_paid), "open": yuan(doubled.interest_open),
    }  # fmt: skip


def reserved_words(floor: FloorCheck, reserved: InterestStatement) -> str:
    """The claim that is reserved where the agreed rate is below the floor, in one sentence."""
    return _(
        "约定利率折合年 %(agreed)s，低于订立协议时的一年期 LPR %(floor)s（国务院令第 802 号第十七条）；"
        "债权人保留按后者主张的权利：利息 %(total)s 元，未付 %(open)s 元。"
    ) % {
        "agreed": percent(floor.agreed), "floor": percent(floor.floor), "total": yuan(reserved.total_interest),
        "open": yuan(reserved.interest_open),
    }  # fmt: skip


def _risk(found: InterestStatement, table: LprTable) -> ReductionRisk | None:
    """The warning of Civil Code 585: the loss is presumed on the principal of each day."""
    if not found.total_interest:
        return None
    principal_days = sum((segment.principal * segment.days for segment in found.segments), ZERO)
    try:
        return reduction_risk(
            found.total_interest, principal_days, 1, breach_on=found.due_on + ONE_DAY, lpr_table=table
        )
    except LprUnknown:
        return None
