"""Submitting: a form sent twice has one effect and gives the same answer."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from people.models import Submission, User
from people.refusal import Refused

KEY_FIELD = "submission_key"
KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")


def new_key() -> str:
    """A key for one filling-in of one form; send it along in the hidden field KEY_FIELD."""
    return uuid.uuid4().hex


def once(work: Callable[[], Any], *, key: str, user: User, at: datetime) -> Any:
    """What work() answers (JSON only), or what it answered when this user sent this key before.

    Work and the key are kept in one transaction: work that is refused leaves the key free for the mended form, and of
    two sent at the same moment the second waits for the first.  Raises Refused for a key that no form of ours made.
    """
    if not KEY.fullmatch(key):
        raise Refused(_("表单已失效，请重新打开页面再提交。"))
    try:
        with transaction.atomic():
            row = Submission.objects.create(user=user, key=key, at=at)
            row.answer = work()
            row.save(update_fields=["answer"])
            return row.answer
    except IntegrityError:
        if earlier := Submission.objects.filter(user=user, key=key).first():
            return earlier.answer
        raise
