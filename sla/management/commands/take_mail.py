"""manage.py take_mail: take the letters that wait in the mailbox of SHOUYUE_MAIL_IN, for cron where no beat runs."""

import imaplib
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla.mailboxes import NoMailbox, take_all


class Command(BaseCommand):
    help = "Take waiting e-mails: file reports, add replies, put what is doubtful into the waiting room."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = take_all(at=timezone.now())
        except (NoMailbox, OSError, imaplib.IMAP4.error) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing waits")
