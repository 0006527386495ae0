"""Keep a few programs running: restart what ends, stop all together, leave nothing behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from django.utils.translation import gettext as _

from portal import tether

STEADY_SECONDS = 30.0
"""A program that ran so long has started well: its next end counts as the first."""
LONGEST_PAUSE = 30.0
TRIES = 5
"""A program that never ran steadily is given up after so many ends."""
LOOK_SECONDS = 1.0

Say = Callable[[str, str], None]
"""Prints a line: who speaks, what."""


@dataclass(frozen=True)
class Program:
    """What to run; descriptors are the open files it inherits."""

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()


class Child:
    """A running program in a group of its own, tied to this process; its output is said line by line."""

    def __init__(self, program: Program, *, say: Say, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, str(Path(tether.__file__)), str(os.getpid()), *program.command],
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=program.descriptors,
            start_new_session=True,
        )
        self._started = monotonic()
        self._reader = threading.Thread(target=self._repeat, args=(program.name, say), daemon=True)
        self._reader.start()

    def _repeat(self, name: str, say: Say) -> None:
        for line in self._process.stdout or ():
            say(name, line.rstrip("\n"))

    def code(self) -> int | None:
        """The exit code (negative: a signal), or None while it runs."""
        return self._process.poll()

    def age(self) -> float:
        """Seconds since its start."""
        return monotonic() - self._started

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def clear(self) -> None:
        """Kill what is left of its group, so that nothing is in the way of the next start."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(2)
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass
class Watch:
    """One program, its running child, and when the next may start (monotonic seconds)."""

    program: Program
    child: Child | None = None
    start_at: float = 0.0
    ends: int = 0
    proven: bool = False

    def pause_after(self, age: float) -> float | None:
        """Seconds to wait after an end at that age: 0.5, 1, 2, ... 30; None when it is hopeless to try again."""
        steady = age >= STEADY_SECONDS
        self.proven = self.proven or steady
        self.ends = 1 if steady else self.ends + 1
        if self.ends >= TRIES and not self.proven:
            return None
        return min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self.ends - 1, 10))


class Supervisor:
    """Runs programs until a signal; needs the main thread, since the kernel ties the children to it."""

    def __init__(
        self, programs: Sequence[Program], *, say: Say, environment: Mapping[str, str], stop_within: float
    ) -> None:
        self._watches = [Watch(program) for program in programs]
        self._say = say
        self._environment = environment
        self._stop_within = stop_within
        self._signals: SimpleQueue[int] = SimpleQueue()

    def run(self) -> int:
        """Start all and watch until SIGINT, SIGTERM or SIGHUP.  Returns the exit code: 1 when a program never ran."""
        with self._listening():
            try:
                return self._watch()
            finally:
                self._stop()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Signals become entries of a queue (SimpleQueue.put is safe in a handler)."""
        watched = [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
            watched.append(signal.SIGHUP)
        before = {number: signal.signal(number, lambda got, _frame: self._signals.put(got)) for number in watched}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _watch(self) -> int:
        while True:
            for watch in self._watches:
                if not self._tend(watch):
                    return 1
            if self._told_to_stop(within=self._next_look()):
                self._say("serve", _("正在停止……"))
                return 0

    def _tend(self, watch: Watch) -> bool:
        """Start what is due and clear away what ended; False when a program is hopeless."""
        if watch.child is None:
            if monotonic() >= watch.start_at:
                watch.child = Child(watch.program, say=self._say, environment=self._environment)
            return True
        code = watch.child.code()
        return code is None or self._ended(watch, watch.child, code=code)

    def _ended(self, watch: Watch, child: Child, *, code: int) -> bool:
        pause = watch.pause_after(child.age())
        child.clear()
        watch.child = None
        name = watch.program.name
        if pause is None:
            text = _("%(name)s 连续 %(count)d 次启动失败，服务停止。请查看上面的输出。")
            self._say("serve", text % {"name": name, "count": TRIES})
            return False
        watch.start_at = monotonic() + pause
        text = _("%(name)s 意外退出（%(how)s），%(pause)g 秒后重新启动。")
        self._say("serve", text % {"name": name, "how": how_it_ended(code), "pause": pause})
        return True

    def _next_look(self) -> float:
        starts = [watch.start_at - monotonic() for watch in self._watches if watch.child is None]
        return max(0.01, min([LOOK_SECONDS, *starts]))

    def _told_to_stop(self, *, within: float) -> bool:
        with suppress(Empty):
            return self._signals.get(timeout=within) != signal.SIGCHLD
        return False

    def _stop(self) -> None:
        """SIGTERM to all; SIGKILL to what is left after stop_within seconds or at a second signal."""
        children = {watch.program.name: watch.child for watch in self._watches if watch.child is not None}
        for child in children.values():
            child.ask_to_stop()
        deadline = monotonic() + self._stop_within
        while any(child.code() is None for child in children.values()):
            if monotonic() >= deadline or self._told_to_stop(within=0.1):
                break
        for name, child in children.items():
            if child.code() is None:
                self._say("serve", _("%(name)s 未能及时停下，强行结束。") % {"name": name})
            child.clear()


def how_it_ended(code: int) -> str:
    """A process's exit code in words."""
    if code < 0:
        return _("被信号 %(number)d 结束") % {"number": -code}
    return _("退出码 %(number)d") % {"number": code}
