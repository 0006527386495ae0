"""manage.py journal verify|anchor|export: check the chain, sign its head, write events out."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import chain, keeping


class Command(BaseCommand):
    """The journal's chain at the terminal."""

    help = "Check the journal's chain of events, sign its head, or write its events out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        verify = does.add_parser("verify", help="check events, anchors and guards; exit 1 when something is wrong")
        verify.add_argument(
            "--kept", type=Path, help="anchors kept elsewhere, one JSON line each (default: this installation's)"
        )
        verify.add_argument("--file", type=Path, help="check a file made by export instead of the database")
        anchor = does.add_parser("anchor", help="sign the head of the chain, keep the anchor and print it")
        anchor.add_argument("--kept", type=Path, help="the file to append it to (default: this installation's)")
        export = does.add_parser("export", help="print events as JSON lines with their hashes")
        export.add_argument("--first", type=int, default=1, help="first sequence number")
        export.add_argument("--last", type=int, help="last sequence number")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["does"])(options)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(str(error)) from error

    def verify(self, options: dict[str, Any]) -> None:
        verdict = self._verdict(options["file"], options["kept"])
        for fault in verdict.faults:
            self.stdout.write(f"{fault}")
        if not verdict.sound:
            raise CommandError(_unsound(verdict))
        self.stdout.write(
            _("完好：{events} 条事件，{anchors} 个链锚，链头 {head}").format(
                events=verdict.events, anchors=verdict.anchors, head=verdict.last_hash
            )
        )

    def anchor(self, options: dict[str, Any]) -> None:
        made = chain.anchor(at=timezone.now())
        self.stdout.write(keeping.keep(made, path=options["kept"] or keeping.default_path()))

    def export(self, options: dict[str, Any]) -> None:
        for event in chain.exported(first=options["first"], last=options["last"]):
            self.stdout.write(json.dumps(event, sort_keys=True, ensure_ascii=False))

    def _verdict(self, file: Path | None, kept: Path | None) -> chain.Verdict:
        path = kept or keeping.default_path()
        lines = list(keeping.read(path)) if kept or path.exists() else []
        if file is not None:
            return chain.walk(keeping.read(file), marks=[chain.mark_of(line) for line in lines])
        return chain.verify(kept=lines)


def _unsound(verdict: chain.Verdict) -> str:
    if verdict.first_bad is None:
        return _("不完好：{faults} 处问题，没有事件本身受损。").format(faults=len(verdict.faults))
    return _("不完好：{faults} 处问题，第一条受损的事件是 #{first}。").format(
        faults=len(verdict.faults), first=verdict.first_bad
    )
