"""Messages kept as files: published, taken, given back and recovered by rename alone, so that a crash loses none.

The folder (directories 0700, files 0600, all on one local file system):

    queues/<queue>/<message>    waiting
    inflight/<taker>/<message>  taken and not yet acknowledged; the taker holds a lock on .alive in there while it lives
    dead/<message>              unreadable, refused, or taken too often: kept for a person to look at
    bindings/<exchange>.json    which queues listen to an exchange
    tmp/                        half-written, never read

A message is named <nanoseconds>-<uuid>.<times taken>.<queue>.  The lock is flock(2): the kernel drops it with its
process, so neither a reused process id nor a reboot nor a paused process is mistaken for the taker's life or death.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

from portal.durable_files import make_folder, open_private, sync_folder, write_durably

ALIVE = ".alive"
EXPIRES = ".expires"
STALE_SECONDS = 3600
"""Age at which a half-written file is rubbish, and the least idle time after which a passing queue is dropped."""

Row = tuple[str, str, str]
"""A binding: routing key, pattern, queue."""


@dataclass(frozen=True)
class Label:
    """What the name of a message file says; queue is the name of the queue's folder."""

    stamp: int
    unique: str
    taken: int
    queue: str

    @classmethod
    def fresh(cls, queue: str) -> "Label":
        """The label of a message published now."""
        return cls(time.time_ns(), uuid4().hex, 0, folder_name(queue))

    @classmethod
    def read(cls, name: str) -> "Label":
        """Parse a file name.  Raises ValueError when it is no message's name."""
        stamp, _, rest = name.partition("-")
        unique, taken, queue = rest.split(".", 2)
        return cls(int(stamp), unique, int(taken), queue)

    def __str__(self) -> str:
        return f"{self.stamp:020d}-{self.unique}.{self.taken}.{self.queue}"

    def age(self) -> float:
        """Seconds since it was published or recovered."""
        return (time.time_ns() - self.stamp) / 1e9


class Recovery(NamedTuple):
    """What one look after the dead brought: messages waiting again, messages buried."""

    returned: int
    buried: int


def folder_name(queue: str) -> str:
    """The queue's name as one safe path component."""
    name = quote(queue, safe="@")
    return f"%2E{name[1:]}" if name.startswith(".") else name


class Spool:
    """One broker folder, shared by every process that publishes or consumes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.queues = root / "queues"
        self.inflight = root / "inflight"
        self.dead = root / "dead"
        self.bindings = root / "bindings"
        self.tmp = root / "tmp"

    def prepare(self) -> None:
        """Make the folders and close them to other accounts.  Raises OSError when they are not ours to use."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.root.stat().st_mode & 0o077:
            self.root.chmod(0o700)
        for folder in (self.queues, self.inflight, self.dead, self.bindings, self.tmp):
            make_folder(folder)

    def put(self, queue: str, content: bytes) -> None:
        """Publish: when this returns, the message survives a power cut.  Raises OSError and publishes nothing."""
        label = Label.fresh(queue)
        draft = self.tmp / str(label)
        write_durably(draft, content)
        try:
            self._enqueue(draft, label)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def _enqueue(self, source: Path, label: Label) -> None:
        folder = self.queues / label.queue
        while True:
            make_folder(folder)
            try:
                source.rename(folder / str(label))
            except FileNotFoundError:
                if not source.exists():
                    raise
            else:
                sync_folder(folder)
                return

    def waiting(self, queue: str) -> list[str]:
        """File names of the waiting messages, oldest first."""
        try:
            with os.scandir(self.queues / folder_name(queue)) as entries:
                return sorted(entry.name for entry in entries if not entry.name.startswith("."))
        except FileNotFoundError:
            return []

    def purge(self, queue: str) -> int:
        """Delete the waiting messages; returns how many."""
        names = self.waiting(queue)
        for name in names:
            (self.queues / folder_name(queue) / name).unlink(missing_ok=True)
        return len(names)

    def drop(self, queue: str) -> None:
        """Delete a queue with its messages and its bindings."""
        for file in self.bindings.glob("*.json"):
            self._rebind(file, lambda rows: [row for row in rows if row[2] != queue])
        shutil.rmtree(self.queues / folder_name(queue), ignore_errors=True)

    # --- What was taken -----------------------------------------------------------------------

    def acknowledge(self, tag: str) -> None:
        """The taken message is done with."""
        (self.inflight / tag).unlink(missing_ok=True)

    def give_back(self, tag: str) -> None:
        """The taker returns a message unworked: it waits again at its old place and the taking is not counted."""
        path = self.inflight / tag
        label = Label.read(path.name)
        with suppress(FileNotFoundError):
            self._enqueue(path, replace(label, taken=max(0, label.taken - 1)))

    def bury(self, path: Path) -> None:
        """Set a message aside for a person."""
        with suppress(FileNotFoundError):
            path.rename(self.dead / path.name)

    def recover(self, *, max_taken: int) -> Recovery:
        """Put the messages of dead takers back at the end of their queues; bury those taken max_taken times."""
        returned = buried = 0
        for home in [path for path in self.inflight.iterdir() if path.is_dir()]:
            with _claimed(home) as dead:
                for path in messages(home) if dead else ():
                    if self._return(path, max_taken=max_taken):
                        returned += 1
                    else:
                        buried += 1
                if dead:
                    remove_home(home)
        return Recovery(returned, buried)

    def _return(self, path: Path, *, max_taken: int) -> bool:
        try:
            label = Label.read(path.name)
        except ValueError:
            self.bury(path)
            return False
        if label.taken >= max_taken:
            self.bury(path)
            return False
        with suppress(FileNotFoundError):
            self._enqueue(path, replace(label, stamp=time.time_ns()))
        return True

    def tidy(self) -> None:
        """Remove what crashed processes left: half-written files, and passing queues that nobody has listened to."""
        oldest = time.time() - STALE_SECONDS
        for path in self.tmp.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    _remove(path)
        for marker in self.queues.glob(f"*/{EXPIRES}"):
            with suppress(FileNotFoundError, ValueError):
                name, idle = marker.read_text(encoding="utf-8").rsplit("\n", 1)
                if marker.stat().st_mtime + max(float(idle), STALE_SECONDS) < time.time():
                    self.drop(name)

    # --- Queues that pass, and bindings -------------------------------------------------------

    def expire(self, queue: str, seconds: float) -> None:
        """The queue is a passing one: tidy() drops it when nobody called this for so many seconds, an hour at least."""
        folder = self.queues / folder_name(queue)
        make_folder(folder)
        with suppress(FileNotFoundError), open_private(folder / EXPIRES) as marker:
            marker.write(f"{queue}\n{seconds}".encode())
            marker.truncate()

    def table(self, exchange: str) -> list[Row]:
        """The exchange's bindings, also those made by other processes."""
        return _rows(self._binding_file(exchange))

    def bind(self, exchange: str, row: Row) -> None:
        """Add a binding; nothing happens when it is there."""
        self._rebind(self._binding_file(exchange), lambda rows: rows if row in rows else [row, *rows])

    def unbind(self, exchange: str, row: Row) -> None:
        """Remove a binding."""
        self._rebind(self._binding_file(exchange), lambda rows: [other for other in rows if other != row])

    def _binding_file(self, exchange: str) -> Path:
        return self.bindings / f"{folder_name(exchange)}.json"

    def _rebind(self, file: Path, change: Callable[[list[Row]], list[Row]]) -> None:
        with open_private(self.bindings / ".lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = _rows(file)
            after = change(before)
            if after != before:
                draft = self.tmp / uuid4().hex
                write_durably(draft, json.dumps(after).encode())
                draft.replace(file)
                sync_folder(self.bindings)


@contextmanager
def _claimed(home: Path) -> Iterator[bool]:
    """Whether the taker of this folder is dead; if so its folder is ours until the end of the block."""
    try:
        lock = (home / ALIVE).open("rb")
    except FileNotFoundError:
        yield True
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def messages(home: Path) -> list[Path]:
    """The message files in a taker's folder, oldest first."""
    try:
        return sorted(path for path in home.iterdir() if path.name != ALIVE)
    except FileNotFoundError:
        return []


def remove_home(home: Path) -> None:
    """Remove a taker's folder; messages still in it stay, and without .alive they count as a dead taker's."""
    (home / ALIVE).unlink(missing_ok=True)
    with suppress(OSError):
        home.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _rows(file: Path) -> list[Row]:
    try:
        rows = json.loads(file.read_bytes())
    except FileNotFoundError:
        return []
    return [(key, pattern, queue) for key, pattern, queue in rows]
