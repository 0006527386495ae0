"""What is agreed and measured on services, in words: nothing agreed reads 没有约定."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from people.showing import Tone, badge
from sla.faces import spelled
from sla.models import FixTerm, MaintenanceWindow, Outage, Reach, ServiceTerm
from sla.uptime import Part, Row

OUTAGE_TONES: dict[str, Tone] = {"open": "bad", "ended": "ok", "withdrawn": "muted"}
WINDOW_TONES: dict[str, Tone] = {
    "planned": "muted",
    "announced": "info",
    "running": "warn",
    "ended": "ok",
    "cancelled": "muted",
}
VERDICT_TONES: dict[str, Tone] = {"in_time": "ok", "emergency": "ok", "late": "bad", "no_rule": "muted"}


def term_words(term: ServiceTerm) -> str:
    """Target, notice rule, limit, emergency clause and held clocks in one line."""
    said = [target_words(term), notice_words(term)]
    if term.most_hours is not None:
        said.append(_("每月最多扣除 %(n)d 小时") % {"n": term.most_hours})
    if term.emergency_hours is not None:
        said.append(
            _("紧急维护提前 %(n)d 小时") % {"n": term.emergency_hours}
            if term.emergency_hours
            else _("紧急维护开始前公告即可")
        )
    if term.holds_solution:
        said.append(_("维护期间暂停“提出解决方案”计时"))
    if term.holds_restoration:
        said.append(_("维护期间暂停“恢复”计时"))
    return "；".join(said)


def target_words(term: ServiceTerm | None) -> str:
    """The target with the time in which it is measured."""
    if term is None or term.target is None:
        return _("没有约定可用率目标")
    return _("按%(hours)s统计，可用率不低于 %(target)s%%") % {
        "target": per_cent(term.target),
        "hours": term.get_hours_display(),
    }


def notice_words(term: ServiceTerm | None) -> str:
    """The notice that maintenance needs."""
    if term is None or term.notice_hours is None:
        return _("没有约定维护提前通知")
    return _("维护提前 %(n)d 小时公告，按%(counted)s计") % {
        "n": term.notice_hours,
        "counted": term.get_notice_counted_display(),
    }


def fix_words(term: FixTerm) -> str:
    """How fast one level is to be fixed."""
    return f"{term.number} {term.get_unit_display()}"


def per_cent(value: Decimal | None) -> str:
    """A percentage with up to three decimals, no zeros behind; a dash for none."""
    if value is None:
        return "—"
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text or "0"


def figure_words(row: Row) -> str:
    """The availability in words, with the exact seconds it comes from."""
    if row.percentage is None:
        return _("没有可统计的服务时间")
    return f"{row.percentage:.3f}%"


def standing_badge(row: Row) -> str:
    """Whether the target is kept so far or in the end."""
    if row.target is None:
        return badge(_("没有约定目标"), "muted")
    if row.met is None:
        return badge(_("没有服务时间"), "muted")
    if row.met:
        return badge(_("达标") if row.complete else _("至今达标"), "ok")
    return badge(_("未达标") if row.complete else _("至今未达标"), "bad")


def part_words(part: Part) -> str:
    """Why a part counts as it does."""
    match part.kind:
        case "outage" if isinstance(part.about, Outage):
            return str(part.about.get_cause_display())
        case "maintenance":
            return reach_words(part.reach) if part.reach else ""
        case "late":
            if part.reach is None:
                return _("没有向贵方公告，不扣除")
            if part.reach.verdict in {"in_time", "emergency"}:
                return _("超出公告的时间，不扣除")
            return _("%(why)s，不扣除") % {"why": reach_words(part.reach)}
        case "suspension":
            return _("协议暂停期间")
        case _:
            return _("已通知的不可抗力")


def part_label(part: Part) -> str:
    """What a part is called."""
    return {
        "outage": _("服务中断"),
        "maintenance": _("按时公告的维护"),
        "late": _("不扣除的维护"),
        "suspension": _("协议暂停"),
        "force_majeure": _("不可抗力"),
    }[part.kind]


def reach_words(reach: Reach) -> str:
    """Whether an announcement was in time, with both figures."""
    return "：".join(filter(None, [str(reach.get_verdict_display()), notice_given(reach)]))


def notice_given(reach: Reach) -> str:
    """How long ahead was agreed and how long ahead it came; empty where nothing is agreed."""
    if reach.needed_seconds is None or reach.given_seconds is None:
        return ""
    return _("约定提前 %(needed)s，实际提前 %(given)s，按%(counted)s计") % {
        "needed": spelled(reach.needed_seconds),
        "given": spelled(max(0, reach.given_seconds)),
        "counted": reach.get_counted_display(),
    }


def window_badge(row: MaintenanceWindow) -> str:
    """The state of a window."""
    return badge(row.get_state_display(), WINDOW_TONES[row.state])


def outage_badge(row: Outage) -> str:
    """The state of an outage."""
    return badge(row.get_state_display(), OUTAGE_TONES[row.state])


def span_words(since: datetime, until: datetime | None) -> str:
    """From when to when, in civil time; the day is said once when both lie on it."""
    begins = localtime(since)
    if until is None:
        return _("%(since)s 起，尚未结束") % {"since": f"{begins:%Y-%m-%d %H:%M}"}
    ends = localtime(until)
    same = begins.date() == ends.date()
    return f"{begins:%Y-%m-%d %H:%M} – {ends:%H:%M}" if same else f"{begins:%Y-%m-%d %H:%M} – {ends:%Y-%m-%d %H:%M}"


def services_words(names: list[str]) -> str:
    """The services by name, in one line."""
    return "、".join(names) or "—"
