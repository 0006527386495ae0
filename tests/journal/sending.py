"""A sender of its own: python -m tests.journal.sending <instant> <mail folder> <kill: before, after or never>."""

import os
import signal
import sys
from datetime import datetime

import django


def main(instant: str, folder: str, kill: str) -> None:
    """Send what is due; die at the second notice, before or after its mail has left."""
    django.setup()
    from django.conf import settings

    from journal import outbox
    from journal.models import Notice

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = folder
    taken: list[int] = []

    def sender(notice: Notice) -> None:
        taken.append(notice.pk)
        if len(taken) == 2 and kill == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        outbox.send_mail(notice)
        if len(taken) == 2 and kill == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    outbox.send_due(at=datetime.fromisoformat(instant), sender=sender)


if __name__ == "__main__":
    main(*sys.argv[1:])
