"""What is printed, frozen: every document as a value that a drawing needs nothing beside.

Money is in yuan, rates are shares of one, dates are civil dates in Asia/Shanghai, `period_to` is the last day meant.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from billing.capitals import in_capitals
from billing.money import ZERO
from people.canonical import SnapshotError, decode, digest, encode

LANGUAGES = ("zh-hans", "en")


class DocumentError(ValueError):
    """The figures of a document contradict each other; it must not be printed."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side as it is named on the paper."""

    name: str
    uscc: str = ""
    address: str = ""
    phone: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where to pay; it comes from the agreement, never from an invoice."""

    holder: str = ""
    bank: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill. `clause` names its ground, `detail` the working in one line."""

    item: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_rate: Decimal | None = None
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    clause: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What every paper starts with. No number means a draft, and the paper says so."""

    number: str = ""
    issued_on: date | None = None
    agreement_no: str = ""
    agreement_title: str = ""
    language: str = "zh-hans"
    prepared_by: str = ""
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """账单（付款通知书）: a request to pay. It is not a 发票 and says so.

    `interest` as `purpose` makes it the bill for overdue interest.
    """

    kind: ClassVar[str] = "invoice"
    heading: Heading
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    purpose: str = "service"
    account: BankAccount = field(default_factory=BankAccount)
    period_from: date | None = None
    period_to: date | None = None
    due_on: date | None = None
    due_rule: str = ""
    due_explanation: tuple[str, ...] = ()
    due_provisional: bool = False
    formal_invoice: str = ""
    remarks: tuple[str, ...] = ()
    capitals: str = ""

    def __post_init__(self) -> None:
        check_totals(self.lines, (self.net, self.tax, self.gross))
        _fill_capitals(self, self.gross)


@dataclass(frozen=True, slots=True)
class CreditNote:
    """贷项通知单: takes back part or all of an issued bill. Amounts are positive and reduce it."""

    kind: ClassVar[str] = "credit_note"
    heading: Heading
    seller: Party
    buyer: Party
    refers_to: str
    reason: str
    lines: tuple[Line, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    refers_on: date | None = None
    remarks: tuple[str, ...] = ()
    capitals: str = ""

    def __post_init__(self) -> None:
        check_totals(self.lines, (self.net, self.tax, self.gross))
        _fill_capitals(self, self.gross)


@dataclass(frozen=True, slots=True)
class WriteOff:
    """核销单: principal or interest of a bill that is no longer pursued in the books; a plain sheet for the files."""

    kind: ClassVar[str] = "write_off"
    heading: Heading
    creditor: Party
    debtor: Party
    refers_to: str
    amount: Decimal
    reason: str
    part: str = "principal"
    basis: str = ""
    refers_on: date | None = None
    due_on: date | None = None
    bill_gross: Decimal = ZERO
    waived_until: date | None = None  # interest up to a day is released, not only written off
    remarks: tuple[str, ...] = ()
    capitals: str = ""

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise DocumentError("nothing is written off")
        _fill_capitals(self, self.amount)


@dataclass(frozen=True, slots=True)
class InterestRow:
    """One segment, both days bearing interest. `rate_per` is day or year; `amount` has six places."""

    first_day: date
    last_day: date
    days: int
    principal: Decimal
    rate: Decimal
    rate_per: str
    divisor: int
    amount: Decimal
    lpr_published: date | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One payment and what it paid."""

    on: date
    amount: Decimal
    to_costs: Decimal
    to_interest: Decimal
    to_principal: Decimal
    interest_left: Decimal
    principal_left: Decimal
    credit: Decimal = ZERO
    text: str = ""


@dataclass(frozen=True, slots=True)
class InterestStatementDocument:
    """逾期利息计算书: overdue interest on one bill, each segment and each payment shown."""

    kind: ClassVar[str] = "interest_statement"
    heading: Heading
    creditor: Party
    debtor: Party
    invoice_number: str
    principal: Decimal
    due_on: date
    as_of: date
    segments: tuple[InterestRow, ...]
    settlements: tuple[SettlementRow, ...]
    total_interest: Decimal
    interest_paid: Decimal
    interest_open: Decimal
    principal_open: Decimal
    costs_open: Decimal
    outstanding: Decimal
    credit: Decimal = ZERO
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    provisional: bool = False
    account: BankAccount = field(default_factory=BankAccount)
    capitals: str = ""

    def __post_init__(self) -> None:
        if self.total_interest != self.interest_paid + self.interest_open:
            raise DocumentError("interest paid and open do not make the total")
        if self.outstanding != self.principal_open + self.interest_open + self.costs_open:
            raise DocumentError("principal, interest and costs do not make what is outstanding")
        _fill_capitals(self, self.outstanding)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a period's statement: what was used and what it costs before tax."""

    item: str
    amount: Decimal
    mode: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    clause: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """对账单: the use of one service period, for Party B to confirm or dispute line by line."""

    kind: ClassVar[str] = "statement"
    heading: Heading
    provider: Party
    user: Party
    period_from: date
    period_to: date
    lines: tuple[StatementLine, ...]
    total: Decimal
    confirm_by: date | None = None
    remarks: tuple[str, ...] = ()
    capitals: str = ""

    def __post_init__(self) -> None:
        if self.total != sum((line.amount for line in self.lines), ZERO):
            raise DocumentError("the lines do not make the total")
        _fill_capitals(self, self.total)


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One movement: `debit` is owed more, `credit` is owed less."""

    on: date
    text: str
    reference: str = ""
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """往来对账单: opening balance, movements, closing balance between two days."""

    kind: ClassVar[str] = "account_statement"
    heading: Heading
    creditor: Party
    debtor: Party
    period_from: date
    period_to: date
    opening: Decimal
    entries: tuple[AccountEntry, ...]
    closing: Decimal
    remarks: tuple[str, ...] = ()
    capitals: str = ""

    def __post_init__(self) -> None:
        moved = sum((entry.debit - entry.credit for entry in self.entries), ZERO)
        if self.closing != self.opening + moved:
            raise DocumentError("opening balance and movements do not make the closing balance")
        _fill_capitals(self, self.closing)


@dataclass(frozen=True, slots=True)
class DemandItem:
    """One overdue bill in a demand letter."""

    invoice_number: str
    due_on: date
    days_overdue: int
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True, slots=True)
class DemandLetter:
    """催告函: asks for payment within a cure period and says what may follow; interest statements are annexed.

    The period is named by its days, which are counted from the delivery of the letter, or by its last day.
    """

    kind: ClassVar[str] = "demand_letter"
    heading: Heading
    creditor: Party
    debtor: Party
    as_of: date
    items: tuple[DemandItem, ...]
    total: Decimal
    cure_until: date | None = None
    cure_days: int = 0
    cure_counted: str = "working"
    account: BankAccount = field(default_factory=BankAccount)
    clause: str = ""
    consequence: str = ""
    paragraphs: tuple[str, ...] = ()
    annexes: tuple[InterestStatementDocument, ...] = ()
    signer: str = ""
    capitals: str = ""

    def __post_init__(self) -> None:
        if self.total != sum((item.principal + item.interest for item in self.items), ZERO):
            raise DocumentError("the items do not make the total")
        if (self.cure_until is None) == (self.cure_days == 0):
            raise DocumentError("a cure period is named by its days or by its last day")
        _fill_capitals(self, self.total)


Document = (
    InvoiceDocument
    | CreditNote
    | WriteOff
    | InterestStatementDocument
    | StatementDocument
    | AccountStatement
    | DemandLetter
)
KINDS: dict[str, type[Any]] = {
    kind.kind: kind
    for kind in (
        InvoiceDocument,
        CreditNote,
        WriteOff,
        InterestStatementDocument,
        StatementDocument,
        AccountStatement,
        DemandLetter,
    )
}


def check_totals(lines: tuple[Line, ...], totals: tuple[Decimal, Decimal, Decimal]) -> None:
    """Raise DocumentError unless gross = net + tax in every line and the lines sum to `totals` exactly."""
    if any(line.gross != line.net + line.tax for line in lines):
        raise DocumentError("a line's net and tax do not make its gross")
    sums = tuple(sum((getattr(line, part) for line in lines), ZERO) for part in ("net", "tax", "gross"))
    if sums != totals:
        raise DocumentError(f"the lines sum to {sums}, the document says {totals}")


def _fill_capitals(document: Any, amount: Decimal) -> None:
    """Freeze the capitals with the figure, so that a paper printed years later reads the same."""
    if document.heading.language not in LANGUAGES:
        raise DocumentError(f"no labels in {document.heading.language!r}")
    if not document.capitals:
        object.__setattr__(document, "capitals", in_capitals(amount))


def to_dict(document: Document) -> dict[str, Any]:
    """JSON data of a document, with its kind."""
    return {"kind": document.kind, **encode(document)}


def from_dict(data: dict[str, Any]) -> Document:
    """The document that `to_dict` wrote; raises SnapshotError or DocumentError for anything else."""
    parts = dict(data)
    kind = KINDS.get(parts.pop("kind", ""))
    if kind is None:
        raise SnapshotError(f"no document kind {data.get('kind')!r}")
    document: Document = decode(kind, parts)
    return document


def sha256(document: Document) -> str:
    """SHA-256 of the canonical JSON of a document, in hex."""
    return digest(to_dict(document))
