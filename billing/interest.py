"""Overdue interest: simple, by segments between payments, every fen traceable to a rate and a number of days.

Sources: Civil Code 561 (order of allocation), 585; sales interpretation 18; Order 802 art. 17 (SME rule).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from billing.lpr import LprQuote, LprTable, bundled
from billing.money import MICRO, ZERO, fen, round_to, whole_fen

SME_DAILY = Decimal("0.0005")  # Order 802 art. 17: 0.05 % a day when nothing is agreed
JUDGMENT_DAILY = Decimal("0.000175")  # 法释〔2014〕8号 art. 1: 0.0175 % a day after judgment
_ONE_DAY = timedelta(days=1)


class InterestError(ValueError):
    """Terms or facts that interest cannot be computed from; `reason` is a word for machines."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Basis(StrEnum):
    """Where the rate comes from."""

    DAILY = "daily"  # agreed, a day
    ANNUAL = "annual"  # agreed, a year, over 360 or 365 days
    LPR_FIXED = "lpr_fixed"  # one-year LPR on the first overdue day, times the multiple
    LPR_FLOATING = "lpr_floating"  # one-year LPR of each day, times the multiple
    SME = "sme"  # the statutory 0.05 % a day for small and medium enterprises
    JUDGMENT = "judgment"  # the doubled part after judgment, 0.0175 % a day


class Counting(StrEnum):
    """Which days bear interest."""

    AFTER_DUE = "after_due"  # day after the due date up to and with the payment day: payment - due
    FROM_DUE = "from_due"  # due date counted, payment day not: the same number of days
    BOTH_ENDS = "both_ends"  # due date and payment day counted: one day more


class Order(StrEnum):
    """What a payment pays first."""

    COSTS_INTEREST_PRINCIPAL = "costs-interest-principal"  # Civil Code 561, the default
    PRINCIPAL_FIRST = "principal-first"  # principal, then interest, then costs, where agreed
    COSTS_PRINCIPAL_INTEREST = "costs-principal-interest"  # 法释〔2014〕8号 art. 4


class Part(StrEnum):
    """A part of a debt."""

    COSTS = "costs"
    INTEREST = "interest"
    PRINCIPAL = "principal"


SEQUENCE = {
    Order.COSTS_INTEREST_PRINCIPAL: (Part.COSTS, Part.INTEREST, Part.PRINCIPAL),
    Order.PRINCIPAL_FIRST: (Part.PRINCIPAL, Part.INTEREST, Part.COSTS),
    Order.COSTS_PRINCIPAL_INTEREST: (Part.COSTS, Part.PRINCIPAL, Part.INTEREST),
}


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """How interest runs. `rate` is a share of one (0.0005 is 0.05 %), a day or a year as the basis says.

    `day_count` (360 or 365) divides yearly rates; leap years change nothing. `cap` limits the total in yuan.
    """

    basis: Basis
    rate: Decimal | None = None
    day_count: int = 365
    multiple: Decimal = Decimal(1)
    counting: Counting = Counting.AFTER_DUE
    cap: Decimal | None = None

    def __post_init__(self) -> None:
        agreed = self.basis in (Basis.DAILY, Basis.ANNUAL)
        if agreed and self.rate is None:
            raise InterestError("rate_missing", f"basis {self.basis} needs a rate")
        if not agreed and self.rate is not None:
            raise InterestError("rate_not_agreed", f"basis {self.basis} takes no rate of its own")
        if (self.rate is not None and self.rate < 0) or self.multiple < 0 or (self.cap is not None and self.cap < 0):
            raise InterestError("negative", "rates, multiples and caps are not negative")
        if self.day_count not in (360, 365):
            raise InterestError("day_count", "a year counts 360 or 365 days")

    @property
    def divisor(self) -> int:
        """1 for a daily rate, else the days of the agreed year."""
        return 1 if self.basis in (Basis.DAILY, Basis.SME, Basis.JUDGMENT) else self.day_count


@dataclass(frozen=True, slots=True)
class Payment:
    """Money (or a credit note, waiver or write-off) taking effect `on` a day. `to` names one part only, if said."""

    on: date
    amount: Decimal
    to: Part | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of collection that joined the debt `on` a day; it bears no interest."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Segment:
    """Days with one principal and one rate: `first_day` to `last_day`, both bearing interest.

    `start` and `end` are the boundaries as settlements see them (due date, payment day); days = end - start, or one
    more where both ends count.
    """

    start: date
    end: date
    first_day: date
    last_day: date
    days: int
    principal: Decimal
    rate: Decimal
    divisor: int
    amount_exact: Fraction
    lpr_published: date | None = None
    provisional: bool = False
    missing: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        """The exact amount to six places, for show; only totals are rounded to the fen."""
        return round_to(self.amount_exact, MICRO)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one payment did: interest due that day, what went where, what was left."""

    on: date
    amount: Decimal
    interest_due: Decimal
    to_costs: Decimal
    to_interest: Decimal
    to_principal: Decimal
    costs_left: Decimal
    interest_left: Decimal
    principal_left: Decimal
    credit: Decimal
    key: str = ""


@dataclass(frozen=True, slots=True)
class InterestStatement:
    """Interest on one debt up to a day; every figure in yuan. `provisional` means: a rate is not published yet."""

    principal: Decimal
    due_on: date
    as_of: date
    terms: InterestTerms
    order: Order
    segments: tuple[Segment, ...]
    settlements: tuple[Settlement, ...]
    total_interest: Decimal
    interest_paid: Decimal
    interest_open: Decimal
    principal_open: Decimal
    costs_open: Decimal
    credit: Decimal
    provisional: bool
    notes: tuple[str, ...] = ()

    @property
    def outstanding(self) -> Decimal:
        """What settles the debt on `as_of`: principal, interest and costs still open."""
        return self.principal_open + self.interest_open + self.costs_open

    @property
    def days(self) -> int:
        """All days that bore interest."""
        return sum(segment.days for segment in self.segments)

    @property
    def missing(self) -> tuple[str, ...]:
        """The months (2026-10) whose LPR has no row, which make the statement provisional."""
        return tuple(sorted({month for segment in self.segments for month in segment.missing}))


@dataclass(slots=True)
class _Run:
    """The state of one debt as the days pass; local to `accrue`."""

    principal: Decimal
    costs: Decimal = ZERO
    accrued: Fraction = Fraction(0)
    interest_paid: Decimal = ZERO
    credit: Decimal = ZERO
    segments: list[Segment] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    def interest(self, cap: Decimal | None) -> Decimal:
        """Interest fixed so far. Rounding the running total keeps it the same however often it is asked."""
        total = fen(self.accrued)
        return total if cap is None else min(total, cap)


def accrue(
    principal: Decimal,
    due_on: date,
    payments: Sequence[Payment],
    terms: InterestTerms,
    as_of: date,
    *,
    lpr_table: LprTable | None = None,
    order: Order | str = Order.COSTS_INTEREST_PRINCIPAL,
    costs: Sequence[Cost] = (),
) -> InterestStatement:
    """The interest statement of one debt on `as_of`, from its facts alone.

    Simple interest; a payment bears interest through its own day; amounts are fixed, half up to the fen, only
    where a payment or `as_of` settles them, as rounded total less what was fixed before. Payments after `as_of`
    are left out. Raises InterestError for impossible facts, LprUnknown before the first LPR row.
    """
    _check(principal, payments, costs)
    table = lpr_table or bundled()
    order = Order(order)
    run = _Run(whole_fen(principal))
    known = sorted((p for p in payments if p.on <= as_of), key=lambda p: p.on)
    at = due_on
    for payment in known:
        _advance(run, (at, max(at, payment.on)), (due_on, terms, table))
        at = max(at, payment.on)
        run.costs = _costs_until(costs, payment.on) - _costs_paid(run)
        _settle(run, payment, terms, SEQUENCE[order])
    _advance(run, (at, max(at, as_of)), (due_on, terms, table))
    run.costs = _costs_until(costs, as_of) - _costs_paid(run)
    return _statement(run, (whole_fen(principal), due_on, as_of, terms, order), len(payments) - len(known))


def _check(principal: Decimal, payments: Sequence[Payment], costs: Sequence[Cost]) -> None:
    if whole_fen(principal) < 0:
        raise InterestError("negative", "a debt is not negative")
    if any(whole_fen(amount) < 0 for amount in [*(p.amount for p in payments), *(c.amount for c in costs)]):
        raise InterestError("negative", "payments and costs are not negative; reverse by leaving them out")


def _costs_until(costs: Sequence[Cost], day: date) -> Decimal:
    return sum((cost.amount for cost in costs if cost.on <= day), ZERO)


def _costs_paid(run: _Run) -> Decimal:
    return sum((settled.to_costs for settled in run.settlements), ZERO)


def _advance(run: _Run, span: tuple[date, date], facts: tuple[date, InterestTerms, LprTable]) -> None:
    """Let the days of `span` bear interest on the principal now open."""
    due_on, terms, table = facts
    start, end = span
    if run.principal == 0 or (end <= start):
        return
    extra = 1 if terms.counting is Counting.BOTH_ENDS and start == due_on and not run.segments else 0
    shift = _shift(terms)
    for left, right, rate, quote in _stretches(start, end, (due_on, terms, table)):
        first, last = left + shift - timedelta(days=extra), right + shift - _ONE_DAY
        days = (last - first).days + 1
        extra = 0
        amount = Fraction(run.principal) * Fraction(rate) * days / terms.divisor
        run.accrued += amount
        run.segments.append(
            Segment(
                start=left,
                end=right,
                first_day=first,
                last_day=last,
                days=days,
                principal=run.principal,
                rate=rate,
                divisor=terms.divisor,
                amount_exact=amount,
                lpr_published=quote.published if quote else None,
                provisional=bool(quote and quote.provisional),
                missing=_missing(quote, last if terms.basis is Basis.LPR_FLOATING else due_on + _ONE_DAY, table),
            )
        )


def _missing(quote: LprQuote | None, until: date, table: LprTable) -> tuple[str, ...]:
    return table.missing(quote.published, until) if quote and quote.provisional else ()


def _stretches(
    start: date, end: date, facts: tuple[date, InterestTerms, LprTable]
) -> Iterator[tuple[date, date, Decimal, LprQuote | None]]:
    """(start, end, rate, quote) for stretches of one rate."""
    due_on, terms, table = facts
    if terms.basis is not Basis.LPR_FLOATING:
        rate, quote = _rate(terms, table, due_on)
        yield start, end, rate, quote
        return
    shift = _shift(terms)
    cuts = [day - shift for day in table.changes(start + shift, end - _ONE_DAY + shift)]
    parts: list[tuple[date, date, Decimal, LprQuote]] = []
    for left, right in pairwise([start, *cuts, end]):
        quote = table.on(left + shift)
        if parts and parts[-1][3].rate == quote.rate and parts[-1][3].provisional == quote.provisional:
            parts[-1] = (parts[-1][0], right, *parts[-1][2:])
        else:
            parts.append((left, right, quote.rate * terms.multiple, quote))
    yield from parts


def _shift(terms: InterestTerms) -> timedelta:
    """From a boundary to the first day that bears interest after it: the next day, or the boundary itself."""
    return timedelta(0) if terms.counting is Counting.FROM_DUE else _ONE_DAY


def _rate(terms: InterestTerms, table: LprTable, due_on: date) -> tuple[Decimal, LprQuote | None]:
    if terms.basis is Basis.SME:
        return SME_DAILY, None
    if terms.basis is Basis.JUDGMENT:
        return JUDGMENT_DAILY, None
    if terms.basis is Basis.LPR_FIXED:
        quote = table.on(due_on + _ONE_DAY)
        return quote.rate * terms.multiple, quote
    assert terms.rate is not None  # noqa: S101 - held by InterestTerms
    return terms.rate, None


def _settle(run: _Run, payment: Payment, terms: InterestTerms, sequence: tuple[Part, ...]) -> None:
    due = run.interest(terms.cap) - run.interest_paid
    left = whole_fen(payment.amount)
    open_ = {Part.COSTS: run.costs, Part.INTEREST: due, Part.PRINCIPAL: run.principal}
    taken = dict.fromkeys(Part, ZERO)
    for part in (payment.to,) if payment.to else sequence:
        taken[part] = min(left, open_[part])
        left -= taken[part]
    run.costs -= taken[Part.COSTS]
    run.interest_paid += taken[Part.INTEREST]
    run.principal -= taken[Part.PRINCIPAL]
    run.credit += left
    run.settlements.append(
        Settlement(
            on=payment.on,
            amount=whole_fen(payment.amount),
            interest_due=due,
            to_costs=taken[Part.COSTS],
            to_interest=taken[Part.INTEREST],
            to_principal=taken[Part.PRINCIPAL],
            costs_left=run.costs,
            interest_left=due - taken[Part.INTEREST],
            principal_left=run.principal,
            credit=left,
            key=payment.key,
        )
    )


def _statement(run: _Run, facts: tuple[Decimal, date, date, InterestTerms, Order], later: int) -> InterestStatement:
    principal, due_on, as_of, terms, order = facts
    total = run.interest(terms.cap)
    notes = ["payments_after_as_of"] if later else []
    notes += ["lpr_not_published"] if any(segment.provisional for segment in run.segments) else []
    notes += ["capped"] if terms.cap is not None and fen(run.accrued) > terms.cap else []
    return InterestStatement(
        principal=principal,
        due_on=due_on,
        as_of=as_of,
        terms=terms,
        order=order,
        segments=tuple(run.segments),
        settlements=tuple(run.settlements),
        total_interest=total,
        interest_paid=run.interest_paid,
        interest_open=total - run.interest_paid,
        principal_open=run.principal,
        costs_open=run.costs,
        credit=run.credit,
        provisional="lpr_not_published" in notes,
        notes=tuple(notes),
    )
