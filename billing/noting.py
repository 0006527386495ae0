"""What happened to a document, told to the journal with the agreement and the organisation that it concerns."""

from datetime import datetime
from typing import Any

from billing.models import Document
from journal.recording import record
from people.models import User


def note_document(
    action: str, document: Document, *, by: User, at: datetime, data: dict[str, Any], reason: str = ""
) -> None:
    """Record an event of a document of any kind (document.agreement must be at hand, or is read)."""
    record(
        action,
        obj=document,
        by=by,
        at=at,
        reason=reason,
        data=data,
        organisation_id=document.agreement.party_b_id,
        agreement_id=document.agreement_id,
    )
