"""Answers to a usage statement, line by line: Party B confirms or disputes, finance upholds or rejects."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import usage
from billing.models import LineAnswer, UsageRecord, UsageStatement, UsageStatementLine
from billing.periods import civil_day, midnight
from billing.statement_news import tell_answered, tell_decided, tell_disputed, tell_lapsed
from billing.statements import locked
from contracts import papers
from contracts.models import Paper
from journal.recording import record
from people.models import User
from people.refusal import Refused

State, Kind, Outcome = UsageStatement.State, LineAnswer.Kind, LineAnswer.Outcome
OWN_SOURCE = "对账"  # the source of usage that no metering system told of


@dataclass(frozen=True, kw_only=True)
class Objection:
    """What Party B says against a line: why, what it counts instead, and a file that shows it."""

    reason: str
    counts: Decimal | None = None
    file: Any = None


@transaction.atomic
def confirm(
    statement: UsageStatement, *, line: UsageStatementLine | None = None, by: User, at: datetime
) -> UsageStatement:
    """Party B agrees with a line, or with all lines that it has not answered yet."""
    statement = _answerable(statement)
    open_lines = statement.lines.filter(answer=None)
    lines = list(open_lines if line is None else open_lines.filter(pk=line.pk))
    if not lines:
        raise Refused(_("这些行已经答复过了，请刷新页面查看。"))
    LineAnswer.objects.bulk_create(LineAnswer(line=one, kind=Kind.CONFIRMED, by=by, at=at) for one in lines)
    data = {"lines": [one.position for one in lines]}
    return _moved(statement, "statement.confirmed", by=by, at=at, data=data)


@transaction.atomic
def dispute(line: UsageStatementLine, objection: Objection, *, by: User, at: datetime) -> LineAnswer:
    """Party B does not agree with a line, and says why."""
    statement = _answerable(line.statement)
    if not objection.reason.strip():
        raise Refused(_("请写明异议的理由。"))
    if LineAnswer.objects.filter(line=line).exists():
        raise Refused(_("第 %(line)d 行已经答复过了，请刷新页面查看。") % {"line": line.position})
    paper = None
    if objection.file:
        paper = papers.keep(
            statement.period.agreement, objection.file, kind=Paper.Kind.EVIDENCE, for_party_b=True, by=by, at=at
        )
    answer = LineAnswer.objects.create(
        line=line, kind=Kind.DISPUTED, reason=objection.reason.strip()[:1000], counts=objection.counts,
        evidence=paper, by=by, at=at,
    )  # fmt: skip
    data = {"line": line.position, "counts": objection.counts}
    _moved(statement, "statement.disputed", by=by, at=at, data=data, reason=answer.reason)
    tell_disputed(answer, at=at)
    return answer


@transaction.atomic
def withdraw(line: UsageStatementLine, *, by: User, at: datetime) -> LineAnswer:
    """Party B takes a dispute back that finance has not answered: the line counts as confirmed."""
    answer = _open_dispute(line)
    answer.outcome, answer.decided_at, answer.decided_by = Outcome.WITHDRAWN, at, by
    answer.save()
    _moved(answer.line.statement, "statement.withdrawn", by=by, at=at, data={"line": line.position})
    return answer


@transaction.atomic
def uphold(
    line: UsageStatementLine, *, quantity: Decimal | None = None, decision: str = "", by: User, at: datetime
) -> LineAnswer:
    """Finance agrees with a dispute.  The usage of a metered line is corrected to `quantity`, or to Party B's count.

    The statement itself stays: a later revision says what is right then.  Raises Refused for a quantity that nobody
    named or that is the one stated.
    """
    answer = _open_dispute(line)
    stated = answer.line
    if stated.rate_line.meter:
        right = answer.counts if quantity is None else quantity
        if right is None:
            raise Refused(_("乙方没有写明它认为的数量，请填写更正后的数量。"))
        answer.correction = _correct(stated, right, by=by, at=at)
    answer.outcome, answer.decided_at, answer.decided_by = Outcome.UPHELD, at, by
    answer.decision = decision.strip()[:1000]
    answer.save()
    _decided(answer, "statement.upheld", by=by, at=at)
    return answer


@transaction.atomic
def reject(line: UsageStatementLine, *, decision: str, by: User, at: datetime) -> LineAnswer:
    """Finance does not agree with a dispute, and says why."""
    answer = _open_dispute(line)
    if not decision.strip():
        raise Refused(_("异议不成立的，请写明理由。"))
    answer.outcome, answer.decided_at, answer.decided_by = Outcome.REJECTED, at, by
    answer.decision = decision.strip()[:1000]
    answer.save()
    _decided(answer, "statement.rejected", by=by, at=at)
    return answer


@transaction.atomic
def lapse(statement: UsageStatement, *, at: datetime) -> str:
    """The time to answer is over: by agreement silence is consent, or Party B must be asked again.

    Answers deemed or lapsed, or nothing when every line is answered or the time is not over.
    """
    statement = locked(statement)
    over = statement.confirm_by is not None and statement.confirm_by < civil_day(at)
    waits = statement.state in {State.SENT, State.DISPUTED} and statement.deemed_at is None
    if not (over and waits and statement.lines.filter(answer=None).exists()):
        return "nothing"
    if statement.version.statement_silence != statement.version.StatementSilence.DEEMED:
        tell_lapsed(statement, at=at)
        return "lapsed"
    statement.deemed_at = at
    positions = list(statement.lines.filter(answer=None).values_list("position", flat=True))
    _moved(statement, "statement.deemed", by=None, at=at, data={"lines": positions})
    tell_lapsed(statement, at=at)
    return "deemed"


def state_of(statement: UsageStatement) -> UsageStatement.State:
    """Where a sent statement stands, told by the answers to its lines."""
    answers = [getattr(line, "answer", None) for line in statement.lines.select_related("answer")]
    given = [answer for answer in answers if answer is not None]
    if any(answer.is_open or answer.outcome == Outcome.UPHELD for answer in given):
        return State.DISPUTED
    if len(given) < len(answers) and statement.deemed_at is None:
        return State.SENT
    if any(answer.outcome == Outcome.REJECTED for answer in given):
        return State.SETTLED
    return State.CONFIRMED if len(given) == len(answers) else State.DEEMED


def _answerable(statement: UsageStatement) -> UsageStatement:
    statement = locked(statement)
    if statement.state not in {State.SENT, State.DISPUTED} or statement.deemed_at is not None:
        raise Refused(
            _("对账单 %(number)s 现在是“%(state)s”，不能再答复；有不同意见请联系甲方财务人员。")
            % {"number": statement.number or "", "state": statement.get_state_display()}
        )
    return statement


def _open_dispute(line: UsageStatementLine) -> LineAnswer:
    """The dispute of a line, not answered yet, under the lock of its agreement."""
    statement = locked(line.statement)
    answer: LineAnswer | None = (
        LineAnswer.objects.select_related("line__rate_line", "line__period").filter(line=line).first()
    )
    if answer is None or not answer.is_open or statement.state == State.SUPERSEDED:
        raise Refused(_("第 %(line)d 行没有待答复的异议，请刷新页面查看。") % {"line": line.position})
    answer.line.statement = statement
    return answer


def _correct(line: UsageStatementLine, right: Decimal, *, by: User, at: datetime) -> UsageRecord:
    """A row of usage that makes the line count `right`: it corrects the last row that the line counted."""
    difference = right - line.quantity
    if not difference:
        raise Refused(_("更正后的数量与对账单相同，没有可更正的；异议不成立请选择“异议不成立”。"))
    first, after = (date.fromisoformat(day) for day in line.trace["span"])
    agreement, meter = line.statement.period.agreement, line.rate_line.meter
    counted = agreement.usage.filter(meter=meter, occurred_at__gte=midnight(first), occurred_at__lt=midnight(after))
    last = counted.filter(corrects=None).order_by("-occurred_at", "-pk").first()
    identity = f"{line.statement.number}-{line.position}"
    event = usage.Event(
        source_event_id=identity,
        meter=meter,
        occurred_at=last.occurred_at if last else midnight(first),
        quantity=difference,
        corrects=last.source_event_id if last else "",
    )
    source = last.source if last else OWN_SOURCE
    usage.take_in(agreement, [event], source=source, batch=line.statement.number or "", by=by, at=at)
    corrected: UsageRecord = UsageRecord.objects.get(source=source, source_event_id=identity)
    return corrected


def _decided(answer: LineAnswer, action: str, *, by: User, at: datetime) -> None:
    data = {"line": answer.line.position, "correction": answer.correction_id}
    _moved(answer.line.statement, action, by=by, at=at, data=data, reason=answer.decision)
    tell_decided(answer, at=at)


def _moved(
    statement: UsageStatement, action: str, *, by: User | None, at: datetime, data: dict[str, Any], reason: str = ""
) -> UsageStatement:
    before, statement.state = statement.state, state_of(statement)
    if statement.state == State.SETTLED:
        statement.settled_at = at
    statement.save()
    agreement = statement.period.agreement
    record(
        action,
        obj=statement,
        by=by,
        at=at,
        reason=reason,
        data={"number": statement.number, "state": statement.state, **data},
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
    )
    if statement.state != before and statement.state in {State.CONFIRMED, State.DEEMED}:
        tell_answered(statement, at=at)
    return statement
