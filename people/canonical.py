"""Frozen values to canonical JSON and back: the bytes that are hashed, stored and drawn."""

import dataclasses
import hashlib
import json
import types
import typing
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any


class SnapshotError(ValueError):
    """A stored snapshot does not fit the shape it should have."""


def encode(value: Any) -> Any:
    """`value` as JSON data: decimals and dates become text, so nothing is lost."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise SnapshotError(f"{type(value).__name__} has no place in a snapshot")


def decode(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `encode` wrote as `data`; raises SnapshotError when it does not fit."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return None if data is None else decode(_only(kind), data)
    if origin is tuple:
        return tuple(decode(typing.get_args(kind)[0], item) for item in _expect(data, list))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _decode_fields(kind, _expect(data, dict))
    return _decode_leaf(kind, data)


def _decode_leaf(kind: Any, data: Any) -> Any:
    try:
        if kind is Decimal:
            return Decimal(_expect(data, str))
        if kind is date:
            return date.fromisoformat(_expect(data, str))
        if issubclass(kind, StrEnum):
            return kind(_expect(data, str))
    except (ValueError, ArithmeticError) as error:
        raise SnapshotError(f"{data!r} is not a {kind.__name__}") from error
    return _expect(data, kind)


def _decode_fields(kind: type, data: dict[str, Any]) -> Any:
    hints = _hints(kind)
    unknown = data.keys() - hints.keys()
    if unknown:
        raise SnapshotError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: decode(hints[name], part) for name, part in data.items()})
    except TypeError as error:
        raise SnapshotError(f"{kind.__name__}: {error}") from error


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if not _is_class_var(hint)}


def _is_class_var(hint: Any) -> bool:
    return typing.get_origin(hint) is typing.ClassVar


def _only(kind: Any) -> Any:
    return next(part for part in typing.get_args(kind) if part is not type(None))


def _expect(data: Any, kind: type) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise SnapshotError(f"{data!r} is not a {kind.__name__}")
    return data


def to_bytes(data: Any) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(data: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(to_bytes(data)).hexdigest()
