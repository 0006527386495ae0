"""The pages of money: their titles, what each is built from and which filters it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.account import account, account_sheet, scope_of
from billing.ageing import ageing_sheet
from billing.debtors import debtors_sheet
from billing.forecast import forecast_sheet
from billing.models import RateLine
from billing.money_asking import Asked, bodies
from billing.money_sheets import MoneySheet
from billing.revenue import INTEREST, kind_label, revenue_sheet
from billing.sales_outstanding import dso_sheet
from contracts.models import Agreement, Organisation
from people.models import User

GROUPED = (("agreement", _("按协议")), ("organisation", _("按单位")))
STEPS = (("month", _("按月")), ("week", _("按周")))


@dataclass(frozen=True, kw_only=True)
class MoneyPage:
    """One page; `choices` are selects of its own: name -> options."""

    name: str
    title: object
    build: Callable[[Asked], MoneySheet]
    spans: bool = False
    needs_body: bool = False
    has_pdf: bool = False
    choices: tuple[tuple[str, object, Callable[[], Any]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One select of the filter form."""

    name: str
    label: object
    options: list[tuple[str, object]]
    value: str
    optional: bool = True


def _account(what: Asked) -> MoneySheet:
    body = Organisation.objects.filter(pk=what.body).first() if what.body else None
    if body is None:
        return MoneySheet(columns=(), rows=(), empty=_("请先选择乙方，再查看它的往来对账单。"))
    agreement = body.agreements.filter(pk=what.agreement).first() if what.agreement else None
    return account_sheet(account(scope_of(body, agreement), since=what.since, until=what.on))


def _kinds() -> list[tuple[str, str]]:
    return [(kind, kind_label(kind)) for kind in (*RateLine.FeeKind.values, INTEREST)]


PAGES: dict[str, MoneyPage] = {
    page.name: page
    for page in (
        MoneyPage(
            name="ageing", title=_("账龄"), build=ageing_sheet, choices=(("by", _("汇总方式"), lambda: GROUPED),)
        ),
        MoneyPage(name="account", title=_("往来对账单"), build=_account, spans=True, needs_body=True, has_pdf=True),
        MoneyPage(
            name="forecast", title=_("回款预测"), build=forecast_sheet, choices=(("step", _("期间"), lambda: STEPS),)
        ),
        MoneyPage(
            name="revenue",
            title=_("收入统计"),
            build=revenue_sheet,
            spans=True,
            choices=(("kind", _("费用类别"), _kinds),),
        ),
        MoneyPage(name="debtors", title=_("主要欠款单位"), build=debtors_sheet),
        MoneyPage(name="dso", title=_("应收周转"), build=dso_sheet),
    )
}


def choices_of(page: MoneyPage, what: Asked) -> list[Choice]:
    """The selects of a page with what is chosen: organisation, agreement, and its own (three queries at most)."""
    agreements = Agreement.objects.filter(effective_on__isnull=False)
    own = agreements.filter(party_b=what.body) if what.body else agreements
    found = [
        _choice("organisation", _("乙方"), bodies(agreements), what.body),
        _choice("agreement", _("协议"), own.order_by("number").values_list("pk", "number"), what.agreement),
    ]
    for name, label, options in page.choices:
        optional = name == "kind"
        found.append(_choice(name, label, options(), getattr(what, name), optional=optional))
    return found


def own_choices(user: User, body: Organisation, agreement: Agreement | None) -> list[Choice]:
    """The selects of Party B's statement: its organisations, and the agreements of the one that is shown."""
    own = Organisation.objects.filter(memberships__user=user, memberships__active=True).distinct().order_by("name")
    agreements = body.agreements.filter(effective_on__isnull=False).order_by("number")
    organisation = _choice("organisation", _("单位"), own.values_list("pk", "name"), body.pk, optional=False)
    numbers = agreements.values_list("pk", "number")
    return [organisation, _choice("agreement", _("协议"), numbers, agreement.pk if agreement else None)]


def _choice(name: str, label: object, options: Any, value: object, *, optional: bool = True) -> Choice:
    return Choice(
        name=name,
        label=label,
        options=[(str(key), text) for key, text in options],
        value=str(value or ""),
        optional=optional,
    )


def file_name(page: MoneyPage, on: date) -> str:
    """The name of an export, without its ending."""
    return f"{page.name}-{on:%Y%m%d}"
