"""Taking messages out of the spool: one consumer's hold on what it has in hand."""

import fcntl
import os
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4
from weakref import WeakSet

from portal.durable_files import open_private, sync_folder
from portal.spool_files import ALIVE, Label, Spool, folder_name, messages, remove_home

SUSPECT_TAKEN = 2
"""In hand at so many deaths, a message may be their cause: it is taken alone, so that nothing else dies with it."""
ALONE_SECONDS = 60.0
"""How long a suspect keeps others waiting; by then it has killed its taker or will not."""


class Taker:
    """One consumer's hold on the messages it took, proved by a lock that ends with its process."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.home: Path | None = None
        self._lock: BinaryIO | None = None
        self._listed: dict[str, deque[str]] = {}
        self._alone_until = 0.0
        _takers.add(self)

    def take(self, queue: str) -> Path | None:
        """The oldest waiting message, now ours alone, or None.  Only one thread may take."""
        listed = self._listed.setdefault(queue, deque())
        if path := self._first(queue, listed):
            return path
        listed.extend(self.spool.waiting(queue))
        return self._first(queue, listed)

    def _first(self, queue: str, listed: deque[str]) -> Path | None:
        folder = self.spool.queues / folder_name(queue)
        held = self._held()
        if time.monotonic() < self._alone_until and any(label.taken > SUSPECT_TAKEN for label in held):
            return None
        while listed:
            source = folder / listed.popleft()
            try:
                label = Label.read(source.name)
            except ValueError:
                self.spool.bury(source)
                continue
            if held and label.taken >= SUSPECT_TAKEN:
                continue  # its turn comes when the hands are empty
            if path := self._grasp(source, label):
                return path
        return None

    def _held(self) -> list[Label]:
        return [Label.read(path.name) for path in messages(self.home)] if self.home else []

    def _grasp(self, source: Path, label: Label) -> Path | None:
        target = self._settled() / str(replace(label, taken=label.taken + 1))
        try:
            source.rename(target)
        except FileNotFoundError:  # another took it
            return None
        if label.taken >= SUSPECT_TAKEN:
            self._alone_until = time.monotonic() + ALONE_SECONDS
        return target

    def _settled(self) -> Path:
        """Our folder in flight.  It appears complete and already locked, so that nobody can take us for dead."""
        if self.home is not None and self.home.exists():
            return self.home
        self.release()
        name = uuid4().hex
        draft = self.spool.tmp / name
        draft.mkdir(mode=0o700)
        self._lock = open_private(draft / ALIVE)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.home = draft.rename(self.spool.inflight / name)
        sync_folder(self.spool.inflight)
        return self.home

    def close(self) -> None:
        """Take no more.  What is still held is recovered by whoever looks next."""
        if self.home is not None and self._lock is not None:
            remove_home(self.home)
        self.release()

    def release(self) -> None:
        """Give up the lock of this process (a forked child's copy does not end its parent's)."""
        if self._lock is not None:
            self._lock.close()
        self._lock = self.home = None


_takers: WeakSet[Taker] = WeakSet()


def _release_after_fork() -> None:
    for taker in list(_takers):
        taker.release()


os.register_at_fork(after_in_child=_release_after_fork)
