"""manage.py catalogue updates FILE: take in updates of shared data from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import updates
from contracts.models import UpdateEvent
from contracts.update_files import read_updates
from people.models import User
from people.refusal import Refused


class Command(BaseCommand):
    """The catalogue at the terminal."""

    help = "Take in updates of shared data from a CSV file; the same file again adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        taking = does.add_parser("updates", help="read a CSV file and take in its updates, all or none")
        taking.add_argument("file", type=Path)
        taking.add_argument("--source", required=True, help="the name of the system that the records come from")
        taking.add_argument("--by", help="the account that takes them in (default: the system itself)")
        taking.add_argument("--check", action="store_true", help="only read and check, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        by = self._account(options["by"])
        try:
            with options["file"].open("rb") as file:
                told = read_updates(file).told
            if options["check"]:
                self.stdout.write(_("可以读入：%(count)d 条。") % {"count": len(told)})
                return
            taken = updates.take_in(told, source=options["source"], way=UpdateEvent.Way.CSV, by=by, at=timezone.now())
        except (OSError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("新增 %(added)d 条，已有 %(known)d 条。") % {"added": taken.added, "known": taken.known})

    def _account(self, username: str | None) -> User | None:
        if not username:
            return None
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(_("没有账号 %(name)s。") % {"name": username}) from error
