"""Doing once what is asked many times: the same key answers the first result, another request is a conflict."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from journal.hashing import sha256_of
from journal.models import IdempotencyKey
from journal.recording import plain
from people.refusal import Refused


class KeyReused(Refused):
    """The key was used before, with another request."""


@transaction.atomic
def once(
    scope: str, key: str, *, request: Mapping[str, Any], run: Callable[[], Mapping[str, Any]], at: datetime
) -> dict[str, Any]:
    """Run the change unless this key was used in this scope; returns its result, stored or new, as JSON data.

    Key and change are one transaction: of two at once the second waits and gets the first one's result, and a change
    that fails leaves the key free.  Raises KeyReused when the key came with another request, Refused when it is empty
    or over 200 characters.
    """
    if not 0 < len(key) <= 200:
        raise Refused(_("幂等键不能为空，且不超过 200 个字符。"))
    digest = sha256_of(plain(request))
    kept, made = IdempotencyKey.objects.get_or_create(
        scope=scope, key=key, defaults={"request_sha256": digest, "at": at}
    )
    if not made:
        return _stored(kept, digest)
    kept.result = plain(run())
    kept.save(update_fields=["result"])
    return dict(kept.result or {})


def _stored(kept: IdempotencyKey, digest: str) -> dict[str, Any]:
    if kept.request_sha256 != digest:
        raise KeyReused(_("同一幂等键已用于内容不同的请求，请换一个新的键。"))
    return dict(kept.result or {})
