"""Names for sets of billing rows, and their scope: Party B sees what was issued to its own organisations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least, Round

if TYPE_CHECKING:
    from people.models import User


def scaled_sum(field: str, places: int, **more: Any) -> Any:
    """The sum of a decimal column as a whole number of its smallest unit: SQLite adds decimals as doubles."""
    return Sum(Cast(Round(F(field) * 10**places), BigIntegerField()), **more)


def _total_of(rows: models.QuerySet[Any], link: str) -> Any:
    """The amounts of `rows` grouped by `link`, in fen, zero where there are none."""
    grouped = rows.order_by().values(link).annotate(total=scaled_sum("amount", 2)).values("total")
    return Coalesce(Subquery(grouped, output_field=BigIntegerField()), Value(0))


class CivilDay(Func):
    """The civil day in Shanghai of an instant, counted by the database itself; China has kept +8 since 1991."""

    arity = 1
    output_field = DateField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+8 hours')", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "((%(expressions)s) AT TIME ZONE 'Asia/Shanghai')::date"
        return self.as_sql(compiler, connection, template=template, **extra)


class CivilMonth(Func):
    """The month in Shanghai of an instant, as 2026-09."""

    arity = 1
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "strftime('%%%%Y-%%%%m', %(expressions)s, '+8 hours')"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "to_char((%(expressions)s) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
        return self.as_sql(compiler, connection, template=template, **extra)


class UsageRecordQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """Usage of the organisations that the user acts for."""
        return self.filter(agreement__party_b__memberships__user=user, agreement__party_b__memberships__active=True)

    def by_day(self) -> Any:
        """Rows of meter, day and micro: what was used on each civil day, in millionths of a unit."""
        return self._summed(day=CivilDay("occurred_at"))

    def by_month(self) -> Any:
        """Rows of agreement, meter, month, micro and rows."""
        return self._summed("agreement", month=CivilMonth("occurred_at")).annotate(rows=Count("pk"))

    def _summed(self, *more: str, **time: Any) -> Any:
        found = self.order_by().annotate(**time).values(*more, "meter", *time)
        return found.annotate(micro=scaled_sum("quantity", 6)).order_by(*more, "meter", *time)


class UsageAnomalyQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Those that nobody explained and nothing corrected."""
        return self.filter(state="open")

    def touching(self, first: date, after: date) -> Self:
        """Those of any day in [first, after)."""
        return self.filter(day__lt=after, until__gte=first)


class ServicePeriodQuerySet(models.QuerySet[Any]):
    def ended_by(self, day: date) -> Self:
        """Periods that are over on the morning of a civil day."""
        return self.filter(ends_on__lte=day)


class DocumentQuerySet(models.QuerySet[Any]):
    def issued(self) -> Self:
        """Documents with a number."""
        return self.filter(state="issued")

    def for_user(self, user: User) -> Self:
        """Issued documents of the organisations that the user acts for, without write-offs.

        Drafts do not exist for Party B; a write-off is an entry in Party A's own books.
        """
        return (
            self.issued()
            .exclude(kind="write_off")
            .filter(agreement__party_b__memberships__user=user, agreement__party_b__memberships__active=True)
        )

    def with_due(self) -> Self:
        """Adds due_on and due_provisional of the accepted formal invoice, NULL where the time to pay has not begun."""
        return self.annotate(
            accepted=FilteredRelation("formal_invoices", condition=Q(formal_invoices__state="accepted")),
            due_on=F("accepted__due_on"),
            due_provisional=F("accepted__due_provisional"),
        )

    def with_paid(self) -> Self:
        """Adds paid_fen: what was allocated to the principal, in fen."""
        rows = self.model._meta.get_field("allocations").related_model._default_manager
        return self.annotate(
            paid_fen=_total_of(rows.filter(document=OuterRef("pk"), component="principal"), "document"),
            gross_fen=Cast(Round(F("gross") * 100), BigIntegerField()),
        )

    def with_standing(self, *, today: date, soon: date) -> Self:
        """Adds standing, the one word for where a document stands on a day (billing.faces names them).

        `soon` is the last due date that counts as near.
        """
        return (
            self.with_due()
            .with_paid()
            .annotate(
                standing=Case(
                    When(state="draft", then=Value("draft")),
                    When(kind__in=["credit_note", "write_off"], then=Value("settled")),
                    When(paid_fen__gte=F("gross_fen"), then=Value("paid")),
                    When(due_on__lt=today, then=Value("overdue")),
                    When(paid_fen__gt=0, then=Value("part_paid")),
                    When(due_on__isnull=True, then=Value("unstarted")),
                    When(due_on__lte=soon, then=Value("due_soon")),
                    default=Value("not_due"),
                    output_field=CharField(),
                )
            )
        )

    def with_disputed(self) -> Self:
        """Adds disputed_fen: what of the open principal is disputed now, in fen (and paid_fen, gross_fen)."""
        rows = self.model._meta.get_field("disputes").related_model._default_manager.open()
        paid = self if "paid_fen" in self.query.annotations else self.with_paid()
        return paid.annotate(
            disputed_fen=Least(
                _total_of(rows.filter(document=OuterRef("pk")), "document"),
                Greatest(F("gross_fen") - F("paid_fen"), Value(0)),
                output_field=BigIntegerField(),
            )
        )

    def owing(self, *, until: date) -> Self:
        """Issued documents with a due date up to a civil day whose principal is not paid in full."""
        return self.issued().with_due().with_paid().filter(due_on__lte=until, paid_fen__lt=F("gross_fen"))


class BillDisputeQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Disputes that wait for a decision."""
        return self.filter(closed_on__isnull=True)

    def standing_on(self, day: date) -> Self:
        """Disputes that were open on a civil day."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day), opened_on__lte=day)

    def awaiting_credit(self) -> Self:
        """Upheld disputes, in whole or part, for which no credit note is drafted yet."""
        return self.filter(outcome__in=["upheld", "partly"], credit_note__isnull=True)

    def for_user(self, user: User) -> Self:
        """Disputes of bills of the organisations that the user acts for."""
        return self.filter(
            document__state="issued",
            document__agreement__party_b__memberships__user=user,
            document__agreement__party_b__memberships__active=True,
        )


class FormalFileQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The invoices' own files, of the organisations that the user acts for; proofs are Party A's."""
        mine = {"party_b__memberships__user": user, "party_b__memberships__active": True}
        agreements = self.model._meta.get_field("invoice").related_model._meta.get_field("document").related_model
        own = agreements._meta.get_field("agreement").related_model._default_manager.filter(**mine)
        return self.filter(kind="face").filter(
            Q(invoice__document__agreement__in=own) | Q(red_letter__credit_note__agreement__in=own)
        )


class FormalInvoiceQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """Formal invoices of the organisations that the user acts for."""
        return self.filter(
            document__agreement__party_b__memberships__user=user,
            document__agreement__party_b__memberships__active=True,
        )

    def standing(self) -> Self:
        """Those neither rejected nor red-lettered."""
        return self.filter(state__in=["sent", "accepted"])


class BankReceiptQuerySet(models.QuerySet[Any]):
    def with_left(self) -> Self:
        """Adds left_fen: what is neither allocated nor to be refunded, in fen."""
        allocations = _rows_of(self.model, "allocations")
        refunds = _rows_of(self.model, "refunds").reserving()
        return self.annotate(
            left_fen=Cast(Round(F("amount") * 100), BigIntegerField())
            - _total_of(allocations.filter(receipt=OuterRef("pk")), "receipt")
            - _total_of(refunds.filter(receipt=OuterRef("pk")), "receipt")
        )

    def waiting(self) -> Self:
        """Receipts with money left: the waiting room."""
        return self.with_left().filter(left_fen__gt=0)

    def for_user(self, user: User) -> Self:
        """Receipts whose payer is an organisation of the user, or that pay a bill of one now."""
        own = user.memberships.filter(active=True).values("organisation")
        return self.filter(Q(party__in=own) | Q(pk__in=self._paying(user).values("receipt")))

    def mentioning(self, text: str, user: User) -> Self:
        """Those of the user with the text in their bank number, or in the number of a bill of the user's."""
        named = self._paying(user).filter(document__number__icontains=text)
        return self.filter(Q(bank_txn_id__icontains=text) | Q(pk__in=named.values("receipt")))

    def _paying(self, user: User) -> Any:
        own = user.memberships.filter(active=True).values("organisation")
        return _rows_of(self.model, "allocations").standing().filter(document__agreement__party_b__in=own)


class RefundQuerySet(models.QuerySet[Any]):
    def reserving(self) -> Self:
        """Refunds whose money is not free: what the bank took back counts from its approval, which frees the bills."""
        return self.exclude(state="dropped").exclude(kind="bounced", state="proposed")


class BankStatementQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Files that were not set aside."""
        return self.exclude(state="discarded")


class BankRowQuerySet(models.QuerySet[Any]):
    def taken_in(self) -> Self:
        """Rows of imported files."""
        return self.filter(statement__state="imported")

    def outgoing(self) -> Self:
        """Money that left the account, seen first in an imported file, and not linked to a refund yet."""
        return self.taken_in().filter(direction="out", refund__isnull=True).exclude(verdict="known")


class AllocationQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Allocations that were not reversed, without the reversals themselves."""
        return self.filter(reverses__isnull=True, reversed_by__isnull=True)


class LedgerEntryQuerySet(models.QuerySet[Any]):
    def until(self, day: date) -> Self:
        """What was entered up to a civil day, it included."""
        return self.filter(entered_on__lte=day)


def _rows_of(model: Any, name: str) -> Any:
    return model._meta.get_field(name).related_model._default_manager.all()


class LprRateQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        """Rates that were confirmed, or came with the program."""
        return self.filter(state="in_use")

    def standing(self) -> Self:
        """Rates entered or in use: what keeps another one of the same month out."""
        return self.exclude(state="withdrawn")


class CollectionCostQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Costs that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class UsageStatementQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """Statements sent to the organisations that the user acts for; drafts do not exist for Party B."""
        return self.exclude(state="draft").filter(
            period__agreement__party_b__memberships__user=user, period__agreement__party_b__memberships__active=True
        )

    def unanswered(self) -> Self:
        """Those that Party B has still to answer, wholly or in part."""
        return self.filter(state__in=["sent", "disputed"])

    def standing(self) -> Self:
        """Those that were sent and have no later revision."""
        return self.exclude(state__in=["draft", "superseded"])


class LineAnswerQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Disputes that finance has not answered, of statements that stand."""
        return self.filter(kind="disputed", outcome="").exclude(line__statement__state="superseded")


class InvoiceRunQuerySet(models.QuerySet[Any]):
    def working(self) -> Self:
        """Runs that a worker has something to do for."""
        return self.filter(state__in=["drafting", "issuing"])
