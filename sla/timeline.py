"""The timeline of a ticket as people read it: what happened, who did it, what was said, which files came."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from people.showing import Tone
from sla.faces import reason_words
from sla.models import Attachment, Clock, Ticket, TicketEntry, TicketLink
from sla.telling import moment

Kind = TicketEntry.Kind
TONES: dict[str, Tone] = {
    Kind.FILED: "info",
    Kind.RESPONDED: "ok",
    Kind.PROPOSED: "ok",
    Kind.CONFIRMED: "ok",
    Kind.ASKED: "warn",
    Kind.WARNED: "warn",
    Kind.DISPUTED: "bad",
    Kind.MERGED: "warn",
    Kind.ESCALATED: "bad",
    Kind.BREACHED: "bad",
    Kind.HELD: "muted",
    Kind.RELEASED: "info",
    Kind.RESTORED: "ok",
    Kind.REOPENED: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the timeline."""

    kind: str
    at: datetime
    title: str
    who: str
    text: str
    tone: Tone
    internal: bool
    files: list[Attachment]


def lines_of(entries: Any) -> list[Line]:
    """The entries of a query, oldest first, in the reader's language; two queries with all their files."""
    return [_line(entry) for entry in entries.select_related("by").prefetch_related("attachments").order_by("pk")]


def files_of(lines: Iterable[Line]) -> list[Attachment]:
    """All files of a timeline, in order."""
    return [file for line in lines for file in line.files]


def _line(entry: TicketEntry) -> Line:
    return Line(
        kind=entry.kind,
        at=entry.at,
        title=entry.get_kind_display(),
        who=_who(entry),
        text=_text(entry),
        tone=TONES.get(entry.kind, "muted"),
        internal=entry.internal,
        files=list(entry.attachments.all()),
    )


def _who(entry: TicketEntry) -> str:
    if entry.by is None:
        return _("系统")
    side = _("甲方") if entry.by.is_staff else _("乙方")
    return f"{side} · {entry.by}"


def _text(entry: TicketEntry) -> str:
    """What was said; for what the system or a reassignment did, the sentence that its data amount to."""
    said = entry.data
    if entry.kind == Kind.BREACHED:
        broken = moment(datetime.fromisoformat(said["breached_at"]))
        return _("%(clock)s时限已于 %(broken)s 用尽。") % {"clock": _clock(said), "broken": broken}
    if entry.kind == Kind.WARNED:
        return _("%(clock)s时限已用 %(level)s%%。") % {"clock": _clock(said), "level": said["level"]}
    if entry.kind in {Kind.HELD, Kind.RELEASED}:
        return "\n".join(filter(None, [_held(entry.kind, said), entry.text]))
    if entry.kind == Kind.PRIORITY:
        return "\n".join(filter(None, [_reprioritised(said), entry.text]))
    if entry.kind == Kind.REOPENED:
        return "\n".join(filter(None, [_reopened(said), entry.text]))
    if entry.kind == Kind.REASSIGNED:
        passed = _("由 %(from)s 转给 %(to)s。") if said["from"] else _("交给 %(to)s。")
        return "\n".join(filter(None, [passed % said, entry.text]))
    if entry.kind in DESK_WORDS:
        return "\n".join(filter(None, [DESK_WORDS[entry.kind](said), entry.text]))
    return entry.text


def _held(kind: str, said: dict[str, Any]) -> str:
    """Which clocks stand still or run on, why, and since when where that was earlier than the line."""
    about = {
        "clocks": _("、").join(str(Clock.Kind(clock).label) for clock in said["clocks"]),
        "reason": reason_words(said["reason"]),
        "since": moment(datetime.fromisoformat(said["since"])) if said.get("since") else "",
    }
    if kind == Kind.HELD:
        words = (
            _("因%(reason)s，%(clocks)s时限自 %(since)s 起暂停计时。")
            if about["since"]
            else _("因%(reason)s，%(clocks)s时限暂停计时。")
        )
    elif said.get("still"):
        about["still"] = _("、").join(reason_words(reason) for reason in said["still"])
        words = _("%(reason)s的暂停结束；因%(still)s，%(clocks)s时限仍暂停计时。")
    elif said.get("capped"):
        words = _("%(reason)s已到约定的最长暂停时间，%(clocks)s时限自 %(since)s 起恢复计时。")
    else:
        words = (
            _("%(reason)s结束，%(clocks)s时限自 %(since)s 起恢复计时。")
            if about["since"]
            else _("%(reason)s结束，%(clocks)s时限恢复计时。")
        )
    return words % about


def _reprioritised(said: dict[str, Any]) -> str:
    levels = {name: Ticket.Priority(said[name]).label for name in ("from", "to")}
    changed = _("、").join(str(Clock.Kind(kind).label) for kind in said["clocks"])
    words = _("优先级由 %(from)s 调整为 %(to)s。") % levels
    return words + (_("%(clocks)s时限已按新的优先级调整，已用时间保留。") % {"clocks": changed} if changed else "")


def _reopened(said: dict[str, Any]) -> str:
    if "cycle" in said:
        return _("已过约定的重新打开期限或没有约定期限，开始第 %(cycle)s 轮计时。") % said
    return _("在约定的期限内重新打开，原时限继续计时，关闭期间不计。")


def _queued(said: dict[str, Any]) -> str:
    moved = _("由队列“%(from)s”转入队列“%(to)s”。") if said["from"] else _("转入队列“%(to)s”。")
    left = _("%(given_up)s 不是该队列成员，不再负责。") if said["given_up"] else ""
    return (moved + left) % said


def _labelled(said: dict[str, Any]) -> str:
    added, removed = "、".join(said["added"]), "、".join(said["removed"])
    parts = [_("加上：%(labels)s。") % {"labels": added}] if added else []
    return "".join([*parts, _("去掉：%(labels)s。") % {"labels": removed} if removed else ""])


def _linked(said: dict[str, Any]) -> str:
    tie = TicketLink.Kind(said["link"]).label
    if said.get("removed"):
        return _("删除关联“%(tie)s”：%(other)s。") % {"tie": tie, "other": said["other"]}
    return _("关联“%(tie)s”：%(other)s。") % {"tie": tie, "other": said["other"]}


def _watched(said: dict[str, Any]) -> str:
    return (_("%(who)s 取消关注。") if said.get("removed") else _("%(who)s 开始关注。")) % said


def _merged(said: dict[str, Any]) -> str:
    if "into" in said:
        return _("本报告并入 %(into)s，时限计时取消，以后的办理见该报告。") % said
    if said.get("files"):
        return _("%(from)s 的内部附件。") % said
    return _("报告 %(from)s“%(title)s”并入本报告，本报告的时限不变。") % said


def _escalated(said: dict[str, Any]) -> str:
    return _("上报给 %(to)s。") % said


DESK_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    Kind.QUEUED: _queued,
    Kind.LABELLED: _labelled,
    Kind.LINKED: _linked,
    Kind.WATCHED: _watched,
    Kind.MERGED: _merged,
    Kind.ESCALATED: _escalated,
}


def _clock(said: dict[str, Any]) -> str:
    return str(Clock.Kind(said["clock"]).label)
