"""Statutory reports of network security incidents: which the law asks for, to whom, and by when (natural hours).

* 国家网络安全事件报告管理办法, in force since 2025-11-01: incidents of the level "considerable" or above are reported
  within 1 hour by operators of critical information infrastructure, 2 hours by central and state organs, 4 hours by
  others; a first report may be incomplete; a summary follows within 30 days after handling.
* 网络数据安全管理条例 article 10, in force since 2025-01-01: dangers to state security or public interest are
  reported within 24 hours.
* 个人信息保护法 article 57: the authority and the persons concerned are told at once; no number of hours.

Hours run from the discovery, around the clock, whatever support hours the agreement names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from worktime.clock import NATURAL_HOURS
from worktime.workdays import end_of_day

LEVELS = ("ordinary", "considerable", "major", "extraordinary")  # rising
REPORTED_FROM = "considerable"
MEASURES, MEASURES_SINCE = "国家网络安全事件报告管理办法", date(2025, 11, 1)
DATA_RULES, DATA_RULES_SINCE = "网络数据安全管理条例第十条", date(2025, 1, 1)
PERSONAL_LAW = "个人信息保护法第五十七条"
FIRST_HOURS = {"critical": 1, "central": 2, "other": 4}
RECIPIENTS = {
    "critical": "保护工作部门、公安机关",
    "central": "本部门网信工作机构，报国家网信部门",
    "other": "属地省级网信部门",
}
DATA_HOURS, SUMMARY_DAYS = 24, 30


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the duties depend on.  An empty level is not graded yet: only what needs no level is due."""

    actor: str
    level: str
    found_at: datetime
    handled_at: datetime | None = None
    endangers: bool = False
    personal_information: bool = False


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One report: its kind, to whom, on what ground, from when, and by when; no due time where the law names none."""

    kind: str
    recipient: str
    basis: str
    starts_at: datetime
    due_at: datetime | None


def duties_of(seen: Seen) -> list[Duty]:
    """The reports that an incident asks for as it stands.  Raises KeyError for an unknown kind of operator."""
    day = seen.found_at.astimezone(NATURAL_HOURS.tz).date()
    found = []
    if is_reported(seen.level) and day >= MEASURES_SINCE:
        due = seen.found_at + timedelta(hours=FIRST_HOURS[seen.actor])
        found.append(_duty("first", RECIPIENTS[seen.actor], MEASURES, seen.found_at, due))
        if seen.handled_at is not None:
            last = seen.handled_at.astimezone(NATURAL_HOURS.tz).date() + timedelta(days=SUMMARY_DAYS)
            found.append(_duty("summary", RECIPIENTS[seen.actor], MEASURES, seen.handled_at, end_of_day(last)))
    if seen.endangers and day >= DATA_RULES_SINCE:
        due = seen.found_at + timedelta(hours=DATA_HOURS)
        found.append(_duty("data", "有关主管部门", DATA_RULES, seen.found_at, due))
    if seen.personal_information:
        found.append(_duty("personal", "履行个人信息保护职责的部门和个人", PERSONAL_LAW, seen.found_at, None))
    return found


def is_reported(level: str) -> bool:
    """Whether an incident of this level is reported under the measures; one that is not graded is not, yet."""
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(REPORTED_FROM)


def _duty(kind: str, recipient: str, basis: str, starts_at: datetime, due_at: datetime | None) -> Duty:
    return Duty(kind=kind, recipient=recipient, basis=basis, starts_at=starts_at, due_at=due_at)
