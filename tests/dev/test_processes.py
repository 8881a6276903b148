"""No process stays behind: not after a stop, not when it refuses to end, not when the one that started it is killed."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from loom.dev.failure import SandboxError
from loom.dev.processes import Processes
from support.wait import eventually


def runs(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def gone(pid: int) -> None:
    assert not runs(pid), f"process {pid} still runs"


def pids_in(file: Path, count: int) -> list[int]:
    def read() -> list[int]:
        assert file.exists(), file
        found = [int(word) for word in file.read_text().split()]
        assert len(found) == count, found
        return found

    return eventually(read)


def shell(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def test_what_was_started_is_stopped_last_started_first(tmp_path: Path) -> None:
    script = "trap 'echo {0} >> {1}; exit' TERM; echo $$ >> {2}; while :; do sleep 0.01; done"
    order, started = tmp_path / "order", tmp_path / "started"
    with Processes(tmp_path) as processes:
        for name in ("one", "two"):
            processes.start(name, shell(script.format(name, order, started)))
        pids = pids_in(started, 2)

    assert order.read_text().split() == ["two", "one"]
    for pid in pids:
        gone(pid)


def test_what_ignores_the_request_is_ended_after_its_grace(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        stubborn = processes.start("stubborn", shell("trap '' TERM; while :; do sleep 0.01; done"), grace=0.2)

        def deaf() -> None:
            status = Path(f"/proc/{stubborn.pid}/status").read_text()
            assert int(status.split("SigIgn:\t")[1].split()[0], 16) & (1 << (signal.SIGTERM - 1))

        eventually(deaf)
        processes.stop("stubborn")

    gone(stubborn.pid)
    assert stubborn.returncode == -signal.SIGKILL


def test_the_children_of_what_is_stopped_end_too(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("family", shell(f"sleep 1000 & echo $! > {tmp_path / 'child'}; wait"))
        [child] = pids_in(tmp_path / "child", 1)

    eventually(lambda: gone(child))


def test_a_program_that_ends_at_once_is_reported_with_what_it_said(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        broken = processes.start("broken", shell("echo no such flag; exit 3"))

        with pytest.raises(SandboxError, match=r"broken ended with code 3 .*:\nno such flag"):
            broken.wait_until(lambda: False, timeout=30)


def test_a_program_that_is_never_ready_is_reported(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        slow = processes.start("slow", shell("sleep 1000"))

        with pytest.raises(SandboxError, match=r"slow was not ready after 0\.1 s"):
            slow.wait_until(lambda: False, timeout=0.1)


def test_a_name_is_used_once_at_a_time(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("one", shell("sleep 1000"))
        with pytest.raises(ValueError, match="one is running already"):
            processes.start("one", shell("sleep 1000"))
        processes.kill("one")

        again = processes.start("one", shell("sleep 1000"))
        assert again.returncode is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only an orderly stop ends what was started")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_parent_that_is_killed(tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import pathlib, signal, sys; from loom.dev.processes import Processes; home = pathlib.Path(sys.argv[1]);"
        "signal.signal(signal.SIGINT, signal.SIG_DFL); ps = Processes(home);"
        "[ps.start(str(n), ['/bin/sh', '-c', f'echo $$ >> {home}/pids; exec sleep 1000']) for n in range(3)];"
        "signal.pause()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    try:
        pids = pids_in(tmp_path / "pids", 3)
    finally:
        os.kill(parent.pid, number)
        parent.wait()

    for pid in pids:
        eventually(lambda pid=pid: gone(pid))  # type: ignore[misc]
        assert not runs(pid)


def test_stopping_does_not_wait_for_the_whole_grace(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("quick", shell("sleep 1000"), grace=1000)
        stopper = threading.Thread(target=processes.stop, args=("quick",))
        stopper.start()
        stopper.join(10)

        assert not stopper.is_alive()
