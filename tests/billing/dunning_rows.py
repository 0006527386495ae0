"""Rows of dunning by the verbs themselves: bills of autumn 2026, overdue, demanded, about to be stopped."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from billing import demands, invoicing, stopping
from billing.models import DebtorStop, Demand, Document
from billing.periods import midnight
from contracts.models import Agreement
from journal import approvals
from journal.models import Approval
from people.models import User
from tests.billing import making

WORDING = demands.Wording(consequence="我方将依据协议第 6.3.2 条提请暂停服务。")
PROPOSAL = stopping.Proposal(scope="access", reason="催告期满仍未付清")


def at(month: int, day: int, hour: int = 3) -> datetime:
    """An instant of 2026, by default 11:00 in Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def another_bill(agreement: Agreement, by: User, lead: User) -> Document:
    """The bill of October, received on 2 November: due on 16 November 2026."""
    made = making.period(agreement, date(2026, 10, 1))
    moment = midnight(made.ends_on) + timedelta(days=1, hours=10)
    draft = invoicing.draft_from_usage(agreement, period=made, by=by, at=moment)
    document = invoicing.issue(draft, by=lead, on=made.ends_on, at=moment)
    making.received(document, by, on=date(2026, 11, 2), at=moment)
    return document


def proof(name: str = "回执.pdf") -> SimpleUploadedFile:
    """A scanned receipt."""
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def drafted(agreement: Agreement, by: User, *, on: datetime | None = None, **changes: Any) -> Demand:
    """A letter of 9 November over what is overdue."""
    wording = demands.Wording(**{"consequence": WORDING.consequence, **changes})
    return demands.draft(agreement, wording, by=by, at=on or at(11, 9))


def sent(agreement: Agreement, by: User, lead: User) -> Demand:
    """The same, issued on the day and sent by post."""
    made = demands.issue(drafted(agreement, by), by=lead, at=at(11, 9, 4))
    return demands.send(made, channel="post", sent_at=at(11, 9, 5), by=by, at=at(11, 9, 6))


def delivered(agreement: Agreement, by: User, lead: User) -> Demand:
    """Delivered on 10 November: fifteen working days end on 1 December 2026."""
    letter = sent(agreement, by, lead)
    return demands.deliver(letter, received_at=at(11, 10), received_by="刘洋", proof=proof(), by=by, at=at(11, 10, 4))


def request_of(stop: DebtorStop) -> Approval:
    """The open request to approve a suspension."""
    found: Approval = Approval.objects.get(kind=stopping.KIND, target_id=str(stop.pk), state="requested")
    return found


def approved(agreement: Agreement, by: User, lead: User) -> DebtorStop:
    """Proposed on 2 December and approved the same day."""
    stop = stopping.propose(agreement, PROPOSAL, by=by, at=at(12, 2))
    approvals.approve(request_of(stop), by=lead, at=at(12, 2, 4))
    stop.refresh_from_db()
    return stop


def noticed(agreement: Agreement, by: User, lead: User) -> DebtorStop:
    """Notice sent on 2 December for the 9th, delivered on the 3rd."""
    stop = stopping.give_notice(
        approved(agreement, by, lead), effective_on=date(2026, 12, 9), channel="hand", sent_at=at(12, 2, 5), by=by,
        at=at(12, 2, 6),
    )  # fmt: skip
    return stopping.notice_delivered(stop, received_at=at(12, 3), received_by="刘洋", by=by, at=at(12, 3, 4))


def stopped(agreement: Agreement, by: User, lead: User) -> DebtorStop:
    """In force on 9 December."""
    return stopping.take_effect(noticed(agreement, by, lead), by=by, at=at(12, 9))
