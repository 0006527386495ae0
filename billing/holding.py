"""What a bill leaves out: lines that Party B disputes wait for finance's answer, and come with a later bill.

A line that waits stands on the bill with nothing, so that Party B reads why it is missing, and the next bill finds it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils import translation
from django.utils.translation import gettext as _

from billing.charging import Charge
from billing.models import LineAnswer, ServicePeriod
from billing.money import ZERO
from billing.statements import states
from billing.tax import Taxed
from contracts.models import Agreement, AgreementVersion
from people.refusal import Refused

Key = tuple[int, int]  # price and period


def disputed(agreement: Agreement) -> dict[Key, str]:
    """The charges under dispute, each with the number of its statement."""
    rows = LineAnswer.objects.open().filter(line__statement__period__agreement=agreement)
    found = rows.values_list("line__rate_line", "line__period", "line__statement__number")
    return {(rate, period): number for rate, period, number in found}


def without_disputed(charges: Iterable[Charge], waiting: dict[Key, str]) -> list[Charge]:
    """The charges with nothing in place of those that wait.  Raises Refused when all of them do."""
    kept = [_waits(charge, waiting) for charge in charges]
    if kept and all(charge.trace.get("held") for charge in kept):
        raise Refused(_("本期各行都有未答复的对账异议，没有可以出账的；请先在对账单页面答复。"))
    return kept


def require_answered(version: AgreementVersion, period: ServicePeriod, charges: Sequence[Charge]) -> None:
    """Raise Refused where the terms want a statement first and Party B has not answered just these charges."""
    if not version.statement_required:
        return
    statement = period.statements.standing().first()
    if statement is None:
        raise Refused(_("协议约定先对账后出账：请先发出 %(period)s 的对账单。") % {"period": period})
    if statement.deemed_at is None and (left := statement.lines.filter(answer=None).count()):
        raise Refused(
            _("协议约定先对账后出账：对账单 %(number)s 还有 %(left)d 行没有答复。")
            % {"number": statement.number, "left": left}
        )
    if statement.lines.filter(answer__outcome=LineAnswer.Outcome.UPHELD).exists():
        raise Refused(_("对账单 %(number)s 的异议已经成立，请先出具新版并由乙方答复。") % {"number": statement.number})
    if not states(statement, charges):
        raise Refused(
            _("对账单 %(number)s 发出之后用量或价目有变化，请先出具新版并由乙方答复。") % {"number": statement.number}
        )


def _waits(charge: Charge, waiting: dict[Key, str]) -> Charge:
    number = waiting.get((charge.rate.pk, charge.period.pk))
    if number is None:
        return charge
    with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
        words = _("%(line)s（对账有异议，处理后计入下一期）") % {"line": charge.description}
    trace = {"held": True, "statement": number, "span": charge.trace.get("span", [])}
    return replace(charge, description=words, quantity=ZERO, taxed=Taxed(ZERO, ZERO), trace=trace)
