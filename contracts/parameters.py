"""The terms of a version that are figures and choices, not wording: which they are, and what changed between two."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db.models import Field
from django.utils.translation import gettext as _

from contracts.blanks import Blank, figure, shown
from contracts.models import AgreementVersion

PARAMETERS = (
    "signing_rule",
    "confidentiality_years",
    "support_hours",
    "support_hours_per_day",
    "clock_hours",
    "response_hours",
    "solution_hours",
    "payment_working_days",
    "interest_basis",
    "interest_rate",
    "interest_year_days",
    "interest_counting",
    "interest_cap",
    "allocation_order",
    "cure_days",
    "cure_counted",
    "period_months",
    "statement_working_days",
    "statement_silence",
    "statement_required",
    "tacit_notice_days",
    "tacit_years",
)
# What a version says of itself: a field of AgreementVersion is a parameter or one of these (a test compares).
OF_ITSELF = frozenset(
    {
        "id", "agreement", "number", "kind", "state", "effective_from", "effective_to", "summary", "retro_reason",
        "base", "drafted_by", "drafted_at", "took_effect_at", "ends_on", "ends_before", "amount_added",
    }
)  # fmt: skip
# The text's own blanks and their values, by name.
OF_THE_TEXT = ("template_version", "blanks", "parameters")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that reads differently: what it is, and how it read and reads."""

    what: str
    old: str
    new: str

    @property
    def differs(self) -> bool:
        """Whether the two readings differ."""
        return self.old != self.new


def parameters_of(old: AgreementVersion, new: AgreementVersion) -> list[Change]:
    """Every parameter with its reading in both versions, the end date of the agreement among them."""
    rows = [Change(what=label_of(name), old=reading(old, name), new=reading(new, name)) for name in PARAMETERS]
    ends = Change(what=_("协议终止日期"), old=_day(end_under(old)), new=_day(end_under(new)))
    added = Change(what=label_of("amount_added"), old=reading(old, "amount_added"), new=reading(new, "amount_added"))
    return [*rows, *_of_the_text(old, new), ends, *([added] if new.amount_added or old.amount_added else [])]


def changed_parameters(old: AgreementVersion, new: AgreementVersion) -> list[Change]:
    """The parameters that read differently."""
    return [row for row in parameters_of(old, new) if row.differs]


def end_under(version: AgreementVersion) -> Any:
    """The day on which the agreement ends by this version: its own, or what stood before the next supplement."""
    if version.ends_on is not None:
        return version.ends_on
    later = AgreementVersion.objects.filter(
        agreement_id=version.agreement_id, kind=AgreementVersion.Kind.SUPPLEMENT, ends_before__isnull=False
    )
    after = later.filter(number__gt=version.number).exclude(state=AgreementVersion.State.WITHDRAWN)
    following = after.order_by("number").first()
    if following is not None:
        return following.ends_before
    return version.agreement.written_ends_on or version.agreement.ends_on


def reading(version: AgreementVersion, name: str) -> str:
    """A parameter as a person reads it."""
    value = getattr(version, name)
    if value in (None, ""):
        return _("未约定")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if getattr(_field(name), "choices", None):
        return str(getattr(version, f"get_{name}_display")())
    return figure(value) if isinstance(value, Decimal) else str(value)


def own_blanks(version: AgreementVersion) -> list[Blank]:
    """The blanks of the text whose value no field holds."""
    return [blank for blank in map(Blank.from_json, version.blanks) if not blank.home]


def _of_the_text(old: AgreementVersion, new: AgreementVersion) -> list[Change]:
    blanks = {blank.name: blank for blank in (*own_blanks(old), *own_blanks(new))}
    return [Change(what=blank.label, old=_agreed(blank, old), new=_agreed(blank, new)) for blank in blanks.values()]


def _agreed(blank: Blank, version: AgreementVersion) -> str:
    value = version.parameters.get(blank.name, "")
    return shown(blank.kind, value) if value else _("未约定")


def _field(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", AgreementVersion._meta.get_field(name))


def label_of(name: str) -> str:
    """What the field is called."""
    return str(_field(name).verbose_name)


def _day(value: Any) -> str:
    return value.isoformat() if value else _("未约定")
