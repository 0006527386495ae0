"""What a receipt might pay, with a score and its reasons in words: numbers in its text, its payer, its amount."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext as _

from billing.interest import Basis
from billing.models import Allocation, BankReceipt, Document
from billing.money import ZERO
from billing.overdue import Debt, order_of, payments_of, terms_of
from billing.payers import Claim, Payers
from billing.querysets import DocumentQuerySet
from billing.remittances import Reference, named_in
from billing.settlement import OpenDebt, spread
from contracts.models import Agreement

BILLS = (Document.Kind.INVOICE, Document.Kind.INTEREST_INVOICE)
NAMED, OF_AGREEMENT, EXACT, SUM_EXACT, PRINCIPAL_EXACT, OLDEST = 45, 25, 30, 25, 15, 5
SURE = 70  # from here on a proposal is ticked when many are confirmed together
MOST_BILLS = 12  # of one payer, among which sums are looked for
MOST_IN_SUM = 3
MOST_SHOWN = 5
YEARLY = {1: 365}  # a daily rate as a yearly one


@dataclass(frozen=True, slots=True)
class Share:
    """What a bill would get."""

    document: Document
    amount: Decimal
    open: Decimal

    @property
    def pays_all(self) -> bool:
        return self.amount == self.open


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to allocate what is left of a receipt."""

    receipt: BankReceipt
    shares: tuple[Share, ...]
    score: int
    reasons: tuple[str, ...]
    rest: Decimal

    @property
    def digest(self) -> str:
        """What a person saw and confirms: receipt, bills and amounts."""
        said = "|".join(f"{share.document.pk}:{share.amount}" for share in self.shares)
        return hashlib.sha256(f"{self.receipt.pk}|{said}".encode()).hexdigest()[:32]

    @property
    def words(self) -> str:
        """Bills, amounts, score and reasons in one line."""
        bills = "；".join(f"{share.document.number} {share.amount}" for share in self.shares)
        return _("%(bills)s（得分 %(score)d：%(why)s）") % {
            "bills": bills, "score": self.score, "why": "；".join(self.reasons),
        }  # fmt: skip

    @property
    def is_sure(self) -> bool:
        return self.score >= SURE


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A bill that the receipt might pay: what is open on its day, and what speaks for it."""

    document: Document
    debt: OpenDebt
    points: int
    reasons: tuple[str, ...]
    named: int | None  # its place among the numbers that the payer wrote


class Matcher:
    """Proposals for some receipts, from rows read once for all of them."""

    def __init__(self, receipts: Iterable[BankReceipt]) -> None:
        self._payers = Payers()
        rows = list(receipts)
        self._claims = {row.pk: self._payers.claims(row) for row in rows}
        bills, agreements = _references()
        self._named = {row.pk: [found.key for found in named_in(row.memo, bills)] for row in rows}
        self._agreements = {row.pk: {found.key for found in named_in(row.memo, agreements)} for row in rows}
        self._bills = _open_bills(self._wanted())

    def proposals(self, receipt: BankReceipt) -> list[Proposal]:
        """What the receipt might pay, the best first; none where nothing speaks for any bill."""
        left = Decimal(receipt.left_fen).scaleb(-2)
        if left <= 0:
            return []
        found: dict[str, Proposal] = {}
        for proposal in self._all(receipt, left):
            known = found.get(proposal.digest)
            if known is None or proposal.score > known.score:
                found[proposal.digest] = proposal
        ranked = sorted(found.values(), key=lambda one: (-one.score, len(one.shares), one.digest))
        return ranked[:MOST_SHOWN]

    def claims(self, receipt: BankReceipt) -> list[Claim]:
        """Whose money the receipt may be."""
        return self._claims[receipt.pk]

    def _wanted(self) -> Q:
        bodies = {claim.organisation for claims in self._claims.values() for claim in claims}
        named = {key for keys in self._named.values() for key in keys}
        agreements = {key for keys in self._agreements.values() for key in keys}
        return Q(agreement__party_b__in=bodies) | Q(pk__in=named) | Q(agreement__in=agreements)

    def _all(self, receipt: BankReceipt, left: Decimal) -> Iterator[Proposal]:
        candidates = list(self._candidates(receipt))
        named = sorted((one for one in candidates if one.named is not None), key=lambda one: one.named or 0)
        if named:
            yield _proposed(receipt, named, left, ())
        for one in candidates:
            if one.debt.total == left:
                yield _proposed(receipt, [one], left, ((EXACT, _("金额与账单当日应付相同")),))
            elif one.debt.principal == left:
                yield _proposed(receipt, [one], left, ((PRINCIPAL_EXACT, _("金额与账单未付本金相同")),))
        by_body: dict[int, list[_Candidate]] = defaultdict(list)
        for one in candidates:
            by_body[one.document.agreement.party_b_id].append(one)
        for mine in by_body.values():
            yield from _sums(receipt, mine, left)
            yield _proposed(receipt, mine, left, ((OLDEST, _("按到期先后（民法典第五百六十条）")),))

    def _candidates(self, receipt: BankReceipt) -> Iterator[_Candidate]:
        claims = {claim.organisation: claim for claim in self._claims[receipt.pk]}
        named, agreements = self._named[receipt.pk], self._agreements[receipt.pk]
        for document, debt in self._bills:
            claim = claims.get(document.agreement.party_b_id)
            place = named.index(document.pk) if document.pk in named else None
            of_agreement = document.agreement_id in agreements
            if claim is None and place is None and not of_agreement:
                continue
            signs = [(claim.points, claim.why)] if claim else []
            signs += [(NAMED, _("附言写有账单或发票号码"))] if place is not None else []
            signs += [
                (OF_AGREEMENT, _("附言写有协议编号 %(number)s") % {"number": document.agreement.number})
            ] * of_agreement
            open_ = _open_on(document, debt, receipt.value_date)
            if open_.total > 0:
                words = tuple(why for _points, why in signs)
                yield _Candidate(document, open_, sum(points for points, _why in signs), words, place)


def _proposed(
    receipt: BankReceipt,
    candidates: Sequence[_Candidate],
    left: Decimal,
    more: tuple[tuple[int, str], ...],
) -> Proposal:
    """What is left of the receipt, spread over bills; those that the payer named come first, in the payer's order."""
    bills = {one.debt.key: one for one in candidates}
    places = [one.debt.key for one in sorted(candidates, key=lambda one: one.named or 0) if one.named is not None]
    done = spread(left, [one.debt for one in candidates], on=receipt.value_date, named=places)
    shares = tuple(Share(bills[paid.key].document, paid.total, bills[paid.key].debt.total) for paid in done.paid)
    used = [bills[paid.key] for paid in done.paid]
    score = min(one.points for one in used) + sum(points for points, _why in more)
    words = list(dict.fromkeys(why for one in used for why in one.reasons)) + [why for _points, why in more]
    return Proposal(receipt, shares, min(score, 100), (*words, *_rest_words(shares, done.credit)), done.credit)


def _rest_words(shares: Sequence[Share], credit: Decimal) -> Iterator[str]:
    if credit:
        yield _("付清后余 %(rest)s 元，留作预收") % {"rest": credit}
    for share in shares:
        if not share.pays_all:
            yield _("%(number)s 只付一部分，尚欠 %(open)s 元") % {
                "number": share.document.number, "open": share.open - share.amount,
            }  # fmt: skip


def _sums(receipt: BankReceipt, candidates: Sequence[_Candidate], left: Decimal) -> Iterator[Proposal]:
    """Two or three bills of one payer whose sum is exactly what came."""
    few = candidates[:MOST_BILLS]
    for size in range(2, min(MOST_IN_SUM, len(few)) + 1):
        for some in combinations(few, size):
            if sum((one.debt.total for one in some), ZERO) == left:
                why = _("金额等于 %(count)d 张账单应付之和") % {"count": size}
                yield _proposed(receipt, some, left, ((SUM_EXACT, why),))


def _references() -> tuple[list[Reference], list[Reference]]:
    """The numbers of open bills and of their formal invoices, and those of agreements."""
    rows = _unpaid().values_list("number", "pk")
    formal = _unpaid().filter(formal_invoices__isnull=False).values_list("formal_invoices__number", "pk")
    agreements = Agreement.objects.filter(effective_on__isnull=False).values_list("number", "pk")
    bills = [Reference(number, key) for found in (rows, formal) for number, key in found]
    return bills, [Reference(number, key) for number, key in agreements]


def _unpaid() -> DocumentQuerySet:
    """Bills with principal open, and those whose interest may be: where principal is paid first."""
    open_ = Q(paid_fen__lt=F("gross_fen")) | Q(version__allocation_order="costs_principal_interest")
    rows = Document.objects.issued().filter(kind__in=BILLS)
    return rows.with_due().with_paid().filter(open_)


def _open_bills(wanted: Q) -> list[tuple[Document, Debt]]:
    standing = Allocation.objects.standing().order_by("effective_on", "pk")
    rows = _unpaid().filter(wanted).select_related("agreement__party_a", "agreement__party_b", "version__agreement")
    rows = rows.defer("snapshot").prefetch_related(Prefetch("allocations", standing, to_attr="paid_by"))
    return [(row, _debt(row)) for row in rows.order_by("due_on", "issued_on", "pk")]


def _debt(document: Document) -> Debt:
    version = document.version
    return Debt(document.gross, document.due_on, terms_of(version), order_of(version), payments_of(document.paid_by))


def _open_on(document: Document, debt: Debt, value_date: date) -> OpenDebt:
    day = max(value_date, document.issued_on or value_date)
    found = debt.on(day)
    rate = debt.terms.rate if debt.terms.basis in (Basis.DAILY, Basis.ANNUAL) else None
    return OpenDebt(
        key=document.number or str(document.pk),
        principal=found.principal_open,
        interest=found.interest_open,
        costs=found.costs_open,
        due_on=document.due_on,
        burden=(rate or Decimal(0)) * YEARLY.get(debt.terms.divisor, 1),
    )
