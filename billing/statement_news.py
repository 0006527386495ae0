"""Who is told of usage statements: Party B what it has to answer, finance what was answered, each once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import LineAnswer, ServicePeriod, UsageStatement
from billing.telling import holders
from journal.models import Notice
from journal.outbox import announce_each
from people import roles
from people.models import User

FINANCE = (roles.FINANCE, roles.FINANCE_LEAD)


def tell_sent(statement: UsageStatement, *, at: datetime) -> None:
    """Party B learns that a statement waits for its answer; asked again, it learns so once more."""
    told = _told(statement)
    announce_each(
        _party_b(statement),
        key=f"statement.sent:{statement.pk}:{statement.asked_again}",
        kind="statement.sent",
        subject=lambda: _("请核对并答复对账单 %(number)s，期间 %(period)s") % told,
        body=lambda: (
            _("协议 %(agreement)s 在 %(period)s 的对账单 %(number)s 已发出，请逐行确认或提出异议。%(until)s")
            % {**told, "until": _until(statement)}
        ),
        url=portal_page(statement),
        level=Notice.Level.WARNING.value if statement.asked_again else Notice.Level.INFO.value,
        at=at,
    )


def tell_soon(statement: UsageStatement, *, at: datetime) -> None:
    """Party B learns that the time to answer runs out."""
    told = {**_told(statement), "by": statement.confirm_by}
    announce_each(
        _party_b(statement),
        key=f"statement.soon:{statement.pk}:{statement.confirm_by}",
        kind="statement.soon",
        subject=lambda: _("对账单 %(number)s 的答复期限 %(by)s 即将届满") % told,
        body=lambda: (
            _("协议 %(agreement)s 的对账单 %(number)s 还有未答复的行，请在 %(by)s 前答复。%(silence)s")
            % {**told, "silence": _silence(statement)}
        ),
        url=portal_page(statement),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def tell_lapsed(statement: UsageStatement, *, at: datetime) -> None:
    """Both sides learn that the time to answer is over, and what follows."""
    told = {**_told(statement), "by": statement.confirm_by}
    letter: dict[str, Any] = {
        "key": f"statement.lapsed:{statement.pk}:{statement.confirm_by}",
        "kind": "statement.lapsed",
        "subject": lambda: _("对账单 %(number)s 的答复期限 %(by)s 已过") % told,
        "body": lambda: (
            _("协议 %(agreement)s 的对账单 %(number)s 到期仍有未答复的行。%(silence)s")
            % {**told, "silence": _silence(statement)}
        ),
        "level": Notice.Level.WARNING.value,
        "at": at,
    }
    announce_each(_party_b(statement), url=portal_page(statement), **letter)
    announce_each(holders(*FINANCE), url=_admin_page(statement), **letter)


def tell_answered(statement: UsageStatement, *, at: datetime) -> None:
    """Finance learns that every line of a statement is confirmed, by words or by silence."""
    told = {**_told(statement), "state": statement.get_state_display()}
    announce_each(
        holders(*FINANCE),
        key=f"statement.{statement.state}:{statement.pk}",
        kind="statement.answered",
        subject=lambda: _("对账单 %(number)s：%(state)s") % {**told, "state": statement.get_state_display()},
        url=_admin_page(statement),
        at=at,
    )


def tell_disputed(answer: LineAnswer, *, at: datetime) -> None:
    """Finance learns that Party B disputes a line."""
    statement = answer.line.statement
    told = {**_told(statement), "line": str(answer.line), "reason": answer.reason}
    announce_each(
        holders(*FINANCE),
        key=f"statement.disputed:{answer.pk}",
        kind="statement.disputed",
        subject=lambda: _("乙方对对账单 %(number)s 有异议：%(line)s") % told,
        body=lambda: _("乙方理由：%(reason)s") % told,
        url=_admin_page(statement),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def tell_decided(answer: LineAnswer, *, at: datetime) -> None:
    """Party B learns what finance answered to its dispute."""
    statement = answer.line.statement
    told = {**_told(statement), "line": str(answer.line), "decision": answer.decision}
    announce_each(
        _party_b(statement),
        key=f"statement.decided:{answer.pk}",
        kind="statement.decided",
        subject=lambda: (
            _("对账单 %(number)s（%(line)s）：%(outcome)s") % {**told, "outcome": answer.get_outcome_display()}
        ),
        body=lambda: told["decision"],
        url=portal_page(statement),
        at=at,
    )


def tell_stuck(period: ServicePeriod, why: str, *, at: datetime) -> None:
    """Finance learns that the statement of a period could not be drafted by itself."""
    told = {"agreement": period.agreement.number, "period": str(period)}
    announce_each(
        holders(*FINANCE),
        key=f"statement.stuck:{period.pk}",
        kind="statement.stuck",
        subject=lambda: _("协议 %(agreement)s 在 %(period)s 的对账单未能拟出") % told,
        body=why,
        url=reverse("admin:billing_serviceperiod_change", args=[period.pk]),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def portal_page(statement: UsageStatement) -> str:
    """Where Party B reads and answers it."""
    return reverse("billing:statement", args=[statement.pk])


def _admin_page(statement: UsageStatement) -> str:
    return reverse("admin:billing_usagestatement_change", args=[statement.pk])


def _party_b(statement: UsageStatement) -> Iterable[User]:
    body = statement.period.agreement.party_b_id
    return User.objects.filter(memberships__organisation=body, memberships__active=True, is_active=True).distinct()


def _told(statement: UsageStatement) -> dict[str, Any]:
    agreement = statement.period.agreement
    return {"number": statement.number or "", "agreement": agreement.number, "period": str(statement.period)}


def _until(statement: UsageStatement) -> str:
    if statement.confirm_by is None:
        return ""
    return _("请在 %(by)s 前答复。") % {"by": statement.confirm_by} + _silence(statement)


def _silence(statement: UsageStatement) -> str:
    deemed = statement.version.statement_silence == statement.version.StatementSilence.DEEMED
    return _("逾期未答复的行视为确认。") if deemed else _("逾期未答复不视为确认。")
