"""`manage.py ledger verify`: whether all rows of money add up, in four ways and by their invariants."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.ledger_checks import CHECKS, Asked, verify
from billing.periods import civil_day
from contracts.models import Agreement


class Command(BaseCommand):
    """The ledger at the terminal."""

    help = "Check the rows of money: balances in four ways, sums, numbers, reversals, frozen content, kept files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        check = does.add_parser("verify", help="print every fault with its row; exit 1 when there is one")
        check.add_argument("--on", type=date.fromisoformat, help="the day of the balances (default: today)")
        check.add_argument("--agreement", help="the number of one agreement (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        agreement = None
        if options["agreement"]:
            agreement = Agreement.objects.filter(number=options["agreement"]).first()
            if agreement is None:
                raise CommandError(_("没有编号为 %(number)s 的协议。") % {"number": options["agreement"]})
        on = options["on"] or civil_day(timezone.now())
        count = 0
        for fault in verify(Asked(on=on, agreement=agreement)):
            self.stdout.write(str(fault))
            count += 1
        if count:
            raise CommandError(_("不相符：发现 %(count)d 处问题。") % {"count": count})
        self.stdout.write(_("相符：%(checks)d 项校验，余额截至 %(on)s。") % {"checks": len(CHECKS), "on": on})
