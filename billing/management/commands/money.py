"""`manage.py money batch`: answers JSON cases of money from standard input. Needs no database."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from billing.batch import answers


class Command(BaseCommand):
    """Compute cases of prices, tax, interest, shares, due dates and written amounts, one JSON object a line."""

    help = "Reads JSON cases from standard input, one a line, and writes one line of JSON for each."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["batch"])

    def handle(self, *args: Any, **options: Any) -> None:
        for line in answers(sys.stdin.buffer):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
