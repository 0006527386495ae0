"""How service credits look: how an amount came about, and what an agreement's page shows of rules and credits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.showing import Panel, Tone
from sla.carrying import words_of
from sla.fees import place_of
from sla.models import Breach, CreditRule, ServiceCredit

TONES: dict[str, Tone] = {"waiting": "muted", "proposed": "warn", "lapsed": "muted", "accepted": "ok"}
MOST_SHOWN = 12
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFace:
    """A rule in words."""

    rule: CreditRule
    gives: str


def percent_words(said: list[int] | None) -> str:
    """The attainment as it is shown: cut after two places, so that nothing short of it ever reads 100 %."""
    if said is None:
        return str(_("没有评判"))
    exact = Fraction(*said)
    shown = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(HUNDREDTH, rounding=ROUND_DOWN)
    return f"{shown}%"


def credit_panels(credit: ServiceCredit) -> Iterator[Panel]:
    """How the amount came about: figures, tier, caps, and the breaches that count."""
    said = credit.working
    breaches = Breach.objects.filter(number__in=said.get("breaches", [])).select_related("ticket").defer("evidence")
    context = {
        "credit": credit,
        "facts": _facts(credit),
        "breaches": list(breaches.order_by("number")),
        "place": place_of(credit.pk),
    }
    yield Panel(name="working", label=_("怎么算出来的"), template="admin/sla/credit.html", context=context)


def _facts(credit: ServiceCredit) -> list[tuple[str, object]]:
    said = credit.working
    counted = credit.rule.measure != CreditRule.Measure.AVAILABILITY
    raw = _("当月评判 %(n)d 次，超时 %(raw)d 次，其中未免责 %(left)d 次") % {
        "n": said["judged"], "raw": said["broken_raw"], "left": said["broken"],
    }  # fmt: skip
    facts: list[tuple[str, object]] = [
        (_("依据"), _("%(rule)s（第 %(clause)s 条）") % {"rule": credit.rule, "clause": credit.rule.clause}),
        (_("约定"), words_of(credit.rule)),
        (_("评判"), raw if counted else _("按停机时间计算，见可用率记录")),
        (_("比率（计免责后）"), percent_words(said["attainment"])),
        (_("是否达到这一档"), _("达到") if said["reached"] else _("没有达到")),
        (_("当月费用（不含税）"), _("尚未出账") if credit.fee is None else _yuan(credit.fee)),
        (_("封顶前"), _yuan(said["before_caps"])),
        (_("封顶"), "、".join(str(CAPS[name]) for name in said["caps"]) or _("没有触及上限")),
        (_("当月应减免"), _yuan(credit.total)),
        (_("不计免责时"), _yuan(credit.raw_total)),
        (_("此前已认可"), _yuan(said["accepted"])),
        (_("本次差额"), _yuan(credit.amount)),
    ]
    return facts


CAPS: dict[str, object] = {
    "month": gettext_lazy("每月上限"),
    "month_share": gettext_lazy("每月上限（按费用比例）"),
    "year": gettext_lazy("每年上限"),
}


def _yuan(value: Any) -> str:
    return "—" if value is None else _("%(amount)s 元") % {"amount": f"{Decimal(value):,.2f}"}


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """Rules and credits of an agreement, for the console: only what the user may see."""
    if user.has_perm("sla.view_servicecredit"):
        rows = ServiceCredit.objects.filter(agreement=agreement)
        yield _panel(agreement, rows, "admin/sla/agreement_credits.html")


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The agreed rules and the accepted credits, for Party B; nothing where nothing is agreed."""
    panel = _panel(agreement, ServiceCredit.objects.filter(agreement=agreement).accepted(), "portal/sla/credits.html")
    if panel.context["rules"] or panel.context["credits"]:
        yield panel


def _panel(agreement: Agreement, rows: Any, template: str) -> Panel:
    rules = CreditRule.objects.filter(
        version__agreement=agreement, version__state=AgreementVersion.State.ACTIVE
    ).select_related("version")
    faces = [RuleFace(rule=rule, gives=words_of(rule)) for rule in rules.order_by("version__number", "measure", "pk")]
    newest = list(rows.select_related("rule").order_by("-month", "rule", "sequence")[:MOST_SHOWN])
    context = {"rules": faces, "credits": newest, "agreement": agreement}
    return Panel(name="credits", label=_("服务减免"), template=template, context=context, count=len(newest))


def last_month(today: date) -> str:
    """The month before the day, as a form writes it."""
    return f"{date.fromordinal(today.replace(day=1).toordinal() - 1):%Y-%m}"
