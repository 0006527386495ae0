"""Taking in a usage file: one transaction, so that a crash leaves nothing half imported and it begins anew."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from billing import staging
from billing.anomalies import look
from billing.models import StagedUsage, UsageRecord, UsageUpload
from billing.upload_checking import check, judged
from billing.uploads import ENDED, OPEN, State, fail, locked, note
from contracts.models import Agreement
from journal.recording import record
from people.refusal import Refused

LEASE = timedelta(minutes=10)  # a run that did not move for so long was cut off
Now = Callable[[], datetime]


class Conflict(Exception):
    """What was checked as new was stored by somebody else in the meantime."""


def run_waiting(*, now: Now) -> int:
    """Work on what waits or was cut off; returns how many files were worked on.  Not inside a transaction."""
    count = 0
    while (upload := _claimed(now())) is not None:
        count += 1
        run(upload, now=now)
    waiting = Exists(StagedUsage.objects.filter(upload=OuterRef("pk")))
    for ended in UsageUpload.objects.filter(waiting, state__in=ENDED):
        staging.clear(ended)
    return count


def work_on(upload: UsageUpload, *, now: Now) -> bool:
    """Work on one file at once; False when another worker has it."""
    if not _claim(upload, now()):
        return False
    run(upload, now=now)
    return True


def run(upload: UsageUpload, *, now: Now) -> None:
    """Check a claimed file, or take it in when it was confirmed."""
    if upload.state == State.TAKING_IN:
        take_in(upload, now=now)
        return
    try:
        check(upload, now=now)
    except Refused as refused:
        fail(upload, str(refused), at=now())


def take_in(upload: UsageUpload, *, now: Now) -> None:
    """Make the lines usage, all or none."""
    try:
        with staging.room():
            _take_in(upload, at=now())
    except Conflict:
        with transaction.atomic():
            held = locked(upload)
            judged(held, at=now())
            if held.state == State.CHECKED:  # nothing stands against it any more: a person looks again
                held.confirmed_at = held.confirmed_by = None
            held.save()
    staging.clear(upload)
    if upload.state == State.TAKEN_IN:
        keys = {row[0] for row in upload.summary["sums"]}
        for agreement in Agreement.objects.filter(pk__in=keys).order_by("pk"):
            look(agreement, by=None, at=now())


@transaction.atomic
def _take_in(upload: UsageUpload, *, at: datetime) -> None:
    held = locked(upload)
    if held.state != State.TAKING_IN:
        return
    keys = sorted({row[0] for row in held.summary["sums"]})
    # One agreement's usage and its drafts follow one another: a draft never misses a row that is being written.
    agreements = list(Agreement.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    stamp = UsageRecord(source=held.source, batch=f"U{held.pk}", recorded_at=at, recorded_by_id=held.confirmed_by_id)
    added = staging.move(held, stamp, corrections=bool(held.summary.get("corrections")))
    if added != held.read and any(staging.conflicts(held, 1)):
        raise Conflict
    held.state, held.ended_at, held.new, held.known, held.done = State.TAKEN_IN, at, added, held.read - added, 100
    held.save()
    upload.state = held.state
    for agreement in agreements:
        lines = sum(row[3] for row in held.summary["sums"] if row[0] == agreement.pk)
        record(
            "usage.taken_in",
            obj=agreement,
            by=held.confirmed_by,
            at=at,
            organisation_id=agreement.party_b_id,
            agreement_id=agreement.pk,
            data={"source": held.source, "batch": stamp.batch, "lines": lines, "sha256": held.sha256},
        )
    note("usage_upload.taken_in", held, by=held.confirmed_by, at=at, data={"added": added, "known": held.known})


def _claimed(at: datetime) -> UsageUpload | None:
    """The file that waits longest, taken for this worker by compare-and-set; None when none waits."""
    cut_off = Q(moved_at__isnull=True) | Q(moved_at__lt=at - LEASE)
    waiting = UsageUpload.objects.filter(Q(state=State.UPLOADED) | Q(state__in=OPEN) & cut_off)
    return next((upload for upload in waiting.order_by("uploaded_at", "pk") if _claim(upload, at)), None)


def _claim(upload: UsageUpload, at: datetime) -> bool:
    if upload.moved_at is not None and upload.moved_at >= at - LEASE:
        return False
    seen = UsageUpload.objects.filter(pk=upload.pk, state=upload.state, moved_at=upload.moved_at)
    onward = State.CHECKING if upload.state == State.UPLOADED else State(upload.state)
    if not seen.update(state=onward, moved_at=at):
        return False
    upload.refresh_from_db()
    return True
