"""Webhook messages: their JSON, their signature and the keys.  Pure.

A receiver recomputes HMAC-SHA256 over "timestamp.body" and refuses timestamps older than five minutes and identifiers
that it has seen (docs/how-to/escalation-and-channels.md).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = "Shouyue-Id", "Shouyue-Timestamp", "Shouyue-Signature"
TOLERANCE = 300  # seconds that a receiver should allow between the timestamp and its own clock


def key_of(root: str, endpoint: int, number: int) -> str:
    """The signing key of an endpoint, derived: the database alone gives nobody a key."""
    return (
        "whsec_" + hmac.new(root.encode(), f"shouyue.webhook/{endpoint}/{number}".encode(), hashlib.sha256).hexdigest()
    )


def body_of(said: Mapping[str, Any]) -> bytes:
    """The body, the same bytes for the same content."""
    return json.dumps(dict(said), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def headers_of(identifier: str, body: bytes, *, keys: Iterable[str], timestamp: int) -> dict[str, str]:
    """The headers of one attempt.  Several keys while a rotation is under way: one signature each."""
    signed = [f"v1={signature(key, body, timestamp)}" for key in keys]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Shouyue/1",
        ID_HEADER: identifier,
        TIME_HEADER: str(timestamp),
        SIGNATURE_HEADER: ",".join(signed),
    }


def signature(key: str, body: bytes, timestamp: int) -> str:
    """Hexadecimal HMAC-SHA256 over "timestamp.body"."""
    return hmac.new(key.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


def genuine(headers: Mapping[str, str], body: bytes, *, key: str, now: int) -> bool:
    """What a receiver does: whether the message is ours, unchanged and fresh.  Seen identifiers are the caller's."""
    stamp = headers.get(TIME_HEADER, "")
    if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE:
        return False
    wanted = f"v1={signature(key, body, int(stamp))}"
    return any(hmac.compare_digest(wanted, given.strip()) for given in headers.get(SIGNATURE_HEADER, "").split(","))
