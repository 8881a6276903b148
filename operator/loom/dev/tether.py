"""Becomes another program that cannot outlive the process that asked for it.

Run as `python tether.py PARENT_PID PROGRAM [ARGUMENT...]`. On Linux the kernel is told to kill this process when its
parent dies, however the parent dies (`prctl(2)`, PR_SET_PDEATHSIG, kept across exec); then the program takes its place.
Elsewhere the program just takes its place, and only an orderly stop of the parent ends it. It stands alone, so that it
starts in a few milliseconds: it must import nothing but the standard library.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def tied(command: Sequence[str | Path]) -> list[str]:
    """The command that runs `command` tied to the process that calls this."""
    return [sys.executable, "-IS", __file__, str(os.getpid()), *map(str, command)]


def main(parent: int, command: list[str]) -> None:
    """Ties this process to `parent`, then runs `command` in its place."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the tie was made
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
