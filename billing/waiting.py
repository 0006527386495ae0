"""The waiting room: receipts with money left, how long they have waited, who looks after them, what they might pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models import BankReceipt
from billing.proposing import Matcher, Proposal
from billing.querysets import BankReceiptQuerySet
from contracts.models import Organisation
from people.models import User

PER_PAGE = 25
AGES: dict[str, tuple[Any, int, int | None]] = {
    "week": (_("7 天以内"), 0, 7),
    "month": (_("8 到 30 天"), 8, 30),
    "quarter": (_("31 到 90 天"), 31, 90),
    "old": (_("90 天以上"), 91, None),
}
KEEPERS = (("none", _("没有跟进人")), ("mine", _("我跟进的")))
PAYERS = (("unknown", _("付款单位未知")), ("known", _("付款单位已知")))


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the address; what cannot be meant counts as not asked."""

    q: str = ""
    age: str = ""
    keeper: str = ""
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One receipt that waits."""

    receipt: BankReceipt
    left: Decimal
    age: int
    bodies: str
    proposals: Sequence[Proposal]

    @property
    def best(self) -> Proposal | None:
        return self.proposals[0] if self.proposals else None

    @property
    def value(self) -> str:
        """Receipt and proposal as the page sends them back."""
        return f"{self.receipt.pk}:{self.best.digest}" if self.best else ""


@dataclass(frozen=True, slots=True)
class Room:
    """One page of the waiting room and its totals."""

    page: Page[Any]
    lines: Sequence[Line]
    count: int
    total: Decimal


def asked(params: Mapping[str, str]) -> Asked:
    """The filters of an address."""
    return Asked(
        q=params.get("q", "").strip()[:80],
        age=_among(params.get("age", ""), AGES),
        keeper=_among(params.get("keeper", ""), dict(KEEPERS)),
        payer=_among(params.get("payer", ""), dict(PAYERS)),
    )


def room(what: Asked, *, user: User, today: date, number: Any = 1) -> Room:
    """A page of receipts that wait, the oldest first, with proposals for those on it."""
    found = narrowed(BankReceipt.objects.waiting(), what, user=user, today=today)
    fen = sum(found.values_list("left_fen", flat=True))
    page = Paginator(found.select_related("party", "keeper").order_by("value_date", "pk"), PER_PAGE).get_page(number)
    rows = list(page.object_list)
    matcher = Matcher(rows)
    names = Organisation.objects.in_bulk({claim.organisation for row in rows for claim in matcher.claims(row)})
    lines = [
        Line(
            receipt=row,
            left=Decimal(row.left_fen).scaleb(-2),
            age=(today - row.value_date).days,
            bodies="、".join(names[claim.organisation].name for claim in matcher.claims(row)[:3]),
            proposals=matcher.proposals(row),
        )
        for row in rows
    ]
    return Room(page, lines, page.paginator.count, Decimal(fen).scaleb(-2))


def narrowed(rows: BankReceiptQuerySet, what: Asked, *, user: User, today: date) -> BankReceiptQuerySet:
    """The receipts that the filters keep."""
    if what.q:
        rows = rows.filter(
            Q(payer_name__icontains=what.q) | Q(bank_txn_id__icontains=what.q) | Q(memo__icontains=what.q)
        )
    if what.age:
        _label, youngest, oldest = AGES[what.age]
        rows = rows.filter(value_date__lte=today - timedelta(days=youngest))
        rows = rows.filter(value_date__gte=today - timedelta(days=oldest)) if oldest is not None else rows
    if what.keeper:
        rows = rows.filter(keeper=user) if what.keeper == "mine" else rows.filter(keeper__isnull=True)
    if what.payer:
        rows = rows.filter(party__isnull=what.payer == "unknown")
    return rows


def chosen(values: Sequence[str]) -> list[tuple[int, str]]:
    """What the page sent back: (receipt, digest), without what no page of ours made."""
    pairs = [value.partition(":") for value in values]
    return [(int(key), digest) for key, _colon, digest in pairs if key.isascii() and key.isdigit() and len(key) < 18]


def _among(value: str, known: Any) -> str:
    return value if value in known else ""
