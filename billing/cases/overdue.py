"""Cases of overdue interest: the foreign kinds, and `interest_cn` in fields of our own (docs/how-to/money-batch.md)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from billing.cases.due import china_working_days
from billing.cases.reading import (
    BadCase,
    Inputs,
    Result,
    Unsupported,
    as_day,
    day,
    decimal,
    maybe,
    money,
    number,
    rows,
    whole,
)
from billing.interest import (
    Basis,
    Cost,
    Counting,
    InterestError,
    InterestStatement,
    InterestTerms,
    Order,
    Part,
    Payment,
    accrue,
)
from billing.lawful_rates import floor_for_small_payee, reduction_risk
from billing.lpr import LprRow, LprTable, bundled
from billing.money import ZERO
from billing.settlement import OpenDebt, spread

Chosen = TypeVar("Chosen", bound=StrEnum)
_ORDERS = {
    "costs_interest_principal": Order.COSTS_INTEREST_PRINCIPAL,
    "interest_first": Order.COSTS_INTEREST_PRINCIPAL,
    "principal_first": Order.PRINCIPAL_FIRST,
    "costs_principal_interest": Order.COSTS_PRINCIPAL_INTEREST,
}


def by_segments(inputs: Inputs) -> Result:
    """Interest with the principal reduced by each payment."""
    found = _statement(inputs, _daily(inputs))
    segments = [[s.start.isoformat(), s.end.isoformat(), s.days, money(s.principal)] for s in found.segments]
    return {"interest": money(found.total_interest), "segments": segments}


def by_settlements(inputs: Inputs) -> Result:
    """Interest with what each payment paid, by the order of allocation."""
    found = _statement(inputs, _daily(inputs))
    return {
        "total_interest": money(found.total_interest),
        "interest_open": money(found.interest_open),
        "principal_open": money(found.principal_open),
        "pay_off": money(found.outstanding),
        "credit": money(found.credit),
        "settlements": _settlements(found),
    }


def _daily(inputs: Inputs) -> InterestTerms:
    return InterestTerms(Basis.DAILY, number(inputs, "daily_rate"))


def _settlements(found: InterestStatement) -> list[Result]:
    return [
        {
            "value_date": row.on.isoformat(),
            "interest_due": money(row.interest_due),
            "to_costs": money(row.to_costs),
            "to_interest": money(row.to_interest),
            "to_principal": money(row.to_principal),
            "principal_left": money(row.principal_left),
            "interest_left": money(row.interest_left),
            "credit": money(row.credit),
        }
        for row in found.settlements
    ]


def overdue_terms(inputs: Inputs) -> Result:
    """How many instalments are past due: only those bear interest."""
    age = whole(inputs, "age_days")
    return {"overdue_terms": sum(1 for row in rows(inputs, "schedule") if whole(row, "days") < age)}


def late_fee(inputs: Inputs) -> Result:
    """See docs/rules/otherwise.md."""
    raise Unsupported("late_fee")


def china(inputs: Inputs) -> Result:
    """Overdue interest on one debt by the terms of the case, with segments, settlements and warnings."""
    terms = _terms(inputs)
    found = _statement(inputs, terms)
    return {
        "days": found.days,
        "interest": money(found.total_interest),
        "interest_open": money(found.interest_open),
        "principal_open": money(found.principal_open),
        "costs_open": money(found.costs_open),
        "pay_off": money(found.outstanding),
        "total": money(found.principal + found.total_interest + _costs_total(inputs)),
        "credit": money(found.credit),
        "due": found.due_on.isoformat(),
        "provisional": found.provisional,
        "segments": [_segment(segment) for segment in found.segments],
        "settlements": _settlements(found),
        "warnings": _warnings(inputs, terms, found),
    }


def _segment(segment: Any) -> Result:
    return {
        "from": segment.first_day.isoformat(),
        "to": segment.last_day.isoformat(),
        "days": segment.days,
        "principal": money(segment.principal),
        "rate": money(segment.rate.normalize() + 0),
        "per": "day" if segment.divisor == 1 else str(segment.divisor),
        "amount": money(segment.amount),
        "provisional": segment.provisional,
    }


def _terms(inputs: Inputs) -> InterestTerms:
    agreed = _agreed(inputs)
    if inputs.get("sme") and inputs.get("signed"):
        return floor_for_small_payee(agreed, day(inputs, "signed"), lpr_table=_table(inputs)).terms
    return agreed


def _agreed(inputs: Inputs) -> InterestTerms:
    shared: dict[str, Any] = {
        "day_count": whole(inputs, "day_count", default=365),
        "counting": _member(Counting, inputs.get("counting") or Counting.AFTER_DUE, "counting"),
        "cap": maybe(inputs, "cap"),
    }
    basis = _basis(inputs)
    if basis is Basis.DAILY:
        return InterestTerms(basis, _share(inputs, "daily_rate"), **shared)
    if basis is Basis.ANNUAL:
        return InterestTerms(basis, _share(inputs, "annual_rate"), **shared)
    if basis in (Basis.LPR_FIXED, Basis.LPR_FLOATING):
        return InterestTerms(basis, multiple=number(inputs, "lpr_multiple", "multiple", default="1"), **shared)
    return InterestTerms(basis, **shared)


def _share(inputs: Inputs, name: str) -> Decimal:
    given = maybe(inputs, f"{name}_percent")
    return number(inputs, name, "rate") if given is None else given.scaleb(-2)


def _basis(inputs: Inputs) -> Basis:
    if inputs.get("basis"):
        return _member(Basis, inputs["basis"], "basis")
    for basis, names in (
        (Basis.DAILY, ("daily_rate", "daily_rate_percent")),
        (Basis.ANNUAL, ("annual_rate", "annual_rate_percent")),
        (Basis.LPR_FIXED, ("lpr_multiple",)),
    ):
        if any(inputs.get(name) is not None for name in names):
            return basis
    if inputs.get("sme"):
        return Basis.SME
    raise BadCase("basis is missing: daily, annual, lpr_fixed, lpr_floating, sme or judgment")


def _member(kind: type[Chosen], value: object, name: str) -> Chosen:
    try:
        return kind(str(value))
    except ValueError as error:
        raise BadCase(f"{name} is not one of {', '.join(kind)}") from error


def _statement(inputs: Inputs, terms: InterestTerms) -> InterestStatement:
    payments = [_payment(row) for row in inputs.get("payments") or []]
    as_of = day(inputs, "as_of", "paid", "paid_on")
    order = _ORDERS.get(str(inputs.get("allocation_order") or inputs.get("order") or _default(terms)).replace("-", "_"))
    if order is None:
        raise BadCase(f"allocation_order is not one of {', '.join(_ORDERS)}")
    try:
        return accrue(
            number(inputs, "principal"),
            _due_on(inputs),
            payments,
            terms,
            as_of,
            lpr_table=_table(inputs),
            order=order,
            costs=_costs(inputs),
        )
    except InterestError as error:
        raise BadCase(str(error)) from error


def _default(terms: InterestTerms) -> str:
    return "costs_principal_interest" if terms.basis is Basis.JUDGMENT else "costs_interest_principal"


def _payment(row: Any) -> Payment:
    if isinstance(row, Mapping):
        part = row.get("to")
        on, amount = day(row, "on", "date", "value_date"), number(row, "amount")
        return Payment(on, amount, to=_member(Part, part, "to") if part else None)
    if not isinstance(row, list) or len(row) != 2:
        raise BadCase(f"a payment is [date, amount] or an object, not {row!r}")
    return Payment(as_day(row[0], "payments"), decimal(row[1], "payments"))


def _due_on(inputs: Inputs) -> date:
    if inputs.get("due") is not None:
        return day(inputs, "due")
    found = china_working_days(inputs)
    if found["provisional"]:
        raise BadCase(f"the due date needs the unpublished calendar of {found['needs']}")
    return as_day(found["due"])


def _costs(inputs: Inputs) -> list[Cost]:
    given = inputs.get("costs")
    if isinstance(given, list):
        return [Cost(as_day(row[0], "costs"), decimal(row[1], "costs")) for row in given]
    amount = maybe(inputs, "costs")
    return [Cost(date.min, amount)] if amount else []


def _costs_total(inputs: Inputs) -> Decimal:
    return sum((cost.amount for cost in _costs(inputs)), ZERO)


def _table(inputs: Inputs) -> LprTable:
    """The bundled table, with the case's own rows added: {"2026-10-20": "2.95"} in per cent."""
    given = inputs.get("lpr") or {}
    if not isinstance(given, Mapping):
        raise BadCase("lpr maps a day of publication to per cent a year")
    known = {row.published: row for row in bundled().rows}
    for published, one_year in given.items():
        at, share = as_day(published, "lpr"), decimal(one_year, "lpr").scaleb(-2)
        known[at] = LprRow(at, share, share, status="entered")
    try:
        return LprTable(known.values())
    except ValueError as error:
        raise BadCase(str(error)) from error


def _warnings(inputs: Inputs, terms: InterestTerms, found: InterestStatement) -> list[str]:
    warnings = list(found.notes)
    if inputs.get("sme") and inputs.get("signed"):
        floor = floor_for_small_payee(_agreed(inputs), day(inputs, "signed"), lpr_table=_table(inputs))
        warnings += ["below_sme_floor"] if floor.below else []
    if terms.basis in (Basis.DAILY, Basis.ANNUAL) and found.segments:
        first = found.segments[0]
        risk = reduction_risk(
            found.total_interest, found.principal, found.days, breach_on=first.first_day, lpr_table=_table(inputs)
        )
        warnings += ["court_may_reduce"] if risk and not found.settlements else []
    return warnings


def among_debts(inputs: Inputs) -> Result:
    """One payment over several debts, by the payer's word or Civil Code 560."""
    debts = [_debt(row, at) for at, row in enumerate(rows(inputs, "debts"), 1)]
    order = _ORDERS.get(str(inputs.get("order") or "costs_interest_principal").replace("-", "_"))
    if order is None:
        raise BadCase(f"order is not one of {', '.join(_ORDERS)}")
    named = [str(key) for key in inputs.get("named") or ()]
    found = spread(number(inputs, "amount", "payment"), debts, on=day(inputs, "on", "as_of"), named=named, order=order)
    shares = {one.key: one.total for one in found.paid}
    paid = [
        {"key": p.key, "costs": money(p.costs), "interest": money(p.interest), "principal": money(p.principal)}
        for p in found.paid
    ]
    return {
        "shares": [money(shares.get(debt.key, ZERO)) for debt in debts],
        "paid": paid,
        "credit": money(found.credit),
    }


def _debt(row: Any, at: int) -> OpenDebt:
    return OpenDebt(
        key=str(row.get("key", at)),
        principal=number(row, "principal", "amount"),
        interest=number(row, "interest", default="0.00"),
        costs=number(row, "costs", default="0.00"),
        due_on=day(row, "due") if row.get("due") else None,
        secured=number(row, "secured", default="0.00"),
        burden=number(row, "burden", "annual_rate", default="0"),
    )


def due_after_events(inputs: Inputs) -> Result:
    """The due date that stands after formal invoices were received, rejected or red-lettered, in order of days."""
    events = sorted(rows(inputs, "events"), key=lambda row: day(row, "on"))
    received = None
    for event in events:
        what = str(event.get("event"))
        if what not in ("received", "rejected", "red_lettered"):
            raise BadCase("event is received, rejected or red_lettered")
        received = day(event, "on") if what == "received" else None
    if received is None:
        return {"due": None, "clock": "not running"}
    return {**china_working_days({**inputs, "received": received.isoformat()}), "clock": "running"}
