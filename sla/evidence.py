"""Evidence of a breach: everything needed to count it again, frozen as JSON and checkable from that JSON alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import TZPATH

from contracts.models import AgreementVersion
from journal.hashing import sha256_of
from sla.clocks import Dial
from sla.models import Breach
from sla.replay import Happening, broken_at, consumed_at, follow, read
from worktime.almanac import Almanac
from worktime.clock import Window, WorkCalendar, natural_hours
from worktime.explain import explain

FORMAT = "shouyue-breach/1"
ENGINE = "1"  # the rules of sla.replay and worktime.clock; raised when an answer changes
NATURAL = AgreementVersion.ClockHours.NATURAL.value


def frozen(
    dial: Dial, *, number: int, previous: str, warnings: Sequence[Mapping[str, str]], at: datetime
) -> dict[str, Any]:
    """The evidence of a clock that broke, as seen at `at`.  Plain JSON, instants in ISO 8601."""
    clock, ticket = dial.clock, dial.clock.ticket
    version = clock.version
    return {
        "format": FORMAT,
        "engine": ENGINE,
        "tzdata": tz_version(),
        "number": number,
        "previous_sha256": previous,
        "ticket": _ticket(ticket),
        "terms": _terms(version),
        "promise": _promise(dial.happenings),
        "hours": _hours(version, dial.course.hours),
        "calendar": _calendar(clock.calendar_version),
        "clock": {"kind": clock.kind, "cycle": clock.cycle, "target_seconds": dial.course.target},
        "events": _events(clock),
        "due_at": _text(clock.due_at),
        "breach_from": _text(clock.breach_from),
        "breached_at": _text(clock.breached_at),
        "detected_at": at.isoformat(),
        "consumed_seconds": consumed_at(dial.course, dial.calendar, at),
        "provisional": clock.provisional,
        "counted": explain(
            dial.calendar, dial.course.counted_from, max(dial.course.left_to_count, 0), dial.course.counted_pauses
        ).as_json(),
        "carried_seconds": dial.course.carried,
        "warnings": [dict(warning) for warning in warnings],
    }


def digest(evidence: Mapping[str, Any]) -> str:
    """The hash of the evidence: what the next breach is chained to."""
    return sha256_of(dict(evidence))


def problems(evidence: Mapping[str, Any]) -> list[str]:
    """What is wrong with the evidence, by counting again from its own content; empty when it stands.

    Raises KeyError or ValueError for something that is no evidence.
    """
    if evidence["format"] != FORMAT:
        raise ValueError(f"unknown format {evidence['format']!r}")
    found = []
    if _almanac(evidence).sha256 != evidence["calendar"]["sha256"]:
        found.append("the calendar's days do not have the pinned hash")
    calendar = working_time(evidence)
    course = follow(_happenings(evidence))
    reading = read(course, calendar)
    at = datetime.fromisoformat(evidence["detected_at"])
    counted = {
        "due_at": _text(reading.due_at),
        "breach_from": _text(reading.breach_from),
        "breached_at": _text(_broken_before_written(evidence, calendar, at)),
        "consumed_seconds": consumed_at(course, calendar, at),
    }
    found += [
        f"{name}: written {evidence[name]}, counted {value}"
        for name, value in counted.items()
        if evidence[name] != value
    ]
    # Evidence from before there was a terms table does not repeat what its events say.
    if "promise" in evidence and evidence["promise"] != _promise(_happenings(evidence)):
        found.append("the promise is not what the events pinned")
    if (course.target or 0) >= evidence["consumed_seconds"]:
        found.append("no more than the target was consumed")
    return found


def flaws(breach: Breach) -> list[str]:
    """What is wrong with a stored breach: evidence, hash, link to the one before; empty when it stands."""
    found = problems(breach.evidence)
    if digest(breach.evidence) != breach.sha256:
        found.append("the evidence does not have the stored hash")
    if breach.evidence["previous_sha256"] != breach.previous_sha256:
        found.append("the evidence names another breach before it")
    before = Breach.objects.filter(number=breach.number - 1).values_list("sha256", flat=True).first()
    if breach.previous_sha256 != (before or ""):
        found.append("the breach before it is missing or altered")
    return found


def working_time(evidence: Mapping[str, Any]) -> WorkCalendar:
    """The working time that the evidence itself describes."""
    hours = evidence["hours"]
    if hours is None:
        return natural_hours(evidence["calendar"]["zone"])
    return _almanac(evidence).hours(
        tuple(tuple(Window.parse(*window) for window in day) for day in hours["weekly"]),
        weekends_served=bool(hours["weekends_served"]),
        makeup_days_served=bool(hours["makeup_days_served"]),
    )


def tz_version() -> str:
    """The version of the time zone database, or "unknown"."""
    for folder in TZPATH:
        listing = Path(folder) / "tzdata.zi"
        if listing.is_file():
            with listing.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version").strip()
    return "unknown"


def _almanac(evidence: Mapping[str, Any]) -> Almanac:
    return Almanac.from_json(evidence["calendar"]["days"], zone=evidence["calendar"]["zone"])


def _happenings(evidence: Mapping[str, Any]) -> list[Happening]:
    return [
        Happening(event["kind"], datetime.fromisoformat(event["at"]), event["data"], event["reason"])
        for event in evidence["events"]
    ]


def _broken_before_written(evidence: Mapping[str, Any], calendar: WorkCalendar, at: datetime) -> datetime | None:
    """When the events before the breach was written say that it broke."""
    earlier = [happening for happening in _happenings(evidence) if happening.kind != "breached"]
    return broken_at(follow(earlier), calendar, at)


def _ticket(ticket: Any) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "title": ticket.title,
        "kind": ticket.kind,
        "priority": ticket.priority,
        "agreement": ticket.agreement.number,
        "party_a": str(ticket.agreement.party_a),
        "party_b": str(ticket.agreement.party_b),
        "found_at": _text(ticket.found_at),
        "reported_at": _text(ticket.reported_at),
        "received_at": _text(ticket.received_at),
        "assignee": str(ticket.assignee or ""),
    }


def _terms(version: AgreementVersion) -> dict[str, Any]:
    terms = {
        "agreement": version.agreement.number,
        "version": version.number,
        "effective_from": version.effective_from.isoformat(),
        "response_hours": _number(version.response_hours),
        "solution_hours": _number(version.solution_hours),
        "clock_hours": version.clock_hours,
    }
    return {**terms, "sha256": sha256_of(terms)}


def _promise(happenings: Sequence[Happening]) -> dict[str, Any]:
    """What the clock was held to at last: the words of the event that set it, the calendar left out."""
    last = [happening for happening in happenings if happening.kind in {"started", "retargeted"}][-1]
    return {name: value for name, value in last.data.items() if name not in {"calendar_version", "carried_seconds"}}


def _hours(version: AgreementVersion, own: str) -> dict[str, Any] | None:
    """The support hours in which the clock counts; None for natural hours.  own: what its target says itself."""
    hours = version.support_hours
    if (own or version.clock_hours) == NATURAL or hours is None:
        return None
    return {
        "name": hours.name,
        "weekly": hours.weekly,
        "weekends_served": hours.weekends_served,
        "makeup_days_served": hours.makeup_days_served,
    }


def _calendar(version: Any) -> dict[str, Any]:
    return {
        "code": version.calendar.code,
        "zone": version.calendar.zone,
        "version": version.number,
        "sha256": version.sha256,
        "source": version.source,
        "days": version.days,
    }


def _events(clock: Any) -> list[dict[str, Any]]:
    return [
        {
            "seq": event.seq,
            "kind": event.kind,
            "at": _text(event.at),
            "recorded_at": _text(event.recorded_at),
            "by": str(event.by or ""),
            "reason": event.reason,
            "data": event.data,
        }
        for event in clock.events.select_related("by").order_by("seq")
    ]


def _number(value: Any) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
