"""From a rate of the tariff to an amount with its working: what is kept with the line and told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from billing.models import RateLine
from billing.money import round_to
from billing.rating import Did, Model, RateCard, RatingError, Step, rate, tiers_from_json
from billing.taxing import in_words as taxed_in_words
from billing.wording import number, unit_price
from people.refusal import Refused

SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in yuan in the terms of the price (with or without tax), rounded once, and how it came about (JSON)."""

    amount: Decimal
    trace: dict[str, Any]


def card_of(line: RateLine) -> RateCard:
    """The price as the rating module knows it.  Raises Refused when its tiers cannot be read."""
    model = Model(line.model)
    tiered = model in {Model.GRADUATED, Model.VOLUME}
    try:
        return RateCard(
            model=model,
            unit_price=line.unit_price or Decimal(0),
            flat_amount=line.flat_amount or Decimal(0),
            package_size=line.package_size or Decimal(1),
            tiers=tiers_from_json(line.tiers) if tiered else (),
            free_units=line.free_units,
            minimum=line.minimum,
            maximum=line.maximum,
        )
    except RatingError as error:
        raise Refused(
            _("价目“%(name)s”的阶梯有误：须从低到高，只有最后一档不设上限（up_to 为 null）。") % {"name": line.name}
        ) from error


def priced(line: RateLine, quantity: Decimal, *, days: int, whole_days: int) -> Price:
    """The price of a quantity used in `days` of a period that has `whole_days` when whole.

    A part of a period scales the fixed amount, the allowance, the minimum and the cap; see docs/rules/invoicing.md.
    """
    share = Fraction(days, whole_days) if days < whole_days else Fraction(1)
    try:
        rated = rate(card_of(line), quantity, share=share)
    except RatingError as error:
        raise Refused(
            _("价目“%(name)s”的用量合计为 %(quantity)s，更正后不能小于零，请核对用量记录。")
            % {"name": line.name, "quantity": number(quantity)}
        ) from error
    trace: dict[str, Any] = {"steps": [_kept(step) for step in rated.steps], "days": days, "whole_days": whole_days}
    return Price(rated.amount, trace)


def with_detail(trace: dict[str, Any], unit: str) -> dict[str, Any]:
    """The working with its own words, as the paper prints them: in Chinese, whoever drafts it."""
    with translation.override("zh-hans"):
        detail = "；".join(in_words({**trace, "already_billed": None}, unit))
    return {**trace, "detail": detail}


def _kept(step: Step) -> dict[str, Any]:
    """A step as JSON: numbers as text, without what it does not have."""
    parts = {
        "did": step.did.value,
        "amount": _text(step.amount),
        "quantity": _text(step.quantity),
        "price": _text(step.price),
        "tier": step.tier,
        "up_to": _text(step.up_to),
    }
    return {name: part for name, part in parts.items() if part is not None}


def _text(value: Decimal | Fraction | None) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, Fraction) else format(value, "f")


def in_words(trace: Mapping[str, Any], unit: str) -> list[str]:
    """The working of a line, step by step, in the reader's language."""
    steps = trace.get("steps", [])
    metered = all(step["did"] != Did.FLAT for step in steps)
    words = [_step(step, unit) for step in steps if metered or step["did"] != Did.USED]
    if trace.get("days", 0) < trace.get("whole_days", 0):
        words.append(
            _("本期 %(days)d 天，整期 %(whole)d 天，按比例折算") % {"days": trace["days"], "whole": trace["whole_days"]}
        )
    if billed := trace.get("already_billed"):
        words.append(_("减去已计费 %(amount)s 元") % {"amount": billed})
    words += taxed_in_words(trace)
    return [word for word in words if word]


def _step(step: Mapping[str, Any], unit: str) -> str:
    told = {
        "quantity": number(_shown(step.get("quantity"))),
        "price": unit_price(_shown(step.get("price"))),
        "amount": number(_shown(step.get("amount"))),
        "tier": step.get("tier"),
        "up_to": number(_shown(step.get("up_to"))),
        "unit": unit,
    }
    phrase = _PHRASES.get(step["did"])
    return _(phrase) % told if phrase else ""


def _shown(text: str | None) -> Decimal | None:
    """A kept number for show, six places at most."""
    if text is None:
        return None
    value = Fraction(text)
    return round_to(value, SHOWN)


_PHRASES = {
    Did.USED: gettext_noop("用量 %(quantity)s %(unit)s"),
    Did.FREE: gettext_noop("免费 %(quantity)s %(unit)s"),
    Did.FLAT: gettext_noop("固定金额 %(amount)s 元"),
    Did.UNITS: gettext_noop("%(quantity)s × %(price)s = %(amount)s 元"),
    Did.TIER: gettext_noop("第 %(tier)s 档 %(quantity)s × %(price)s = %(amount)s 元"),
    Did.TIER_FLAT: gettext_noop("第 %(tier)s 档固定费 %(amount)s 元"),
    Did.PACKAGES: gettext_noop("%(quantity)s 包（每包 %(up_to)s %(unit)s）× %(price)s = %(amount)s 元"),
    Did.PART: gettext_noop("折算 %(amount)s 元"),
    Did.MINIMUM: gettext_noop("补足最低收费 %(amount)s 元"),
    Did.MAXIMUM: gettext_noop("超出最高收费 %(amount)s 元"),
    Did.ROUNDED: gettext_noop("四舍五入到分 %(amount)s 元"),
}
