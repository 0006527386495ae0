"""Usage files as people handle them: sent, confirmed when the check found nothing wrong, or given up."""

import hashlib
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from billing.importing import lines_of
from billing.models import UsageUpload
from contracts.models import Agreement
from journal.nudging import nudge_task
from journal.recording import record
from people.models import User
from people.refusal import Refused

LONGEST_REASON = 300
TASK = "billing.tasks.uploads.run_uploads"
State = UsageUpload.State
OPEN = frozenset({State.UPLOADED, State.CHECKING, State.TAKING_IN})  # a task works on it, or soon will
ENDED = frozenset({State.TAKEN_IN, State.FAILED, State.DISCARDED})


@transaction.atomic
def keep(file: Any, *, source: str, agreement: Agreement | None, by: User | None, at: datetime) -> UsageUpload:
    """Keep a sent file; a task checks it.  Raises Refused for one that is empty, too large, or on its way already."""
    source, name = source.strip(), PurePosixPath(str(file.name).replace("\\", "/")).name[-150:]
    if not source:
        raise Refused(_("请填写用量的来源系统。"))
    if not file.size:
        raise Refused(_("附件“%(name)s”是空文件，请重新选择。") % {"name": name[:80]})
    if file.size > settings.USAGE_FILE_MAX_BYTES:
        raise Refused(_("文件超过 %(mb)d MB，请分批上传。") % {"mb": settings.USAGE_FILE_MAX_BYTES // 1024 // 1024})
    digest = _sha256(file)
    waiting = UsageUpload.objects.exclude(state__in=ENDED).filter(sha256=digest, source=source, agreement=agreement)
    if waiting.exists():
        raise Refused(_("同一份文件已经上传，正在处理或等待确认，请在用量文件列表中查看。"))
    file.seek(0)
    lines_of(file)
    made = UsageUpload(
        agreement=agreement, source=source, name=name, size=file.size, sha256=digest, uploaded_at=at, uploaded_by=by
    )
    file.seek(0)
    made.file.save(name, file, save=False)
    made.save()
    note("usage_upload.uploaded", made, by=by, at=at, data={"sha256": digest, "size": file.size})
    nudge_task(TASK)
    return made


@transaction.atomic
def confirm(upload: UsageUpload, *, by: User | None, at: datetime) -> UsageUpload:
    """Let a checked file be taken in.  Raises Refused before the check is over, or when something was wrong."""
    upload = locked(upload)
    if upload.state != State.CHECKED:
        raise Refused(_("文件现在是“%(state)s”，检查无误后才能导入。") % {"state": upload.get_state_display()})
    upload.state, upload.confirmed_at, upload.confirmed_by, upload.moved_at = State.TAKING_IN, at, by, None
    upload.done = 0
    upload.save()
    note("usage_upload.confirmed", upload, by=by, at=at, data={"lines": upload.read})
    nudge_task(TASK)
    return upload


@transaction.atomic
def discard(upload: UsageUpload, *, by: User | None, at: datetime) -> UsageUpload:
    """Give a file up before it is taken in; the file itself is kept."""
    upload = locked(upload)
    if upload.state not in {State.UPLOADED, State.CHECKING, State.CHECKED}:
        raise Refused(_("文件现在是“%(state)s”，不能作废。") % {"state": upload.get_state_display()})
    upload.state, upload.ended_at = State.DISCARDED, at
    upload.save()
    note("usage_upload.discarded", upload, by=by, at=at, data={"lines": upload.read})
    return upload


@transaction.atomic
def fail(upload: UsageUpload, why: str, *, at: datetime) -> None:
    held = locked(upload)
    if held.state in ENDED:
        return
    held.state, held.ended_at, held.error, held.done = State.FAILED, at, why[:LONGEST_REASON], 100
    held.save()
    upload.state = held.state
    note("usage_upload.failed", held, by=None, at=at, data={"wrong": held.wrong}, reason=why)


def locked(upload: UsageUpload) -> UsageUpload:
    """The row as it stands, held until the transaction ends."""
    return UsageUpload.objects.select_for_update(of=("self",), no_key=True).get(pk=upload.pk)


def _sha256(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def note(
    action: str, upload: UsageUpload, *, by: User | None, at: datetime, data: dict[str, Any], reason: str = ""
) -> None:
    """The journal's line on a file."""
    agreement = upload.agreement
    record(
        action,
        obj=upload,
        by=by,
        at=at,
        reason=reason,
        data={"name": upload.name, "source": upload.source, **data},
        organisation_id=agreement.party_b_id if agreement else None,
        agreement_id=agreement.pk if agreement else None,
    )
