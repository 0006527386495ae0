"""Mailboxes: where letters wait, a Maildir folder or an IMAP account.  A letter is marked only once it is kept."""

from __future__ import annotations

import imaplib
import logging
import os
import re
import ssl
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from people.refusal import Refused
from sla import mail_in

log = logging.getLogger("sla.mail")

PATIENCE = 30.0  # seconds that the IMAP server may take
MOST = 200  # letters in one run
Connect = Callable[[str, int], Any]


class NoMailbox(ValueError):
    """SHOUYUE_MAIL_IN is not set, or is neither a Maildir nor an IMAP address."""


def take_all(*, at: datetime, most: int = MOST) -> Counter[str]:
    """Take what waits in the configured mailbox; counts by what became of each letter.  Raises NoMailbox."""
    parts = urlsplit(settings.MAIL_IN)
    if parts.scheme == "maildir" and parts.path:
        return from_maildir(Path(unquote(parts.path)), at=at, most=most)
    if parts.scheme == "imaps" and parts.hostname:
        return from_imap(
            (parts.hostname, parts.port or 993), unquote(parts.username or ""), folder_of(parts.path), at=at, most=most
        )
    raise NoMailbox("SHOUYUE_MAIL_IN: write maildir:///path/to/Maildir or imaps://user@host/INBOX")


def folder_of(path: str) -> str:
    """The IMAP folder of an address; INBOX when none is named."""
    return unquote(path.strip("/")) or "INBOX"


def from_maildir(folder: Path, *, at: datetime, most: int = MOST) -> Counter[str]:
    """Take the new letters of a Maildir, oldest first; each moves from new/ to cur/ once it is kept."""
    counts: Counter[str] = Counter()
    new = folder / "new"
    if not new.is_dir():
        raise NoMailbox(f"{folder} is no Maildir: it has no folder new/")
    (folder / "cur").mkdir(exist_ok=True)
    for name in sorted(entry.name for entry in new.iterdir() if not entry.name.startswith("."))[:most]:
        raw = _content(new / name)
        if raw is None:
            continue
        counts[_taken(raw, at)] += 1
        try:
            (new / name).rename(folder / "cur" / f"{name.partition(':')[0]}:2,S")
        except FileNotFoundError:
            continue  # another worker was faster; the Message-ID has kept it once
    return counts


def from_imap(
    server: tuple[str, int], user: str, folder: str, *, at: datetime, most: int = MOST, connect: Connect | None = None
) -> Counter[str]:
    """Take the unseen letters of an IMAP folder; each is marked seen once it is kept.  Raises OSError, IMAP4.error."""
    counts: Counter[str] = Counter()
    mailbox: Any = (connect or _secure)(*server)
    try:
        mailbox.login(user, settings.MAIL_IN_PASSWORD)
        _asked(mailbox.select(_quoted(folder)))
        (found,) = _asked(mailbox.uid("SEARCH", "UNSEEN"))
        for uid in (found or b"").decode("ascii", "replace").split()[:most]:
            raw = _fetched(mailbox, uid)
            if raw is None:
                continue
            counts[_taken(raw, at)] += 1
            _asked(mailbox.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
    finally:
        _leave(mailbox)
    return counts


def _taken(raw: bytes, at: datetime) -> str:
    try:
        return str(mail_in.take(raw, at=at).state)
    except Refused:
        log.exception("a letter could not be taken")
        return "failed"


def _content(path: Path) -> bytes | None:
    """The file, not more of it than shows that it is too big; None when another worker has moved it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, OSError) as error:
        log.warning("a letter could not be opened: %s", error)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(settings.MAIL_IN_MAX_BYTES + 1)


def _fetched(mailbox: Any, uid: str) -> bytes | None:
    """A letter, not more of it than shows that it is too big."""
    answer = _asked(mailbox.uid("FETCH", uid, f"(BODY.PEEK[]<0.{settings.MAIL_IN_MAX_BYTES + 1}>)"))
    for part in answer:
        if isinstance(part, tuple) and len(part) > 1 and isinstance(part[1], bytes):
            return part[1]
    return None


def _asked(answer: tuple[str, list[Any]]) -> list[Any]:
    said, data = answer
    if said != "OK":
        raise imaplib.IMAP4.error(f"the mail server said {said}")
    return data


def _quoted(folder: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'


def _secure(host: str, port: int) -> imaplib.IMAP4:
    return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=PATIENCE)


def _leave(mailbox: Any) -> None:
    try:
        mailbox.logout()
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("the mail server did not say good-bye: %s", error)
