"""makemessages that also finds the short name `_t` for the immediate gettext, used beside the lazy `_`."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Django's command with one more keyword."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_t"]
