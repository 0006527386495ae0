"""`manage.py load_templates`: puts the templates that come with the product into the database, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contracts.bundled import load_bundled_templates


class Command(BaseCommand):
    """Again adds nothing and changes nothing."""

    help = "Load the agreement templates that come with the product."

    def handle(self, *args: Any, **options: Any) -> None:
        for template in load_bundled_templates(at=timezone.now()):
            self.stdout.write(f"{template.code}  {template.name}")
