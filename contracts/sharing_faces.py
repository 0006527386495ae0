"""How shared information looks: states as badges, freshness in words, modes as a list.  Runs no query of its own."""

from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contracts.freshness import Standing
from contracts.models import AgreementItem, CatalogueItem, ItemFreshness
from people.showing import Tone, badge

ITEM_TONES: dict[str, Tone] = {"draft": "muted", "published": "ok", "withdrawn": "muted"}
SHARED_TONES: dict[str, Tone] = {
    "planned": "muted", "confirmed": "info", "open": "ok", "suspended": "bad", "withdrawn": "muted",
}  # fmt: skip
FRESH_TONES: dict[Standing, Tone] = {
    Standing.FRESH: "ok",
    Standing.DUE_SOON: "warn",
    Standing.IN_GRACE: "warn",
    Standing.OVERDUE: "bad",
    Standing.NOT_MEASURABLE: "info",
}


def freshness_of(item: CatalogueItem) -> ItemFreshness:
    """The item's reading, from select_related("freshness"); an empty one when nothing was counted yet."""
    return getattr(item, "freshness", None) or ItemFreshness(item=item)


def freshness_badge(item: CatalogueItem, day: date) -> SafeString:
    """Where the item stands on a day, as a coloured word."""
    row = freshness_of(item)
    standing = row.standing_on(day)
    return badge(_freshness_words(item, row, standing, day), FRESH_TONES[standing])


def _freshness_words(item: CatalogueItem, row: ItemFreshness, standing: Standing, day: date) -> str:
    if standing == Standing.NOT_MEASURABLE or row.due_on is None or row.overdue_from is None:
        if item.frequency_unit == CatalogueItem.FrequencyUnit.REALTIME:
            return _("实时更新，不按期限衡量")
        return _("没有可衡量的约定") if not item.frequency_unit else _("尚未起算")
    if standing == Standing.OVERDUE:
        return _("逾期 %(n)d 天") % {"n": (day - row.overdue_from).days + 1}
    if standing == Standing.IN_GRACE:
        return _("宽限期内，还剩 %(n)d 天") % {"n": (row.overdue_from - day).days}
    left = (row.due_on - day).days
    if left == 0:
        return _("今天应更新")
    return _("%(n)d 天内应更新") % {"n": left}


def frequency_words(item: CatalogueItem) -> str:
    """The agreed frequency in words."""
    if not item.frequency_unit:
        return _("没有约定")
    if item.frequency_unit == CatalogueItem.FrequencyUnit.REALTIME:
        return _("实时")
    words = _("每 %(n)d %(unit)s") % {"n": item.every, "unit": item.get_frequency_unit_display()}
    return words if not item.grace_days else _("%(words)s，宽限 %(n)d 天") % {"words": words, "n": item.grace_days}


def mode_words(item: CatalogueItem) -> str:
    """The modes offered, in words."""
    words = {"query": _("查询"), "download": _("数据下载"), "interface": _("接口调用")}
    return "、".join(words[mode] for mode in item.modes) or "—"


def shared_badge(shared: AgreementItem) -> SafeString:
    """The state of a shared item."""
    return badge(shared.get_state_display(), SHARED_TONES[shared.state])


def item_badge(item: CatalogueItem) -> SafeString:
    """The state of a catalogue item."""
    return badge(item.get_state_display(), ITEM_TONES[item.state])


def due_words(row: ItemFreshness) -> str:
    """The due day, marked while it leans on a year without a published calendar."""
    if row.due_on is None:
        return "—"
    return f"{row.due_on:%Y-%m-%d}" + (_("（暂定）") if row.provisional else "")
