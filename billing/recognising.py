"""Rows of a bank's file against what is recorded: new, known, or known with other content.

A transaction is told by account and bank number; where the bank gives none, by its content.  Several with one number
differ in their occurrence: two identical real payments both stay, the same payment in two files is there once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from billing.bank_reading import Line
from billing.models import BankReceipt, BankRow
from billing.payers import plain_account
from contracts.names import key

SEEN = "rows_seen"  # the rows of imported files that are a receipt
Content: TypeAlias = "tuple[date, Decimal, str]"
Mark: TypeAlias = "tuple[str, str]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line is: its bank number (made of its content where it has none), its occurrence, and what was found."""

    txn: str
    occurrence: int
    verdict: str
    why: str = ""
    receipt: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    content: Content
    txn: str
    occurrence: int
    receipt: int | None
    by_hand: bool


def fingerprint(line: Line) -> str:
    """A number for a row without one: day, amount, payer and remittance text, however they are typed."""
    said = (line.value_date.isoformat(), str(line.signed), key(line.other_name), plain_account(line.other_account))
    return "FP-" + hashlib.sha256("|".join((*said, key(line.memo))).encode()).hexdigest()[:32].upper()


def judge(lines: Sequence[Line]) -> list[Verdict]:
    """A verdict for each line, in the order of the lines, against what is recorded now."""
    known = _recorded(lines)
    verdicts: dict[int, Verdict] = {}
    for at, line in enumerate(lines):  # first what is there already, word for word
        pool = known.with_number(line)
        same = next((one for one in pool if one not in known.used and one.content == _content(line)), None)
        if same is not None:
            known.used.add(same)
            verdicts[at] = Verdict(_txn(line), same.occurrence, BankRow.Verdict.KNOWN, receipt=same.receipt)
    for at, line in enumerate(lines):
        if at not in verdicts:
            verdicts[at] = _of_unknown(line, known)
    return [verdicts[at] for at in range(len(lines))]


class _Recorded:
    """What is recorded that a file might repeat."""

    def __init__(self) -> None:
        self.used: set[_Known] = set()
        self._by_number: dict[tuple[bool, Mark], list[_Known]] = defaultdict(list)
        self._by_hand: dict[tuple[str, Content], list[_Known]] = defaultdict(list)
        self._last: dict[tuple[bool, Mark], int] = {}

    def add(self, mark: Mark, known: _Known, *, incoming: bool) -> None:
        self._by_number[incoming, mark].append(known)
        if known.by_hand:
            self._by_hand[mark[0], known.content].append(known)

    def with_number(self, line: Line) -> list[_Known]:
        return self._by_number[line.incoming, _mark(line)]

    def by_hand(self, line: Line) -> _Known | None:
        """A receipt that a person recorded under another number, with the same day, amount and payer."""
        rows = self._by_hand[plain_account(line.account), _content(line)] if line.incoming else []
        return next((one for one in rows if one not in self.used), None)

    def next_occurrence(self, line: Line) -> int:
        place = (line.incoming, _mark(line))
        highest = max((one.occurrence for one in self._by_number[place]), default=0)
        self._last[place] = max(self._last.get(place, 0), highest) + 1
        return self._last[place]


def _of_unknown(line: Line, known: _Recorded) -> Verdict:
    other = next((one for one in known.with_number(line) if one not in known.used), None)
    occurrence = known.next_occurrence(line)
    if other is not None and line.incoming:
        known.used.add(other)
        day, amount, _payer = other.content
        why = _("流水号已登记为 %(on)s 到账 %(amount)s 元，内容不同。") % {"on": day, "amount": amount}
        return Verdict(_txn(line), occurrence, BankRow.Verdict.CONFLICT, why, other.receipt)
    if (twin := known.by_hand(line)) is not None:
        known.used.add(twin)
        why = _("已手工登记同日、同额、同付款人的收款，流水号 %(txn)s。") % {"txn": twin.txn}
        return Verdict(_txn(line), occurrence, BankRow.Verdict.CONFLICT, why, twin.receipt)
    return Verdict(_txn(line), occurrence, BankRow.Verdict.NEW)


def _recorded(lines: Sequence[Line]) -> _Recorded:
    found = _Recorded()
    numbers, days = {_txn(line) for line in lines}, [line.value_date for line in lines]
    for receipt in _receipts(numbers, days):
        content = receipt.value_date, receipt.amount, key(receipt.payer_name)
        seen = getattr(receipt, SEEN)
        known = _Known(content, receipt.bank_txn_id, receipt.occurrence, receipt.pk, by_hand=not seen)
        found.add((plain_account(receipt.account), receipt.bank_txn_id), known, incoming=True)
        for row in seen:  # a row that a person found to be this receipt is known under the number of the row
            if row.choice == BankRow.Choice.SKIP:
                content = row.value_date, row.amount, key(row.other_name)
                alias = _Known(content, row.bank_txn_id, row.occurrence, receipt.pk, by_hand=False)
                found.add((plain_account(row.account), row.bank_txn_id), alias, incoming=True)
    for row in BankRow.objects.taken_in().filter(direction="out", value_date__range=(min(days), max(days))):
        content = row.value_date, row.amount, key(row.other_name)
        known = _Known(content, row.bank_txn_id, row.occurrence, None, by_hand=False)
        if row.verdict == BankRow.Verdict.NEW:
            found.add((plain_account(row.account), row.bank_txn_id), known, incoming=False)
    return found


def _receipts(numbers: Iterable[str], days: Sequence[date]) -> list[BankReceipt]:
    imported = Prefetch("bank_rows", BankRow.objects.taken_in().order_by("pk"), to_attr=SEEN)
    rows = BankReceipt.objects.prefetch_related(imported)
    within = {row.pk: row for row in rows.filter(value_date__range=(min(days), max(days)))}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), 500):
        within.update({row.pk: row for row in rows.filter(bank_txn_id__in=wanted[start : start + 500])})
    return [within[pk] for pk in sorted(within)]


def _txn(line: Line) -> str:
    return line.txn or fingerprint(line)


def _mark(line: Line) -> Mark:
    return plain_account(line.account), _txn(line)


def _content(line: Line) -> Content:
    return line.value_date, line.amount, key(line.other_name)
