"""Starts the sandbox's programs and sees to it that none stays behind.

Every program is started here and nowhere else, in a process group of its own (a Ctrl-C at the terminal reaches only the
sandbox, which then stops them in order) and tied to this process, so that a crash of the sandbox ends them too. The tie
is to the thread that starts them: start programs from a thread that lives as long as they should.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from loom.dev.failure import SandboxError
from loom.dev.tether import tied

POLL_SECONDS = 0.05


class Process:
    """One running program and its log file (standard output and error together)."""

    def __init__(self, name: str, popen: "subprocess.Popen[bytes]", log: Path, grace: float) -> None:
        self.name = name
        self.log = log
        self._popen = popen
        self._grace = grace

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; else its exit code, or minus the signal that ended it."""
        return self._popen.poll()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Returns as soon as `ready()` holds; SandboxError with the log's end when it exits first or takes too long.

        `timeout` is in seconds.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise SandboxError(f"{self.name} was not ready after {timeout:g} s ({self.log}):\n{self.log_tail()}")
            threading.Event().wait(POLL_SECONDS)

    def check(self) -> None:
        """Raises SandboxError, with the end of its log, when it has ended."""
        if self.returncode is not None:
            raise SandboxError(f"{self.name} ended with code {self.returncode} ({self.log}):\n{self.log_tail()}")

    def stop(self) -> None:
        """Asks the whole process group to end, and after its grace makes it."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(self._grace)
        self.kill()

    def kill(self) -> None:
        """Ends the whole process group at once, as a crash would."""
        self._signal(signal.SIGKILL)
        self._popen.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
            os.killpg(self._popen.pid, number)


class Processes:
    """The registry of what runs; as a context manager it stops everything, last started first."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, Process] = {}

    def start(
        self, name: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None, grace: float = 10.0
    ) -> Process:
        """Starts `command`; `name` names its log file, and must not be running already.

        `grace` is how many seconds it gets to end when it is asked to.
        """
        if name in self._running:
            raise ValueError(f"{name} is running already")
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        with log.open("ab") as sink:
            popen = subprocess.Popen(
                tied(command), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=env, start_new_session=True
            )
        process = self._running[name] = Process(name, popen, log, grace)
        return process

    def check(self) -> None:
        """Raises SandboxError, with the end of its log, when a program has ended by itself."""
        for process in self._running.values():
            process.check()

    def stop(self, name: str) -> None:
        """Stops one program, if it runs."""
        if process := self._running.pop(name, None):
            process.stop()

    def kill(self, name: str) -> None:
        """Ends one program without warning, if it runs."""
        if process := self._running.pop(name, None):
            process.kill()

    def stop_all(self) -> None:
        """Stops everything, last started first."""
        for name in reversed(list(self._running)):
            self.stop(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_all()
