"""Attaching files to a line of the timeline: kept under random names; people.uploading has checked them."""

from collections.abc import Sequence
from datetime import datetime

from people.models import User
from people.uploading import Checked
from sla.models import Attachment, TicketEntry


def attach(entry: TicketEntry, files: Sequence[Checked], *, by: User, at: datetime) -> list[Attachment]:
    """Keep checked files with a line of the timeline."""
    return [_kept(entry, file, by, at) for file in files]


def _kept(entry: TicketEntry, file: Checked, by: User, at: datetime) -> Attachment:
    row = Attachment(
        entry=entry,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        by=by,
        at=at,
    )
    file.file.seek(0)
    row.file.save(file.name, file.file, save=False)
    row.save()
    return row
