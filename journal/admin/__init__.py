"""The console's pages of the journal: events, notices, approvals, and where notices go."""

from journal.admin.endpoints import EndpointAdmin
from journal.admin.records import (
    SHOWN_FAULTS,
    ApprovalAdmin,
    ConcernsMeFilter,
    EventAdmin,
    NoticeAdmin,
    ReasonForm,
    RejectForm,
    linked,
    rows_of,
)

__all__ = [
    "SHOWN_FAULTS",
    "ApprovalAdmin",
    "ConcernsMeFilter",
    "EndpointAdmin",
    "EventAdmin",
    "NoticeAdmin",
    "ReasonForm",
    "RejectForm",
    "linked",
    "rows_of",
]
