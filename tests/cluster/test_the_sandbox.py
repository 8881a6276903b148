"""`loom dev` from the outside, as a person or a pipeline uses it: what it says, how it ends, and that nothing stays."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.cluster import Cluster, running_cluster
from support.samples import sample
from support.wait import eventually


class LoomDev:
    """A `loom dev` that runs; `said` is what it printed so far."""

    def __init__(self, home: Path, *arguments: str, **variables: str) -> None:
        self.home = home
        self._output = home.parent / "output"
        command = [sys.executable, "-P", "-m", "loom", "dev", f"--home={home}", *arguments]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env=os.environ | variables,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def processes(self) -> list[str]:
        """The command lines of this machine that name the sandbox's folder."""
        lines = [_command_line(path) for path in Path("/proc").glob("[0-9]*")]
        return [line for line in lines if str(self.home) in line]

    def ends_with(self, timeout: float = 120) -> int:
        return self.process.wait(timeout)

    def has_left_nothing(self) -> None:
        assert self.processes == []

    def says(self, words: str) -> None:
        def check() -> None:
            assert words in self.said or self.process.poll() is not None, self.said
            assert words in self.said, f"it ended first: {self.said}"

        eventually(check, timeout=60)


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:  # it ended meanwhile
        return ""


@pytest.fixture
def home(api_server: Cluster, tmp_path: Path) -> Path:
    """A folder for a sandbox; the binaries are there, since this run's own API server was made of them."""
    return tmp_path / "home"


def write_samples(folder: Path, *objects: dict[str, object]) -> Path:
    folder.mkdir()
    (folder / "samples.yaml").write_text(yaml.safe_dump_all(objects))
    return folder


def test_the_samples_become_ready_and_everything_ends(home: Path) -> None:
    dev = LoomDev(home, "--wait=3m")

    assert dev.ends_with(240) == 0, dev.said
    assert "All is Ready" in dev.said
    assert f"export KUBECONFIG={home}/control-plane/admin.kubeconfig" in dev.said
    assert dev.processes == []


def test_what_does_not_become_ready_is_named_with_its_reason(home: Path, tmp_path: Path) -> None:
    stranger = sample("DataLandingZone")
    stranger["metadata"]["namespace"] = "default"
    samples = write_samples(tmp_path / "samples", stranger, sample("AdminPlane"))

    dev = LoomDev(home, "--wait=5s", f"--samples={samples}")

    assert dev.ends_with() == 1, dev.said
    last = dev.said.partition("Not Ready after")[2]
    assert "DataLandingZone default/finance  Ready=False" in last
    assert "NotGranted" in last
    assert "AdminPlane eastus2  Ready" not in last
    assert dev.processes == []


def test_a_person_ends_it_and_a_second_ctrl_c_does_not_cut_the_stopping_short(home: Path) -> None:
    dev = LoomDev(home, "--no-operator")
    dev.says("Ready=Unknown")
    assert len(dev.processes) >= 4, dev.processes

    for _ in range(3):
        dev.process.send_signal(signal.SIGINT)

    assert dev.ends_with() == 0, dev.said
    assert dev.processes == []


def test_nothing_stays_when_it_is_killed(home: Path) -> None:
    dev = LoomDev(home, "--no-operator")
    dev.says("Ready=Unknown")

    os.kill(dev.process.pid, signal.SIGKILL)

    assert dev.ends_with() == -signal.SIGKILL
    eventually(dev.has_left_nothing)


def test_a_folder_is_for_one_sandbox_until_that_is_ended(home: Path) -> None:
    first = LoomDev(home, "--no-operator")
    first.says("Ready=Unknown")

    command = [sys.executable, "-P", "-m", "loom", "dev", f"--home={home}"]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    first.process.send_signal(signal.SIGTERM)

    assert second.returncode == 1
    assert f"Another sandbox runs in {home}" in second.stderr
    assert first.ends_with() == 0, first.said
    assert first.processes == []


def test_samples_that_are_no_objects_are_refused_before_anything_starts(home: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.yaml").write_text("just: words\n")

    dev = LoomDev(home, f"--samples={tmp_path / 'notes.yaml'}")

    assert dev.ends_with() == 1
    assert "every document must be a Kubernetes object" in dev.said
    assert not home.exists()


def test_a_wait_that_is_no_duration_is_refused(home: Path) -> None:
    dev = LoomDev(home, "--wait=soon")

    assert dev.ends_with() == 1
    assert "--wait soon: write a duration such as" in dev.said


def test_a_control_plane_of_somebody_elses_is_used_and_left_alone(home: Path, tmp_path: Path) -> None:
    samples = write_samples(tmp_path / "samples", sample("AdminPlane"))
    with running_cluster(tmp_path / "theirs") as theirs:
        kubeconfig = theirs.control_plane.kubeconfig()

        dev = LoomDev(home, "--wait=60s", f"--samples={samples}", LOOM_DEV_KUBECONFIG=str(kubeconfig))

        assert dev.ends_with() == 0, dev.said
        assert f"export KUBECONFIG={kubeconfig}" in dev.said
        assert not (home / "control-plane" / "etcd").exists()
        assert theirs.kubectl.run("get", "adminplane", "--output=name").split() == ["adminplane.csaloom.io/eastus2"]
