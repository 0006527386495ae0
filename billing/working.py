"""The working of a price in words, line by line: for the calculator page and the small print of a bill."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing.money import MICRO, round_to
from billing.rating import Did, Number, Rated, Step
from billing.wording import Say, number, sayer, unit_price


def working_lines(rated: Rated, *, unit: str = "", language: str = "zh-hans") -> tuple[str, ...]:
    """One line for each step that says something, in the language of the paper."""
    say = sayer(language)
    lines = [_WORDS[step.did](step, unit, say) for step in rated.steps if _tells(step)]
    return (*lines, say("金额 {amount} 元", amount=_money(rated.amount)))


@dataclass(frozen=True, slots=True)
class Told:
    """A step in words, with what it adds and the sum so far, both as people read them."""

    words: str
    amount: str
    total: str


def told(rated: Rated, *, unit: str = "", language: str = "zh-hans") -> list[Told]:
    """The working as a table: each step that says something, what it adds, and the sum so far."""
    say, rows, total = sayer(language), [], Fraction(0)
    for step in rated.steps:
        total += Fraction(step.amount)
        if _tells(step):
            counted = step.did in (Did.USED, Did.FREE)
            amounts = ("", "") if counted else (_money(step.amount), _money(total))
            rows.append(Told(_WORDS[step.did](step, unit, say), *amounts))
    return rows


def _tells(step: Step) -> bool:
    return step.did in (Did.USED, Did.FREE) or bool(step.amount) or (step.quantity is not None and step.quantity > 0)


def _used(step: Step, unit: str, say: Say) -> str:
    return say("用量 {quantity} {unit}", quantity=_count(step.quantity), unit=unit).rstrip()


def _free(step: Step, unit: str, say: Say) -> str:
    return say("减免费额度 {quantity} {unit}", quantity=_count(step.quantity), unit=unit).rstrip()


def _units(step: Step, unit: str, say: Say) -> str:
    return f"{_count(step.quantity)} × {unit_price(step.price)} = {_money(step.amount)}"


def _tier(step: Step, unit: str, say: Say) -> str:
    label = say("第 {tier} 档，{bounds}：", tier=step.tier, bounds=_bounds(step, say))
    return label + _units(step, unit, say)


def _tier_flat(step: Step, unit: str, say: Say) -> str:
    label = say("第 {tier} 档，{bounds}：", tier=step.tier, bounds=_bounds(step, say))
    return label + say("固定费 {amount} 元", amount=_money(step.amount))


def _bounds(step: Step, say: Say) -> str:
    above = number(step.above)
    if step.up_to is None:
        return say("{above} 以上", above=above)
    return say("{above} 至 {up_to}（含）", above=above, up_to=number(step.up_to))


def _packages(step: Step, unit: str, say: Say) -> str:
    size = say("每包 {size} {unit}，不足一包按一包：", size=number(step.up_to), unit=unit)
    return size + _units(step, unit, say)


def _flat(step: Step, unit: str, say: Say) -> str:
    return say("固定费 {amount} 元", amount=_money(step.amount))


def _part(step: Step, unit: str, say: Say) -> str:
    share = Fraction(step.quantity or 0)
    shown = f"{share.numerator}/{share.denominator}"
    return say("按周期的 {share} 折算：{amount} 元", share=shown, amount=_money(step.amount))


def _minimum(step: Step, unit: str, say: Say) -> str:
    return say("补足最低收费：{amount} 元", amount=_money(step.amount))


def _maximum(step: Step, unit: str, say: Say) -> str:
    return say("超过最高收费的部分不收：{amount} 元", amount=_money(step.amount))


def _rounded(step: Step, unit: str, say: Say) -> str:
    return say("四舍五入到分：{amount} 元", amount=_money(step.amount))


def _billed(step: Step, unit: str, say: Say) -> str:
    return say("已开账单：{amount} 元", amount=_money(step.amount))


_WORDS: dict[Did, Callable[[Step, str, Say], str]] = {
    Did.USED: _used,
    Did.FREE: _free,
    Did.FLAT: _flat,
    Did.UNITS: _units,
    Did.TIER: _tier,
    Did.TIER_FLAT: _tier_flat,
    Did.PACKAGES: _packages,
    Did.PART: _part,
    Did.MINIMUM: _minimum,
    Did.MAXIMUM: _maximum,
    Did.ROUNDED: _rounded,
    Did.BILLED: _billed,
}


def _money(amount: Number) -> str:
    """At least two decimals, at most six."""
    return unit_price(_decimal(amount))


def _count(quantity: Number | None) -> str:
    return number(_decimal(quantity or Decimal(0)))


def _decimal(value: Number) -> Decimal:
    return round_to(value, MICRO)
