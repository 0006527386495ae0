"""manage.py clocks verify: read every clock from its events again and report what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sla import halting, watch
from sla.models import Clock


class Command(BaseCommand):
    help = "verify: compare every clock with its events; lag: how long the sweep is behind; sweep: sweep once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "lag", "sweep"])

    def handle(self, *args: Any, **options: Any) -> None:
        {"verify": self.verify, "lag": self.lag, "sweep": self.sweep}[options["what"]]()

    def verify(self) -> None:
        """Fails, naming the clocks, when a stored column is not what the events say."""
        found = watch.drifted()
        for pk, wrong in found.items():
            for name, (stored, replayed) in wrong.items():
                self.stderr.write(f"clock {pk}: {name} is {stored}, its events say {replayed}")
        if found:
            raise CommandError(f"{len(found)} clocks differ from their events")
        self.stdout.write(f"{Clock.objects.count()} clocks agree with their events")

    def lag(self) -> None:
        self.stdout.write(f"{int(watch.lag(timezone.now()).total_seconds())} s")

    def sweep(self) -> None:
        now = timezone.now()
        counts = halting.follow(now) + watch.sweep(now)
        self.stdout.write(", ".join(f"{what} {count}" for what, count in sorted(counts.items())) or "nothing was due")
