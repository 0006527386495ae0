"""Words for spans of time and for reasons of pauses, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from sla.models import Clock
from sla.replay import ANSWERED, CLOSED
from worktime.clock import Pause


def spelled(seconds: int) -> str:
    """A span of time in words: 2 小时 30 分钟; less than a minute is said in seconds."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    parts = []
    if hours:
        parts.append(_("%(count)s 小时") % {"count": hours})
    if minutes:
        parts.append(_("%(count)s 分钟") % {"count": minutes})
    if not parts:
        parts.append(_("%(count)s 秒") % {"count": seconds % 60})
    return " ".join(parts)


def rounded_up(seconds: int) -> int:
    """Whole minutes, rounded up: what was used is never shown as less."""
    return -(-seconds // 60) * 60 if seconds >= 60 else seconds


def worded(pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses with their reasons in the reader's language."""
    return [Pause(pause.start, pause.end, reason_words(pause.reason)) for pause in pauses]


def reason_words(reason: str) -> str:
    """A reason of the pause policy in the reader's language; any other reason is somebody's own words."""
    if reason in Clock.Reason.values:
        return str(Clock.Reason(reason).label)
    return {ANSWERED: _("方案待乙方确认"), CLOSED: _("报告已关闭")}.get(reason, reason)
