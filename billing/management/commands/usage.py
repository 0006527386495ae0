"""`manage.py usage FILE`: takes a usage file in as the page does, without waiting for the worker."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import upload_intake, uploads
from billing.models import UsageUpload
from contracts.models import Agreement
from people.models import User
from people.refusal import Refused

SHOWN = 20
State = UsageUpload.State


class Command(BaseCommand):
    """Check a usage file and take it in, whole or not at all."""

    help = "Checks a usage file (CSV or XLSX) and takes it in, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="the metering system that wrote the file")
        parser.add_argument("--agreement", help="number of the agreement (default: a column of the file)")
        parser.add_argument("--by", help="username of the person who is responsible")
        parser.add_argument("--check", action="store_true", help="only check: nothing is taken in")

    def handle(self, *args: Any, **options: Any) -> None:
        agreement = self._found(Agreement, "number", options["agreement"])
        by = self._found(User, "username", options["by"])
        at = timezone.now()
        try:
            with options["file"].open("rb") as file:
                upload = uploads.keep(
                    File(file, name=options["file"].name), source=options["source"], agreement=agreement, by=by, at=at
                )
            self._work(upload)
            if upload.state == State.CHECKED and not options["check"]:
                upload = uploads.confirm(upload, by=by, at=timezone.now())
                self._work(upload)
            elif upload.state == State.CHECKED:
                uploads.discard(upload, by=by, at=timezone.now())
                self.stdout.write(self._counts(upload))
                return
        except (Refused, OSError) as refused:
            raise CommandError(str(refused)) from refused
        self._tell(upload)

    def _work(self, upload: UsageUpload) -> None:
        """Do now what a worker would do; one that was quicker does it instead."""
        while upload.state in uploads.OPEN:
            if not upload_intake.work_on(upload, now=timezone.now):
                raise CommandError(_("另一个进程正在处理这份文件，请在用量文件列表中查看结果。"))
            upload.refresh_from_db()

    def _tell(self, upload: UsageUpload) -> None:
        if upload.state != State.TAKEN_IN:
            for problem in upload.problems.all()[:SHOWN]:
                self.stderr.write(_("第 %(line)d 行：%(why)s") % {"line": problem.line, "why": problem.reason})
            raise CommandError(upload.error)
        self.stdout.write(self._counts(upload))

    def _counts(self, upload: UsageUpload) -> str:
        return _("%(name)s：%(state)s，%(read)d 行，新增 %(new)d，已登记且相同 %(known)d。") % {
            "name": upload.name,
            "state": upload.get_state_display(),
            "read": upload.read,
            "new": upload.new,
            "known": upload.known,
        }

    def _found(self, model: Any, field: str, value: str | None) -> Any:
        if not value:
            return None
        found = model.objects.filter(**{field: value}).first()
        if found is None:
            raise CommandError(f"{model._meta.verbose_name}: {value}?")
        return found
