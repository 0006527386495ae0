"""Anchors kept outside the database: one JSON line each, appended and flushed to disk."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from journal.chain import kept_line
from journal.models import Anchor


def default_path() -> Path:
    """Where this installation keeps its anchors: JOURNAL_ANCHOR_FILE, else anchors.jsonl beside the data."""
    return Path(getattr(settings, "JOURNAL_ANCHOR_FILE", None) or settings.VAR_DIR / "anchors.jsonl")


def keep(made: Anchor, *, path: Path) -> str:
    """Append the anchor to the file, readable by its owner only, and return the line.  Raises OSError."""
    line = json.dumps(kept_line(made), sort_keys=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return line


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file of anchors or of exported events.  Raises OSError, and ValueError naming a bad line."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _parsed(line, where=f"{path} line {number}")


def _parsed(line: str, *, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where} is not JSON: {error.msg}.") from error
    if not isinstance(value, dict):
        raise ValueError(f"{where} is not a JSON object.")
    return value
