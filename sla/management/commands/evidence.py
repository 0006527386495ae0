"""manage.py evidence verify FILE: count a breach again from its evidence alone, without the database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sla.evidence import digest, problems


class Command(BaseCommand):
    help = "Checks the evidence file of a breach: its hash, and every figure in it counted again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        evidence = self.read(options["file"])
        stated = evidence.pop("sha256", None)
        try:
            found = problems(evidence)
        except (KeyError, ValueError, TypeError) as error:
            raise CommandError(f"{options['file']} is no evidence of a breach: {error}") from error
        if stated != digest(evidence):
            found.append("the content does not have the stated hash")
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"breach {evidence['number']} stands: {evidence['ticket']['number']}, {stated}")

    def read(self, path: Path) -> dict[str, Any]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read as JSON: {error}") from error
        if not isinstance(content, dict):
            raise CommandError(f"{path} is no evidence of a breach")
        return content
