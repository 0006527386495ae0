"""Serving notices between the parties: written, sent, arrived.  What a notice sets off starts when it arrives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import papers
from contracts.models import Agreement, Paper, ServedNotice
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What a notice says: its kind and sender by the choices of ServedNotice, the clause it rests on."""

    kind: str
    sender: str
    subject: str
    text: str
    clause_number: str = ""


@transaction.atomic
def write(agreement: Agreement, writing: Writing, *, file: Any = None, by: User, at: datetime) -> ServedNotice:
    """Write a notice down as a draft; nothing has been said to the other party yet."""
    if not (writing.subject.strip() and writing.text.strip()):
        raise Refused(_("请写明通知的事由和内容。"))
    paper = (
        papers.keep(agreement, file, kind=Paper.Kind.NOTICE, title=writing.subject, for_party_b=True, by=by, at=at)
        if file
        else None
    )
    notice = ServedNotice.objects.create(
        agreement=agreement,
        kind=writing.kind,
        sender=writing.sender,
        subject=writing.subject.strip(),
        text=writing.text.strip(),
        clause_number=writing.clause_number,
        paper=paper,
        written_by=by,
        written_at=at,
    )
    _note("served_notice.written", notice, by=by, at=at)
    return notice


@transaction.atomic
def send(notice: ServedNotice, *, channel: str, sent_at: datetime, by: User, at: datetime) -> ServedNotice:
    """Record that the notice went out.  Refused when it did already, or for an instant that has not come."""
    notice = _locked(notice)
    if notice.state != ServedNotice.State.DRAFT:
        raise Refused(_("这份通知已经发出。"))
    if sent_at > at:
        raise Refused(_("发出时间不能晚于现在。"))
    notice.channel, notice.sent_at, notice.state = channel, sent_at, ServedNotice.State.SENT
    notice.save()
    _note("served_notice.sent", notice, by=by, at=at)
    return notice


@transaction.atomic
def receive(
    notice: ServedNotice,
    *,
    received_at: datetime,
    received_by: str = "",
    deemed: bool = False,
    proof: Any = None,
    by: User | None,
    at: datetime,
) -> ServedNotice:
    """Record the arrival (Civil Code 137), the instant from which the notice counts.

    Refused before it was sent, twice, before the sending or in the future, and without a person who took it, a proof,
    or the agreement's own rule of deemed receipt.
    """
    notice = _locked(notice)
    if notice.state != ServedNotice.State.SENT or notice.sent_at is None:
        raise Refused(_("只有已发出、尚未送达的通知可以登记送达。"))
    if received_at < notice.sent_at:
        raise Refused(_("送达时间不能早于发出时间。"))
    if received_at > at:
        raise Refused(_("送达时间不能晚于现在。"))
    if not (received_by.strip() or deemed or proof):
        raise Refused(_("请写明签收人、上传送达凭证，或者注明依约视为送达。"))
    if proof is not None and by is not None:
        notice.proof = papers.keep(notice.agreement, proof, kind=Paper.Kind.DELIVERY_PROOF, by=by, at=at)
    notice.received_at, notice.received_by, notice.deemed = received_at, received_by.strip()[:60], deemed
    notice.state = ServedNotice.State.RECEIVED
    notice.save()
    _note("served_notice.received", notice, by=by, at=at)
    return notice


def _locked(notice: ServedNotice) -> ServedNotice:
    rows = ServedNotice.objects.select_related("agreement")
    locked: ServedNotice = rows.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
    return locked


def _note(action: str, notice: ServedNotice, *, by: User | None, at: datetime) -> None:
    record(
        action,
        obj=notice,
        by=by,
        at=at,
        organisation_id=notice.agreement.party_b_id,
        agreement_id=notice.agreement_id,
        data={
            "kind": notice.kind,
            "sender": notice.sender,
            "sent_at": str(notice.sent_at or ""),
            "received_at": str(notice.received_at or ""),
        },
    )
