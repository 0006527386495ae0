"""Answers JSON cases of money, one a line: for other programs, and for checking the rules against foreign suites.

A case has `id`, `category`, `kind` and `inputs`. The answer is {"id", "result"}; where the product rightly does
otherwise the result is {"unsupported": why, "reason": key}; a line that is no case gets {"id", "error"}.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, DecimalException, localcontext
from functools import partial
from typing import Any

from billing.cases import due, overdue, periods, pricing, shares, taxes, texts
from billing.cases.reading import BadCase, Handler, Inputs, RefusedCase, Result, Unsupported
from billing.interest import InterestError
from billing.lpr import LprUnknown
from billing.money import AmountError, WeightsError
from billing.rating import Model, RatingError
from worktime.clock import BeyondCalendar

_PRICES: dict[str, Handler] = {
    "graduated": pricing.tiered(Model.GRADUATED),
    "graduated_lines": pricing.graduated_lines,
    "tiered_blocks_all_tiers": pricing.blocks_all_tiers,
    "tiered_blocks_top_tier": pricing.blocks_top_tier,
    "incremental_already_billed": pricing.already_billed,
    "volume": pricing.tiered(Model.VOLUME),
    "package": pricing.package,
    "package_count": pricing.package_count,
    "usage_discount": pricing.usage_discount,
    "percentage": pricing.percentage,
    "graduated_percentage": pricing.percentage_tiers,
}
_KINDS: dict[str, Handler] = {
    **_PRICES,
    "ratio_actual_days": periods.ratio_by_days,
    "days_between_fixed_month": periods.days_in_fixed_months,
    "quarter_actual_days": periods.prorated_amount,
    "calendar_quarter_first_period": periods.first_period,
    "expiry": periods.term_end,
    "percent_included_round_per_line": taxes.included,
    "percent_included_round_globally": taxes.included_unrounded,
    "percent_excluded_round_per_line": taxes.excluded,
    "percent_excluded_round_globally": taxes.excluded_unrounded,
    "withholding_compound": taxes.compound,
    "no_decimals_currency": taxes.document,
    "included_rates_each_from_gross": taxes.several_included,
    "sum_of_fee_taxes": taxes.of_fees,
    "two_rates": taxes.of_fee,
    "calendar_term": due.by_words,
    "weeks": due.weeks,
    "weeks_postponed_holiday": due.weeks,
    "months_after_invoice_month": due.months_after,
    "two_instalments_payment_days": due.two_instalments,
    "payer_closed_periods": due.closed_periods,
    "day_of_month_after": due.day_of_month,
    "working_days_after_receipt": due.working_days,
    "largest_remainder": shares.by_remainder,
    "reject_unrounded_amount": shares.by_remainder,
    "allocate_minor_units": shares.minor_units,
    "split_equal": shares.equal_parts,
    "fifo_over_lines": shares.over_lines,
    "credits_exceed_lines": shares.over_lines,
    "partial_rows_split": shares.split_rows,
    "instalments_of_untaxed": shares.instalments,
    "refund_must_match_items": shares.refund,
    "schedule_must_sum": shares.schedule,
    "early_discount_percent": shares.refuse_discount,
    "instalment_only_overdue_part": overdue.overdue_terms,
    "segment_daily_rate": overdue.by_segments,
    "segment_interest_first": overdue.by_settlements,
}
_OURS: dict[tuple[str, str], Handler] = {
    ("interest_cn", ""): overdue.china,
    ("interest_cn", "statement"): overdue.china,
    ("interest_cn", "among_debts"): overdue.among_debts,
    ("working_days", ""): due.china_working_days,
    ("working_days", "after_receipt"): due.china_working_days,
    ("working_days", "invoice_events"): overdue.due_after_events,
    ("rmb", ""): texts.capitals,
    ("uscc", ""): texts.social_credit_code,
}
# A kind of a known category that has no name of its own here is read by its fields.
_BY_FIELDS: dict[str, tuple[tuple[frozenset[str], Handler], ...]] = {
    "graduated": ((frozenset({"tiers", "units"}), pricing.tiered(Model.GRADUATED)),),
    "volume": ((frozenset({"tiers", "units"}), pricing.tiered(Model.VOLUME)),),
    "package": ((frozenset({"package_size", "price", "units"}), pricing.package),),
    "per_unit": ((frozenset({"units"}), pricing.per_unit),),
    "free_allowance": (
        (frozenset({"units", "free_units", "units_before"}), pricing.usage_discount),
        (frozenset(), pricing.bounded),
    ),
    "minimum": ((frozenset(), pricing.bounded),),
    "maximum": ((frozenset(), pricing.bounded),),
    "proration": (
        (frozenset({"start", "end", "fixed_days_in_month"}), periods.days_in_fixed_months),
        (frozenset({"start", "end_exclusive", "fixed_days_in_month"}), periods.ratio_by_equal_months),
        (frozenset({"amount_cents"}), periods.prorated_amount),
        (frozenset({"amount"}), periods.prorated_amount),
        (frozenset({"start", "end_exclusive"}), periods.ratio_by_days),
    ),
    "billing_periods": ((frozenset({"start"}), periods.first_period),),
    "tax_inclusive": ((frozenset({"gross", "rate_percent"}), taxes.included),),
    "tax_exclusive": (
        (frozenset({"net", "rate_percent"}), taxes.excluded),
        (frozenset({"fees"}), taxes.of_fees),
        (frozenset({"fee_cents", "rates"}), taxes.of_fee),
    ),
    "tax_mixed": ((frozenset({"net", "taxes"}), taxes.compound),),
    "tax_rounding_document": ((frozenset({"rate_percent"}), taxes.document),),
    "cash_rounding": ((frozenset({"cost"}), taxes.to_coins),),
    "payment_terms": (
        (frozenset({"term"}), due.by_words),
        (frozenset({"weeks"}), due.weeks),
        (frozenset({"months"}), due.months_after),
        (frozenset({"closed"}), due.closed_periods),
        (frozenset({"received", "working_days"}), due.working_days),
        (frozenset({"day"}), due.day_of_month),
        (frozenset({"days"}), due.weeks),
    ),
    "contract_term": ((frozenset({"begin"}), periods.term_end),),
    "remainder_allocation": (
        (frozenset({"minor_units", "ratios"}), shares.minor_units),
        (frozenset({"minor_units", "parts"}), shares.equal_parts),
        (frozenset({"amount", "weights"}), shares.by_remainder),
    ),
    "payment_allocation": (
        (frozenset({"lines", "credits"}), shares.over_lines),
        (frozenset({"payment_rows"}), shares.split_rows),
        (frozenset({"total", "percents"}), shares.schedule),
    ),
    "interest": ((frozenset({"principal", "daily_rate", "due"}), overdue.by_settlements),),
    "late_fee": ((frozenset(), overdue.late_fee),),
}
_BY_NAME: tuple[Callable[[str], Handler | None], ...] = (taxes.coin_of, due.days_then_month_end)
_REFUSALS = (
    BadCase,
    AmountError,
    WeightsError,
    RatingError,
    InterestError,
    LprUnknown,
    BeyondCalendar,
    DecimalException,
    OverflowError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
)


def answers(lines: Iterable[bytes | str]) -> Iterator[str]:
    """One line of JSON for each line that is not blank, in order; a bad line never stops the rest."""
    for at, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_answered(line, at), ensure_ascii=False, allow_nan=False)


def _answered(line: bytes | str, at: int) -> Result:
    try:
        case = json.loads(line, parse_constant=partial(_no_number, at))
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {at} is not JSON: {error}"}
    if not isinstance(case, dict):
        return {"id": None, "error": f"line {at} is not a JSON object"}
    return {"id": case.get("id"), **_outcome(case)}


def _no_number(at: int, constant: str) -> float:
    raise ValueError(f"{constant} on line {at} is not a number")


def _outcome(case: Inputs) -> Result:
    try:
        return {"result": answer(case)}
    except Unsupported as error:
        return {"result": {"unsupported": str(error), "reason": error.reason}}
    except RefusedCase as error:
        return {"result": {"error": error.code}}
    except _REFUSALS as error:
        return {"error": f"{type(error).__name__}: {error}"}


def answer(case: Inputs) -> Result:
    """The result of one case. Raises BadCase, Unsupported, RefusedCase, or what the rules refuse with."""
    inputs = case.get("inputs", case)
    if not isinstance(inputs, dict):
        raise BadCase("inputs is not an object")
    category, kind = str(case.get("category") or ""), str(case.get("kind") or "")
    with localcontext(prec=60, rounding=ROUND_HALF_UP):
        return handler(category, kind, inputs)(inputs)


def handler(category: str, kind: str, inputs: Inputs) -> Handler:
    """What computes cases of this category and kind; raises Unsupported for what nothing here computes."""
    found: Any = _OURS.get((category, kind)) or _KINDS.get(kind)
    for named in _BY_NAME:
        found = found or named(kind)
    if found is None:
        given = {name for name, value in inputs.items() if value is not None}
        by_fields = _BY_FIELDS.get(category, ())
        found = next((handle for fields, handle in by_fields if fields <= given), None)
    if found is None:
        raise Unsupported("unknown_kind")
    handle: Handler = found
    return handle
