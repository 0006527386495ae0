"""A clock's bar as people see it: its pieces in place, each with its words, and the whole as one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla.bars import LEFT, OVER, PAUSED, USED, Drawn, Piece, drawn, pieces
from sla.clocks import Dial
from sla.telling import moment
from sla.wording import rounded_up, spelled, worded


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the bar on a scale of 1000, with its words."""

    kind: str
    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar: its parts, what stood still and why (also what took no support time), and all of it in words."""

    parts: list[Part]
    pauses: list[str]

    @property
    def words(self) -> str:
        """The bar for those who cannot see it."""
        return "；".join(part.words for part in self.parts) or _("还没有用掉支持时间")

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What the colours on this bar mean, in order of appearance."""
        return [(kind, _kind_words(kind)) for kind in dict.fromkeys(part.kind for part in self.parts)]


def bar_of(dial: Dial, *, at: datetime) -> Bar:
    """The bar of a clock up to `at`, or to its stop."""
    course = dial.course
    start = course.counted_from
    end = max(course.stopped_at or at, start)
    carried = (course.started_at, course.carried) if course.carried else None
    found = pieces(dial.calendar, (start, end), worded(course.counted_pauses), course.target, carried=carried)
    if course.cancelled:
        found = [piece for piece in found if piece.kind != LEFT]
    return Bar(_parts(drawn(found), stopped=course.over), [_words(piece) for piece in found if piece.kind == PAUSED])


def _parts(places: Iterable[Drawn], *, stopped: bool) -> list[Part]:
    return [Part(place.piece.kind, place.x, place.width, _words(place.piece, early=stopped)) for place in places]


def _words(piece: Piece, *, early: bool = False) -> str:
    time = spelled(rounded_up(piece.seconds)) if piece.kind != LEFT else spelled(piece.seconds // 60 * 60)
    said = {"time": time, "start": moment(piece.start), "end": moment(piece.end), "reason": piece.reason}
    if piece.kind == LEFT:
        return (_("提前 %(time)s") if early else _("剩余 %(time)s")) % said
    if piece.kind == PAUSED:
        held = _("暂停 %(time)s支持时间（%(reason)s，%(start)s 至 %(end)s）")
        free = _("暂停，都不在支持时段（%(reason)s，%(start)s 至 %(end)s）")
        return (held if piece.seconds else free) % said
    if piece.kind == OVER:
        return _("超出 %(time)s（%(start)s 至 %(end)s）") % said
    return _("已用 %(time)s（%(start)s 至 %(end)s）") % said


def _kind_words(kind: str) -> str:
    return {
        USED: _("已用"),
        PAUSED: pgettext("bar", "暂停"),
        LEFT: pgettext("bar", "未用"),
        OVER: pgettext("bar", "超出"),
    }[kind]
