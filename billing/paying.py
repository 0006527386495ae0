"""What Party B sees of its payments: its own receipts whole, of others' only what they paid of its bills."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Allocation, BankReceipt, Document, Refund
from billing.money import ZERO
from people.models import User


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """One receipt as Party B sees it; amount, rest and refunds only where the money is its own."""

    receipt: BankReceipt
    paid: Sequence[tuple[Document, Decimal]]
    amount: Decimal | None
    left: Decimal | None
    refunds: Sequence[Refund]

    @property
    def total(self) -> Decimal:
        """What it paid of the reader's bills."""
        return sum((amount for _document, amount in self.paid), ZERO)


def own_payments(receipts: Sequence[BankReceipt], user: User) -> list[OwnPayment]:
    """The receipts of a page with what they paid, in a fixed number of queries."""
    bodies = set(user.memberships.filter(active=True).values_list("organisation", flat=True))
    rows = Allocation.objects.filter(receipt__in=receipts, document__agreement__party_b__in=bodies)
    paid: dict[int, dict[Document, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows.select_related("document").defer("document__snapshot").order_by("pk"):
        paid[row.receipt_id or 0][row.document] += row.amount
    own = [receipt.pk for receipt in receipts if receipt.party_id in bodies]
    left = dict(BankReceipt.objects.with_left().filter(pk__in=own).values_list("pk", "left_fen"))
    refunds: dict[int, list[Refund]] = defaultdict(list)
    for refund in Refund.objects.filter(receipt__in=own, state=Refund.State.PAID).order_by("pk"):
        refunds[refund.receipt_id].append(refund)
    return [
        OwnPayment(
            receipt=receipt,
            paid=[(document, amount) for document, amount in paid[receipt.pk].items() if amount],
            amount=receipt.amount if receipt.pk in left else None,
            left=Decimal(left[receipt.pk]).scaleb(-2) if receipt.pk in left else None,
            refunds=refunds[receipt.pk],
        )
        for receipt in receipts
    ]
