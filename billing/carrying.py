"""Prices go over to the supplement that is drafted from their version, and are compared between two versions."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext as _

from billing.models import RateLine
from billing.sentences import tax_words
from billing.wording import number, unit_price, yuan
from contracts.carrying import compared, copy_row
from contracts.models import AgreementVersion
from contracts.parameters import Change
from people.models import User


class RateCarrier:
    """The tariff of a version (contracts.carrying.Carrier)."""

    def carry(self, old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
        """Copy every price that has not ended before the new version starts."""
        for line in old.rates.order_by("pk"):
            if line.valid_to is None or line.valid_to > new.effective_from:
                copy_row(line, new, by=by)

    def changes(self, old: AgreementVersion, new: AgreementVersion) -> Iterator[Change]:
        """Prices that one version has and the other has not, or that read differently, by their name."""
        since = max(old.effective_from, new.effective_from)
        yield from compared(_readings(old, since), _readings(new, since), absent=_("没有"))


def _readings(version: AgreementVersion, since: date) -> dict[str, str]:
    """Each price that has not ended by a day, in words, by its name; prices that follow one another stand together."""
    found: dict[str, str] = {}
    for line in version.rates.order_by("valid_from", "pk"):
        if line.valid_to is not None and line.valid_to <= since:
            continue
        name = _("价目 %(name)s") % {"name": line.name}
        found[name] = "；".join(filter(None, [found.get(name, ""), _reading(line)]))
    return found


def _reading(line: RateLine) -> str:
    parts = [str(line.get_model_display())]
    if line.flat_amount is not None:
        parts.append(_("%(amount)s 元/期") % {"amount": yuan(line.flat_amount)})
    if line.unit_price is not None:
        parts.append(_("%(price)s 元/%(unit)s") % {"price": unit_price(line.unit_price), "unit": line.unit or "—"})
    if line.tiers:
        parts.append(" ".join("/".join(str(part) for part in tier.values()) for tier in line.tiers))
    if line.free_units:
        parts.append(_("免费 %(units)s") % {"units": number(line.free_units)})
    if line.minimum is not None:
        parts.append(_("最低 %(amount)s 元") % {"amount": yuan(line.minimum)})
    if line.maximum is not None:
        parts.append(_("最高 %(amount)s 元") % {"amount": yuan(line.maximum)})
    plain = line.tax_rate is not None and not line.includes_tax
    parts.append(_("税率 %(rate)s%%") % {"rate": number(line.tax_rate)} if plain else tax_words(line))
    return "，".join(parts)


RATES = RateCarrier()
