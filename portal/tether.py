"""Tie a process to its parent's life: python tether.py <parent's process id> <program> [arguments].

The kernel kills the program (Linux: PR_SET_PDEATHSIG, kept across exec) when the parent ends, even by kill -9.
Elsewhere nothing ties it, and only an orderly stop ends the children.  No Django here: it runs before every child.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """End this process when its parent ends; at once if that has happened already.  Raises OSError when refused."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the supervisor's own command
