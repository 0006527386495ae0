"""The chain's arithmetic: canonical JSON, the hash of an event, the signature of an anchor.  The formats are frozen."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SHA256 = "sha256"
HMAC_SHA256 = "hmac-sha256"
GENESIS = "0" * 64


def canonical(value: Any) -> bytes:
    """JSON in one way only: keys sorted, no blanks, UTF-8.  Raises TypeError for what JSON cannot say."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def sha256_of(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def link(prev: str, content: Mapping[str, Any]) -> str:
    """The hash of an event: SHA-256 of the previous hash (64 hexadecimal characters) followed by the content."""
    return hashlib.sha256(prev.encode("ascii") + canonical(content)).hexdigest()


def instant(moment: datetime) -> str:
    """An aware instant as UTC text with microseconds, the same on every engine: 2026-09-18T01:30:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seal(secret: str, content: Mapping[str, Any]) -> str:
    """HMAC-SHA256 of an anchor under a key derived from the secret, in hexadecimal."""
    key = hashlib.sha256(b"shouyue.journal.anchor:" + secret.encode()).digest()
    return hmac.new(key, canonical(content), hashlib.sha256).hexdigest()


def sealed_by(secrets: list[str], content: Mapping[str, Any], signature: str) -> bool:
    """Whether one of the secrets (the current one, then the older ones) made this signature."""
    return any(hmac.compare_digest(seal(secret, content), signature) for secret in secrets)


def storable(value: Any) -> Any:
    """The value as JSON data that every engine gives back unchanged.

    A float is refused (PostgreSQL's jsonb rewrites it, which would break the chain): pass a Decimal or an integer.
    A NUL, which PostgreSQL cannot hold, becomes the replacement character.
    """
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float: record a Decimal, an integer or text.")
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
