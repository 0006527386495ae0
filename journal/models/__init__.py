"""The chained events and their anchors, notices and where they go, approvals, idempotency keys."""

from journal.models.channels import DigestLine, Endpoint, EndpointPace, TellingChoice
from journal.models.records import Anchor, Approval, ChainHead, Event, IdempotencyKey, Notice

__all__ = [
    "Anchor",
    "Approval",
    "ChainHead",
    "DigestLine",
    "Endpoint",
    "EndpointPace",
    "Event",
    "IdempotencyKey",
    "Notice",
    "TellingChoice",
]
