"""A price read as a sentence, in the reader's language: what is paid for what, what is free, the bounds, the tax."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import RateLine
from billing.wording import number, unit_price, yuan

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def sentence(line: RateLine) -> str:
    """The whole price in one sentence."""
    parts = [_priced(line)]
    if line.free_units and line.model != RateLine.Model.FLAT:
        parts.append(_("每期前 %(units)s %(unit)s免费") % {"units": number(line.free_units), "unit": line.unit})
    if line.minimum is not None:
        parts.append(_("每期最低 %(amount)s 元") % {"amount": yuan(line.minimum)})
    if line.maximum is not None:
        parts.append(_("每期最高 %(amount)s 元") % {"amount": yuan(line.maximum)})
    parts.append(tax_words(line))
    return _("，").join(parts) + _("。")


def in_both(line: RateLine) -> list[tuple[str, str]]:
    """(language, sentence) in Chinese and in English."""
    found = []
    for code, name in LANGUAGES:
        with override(code):
            found.append((name, sentence(line)))
    return found


def tax_words(line: RateLine) -> str:
    """Whether the tax is within the price, and whose rate it is."""
    if line.tax_rate is None:
        return _("含税，税率按税率表") if line.includes_tax else _("另加税，税率按税率表")
    told = {"rate": number(line.tax_rate)}
    return (_("含税，税率 %(rate)s%%") if line.includes_tax else _("另加 %(rate)s%% 的税")) % told


def _priced(line: RateLine) -> str:
    told = {
        "unit": line.unit or _("单位"),
        "price": unit_price(line.unit_price or Decimal(0)),
        "amount": yuan(line.flat_amount or Decimal(0)),
        "size": number(line.package_size or Decimal(1)),
        "tiers": _tiers(line),
    }
    return {
        RateLine.Model.FLAT: _("每期固定 %(amount)s 元"),
        RateLine.Model.UNIT: _("每%(unit)s %(price)s 元"),
        RateLine.Model.GRADUATED: _("分段累进，各段用量按各段的价：%(tiers)s"),
        RateLine.Model.VOLUME: _("按总量所在的一档计全部用量：%(tiers)s"),
        RateLine.Model.PACKAGE: _("每包 %(size)s %(unit)s %(price)s 元，不足一包按一包"),
    }[RateLine.Model(line.model)] % told


def _tiers(line: RateLine) -> str:
    words, low = [], "0"
    for tier in line.tiers:
        up_to = tier.get("up_to")
        told = {
            "low": number(Decimal(low)),
            "high": number(Decimal(up_to)) if up_to is not None else "",
            "price": unit_price(Decimal(tier.get("unit_price") or 0)),
            "flat": yuan(Decimal(tier.get("flat") or 0)),
            "unit": line.unit or _("单位"),
        }
        bounds = (_("超过 %(low)s 至 %(high)s") if up_to is not None else _("超过 %(low)s")) % told
        price = _("每%(unit)s %(price)s 元") % told
        if Decimal(tier.get("flat") or 0):
            price = _("%(price)s另加 %(flat)s 元") % {"price": price, "flat": told["flat"]}
        words.append(_("%(bounds)s：%(price)s") % {"bounds": bounds, "price": price})
        low = up_to or low
    return _("；").join(words)
