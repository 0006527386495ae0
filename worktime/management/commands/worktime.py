"""Support time and working days at a terminal; needs no database."""

import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from worktime import terminal
from worktime.batch import answers
from worktime.china import china_almanac
from worktime.clock import Pause, WorkCalendar, natural_hours
from worktime.explain import explain, explain_workdays
from worktime.published import UnpublishedYear
from worktime.wording import Speaker, render, speaker_of
from worktime.workdays import WorkdayCalendar


class Command(BaseCommand):
    """worktime add | elapsed | explain | due | batch."""

    help = "Count support time and working days on China's published calendars."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        for act, told in (("add", "the deadline of a duration"), ("explain", "the deadline, span by span")):
            part = acts.add_parser(act, help=told)
            part.add_argument("start", help="2026-09-30T17:00, wall time of the zone unless it has an offset")
            part.add_argument("duration", help="2h, 1h30m, 45s")
            _hours_arguments(part)
        part = acts.add_parser("elapsed", help="the support time between two instants")
        part.add_argument("start")
        part.add_argument("end")
        _hours_arguments(part)
        part = acts.add_parser("due", help="the nth working day after a receipt day")
        part.add_argument("received", help="2026-09-18")
        part.add_argument("days", type=int)
        _common_arguments(part)
        acts.add_parser("batch", help="answer JSON cases, one a line, from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except (ValueError, LookupError, OverflowError) as error:
            raise CommandError(str(error)) from error

    def _add(self, options: dict[str, Any]) -> None:
        calendar, start, seconds, pauses = self._asked(options)
        speaker = speaker_of(options["language"])(0)
        due = calendar.reckon_add(start, seconds, pauses)
        breach = calendar.reckon_breach_from(start, seconds, pauses)
        self._firm(due.unpublished_years, options)
        self.stdout.write(speaker.due(_local(due.value, calendar, speaker)))
        if breach.value != due.value:
            self.stdout.write(speaker.breach(_local(breach.value, calendar, speaker)))
        self._warn(due.unpublished_years or breach.unpublished_years, speaker)

    def _explain(self, options: dict[str, Any]) -> None:
        calendar, start, seconds, pauses = self._asked(options)
        explanation = explain(calendar, start, seconds, pauses)
        self._firm(explanation.unpublished_years, options)
        self.stdout.write("\n".join(render(explanation, options["language"])))

    def _elapsed(self, options: dict[str, Any]) -> None:
        calendar = _calendar(options)
        start, end = (terminal.instant(options[name], calendar.tz) for name in ("start", "end"))
        pauses = [terminal.pause(text, calendar.tz) for text in options["pause"]]
        speaker = speaker_of(options["language"])(0)
        spent = calendar.reckon_elapsed(start, end, pauses)
        self._firm(spent.unpublished_years, options)
        self.stdout.write(speaker.duration(round(spent.value.total_seconds() * 1_000_000)))
        self._warn(spent.unpublished_years, speaker)

    def _due(self, options: dict[str, Any]) -> None:
        workdays = WorkdayCalendar(china_almanac(_known_on(options)))
        explanation = explain_workdays(workdays, terminal.day(options["received"]), options["days"])
        self._firm(explanation.unpublished_years, options)
        self.stdout.write("\n".join(render(explanation, options["language"])))

    def _batch(self, options: dict[str, Any]) -> None:
        for line in answers(sys.stdin.buffer):
            self.stdout.write(line)
            self.stdout.flush()

    def _asked(self, options: dict[str, Any]) -> tuple[WorkCalendar, datetime, float, list[Pause]]:
        calendar = _calendar(options)
        pauses = [terminal.pause(text, calendar.tz) for text in options["pause"]]
        return calendar, terminal.instant(options["start"], calendar.tz), terminal.duration(options["duration"]), pauses

    def _firm(self, missing: tuple[int, ...], options: dict[str, Any]) -> None:
        if missing and options["strict"]:
            raise UnpublishedYear(missing)

    def _warn(self, missing: tuple[int, ...], speaker: Speaker) -> None:
        if missing:
            self.stdout.write(speaker.provisional(missing))


def _common_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--as-of", metavar="DATE", help="use the notices known on this day (default: all bundled)")
    parser.add_argument("--strict", action="store_true", help="refuse a year without a published calendar")
    parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"])


def _hours_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--hours", default=terminal.DEFAULT_HOURS, help="weekday windows (default: %(default)s)")
    parser.add_argument("--weekend-hours", default="", help="weekend windows; none unless given")
    parser.add_argument("--makeup-days", default="served", choices=["served", "unserved"], help="default: served")
    parser.add_argument("--natural", action="store_true", help="natural hours, 7x24, instead")
    parser.add_argument("--zone", default="Asia/Shanghai", help="the zone of natural hours")
    parser.add_argument("--pause", action="append", default=[], metavar="FROM/TO/REASON", help="may be repeated")
    _common_arguments(parser)


def _calendar(options: dict[str, Any]) -> WorkCalendar:
    if options["natural"]:
        return natural_hours(options["zone"])
    return terminal.calendar(
        options["hours"],
        options["weekend_hours"],
        makeup_days_served=options["makeup_days"] == "served",
        known_on=_known_on(options),
    )


def _known_on(options: dict[str, Any]) -> Any:
    return terminal.day(options["as_of"]) if options["as_of"] else None


def _local(moment: datetime, calendar: WorkCalendar, speaker: Speaker) -> str:
    return speaker.full_instant(moment.astimezone(calendar.tz))
