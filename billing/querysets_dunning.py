"""Names for sets of rows of dunning: steps, letters of demand, suspensions of debtors, and the workbench."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import BigIntegerField, Case, CharField, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from billing.querysets import scaled_sum

if TYPE_CHECKING:
    from people.models import User

BILL_KINDS = ("invoice", "interest_invoice")
OPEN_STOPS = ("proposed", "approved", "noticed", "in_force")


def _rows(name: str) -> Any:
    """The rows of a model of this app: models import this module, not the other way round."""
    return apps.get_model("billing", name)._default_manager.all()


def _sum(rows: models.QuerySet[Any], link: str, field: str) -> Any:
    """The sum of a column of `rows` grouped by `link`, in fen, zero where there are none."""
    grouped = rows.order_by().values(link).annotate(total=scaled_sum(field, 2)).values("total")
    return Coalesce(Subquery(grouped, output_field=BigIntegerField()), Value(0))


class DunningStepQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        """Steps that are taken."""
        return self.filter(active=True)


class DunningEntryQuerySet(models.QuerySet[Any]):
    def of_due_date(self, due_on: date) -> Self:
        """What was done for one due date; another one, after a red-letter invoice, starts the ladder anew."""
        return self.filter(due_on=due_on)


class DemandQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """Letters that were sent to organisations of the user, withdrawn ones among them; others do not exist."""
        own = Q(agreement__party_b__memberships__user=user, agreement__party_b__memberships__active=True)
        return self.filter(own, notice__isnull=False)

    def open(self) -> Self:
        """Letters that are on their way: drafted, issued or sent, not yet delivered."""
        return self.filter(state__in=["draft", "issued", "sent"])

    def delivered(self) -> Self:
        """Letters that arrived and were not withdrawn."""
        return self.filter(state="delivered")


class DebtorStopQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Suspensions that are proposed, prepared or in force."""
        return self.filter(state__in=OPEN_STOPS)

    def in_force(self) -> Self:
        """Suspensions that hold."""
        return self.filter(state="in_force")


class StopReviewQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Reviews that wait for a person."""
        return self.filter(outcome="")


class DunningCaseQuerySet(models.QuerySet[Any]):
    def with_debt(self, *, today: date) -> Self:
        """Adds open_fen, overdue_fen, overdue_since and stage (billing.dunning_faces names the stages) of a day."""
        return self._with_sums(today)._with_stage(today)

    def owing(self) -> Self:
        """Cases (from with_debt) in which something is overdue or being done."""
        return self.filter(Q(overdue_fen__gt=0) | ~Q(stage__in=["settled", "not_due"]))

    def _with_sums(self, today: date) -> Self:
        documents = _rows("Document").filter(agreement=OuterRef("pk"), state="issued", kind__in=BILL_KINDS)
        paid = _rows("Allocation").filter(
            document__agreement=OuterRef("pk"), document__kind__in=BILL_KINDS, component="principal"
        )
        due = Q(formal_invoices__state="accepted", formal_invoices__due_on__lt=today)
        paid_due = Q(document__formal_invoices__state="accepted", document__formal_invoices__due_on__lt=today)
        oldest = (
            _rows("Document")
            .owing(until=today - timedelta(days=1))
            .filter(agreement=OuterRef("pk"), kind__in=BILL_KINDS)
        )
        return self.annotate(
            open_fen=_sum(documents, "agreement", "gross") - _sum(paid, "document__agreement", "amount"),
            overdue_fen=_sum(documents.filter(due), "agreement", "gross")
            - _sum(paid.filter(paid_due), "document__agreement", "amount"),
            overdue_since=Subquery(oldest.order_by("due_on").values("due_on")[:1]),
        )

    def _with_stage(self, today: date) -> Self:
        stops = _rows("DebtorStop").filter(agreement=OuterRef("pk"), state__in=OPEN_STOPS)
        reviews = _rows("StopReview").filter(stop__agreement=OuterRef("pk"), stop__state="in_force")
        letters = _rows("Demand").filter(agreement=OuterRef("pk"))
        late = _rows("Document").owing(until=today - timedelta(days=1)).values("pk")
        demanded = _rows("DemandBill").filter(
            demand__agreement=OuterRef("pk"), demand__state="delivered", document__in=late
        )
        taken = _rows("DunningEntry").filter(document__agreement=OuterRef("pk"), document__in=late)
        return self.annotate(
            stop_state=Subquery(stops.values("state")[:1]),
            letter_state=Subquery(letters.filter(state__in=["draft", "issued", "sent"]).values("state")[:1]),
            stage=Case(
                When(Exists(reviews.filter(outcome="")), then=Value("review")),
                *(When(stop_state=state, then=Value(f"stop_{state}")) for state in OPEN_STOPS),
                *(When(letter_state=state, then=Value(f"demand_{state}")) for state in ("draft", "issued", "sent")),
                When(open_fen__lte=0, then=Value("settled")),
                When(overdue_fen__lte=0, then=Value("not_due")),
                When(Exists(demanded.filter(demand__cure_until__gte=today)), then=Value("cure_running")),
                When(Exists(demanded), then=Value("cure_over")),
                When(Exists(taken.filter(outcome="proposed")), then=Value("demand_due")),
                When(Exists(taken.filter(outcome="told")), then=Value("reminded")),
                default=Value("overdue"),
                output_field=CharField(),
            ),
        )


class DunningCaseManager(models.Manager.from_queryset(DunningCaseQuerySet)):  # type: ignore[misc]
    """Agreements that were ever billed."""

    def get_queryset(self) -> DunningCaseQuerySet:
        rows: DunningCaseQuerySet = super().get_queryset()
        return rows.filter(Exists(_rows("Document").filter(agreement=OuterRef("pk"), state="issued")))
