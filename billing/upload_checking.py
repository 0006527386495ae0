"""Checking a usage file: line by line in steps, then all lines with one another and with what is stored.

Each step and its progress are one transaction, so that a check which was cut off goes on where it stopped.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import IO, Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import staging
from billing.importing import Lines, lines_of
from billing.models import UploadProblem, UsageUpload
from billing.periods import midnight
from billing.uploads import LONGEST_REASON, State, locked, note
from billing.usage_lines import Line, LineReader, Party
from contracts.models import Agreement
from people.refusal import Refused

STEP = 20_000  # lines a transaction
MOST_WRONG = 10_000  # the check stops at so many wrong lines
MOST_SUMS = 20_000
SHOWN_FIRST = 20
RUN_BUDGET = timedelta(minutes=4)  # the next run goes on
Wrong = list[tuple[int, str]]


def check(upload: UsageUpload, *, now: Callable[[], datetime]) -> None:
    """Read the file from where the check stands; at its end, compare all lines with one another and what is stored."""
    begun = monotonic()
    with _opened(upload) as file:
        lines = lines_of(file)
        for checked, wrong, line in _steps(upload, lines):
            if not _kept(upload, checked, wrong, line=line, percent=lines.percent, at=now()):
                return
            if upload.wrong >= MOST_WRONG:
                break
            if monotonic() - begun > RUN_BUDGET.total_seconds():
                UsageUpload.objects.filter(pk=upload.pk, state=State.CHECKING).update(moved_at=None)
                return
    _judge(upload, at=now())


def _steps(upload: UsageUpload, lines: Lines) -> Iterator[tuple[list[staging.Numbered], Wrong, int]]:
    """The lines after the one that was checked last, in steps: the good ones, the wrong ones, the last one's number."""
    rows = iter(lines)
    number, header = next(((number, row) for number, row in rows if any(row)), (1, []))
    reader = _reader(upload, header, lines.epoch)
    read, checked, wrong = reader.read, [], []
    done = max(upload.line, number)
    for number, row in rows:
        if number <= done or not any(row):
            continue
        try:
            checked.append((number, read(row)))
        except Refused as refused:
            if not any(cell.strip() for cell in row):
                continue
            wrong.append((number, str(refused)))
        if len(checked) + len(wrong) >= STEP:
            yield checked, wrong, number
            checked, wrong = [], []
    yield checked, wrong, number


def _reader(upload: UsageUpload, header: list[str], epoch: datetime) -> LineReader:
    known: dict[str, Party | None] = {}

    def party_of(number: str) -> Party | None:
        if number not in known:
            if len(known) > MOST_SUMS:
                known.clear()
            found = Agreement.objects.filter(number=number[:40], effective_on__isnull=False).exclude(state="draft")
            known[number] = _party(found.first())
        return known[number]

    return LineReader(header, only=_party(upload.agreement), party_of=party_of, until=upload.uploaded_at, epoch=epoch)


def _party(agreement: Agreement | None) -> Party | None:
    if agreement is None or agreement.effective_on is None:
        return None
    return Party(agreement.pk, midnight(agreement.effective_on).astimezone(UTC).replace(tzinfo=None))


@transaction.atomic
def _kept(
    upload: UsageUpload,
    checked: list[staging.Numbered],
    wrong: Wrong,
    *,
    line: int,
    percent: int,
    at: datetime,
) -> bool:
    """Keep a step of the check; False when the file was given up, or another worker has gone on with it."""
    held = locked(upload)
    if held.state != State.CHECKING or held.line != upload.line:
        return False
    staging.stage(held, checked)
    room = MOST_WRONG - held.wrong
    UploadProblem.objects.bulk_create(
        [UploadProblem(upload=held, line=number, reason=why[:LONGEST_REASON]) for number, why in wrong[:room]],
        batch_size=1000,
    )
    held.summary = _added(held.summary, checked)
    held.read += len(checked) + len(wrong)
    held.wrong += len(wrong[:room])
    held.line, held.done, held.moved_at = line, min(percent, 99), at
    held.save()
    upload.line, upload.read, upload.wrong = held.line, held.read, held.wrong
    return True


def _added(summary: dict[str, Any], checked: list[staging.Numbered]) -> dict[str, Any]:
    """The summary with these lines added.  Raises Refused for more sums than anybody could look at."""
    sums = {tuple(row[:3]): row for row in summary.get("sums", [])}
    corrections = summary.get("corrections", 0)
    for _number, line in checked:
        key = line[0], line[6], line[2]
        row = sums.get(key)
        if row is None:
            row = sums[key] = [*key, 0, 0]
        row[3] += 1
        row[4] += line[7]
        if line[5]:
            corrections += 1
    if len(sums) > MOST_SUMS:
        raise Refused(_("文件里协议、月份、计量项的组合超过 %(most)d 种，请核对计量项一列。") % {"most": MOST_SUMS})
    first = summary.get("first", [])
    more = [_first(number, line) for number, line in checked[: max(SHOWN_FIRST - len(first), 0)]]
    return {"first": first + more, "sums": list(sums.values()), "corrections": corrections}


def _first(number: int, line: Line) -> list[Any]:
    return [number, line.agreement, line.source_event_id, line.meter, f"{line.occurred_at}+00:00", line.quantity]


@transaction.atomic
def _judge(upload: UsageUpload, *, at: datetime) -> None:
    held = locked(upload)
    if held.state == State.CHECKING:
        judged(held, at=at)
        held.save()
        upload.state = held.state


def judged(held: UsageUpload, *, at: datetime) -> None:
    """Compare all lines with one another and with what is stored; the file is then checked, or failed."""
    if not held.read:
        held.error = _("文件中没有用量记录。")
    elif not held.wrong:
        _compare(held)
    else:
        held.error = _("有 %(count)d 行有误，没有导入任何记录。") % {"count": held.wrong}
    held.done, held.moved_at = 100, at
    if held.error or held.wrong:
        held.state, held.ended_at = State.FAILED, at
        note("usage_upload.failed", held, by=None, at=at, data={"wrong": held.wrong}, reason=held.error)
    else:
        held.state = State.CHECKED
        note("usage_upload.checked", held, by=None, at=at, data={"lines": held.read, "new": held.new})


def _compare(held: UsageUpload) -> None:
    stored = staging.stored(held) if staging.knows(held.source) else 0
    repeated = staging.repeated(held)
    both = staging.repeated_and_stored(held) if stored and repeated else 0
    found: Wrong = []
    if stored:
        found += [_conflict(*row) for row in staging.conflicts(held, MOST_WRONG)]
    if repeated:
        found += [
            (line, _("用量记录 %(id)s 与第 %(first)d 行重复，但内容不同。") % {"id": event, "first": first})
            for line, event, first in staging.contradictions(held, MOST_WRONG)
        ]
    if held.summary.get("corrections"):
        found += [
            (line, _("用量记录 %(id)s：所更正的记录 %(corrects)s 不存在。") % {"id": event, "corrects": lost})
            for line, event, lost in staging.lost(held, MOST_WRONG)
        ]
    UploadProblem.objects.bulk_create(
        [UploadProblem(upload=held, line=line, reason=why[:LONGEST_REASON]) for line, why in found[:MOST_WRONG]],
        batch_size=1000,
    )
    held.known = stored + repeated - both
    held.new = held.read - held.known
    held.wrong = len(found[:MOST_WRONG])
    if held.wrong:
        held.error = _("有 %(count)d 行有误，没有导入任何记录。") % {"count": held.wrong}


def _conflict(line: int, event: str, meter: str, quantity: Any, occurred_at: datetime) -> tuple[int, str]:
    words = _(
        "用量记录 %(id)s 已登记过，但内容不同（已登记：%(meter)s %(quantity)s，%(time)s）；更正请另报更正记录。"
    ) % {
        "id": event,
        "meter": meter,
        "quantity": f"{quantity.normalize():f}",
        "time": f"{timezone.localtime(occurred_at):%Y-%m-%d %H:%M:%S}",
    }
    return line, words


def _opened(upload: UsageUpload) -> IO[bytes]:
    """The kept file itself: what reads text from it needs more than Django's wrapper has."""
    try:
        return cast("IO[bytes]", upload.file.storage.open(str(upload.file.name), "rb").file)
    except FileNotFoundError as error:
        raise Refused(_("找不到上传的文件，请重新上传。")) from error
