"""Passwords: Django's rule of length, with words that are translated (Django 5.2 has no Chinese for its own)."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LengthValidator(MinimumLengthValidator):
    """At least min_length characters."""

    def get_error_message(self) -> str:
        return _("密码太短，至少需要 %(length)d 个字符。") % {"length": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少需要 %(length)d 个字符。") % {"length": self.min_length}
