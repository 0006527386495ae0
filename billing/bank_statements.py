"""Bank statements: read and looked at, doubtful rows decided by a person, then taken in whole or set aside."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from billing.bank_reading import Line, Reading, balances_of, read
from billing.models import BankMapping, BankReceipt, BankRow, BankStatement
from billing.money import ZERO
from billing.payers import Payers
from billing.periods import civil_day
from billing.recognising import Verdict, judge
from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.uploading import Checked, check

CHUNK = 500
MOST_ERRORS = 200  # kept of a file that does not fit its mapping
State = BankStatement.State


@transaction.atomic
def read_in(mapping: BankMapping, file: Any, *, by: User, at: datetime) -> BankStatement:
    """Read a file by a mapping that is in use, and keep its rows to be looked at; no receipt is made yet.

    Raises Refused for a file that stands already, and for one that the mapping cannot read at all.
    """
    if mapping.state != BankMapping.State.ACTIVE:
        raise Refused(_("这个流水格式没有启用，请先试读并启用。"))
    [sent] = check([file])
    if (earlier := BankStatement.objects.standing().filter(sha256=sent.sha256).first()) is not None:
        raise Refused(_already(earlier))
    sent.file.seek(0)
    reading = read(mapping, sent.file.read(), today=civil_day(at))
    made = _statement(mapping, sent, reading)
    made.uploaded_by, made.uploaded_at = by, at
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:  # another person sent it at this moment
        raise Refused(_("同一份流水文件刚刚由他人上传，请刷新列表。")) from error
    _keep_rows(made, reading.lines)
    data = {"file": sent.sha256, "in": made.count_in, "out": made.count_out, "errors": made.error_count}
    record("bank_statement.read", obj=made, by=by, at=at, data=data)
    return made


@transaction.atomic
def choose(row: BankRow, choice: str, *, reason: str, by: User, at: datetime) -> BankRow:
    """Decide on a doubtful row: another payment (take), or the one that is recorded (skip).  Needs a reason."""
    if not reason.strip():
        raise Refused(_("请写明核对的依据。"))
    statement = _held(row.statement)
    row = statement.rows.get(pk=row.pk)
    if row.verdict != BankRow.Verdict.CONFLICT:
        raise Refused(_("这一行不需要核对。"))
    row.choice, row.choice_reason, row.chosen_by = BankRow.Choice(choice), reason.strip(), by
    row.save(update_fields=["choice", "choice_reason", "chosen_by"])
    data = {"line": row.line, "choice": row.choice}
    record("bank_statement.row_chosen", obj=statement, by=by, at=at, reason=reason.strip(), data=data)
    return row


@transaction.atomic
def recheck(statement: BankStatement) -> BankStatement:
    """Compare the rows with what is recorded now; decisions on rows that are still doubtful stay."""
    statement = _held(statement)
    _judged_anew(list(statement.rows.all()))
    return statement


@transaction.atomic
def take_in(statement: BankStatement, *, accept: str = "", by: User, at: datetime) -> BankStatement:
    """Record the new incoming rows as receipts, all or none.

    Raises Refused for unread rows, for doubtful ones that nobody decided, and for balances that do not agree unless
    `accept` says why the file is right nevertheless.
    """
    statement = _held(statement)
    if statement.error_count:
        raise Refused(
            _("有 %(count)d 行读不懂，不能导入；请改正流水格式或重新导出。") % {"count": statement.error_count}
        )
    if statement.balanced is False and not accept.strip():
        raise Refused(_("余额对不上，请写明核对结果后再导入。"))
    rows = _judged_anew(list(statement.rows.all()))
    if open_ := [row.line for row in rows if _undecided(row)]:
        lines = "、".join(str(line) for line in open_[:10])
        raise Refused(_("第 %(lines)s 行须先核对：是另一笔还是同一笔。") % {"lines": lines})
    coming = [row for row in rows if _is_coming(row)]
    _record_receipts(coming, by=by, at=at)
    statement.state, statement.added, statement.note = State.IMPORTED, len(coming), accept.strip()
    statement.decided_by, statement.decided_at = by, at
    statement.save()
    data = {"file": statement.sha256, "added": len(coming), "rows": len(rows)}
    record("bank_statement.imported", obj=statement, by=by, at=at, reason=accept.strip(), data=data)
    return statement


@transaction.atomic
def discard(statement: BankStatement, *, reason: str, by: User, at: datetime) -> BankStatement:
    """Set a file aside; it may be sent again."""
    if not reason.strip():
        raise Refused(_("请填写作废原因。"))
    statement = _held(statement)
    statement.state, statement.note = State.DISCARDED, reason.strip()
    statement.decided_by, statement.decided_at = by, at
    statement.save()
    record("bank_statement.discarded", obj=statement, by=by, at=at, reason=reason.strip())
    return statement


def _already(earlier: BankStatement) -> str:
    said = {"name": earlier.name, "at": f"{timezone.localtime(earlier.uploaded_at):%Y-%m-%d %H:%M}"}
    if earlier.state == State.IMPORTED:
        return _("同一份文件（%(name)s）已于 %(at)s 上传并导入，没有重复导入。") % said
    return _("同一份文件（%(name)s）已于 %(at)s 上传，待导入；请在列表中打开它。") % said


def _statement(mapping: BankMapping, sent: Checked, reading: Reading) -> BankStatement:
    lines = reading.lines
    days, balances = [line.value_date for line in lines], balances_of(lines)
    account = lines[0].account if lines else mapping.account_text
    return BankStatement(
        mapping=mapping, account=account, name=sent.name, sha256=sent.sha256,
        first_day=min(days, default=None), last_day=max(days, default=None),
        count_in=sum(line.incoming for line in lines), count_out=sum(not line.incoming for line in lines),
        sum_in=_sum(line.amount for line in lines if line.incoming),
        sum_out=_sum(line.amount for line in lines if not line.incoming),
        opening=balances.opening, closing=balances.closing, balanced=balances.agree,
        balance_words=balances.words or _gap(account, balances.opening, min(days, default=None)),
        error_count=len(reading.errors), errors=[list(error) for error in reading.errors[:MOST_ERRORS]],
    )  # fmt: skip


def _gap(account: str, opening: Decimal | None, first: Any) -> str:
    """A word of warning where this file does not follow on the one imported before it."""
    if opening is None or first is None:
        return ""
    before = BankStatement.objects.filter(
        account=account, state=State.IMPORTED, last_day__lt=first, closing__isnull=False
    ).order_by("-last_day", "-pk")
    last = before.first()
    if last is None or last.closing == opening:
        return ""
    return _("与上一份流水（至 %(day)s）的期末余额 %(closing)s 不衔接，中间可能缺流水。") % {
        "day": last.last_day, "closing": last.closing,
    }  # fmt: skip


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _keep_rows(statement: BankStatement, lines: Sequence[Line]) -> None:
    if not lines:
        return
    rows = [
        BankRow(
            statement=statement, line=line.line, direction="in" if line.incoming else "out", account=line.account,
            value_date=line.value_date, amount=line.amount, other_name=line.other_name,
            other_account=line.other_account, memo=line.memo, balance=line.balance, **_found(verdict),
        )
        for line, verdict in zip(lines, judge(lines), strict=True)
    ]  # fmt: skip
    BankRow.objects.bulk_create(rows, batch_size=CHUNK)


def _found(verdict: Verdict) -> dict[str, Any]:
    return {
        "bank_txn_id": verdict.txn,
        "occurrence": verdict.occurrence,
        "verdict": verdict.verdict,
        "why": verdict.why,
        "receipt_id": verdict.receipt,
    }


def _judged_anew(rows: list[BankRow]) -> list[BankRow]:
    if not rows:
        return rows
    for row, verdict in zip(rows, judge([_line_of(row) for row in rows]), strict=True):
        for name, value in _found(verdict).items():
            setattr(row, name, value)
        if row.verdict != BankRow.Verdict.CONFLICT:
            row.choice, row.choice_reason, row.chosen_by = "", "", None
    fields = ["bank_txn_id", "occurrence", "verdict", "why", "receipt", "choice", "choice_reason", "chosen_by"]
    BankRow.objects.bulk_update(rows, fields, batch_size=CHUNK)
    return rows


def _line_of(row: BankRow) -> Line:
    made = row.bank_txn_id.startswith("FP-")
    return Line(
        line=row.line, incoming=row.direction == BankRow.Direction.IN, account=row.account, value_date=row.value_date,
        amount=row.amount, other_name=row.other_name, other_account=row.other_account, memo=row.memo,
        txn="" if made else row.bank_txn_id, balance=row.balance,
    )  # fmt: skip


def _undecided(row: BankRow) -> bool:
    return row.verdict == BankRow.Verdict.CONFLICT and not row.choice


def _is_coming(row: BankRow) -> bool:
    fresh = row.verdict == BankRow.Verdict.NEW or row.choice == BankRow.Choice.TAKE
    return fresh and row.direction == BankRow.Direction.IN


def _record_receipts(rows: list[BankRow], *, by: User, at: datetime) -> None:
    payers = Payers()
    receipts = [
        BankReceipt(
            account=row.account, bank_txn_id=row.bank_txn_id, occurrence=row.occurrence, value_date=row.value_date,
            amount=row.amount, payer_name=row.other_name, payer_account=row.other_account, memo=row.memo,
            recorded_at=at, recorded_by=by,
        )
        for row in rows
    ]  # fmt: skip
    for receipt in receipts:
        receipt.party_id = payers.learnt(receipt)
    try:
        with transaction.atomic():
            made = bulk_create_with_history(receipts, BankReceipt, batch_size=CHUNK, default_user=by, default_date=at)
    except IntegrityError as error:  # another file with the same rows was taken in at this moment
        raise Refused(_("其中有收款刚刚由他人登记，请重新核对后再导入。")) from error
    for row, receipt in zip(rows, made, strict=True):
        row.receipt = receipt
    BankRow.objects.bulk_update(rows, ["receipt"], batch_size=CHUNK)


def _held(statement: BankStatement) -> BankStatement:
    statement = BankStatement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    if statement.state != State.PREVIEWED:
        raise Refused(_("这份流水已经处理（%(state)s）。") % {"state": statement.get_state_display()})
    return statement
