"""Judge past reports under other terms, at a terminal: `manage.py whatif --from 2026-01-01 --solution 4 --natural`."""

import json
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.models import Agreement, SupportHours
from sla.models import Clock, Ticket
from sla.replaying import Calendars, Scope, added, batches, replayed, seconds
from sla.whatif import EVERY_PRIORITY, Otherwise
from worktime.models import CalendarVersion


class Command(BaseCommand):
    """Prints the sums as JSON and, with --lines, each clock on which the judgements differ.  Keeps nothing."""

    help = "Judge past reports under other terms and say what would have been otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last", type=date.fromisoformat, default=None)
        parser.add_argument("--agreement", action="append", default=[], help="number of an agreement; again for more")
        parser.add_argument("--kind", action="append", default=[], choices=Ticket.Kind.values)
        for kind in Clock.Kind.values:
            parser.add_argument(f"--{kind}", type=Decimal, default=None, help="target in hours")
        parser.add_argument("--natural", action="store_true", help="count 7x24")
        parser.add_argument("--hours", type=int, default=None, help="key of the support hours to count by")
        parser.add_argument("--calendar", type=int, default=None, help="number of the calendar version to count by")
        parser.add_argument("--lines", action="store_true", help="list the differences")

    def handle(self, *args: Any, **options: Any) -> None:
        scope, otherwise, calendars = self._scope(options), self._otherwise(options), self._calendars(options)
        summary: dict[str, dict[str, int]] = {}
        now = timezone.now()
        for rows in batches(scope):
            found = replayed(rows, otherwise, calendars, now)
            summary = added(summary, found)
            if options["lines"]:
                self._list([one for one in found if one.outcome in {"new", "gone"}])
        self.stdout.write(json.dumps(summary, ensure_ascii=False, sort_keys=True))

    def _scope(self, options: dict[str, Any]) -> Scope:
        numbers = options["agreement"]
        chosen = tuple(Agreement.objects.filter(number__in=numbers).order_by("pk").values_list("pk", flat=True))
        if len(chosen) != len(set(numbers)):
            raise CommandError("没有其中的某个协议编号。/ One of the agreements is not there.")
        last = options["last"] or timezone.localdate()
        kinds = tuple(options["kind"] or [Ticket.Kind.FAULT.value])
        return Scope(received_from=options["first"], received_to=last, agreements=chosen, kinds=kinds)

    def _otherwise(self, options: dict[str, Any]) -> Otherwise:
        given = {kind: options[kind] for kind in Clock.Kind.values if options[kind] is not None}
        if any(hours <= 0 for hours in given.values()):
            raise CommandError("时限须大于 0 小时。/ A target is more than nothing.")
        return Otherwise(
            kinds=frozenset(options["kind"] or [Ticket.Kind.FAULT.value]),
            targets={(kind, EVERY_PRIORITY): seconds(hours) for kind, hours in given.items()},
            other_hours=options["natural"] or options["hours"] is not None,
            calendar=self._calendar(options["calendar"]),
        )

    def _calendars(self, options: dict[str, Any]) -> Calendars:
        hours = None
        if options["hours"] is not None:
            hours = SupportHours.objects.filter(pk=options["hours"]).first()
            if hours is None or options["natural"]:
                raise CommandError(
                    "没有这套支持时段，或同时要求了自然小时。/ No such support hours, or both asked for."
                )
        return Calendars(hours=hours, natural=options["natural"])

    def _calendar(self, number: int | None) -> int | None:
        if number is None:
            return None
        found = CalendarVersion.objects.filter(number=number, calendar__code="cn").values_list("pk", flat=True).first()
        if found is None:
            raise CommandError("没有这个日历版本。/ No such calendar version.")
        return int(found)

    def _list(self, found: list[Any]) -> None:
        numbers = dict(Clock.objects.filter(pk__in=[one.clock for one in found]).values_list("pk", "ticket__number"))
        for one in found:
            broken = one.verdict.breached_at
            at = "-" if broken is None else timezone.localtime(broken).strftime("%Y-%m-%d %H:%M:%S")
            self.stdout.write(f"{numbers[one.clock]} {one.kind} {one.outcome} {one.verdict.consumed} s {at}")
