"""Start, wait for and end real processes; every wait is for a condition with a deadline."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
"""Seconds after which a condition counts as never coming true, generous since the machine may be busy."""


def wait_for(condition: Callable[[], object], *, what: str, within: float = PATIENCE) -> None:
    """Poll until the condition is true.  Raises AssertionError naming what did not happen."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"did not happen within {within:g} s: {what}"
        time.sleep(0.02)


class Process:
    """A Python process in its own group, its output in a file."""

    def __init__(self, arguments: list[str], *, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=PROJECT,
                env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.popen.pid

    def kill(self) -> None:
        """kill -9 of this process alone, and wait for its end."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, *, within: float = PATIENCE) -> int:
        """SIGTERM; returns the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(within)

    def end(self) -> None:
        """Leave nothing of the group, whatever the test did."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def said(self) -> str:
        """Everything it printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")
