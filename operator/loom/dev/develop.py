"""`loom dev`: runs a sandbox for a person, shows how its objects become Ready, and ends it."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.text import Text

from loom.config import seconds
from loom.dev.assets import asset
from loom.dev.display import Board, line_of
from loom.dev.failure import SandboxError
from loom.dev.objects import Row, summarize
from loom.dev.sandbox import Sandbox, running_sandbox
from loom.dev.suggestions import suggest
from loom.manifests import ManifestError

HOME = Path(".loom")
LOOK_SECONDS = 0.5
INTERRUPTED = 130
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def develop(*, wait: str | None, samples: Path | None, home: Path | None, operator: bool) -> int:
    """Runs a sandbox until Ctrl-C, or with `wait` (`10m`) until all is Ready or that time is over; returns the exit code.

    0: all was Ready, or a person ended it. 1: something was not Ready in time, or could not start; it says what.
    """
    console, errors = Console(), Console(stderr=True)
    try:
        limit = _seconds(wait)
        with ExitStack() as stack:
            stack.enter_context(_interruptible())
            sandbox = stack.enter_context(running_sandbox((home or HOME).resolve(), samples, operator, console))
            stack.callback(_ignore_interrupts)  # whoever asks to stop again must not cut the stopping short
            # Whole, as it is printed for a terminal that may be anywhere.
            shown = (samples or asset("manifests/samples")).resolve()
            return _attend(sandbox, shown, limit, operator, console)
    except KeyboardInterrupt:
        return INTERRUPTED if wait is not None else 0
    except (SandboxError, ManifestError) as error:
        errors.print(Text(str(error), style="red"), soft_wrap=True)
        return 1


def _seconds(wait: str | None) -> float | None:
    try:
        return None if wait is None else float(seconds(wait))
    except ValueError as error:
        raise SandboxError(f"--wait {wait}: {error}.") from None


def _attend(sandbox: Sandbox, samples: Path, limit: float | None, operator: bool, console: Console) -> int:
    console.print(f"export KUBECONFIG={sandbox.kubeconfig}", highlight=False, soft_wrap=True)
    if not operator:
        command = f"source {sandbox.environment} && loom run"
        console.print(f"No operator was started; this starts one: {command}", highlight=False, soft_wrap=True)
    rows = _until_ready(sandbox, limit, console)
    unready = [row for row in rows if not row.is_ready]
    if limit is not None:
        _conclude(unready, time.monotonic() - sandbox.began, console)
        return 1 if unready else 0
    _show_what_to_try(sandbox, samples, console)
    _follow(sandbox, rows, console)
    return 0


def _until_ready(sandbox: Sandbox, limit: float | None, console: Console) -> list[Row]:
    """Shows the objects until all are Ready or `limit` seconds are over; returns them as they were last."""
    deadline = None if limit is None else sandbox.began + limit
    with Board(console) as board:
        while True:
            rows = _look(sandbox)
            board.show(rows)
            if all(row.is_ready for row in rows) or (deadline and time.monotonic() > deadline):
                return rows
            threading.Event().wait(LOOK_SECONDS)


def _look(sandbox: Sandbox) -> list[Row]:
    """How all objects are; raises SandboxError when a program of the sandbox has ended meanwhile."""
    sandbox.processes.check()
    return sorted(summarize(obj) for obj in sandbox.objects.all())


def _conclude(unready: list[Row], took: float, console: Console) -> None:
    if not unready:
        console.print(f"All is Ready {took:.0f} s after the samples were applied.", style="green")
        return
    console.print(f"Not Ready after {took:.0f} s:", style="red")
    for row in unready:
        console.print(line_of(row), soft_wrap=True)


def _show_what_to_try(sandbox: Sandbox, samples: Path, console: Console) -> None:
    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style=style), soft_wrap=True)

    say("\nAll is Ready. In another terminal:", style="green")
    say(f"   export KUBECONFIG={sandbox.kubeconfig}")
    say(f"   source {sandbox.environment}   # the same, with kubectl, loom and sim at hand for what follows")
    for number, suggestion in enumerate(suggest(sandbox.objects.all(), samples), start=1):
        say(f"\n{number}. {suggestion.title}", style="bold")
        for command in suggestion.commands:
            say(f"   {command}")
    say(f"\nThe simulated Azure on a page: {sandbox.simulator.url}/sim/   Logs: {sandbox.home / 'logs'}")
    say("Ctrl-C stops everything. What changes is shown below.\n")


def _follow(sandbox: Sandbox, rows: list[Row], console: Console) -> None:
    """Prints a line for every change, until interrupted."""
    while True:
        now = _look(sandbox)
        for row in now:
            if row not in rows:
                console.print(Text(f"{time.strftime('%H:%M:%S')}  ").append(line_of(row)), soft_wrap=True)
        rows = now
        threading.Event().wait(LOOK_SECONDS)


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end the block in order, by one KeyboardInterrupt."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _ignore_interrupts()
        raise KeyboardInterrupt

    # Under nohup, SIGHUP is ignored already, and is to be.
    heard = [number for number in _STOPPING if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_interrupts() -> None:
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
