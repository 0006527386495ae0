"""Usage statements (对账单): drafting one of a period that is over, sending it, asking again, a later revision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.charging import Charge, charges_of
from billing.document import to_dict
from billing.due_dates import calendar_of
from billing.models import ServicePeriod, UsageStatement, UsageStatementLine
from billing.money import ZERO
from billing.numbering import printed, take_number
from billing.periods import civil_day
from billing.pricing import with_detail
from billing.printing import require_drawable
from billing.statement_news import tell_sent
from billing.statement_printing import heading_of, keep_pdf, statement_paper
from contracts.models import Agreement, AgreementVersion
from contracts.terms import terms_on
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.calendars import current_version, workday_calendar
from worktime.explain import explain_workdays

SERIES = "DZ"
State = UsageStatement.State
FINAL = (State.CONFIRMED, State.DEEMED, State.SETTLED)


@transaction.atomic
def draft(period: ServicePeriod, *, by: User | None, at: datetime, reason: str = "") -> UsageStatement:
    """A statement of a period that is over, or a later revision of the one that stands.

    Raises Refused for a period that is not over, a second draft, a revision that says the same or says not why.
    """
    agreement = lock_agreement(period.agreement_id)
    period = ServicePeriod.objects.select_related("agreement").get(pk=period.pk)
    if period.ends_on > civil_day(at):
        raise Refused(
            _("服务周期 %(period)s 还没有结束，%(ends)s 起才能对账。") % {"period": period, "ends": period.ends_on}
        )
    if period.statements.filter(state=State.DRAFT).exists():
        raise Refused(_("服务周期 %(period)s 已有一份对账单草稿。") % {"period": period})
    charges = charges_of(agreement, period, anew=True)
    before = period.statements.standing().first()
    if before is not None:
        _demand_revision(before, charges, reason.strip())
    statement = UsageStatement.objects.create(
        period=period,
        version=terms_on(agreement, period.last_day),
        revision=before.revision + 1 if before else 1,
        replaces=before,
        reason=reason.strip()[:300] if before else "",
        total=sum((charge.net for charge in charges), ZERO),
        made_at=at,
        made_by=by,
    )
    _write_lines(statement, charges)
    _note("statement.drafted", statement, by=by, at=at)
    return statement


@transaction.atomic
def redraft(statement: UsageStatement, *, by: User, at: datetime) -> UsageStatement:
    """Take the charges of a draft anew, for usage or prices have changed."""
    statement = locked(statement)
    _demand_draft(statement)
    charges = charges_of(statement.period.agreement, statement.period, anew=True)
    statement.lines.all().delete()
    statement.total = sum((charge.net for charge in charges), ZERO)
    statement.save()
    _write_lines(statement, charges)
    _note("statement.redrafted", statement, by=by, at=at)
    return statement


@transaction.atomic
def discard(statement: UsageStatement, *, reason: str, by: User, at: datetime) -> None:
    """Throw a draft away.  What was sent stays for good."""
    statement = locked(statement)
    _demand_draft(statement)
    if not reason.strip():
        raise Refused(_("请填写作废草稿的原因。"))
    _note("statement.discarded", statement, by=by, at=at, reason=reason.strip())
    statement.delete()


@transaction.atomic
def send(statement: UsageStatement, *, by: User, at: datetime) -> UsageStatement:
    """Give the draft its number, freeze it and tell Party B; the revision before it is superseded.

    Raises Refused when the charges are no longer those of the draft: whoever sends has seen what is sent.
    """
    statement = locked(statement)
    _demand_draft(statement)
    if not states(statement, charges_of(statement.period.agreement, statement.period, anew=True)):
        raise Refused(_("拟制之后用量或价目有变化，请先点“重新计算”，核对后再发送。"))
    today = civil_day(at)
    _set_deadline(statement, today)
    statement.sent_by = by
    reviewed_by = by.get_full_name() if statement.made_by_id not in {None, by.pk} else ""
    heading = replace(heading_of(statement), issued_on=today, reviewed_by=reviewed_by)
    require_drawable(statement_paper(statement, heading))
    before: UsageStatement | None = statement.replaces
    if before is not None:
        before.state = State.SUPERSEDED
        before.save()
    statement.state, statement.sent_at = State.SENT, at
    statement.number = printed(SERIES, today.year, take_number(SERIES, today.year))
    statement.snapshot = to_dict(statement_paper(statement, replace(heading, number=statement.number)))
    statement.save()
    _note("statement.sent", statement, by=by, at=at, data={"confirm_by": statement.confirm_by})
    tell_sent(statement, at=at)
    # After the commit: no one waits for a drawing.  What is missed the first reader draws.
    transaction.on_commit(partial(keep_pdf, statement), robust=True)
    return statement


@transaction.atomic
def ask_again(statement: UsageStatement, *, by: User, at: datetime) -> UsageStatement:
    """Ask Party B once more for the lines without an answer; the time to answer begins anew."""
    statement = locked(statement)
    if statement.state not in {State.SENT, State.DISPUTED} or not statement.lines.filter(answer=None).exists():
        raise Refused(_("对账单的各行都已答复，不需要再催请。"))
    statement.asked_again += 1
    _set_deadline(statement, civil_day(at))
    statement.save()
    _note("statement.asked_again", statement, by=by, at=at, data={"confirm_by": statement.confirm_by})
    tell_sent(statement, at=at)
    return statement


def lock_agreement(pk: int) -> Agreement:
    """The agreement under its lock: its usage, statements and drafts follow one another."""
    rows = Agreement.objects.select_for_update(of=("self",), no_key=True).select_related("party_a", "party_b")
    agreement: Agreement = rows.get(pk=pk)
    return agreement


def locked(statement: UsageStatement) -> UsageStatement:
    """The statement as it is now, under the lock of its agreement."""
    lock_agreement(statement.period.agreement_id)
    related = ("period__agreement__party_a", "period__agreement__party_b", "version__support_hours__calendar")
    rows = UsageStatement.objects.select_related(*related, "made_by", "replaces")
    found: UsageStatement | None = rows.filter(pk=statement.pk).first()
    if found is None:
        raise Refused(_("该草稿已被作废，请返回对账单列表。"))
    return found


def states(statement: UsageStatement, charges: Sequence[Charge]) -> bool:
    """Whether the statement says just these charges."""
    stated = [(line.rate_line_id, line.period_id, line.quantity, line.amount) for line in statement.lines.all()]
    return stated == [(charge.rate.pk, charge.period.pk, charge.quantity, charge.net) for charge in charges]


def lines_that_differ(before: UsageStatement, after: UsageStatement) -> list[UsageStatementLine]:
    """The lines of a revision that read otherwise in the one before it, or are new."""
    old = {(line.rate_line_id, line.period_id): (line.quantity, line.amount) for line in before.lines.all()}
    return [
        line for line in after.lines.all()
        if old.get((line.rate_line_id, line.period_id)) != (line.quantity, line.amount)
    ]  # fmt: skip


def _write_lines(statement: UsageStatement, charges: Sequence[Charge]) -> None:
    with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
        UsageStatementLine.objects.bulk_create(
            UsageStatementLine(
                statement=statement,
                position=position,
                rate_line=charge.rate,
                period=charge.period,
                description=charge.description,
                clause=charge.rate.clause,
                mode=str(charge.rate.get_fee_kind_display()),
                quantity=charge.quantity,
                unit=charge.rate.unit,
                amount=charge.net,
                trace=with_detail(charge.trace, charge.rate.unit),
            )
            for position, charge in enumerate(charges, start=1)
        )


def _demand_revision(before: UsageStatement, charges: Sequence[Charge], reason: str) -> None:
    if before.state in FINAL and before.period.state == ServicePeriod.State.CLOSED:
        raise Refused(
            _("对账单 %(number)s 的状态是“%(state)s”，不再重新出具；以后的更正作为调整行计入下一期。")
            % {"number": before.number, "state": before.get_state_display()}
        )
    if before.lines.filter(answer__kind="disputed", answer__outcome="").exists():
        raise Refused(_("对账单 %(number)s 还有未答复的异议，请先全部答复，再出具新版。") % {"number": before.number})
    if states(before, charges):
        raise Refused(_("各行与第 %(revision)d 版相同，不需要重新出具。") % {"revision": before.revision})
    if not reason:
        raise Refused(_("这一期已发出第 %(revision)d 版，重新出具请写明原因。") % {"revision": before.revision})


def _demand_draft(statement: UsageStatement) -> None:
    if not statement.is_draft:
        raise Refused(_("对账单 %(number)s 已经发出，内容不能再改；更正请另出新版。") % {"number": statement.number})


def _set_deadline(statement: UsageStatement, sent_on: date) -> None:
    """The Nth working day after the day of sending, which is day 0, with its working; none where none is agreed."""
    version: AgreementVersion = statement.version
    if version.statement_working_days is None:
        return
    days = workday_calendar(current_version(calendar_of(version)))
    explanation = explain_workdays(days, sent_on, version.statement_working_days)
    statement.confirm_by, statement.confirm_working = explanation.due, explanation.as_json()


def _note(
    action: str, statement: UsageStatement, *, by: User | None, at: datetime, reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    period = statement.period
    record(
        action,
        obj=statement,
        by=by,
        at=at,
        reason=reason or statement.reason,
        data={
            "period": str(period), "revision": statement.revision, "number": statement.number,
            "total": statement.total, **(data or {}),
        },
        organisation_id=period.agreement.party_b_id,
        agreement_id=period.agreement_id,
    )  # fmt: skip
