"""How Go is called. A shell script stands in for Go; the real build is what a cluster test's API server came from."""

import os
import re
import sysconfig
from pathlib import Path

import pytest
from rich.console import Console

from loom.dev.binaries import NAMES
from loom.dev.build import build_binaries
from loom.dev.failure import SandboxError
from loom.dev.kubernetes import Kubernetes, chosen_kubernetes
from support.programs import make_program

FAKE_GO = r"""
[ "$1" = version ] && { echo "go version go1.99.0 linux/amd64"; exit 0; }
{ echo "arguments: $*"; env; } >> "$RECORD"
[ "$1" = list ] && { echo "go: downloading k8s.io/api v0.1.0" >&2; echo fmt; echo k8s.io/api/core/v1; exit 0; }
while [ "$1" != -o ]; do shift; done
for name in etcd kube-apiserver kube-controller-manager; do echo 'exit 0' > "$2$name"; chmod +x "$2$name"; done
echo k8s.io/api/core/v1
"""

DEFAULT = chosen_kubernetes({})


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "record"


def environment(record: Path, path: Path, **more: str) -> dict[str, str]:
    return {"RECORD": str(record), "PATH": f"{path}:/usr/bin:/bin", "HOME": str(record.parent), **more}


def build(target: Path, env: dict[str, str], kubernetes: Kubernetes = DEFAULT) -> str:
    target.mkdir(parents=True)
    with (target.parent / "said").open("w+") as said:
        build_binaries(kubernetes, target, env, Console(file=said, width=200))
        said.seek(0)
        return said.read()


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_program(tmp_path / "bin", "go", FAKE_GO)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "bin"


def test_the_binaries_are_stamped_with_a_version_that_tools_can_parse(go: Path, record: Path, tmp_path: Path) -> None:
    said = build(tmp_path / "cache" / "unfinished", environment(record, go))

    assert all(os.access(tmp_path / "cache" / "unfinished" / name, os.X_OK) for name in NAMES)
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
        assert f"-X {package}.gitVersion=v1.37.2 -X {package}.gitMajor=1 -X {package}.gitMinor=37" in record.read_text()
    assert re.search(r"downloading modules.*compiling: 50 %", said, re.DOTALL)


def test_another_kubernetes_is_built_by_its_own_module_file(go: Path, record: Path, tmp_path: Path) -> None:
    lowest = chosen_kubernetes({"LOOM_DEV_KUBERNETES": "1.31"})
    said = build(tmp_path / "cache" / "unfinished", environment(record, go), lowest)

    calls = [line for line in record.read_text().splitlines() if line.startswith("arguments:")]
    assert [f"-modfile={lowest.module_file} " in call for call in calls] == [True, True]
    assert f".gitVersion={lowest.version} " in record.read_text()
    assert f"Building the Kubernetes {lowest.version} control plane" in said


def test_what_a_person_set_for_their_own_builds_changes_nothing(go: Path, record: Path, tmp_path: Path) -> None:
    theirs = {"GOFLAGS": "-mod=vendor", "GOOS": "windows", "GOWORK": "/somewhere/go.work", "GOTOOLCHAIN": "go1.1"}
    build(tmp_path / "cache" / "unfinished", environment(record, go, **theirs))

    seen = record.read_text()
    assert "GOFLAGS=-mod=readonly\n" in seen
    assert "GOTOOLCHAIN=local\n" in seen
    assert "windows" not in seen
    assert "go.work" not in seen


def test_who_has_go_from_the_wheel_only_keeps_no_caches_of_it(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(tmp_path / "scripts", "go", FAKE_GO)
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path / "scripts"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    private = tmp_path / "cache" / "go"
    (private / "path").mkdir(parents=True)

    build(tmp_path / "cache" / "unfinished", environment(record, tmp_path / "none"))

    assert f"GOCACHE={private / 'build'}\n" in record.read_text()
    assert not private.exists()


def test_a_failed_build_says_what_go_said(record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = '[ "$1" = version ] && { echo go version go1.99.0; exit 0; }\necho "no space left on device" >&2; exit 1'
    make_program(tmp_path / "bin", "go", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    with pytest.raises(SandboxError, match=r"`go list` with .* failed with code 1:\nno space left on device"):
        build(tmp_path / "cache" / "unfinished", environment(record, tmp_path / "bin"))
