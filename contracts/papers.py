"""Keeping papers: checked, hashed, stored under a random name, journalled."""

from datetime import datetime
from typing import Any

from django.db import transaction

from contracts.models import Agreement, Organisation, Paper
from journal.recording import record
from people.models import User
from people.uploading import check


@transaction.atomic
def keep(
    of: Agreement | Organisation,
    file: Any,
    *,
    kind: str,
    title: str = "",
    for_party_b: bool = False,
    by: User,
    at: datetime,
) -> Paper:
    """Keep a sent file as a paper of an agreement or an organisation; its title is the file's name when none is given.

    Raises Refused for a file that may not be taken (type, size, content).
    """
    (checked,) = check([file])
    agreement = of if isinstance(of, Agreement) else None
    row = Paper(
        agreement=agreement,
        organisation=of if isinstance(of, Organisation) else None,
        kind=kind,
        title=(title.strip() or checked.name)[:160],
        for_party_b=for_party_b,
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        by=by,
        at=at,
    )
    checked.file.seek(0)
    row.file.save(checked.name, checked.file, save=False)
    row.save()
    record(
        "paper.kept",
        obj=row,
        by=by,
        at=at,
        data={"kind": row.kind, "name": row.name, "sha256": row.sha256, "size": row.size},
        organisation_id=agreement.party_b_id if agreement else row.organisation_id,
        agreement_id=agreement.pk if agreement else None,
    )
    return row
