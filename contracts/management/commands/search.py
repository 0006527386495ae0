"""The index of the search: `search refresh` brings it up to date, `search rebuild` writes it anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contracts import indexing

VERBS = {"refresh": indexing.refresh, "rebuild": indexing.rebuild}


class Command(BaseCommand):
    help = "Keep the index of the search."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=sorted(VERBS))

    def handle(self, *args: Any, **options: Any) -> None:
        done = VERBS[options["verb"]](at=timezone.now())
        self.stdout.write(f"written {done.written}, removed {done.removed}, same {done.same}")
