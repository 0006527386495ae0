"""What a price comes to for a quantity and some days, from the allowance to the total in capitals."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.capitals import in_capitals
from billing.models import RateLine
from billing.periods import whole_period
from billing.pricing import card_of
from billing.rating import RatingError, rate
from billing.sentences import sentence
from billing.tax import Taxed
from billing.taxing import HUNDRED, Levied, TaxTable, taxed
from billing.wording import number, yuan
from billing.working import Told, told
from people.refusal import Refused

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A price, how much was used, and in which days (both included) of periods of so many months."""

    line: RateLine
    quantity: Decimal
    first: date
    last: date
    months: int


@dataclass(frozen=True, slots=True)
class Worked:
    """The answer: the price as a sentence, the days, the steps, the tax, the total."""

    sentence: str
    days: str
    steps: list[Told]
    taxed: Taxed
    levied: Levied
    tax_words: list[str]
    capitals: str


def worked(asked: Asked, *, language: str) -> Worked:
    """Rate it as a bill would.  Raises Refused, in words, for days or a price that no bill could have."""
    line = asked.line
    days, whole = _days(asked)
    share = Fraction(days, whole) if days < whole else Fraction(1)
    try:
        rated = rate(card_of(line), asked.quantity, share=share)
    except RatingError as error:
        raise Refused(_("用量不能小于零。")) from error
    levied = TaxTable().levied(line, asked.last)
    found = taxed(line, rated.amount, levied.rate)
    return Worked(
        sentence=sentence(line),
        days=_day_words(days, whole),
        steps=told(rated, unit=line.unit, language=language),
        taxed=found,
        levied=levied,
        tax_words=_tax_words(line, levied, found),
        capitals=in_capitals(found.gross),
    )


def _days(asked: Asked) -> tuple[int, int]:
    """The days on which the price applies, and the days of the whole period that holds them."""
    if asked.last < asked.first:
        raise Refused(_("结束日期不能早于开始日期。"))
    first, after = whole_period(asked.first, asked.months)
    if asked.last >= after:
        raise Refused(
            _("这段日期超出了一个整期（%(first)s 至 %(last)s），请一期一期地算。")
            % {"first": first, "last": after - ONE_DAY}
        )
    line = asked.line
    version = line.version if line.version_id else None
    start = max(asked.first, line.valid_from, version.effective_from if version else line.valid_from)
    ends = [asked.last + ONE_DAY, line.valid_to, version.effective_to if version else None]
    end = min(day for day in ends if day is not None)
    if start >= end:
        raise Refused(_("价目“%(name)s”在这段日期不适用。") % {"name": line.name})
    return (end - start).days, (after - first).days


def _day_words(days: int, whole: int) -> str:
    if days < whole:
        return _("%(days)d 天，整期 %(whole)d 天，固定费、免费用量和上下限按比例折算") % {"days": days, "whole": whole}
    return _("整期 %(whole)d 天") % {"whole": whole}


def _tax_words(line: RateLine, levied: Levied, found: Taxed) -> list[str]:
    told = {
        "net": yuan(found.net), "gross": yuan(found.gross), "tax": yuan(found.tax), "rate": number(levied.rate),
        "hundred": number(HUNDRED + levied.rate), "point": levied.point,
    }  # fmt: skip
    how = (
        _("%(gross)s × %(rate)s ÷ %(hundred)s = %(tax)s 元，四舍五入到分")
        if line.includes_tax
        else _("%(net)s × %(rate)s%% = %(tax)s 元，四舍五入到分")
    )
    words = [how % told]
    if levied.row is not None:
        words.append(_("税率按税率表：计税日 %(point)s，依据 %(basis)s") % {**told, "basis": levied.row.basis})
    return words
