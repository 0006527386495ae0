"""The chain told true or false: verify events, anchors and guards; sign the head; write events out for others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journal import triggers
from journal.hashing import GENESIS, link, seal, sealed_by
from journal.models import Anchor, ChainHead, Event
from journal.recording import locked_head

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_FAULTS = 100


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, at one event (0 when it belongs to none)."""

    seq: int
    what: "str | _StrPromise"

    def __str__(self) -> str:
        return f"#{self.seq} {self.what}" if self.seq else str(self.what)


@dataclass(kw_only=True)
class Verdict:
    """What a verification found."""

    events: int = 0
    anchors: int = 0
    last_seq: int = 0
    last_hash: str = GENESIS
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing is wrong."""
        return not self.faults

    @property
    def first_bad(self) -> int | None:
        """The lowest sequence number of an event with a fault; None when no event has one."""
        return min((fault.seq for fault in self.faults if fault.seq), default=None)

    def blame(self, seq: int, what: "str | _StrPromise", **values: object) -> None:
        """Note a fault, its words filled with the values; only the first hundred are kept."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(seq, format_lazy(what, **values)))


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An anchor as it is checked: from the database or from a copy kept elsewhere."""

    content: Mapping[str, Any]
    signature: str
    where: "str | _StrPromise"

    @property
    def seq(self) -> int:
        return int(self.content["seq"])


def verify(*, kept: Iterable[Mapping[str, Any]] = ()) -> Verdict:
    """Check every event, every anchor (those of the database and the kept copies) and that the guards are on.

    Found are: a changed, missing or inserted event; a cut tail, as long as one anchor of it survives anywhere; a chain
    rebuilt without the secret; a rewound head; triggers that somebody took off.
    """
    head = ChainHead.objects.filter(pk=1).first()
    marks = [_of_row(anchor) for anchor in Anchor.objects.order_by("pk")] + [mark_of(line) for line in kept]
    verdict = walk(exported(), marks=marks)
    _check_head(head, verdict)
    for name in triggers.missing(connection):
        verdict.blame(0, _("数据库防护 {name} 缺失或被停用"), name=name)
    return verdict


def walk(events: Iterable[Mapping[str, Any]], *, marks: Iterable[Mark] = ()) -> Verdict:
    """Check events in the form of `exported`, in order, against each other and against anchors.  Needs no database."""
    verdict = Verdict()
    waiting = _by_seq(marks, verdict)
    _check_marks(waiting.pop(0, []), GENESIS, verdict)
    for event in events:
        _check_event(event, verdict)
        _check_marks(waiting.pop(verdict.last_seq, []), verdict.last_hash, verdict)
    for seq, left in sorted(waiting.items()):
        words = _("{where} 见过 {seen} 条事件，现有 {events} 条：末尾被截断或事件缺失")
        verdict.blame(seq, words, where=left[0].where, seen=seq, events=verdict.events)
    return verdict


def exported(*, first: int = 1, last: int | None = None) -> Iterator[dict[str, Any]]:
    """The events from first to last as plain data: all that the hash covers, the previous hash and the hash."""
    events = Event.objects.filter(seq__gte=first).order_by("seq")
    if last is not None:
        events = events.filter(seq__lte=last)
    for event in events.iterator(chunk_size=2000):
        yield {**event.content(), "prev": event.prev, "hash": event.hash}


@transaction.atomic
def anchor(*, at: datetime) -> Anchor:
    """Sign the head of the chain as it stands.  Keep its `kept_line` where no owner of the database can reach."""
    head = locked_head()
    counted = Event.objects.aggregate(n=Count("pk"))["n"]
    made = Anchor(seq=head.seq, hash=head.hash, count=counted, at=at)
    made.signature = seal(_secrets()[0], made.content())
    made.save(force_insert=True)
    return made


def kept_line(made: Anchor) -> dict[str, Any]:
    """The anchor as one line of JSON data for a log, a mail or the foot of a report."""
    return {**made.content(), "signature": made.signature}


def _secrets() -> list[str]:
    own = str(getattr(settings, "JOURNAL_ANCHOR_KEY", ""))
    return [str(key) for key in (own, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS) if key]


def _of_row(row: Anchor) -> Mark:
    return Mark(content=row.content(), signature=row.signature, where=format_lazy(_("链锚 {number}"), number=row.pk))


def mark_of(line: Mapping[str, Any]) -> Mark:
    """A kept line as an anchor to check.  Raises KeyError for a line that is no anchor."""
    content = {name: line[name] for name in ("seq", "hash", "count", "at", "alg")}
    return Mark(content=content, signature=line["signature"], where=format_lazy(_("库外链锚（{at}）"), at=line["at"]))


def _by_seq(marks: Iterable[Mark], verdict: Verdict) -> dict[int, list[Mark]]:
    """The anchors by the event they stand at; their signatures, order and counts are checked on the way."""
    found: dict[int, list[Mark]] = {}
    secrets = _secrets()
    highest = 0
    for mark in sorted(marks, key=lambda mark: str(mark.content["at"])):
        verdict.anchors += 1
        if mark.seq < highest:
            words = _("{where} 只见 {seen} 条事件，而此前已有 {highest} 条：链被回退")
            verdict.blame(mark.seq, words, where=mark.where, seen=mark.seq, highest=highest)
        highest = max(highest, mark.seq)
        if not sealed_by(secrets, mark.content, mark.signature):
            verdict.blame(mark.seq, _("{where} 的签名不是本系统所签"), where=mark.where)
        if mark.content["count"] != mark.seq:
            words = _("{where} 到此处计有 {count} 条事件，与序号不符")
            verdict.blame(mark.seq, words, where=mark.where, count=mark.content["count"])
        found.setdefault(mark.seq, []).append(mark)
    return found


def _check_marks(marks: Iterable[Mark], head_hash: str, verdict: Verdict) -> None:
    for mark in marks:
        if mark.content["hash"] != head_hash:
            verdict.blame(mark.seq, _("{where} 在此处的哈希不同：链被重建"), where=mark.where)


def _check_head(before: ChainHead | None, verdict: Verdict) -> None:
    """The head read before the walk cannot be ahead of the events; read again after it, it cannot be behind them."""
    last = verdict.last_seq
    after = ChainHead.objects.filter(pk=1).first()
    if before is not None and before.seq > last:
        verdict.blame(last + 1, _("链止于 #{last}，链头却是 #{head}：末尾被截断"), last=last, head=before.seq)
    if verdict.events and after is None:
        verdict.blame(last, _("链头缺失"))
    if after is not None and after.seq < last:
        verdict.blame(last, _("链头落后，停在 #{head}"), head=after.seq)
    if after is not None and after.seq == last and after.hash != verdict.last_hash:
        verdict.blame(last, _("链头的哈希不符"))


def _check_event(event: Mapping[str, Any], verdict: Verdict) -> None:
    seq = int(event["seq"])
    if seq != verdict.last_seq + 1:
        words = _("#{last} 之后是 #{next}：事件缺失或重复")
        verdict.blame(verdict.last_seq + 1, words, last=verdict.last_seq, next=seq)
    elif event["prev"] != verdict.last_hash:
        verdict.blame(seq, _("与前一条事件不相连"))
    if link(event["prev"], {key: event[key] for key in event if key not in ("prev", "hash")}) != event["hash"]:
        verdict.blame(seq, _("记录之后被改动"))
    verdict.events += 1
    verdict.last_seq, verdict.last_hash = seq, event["hash"]
