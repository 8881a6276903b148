"""Where the control plane's binaries come from, and that a build happens once and is believed only when it is whole."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from loom.dev import binaries
from loom.dev.binaries import NAMES, Binaries, cache_folder, find_binaries, get_binaries
from loom.dev.failure import SandboxError
from loom.dev.kubernetes import VARIABLE, Kubernetes, chosen_kubernetes
from support.programs import make_program

QUIET = Console(quiet=True)
VERSION = chosen_kubernetes({}).version


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}


def install(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    for name in names:
        make_program(folder, name, "exit 0")
    return folder


class Builder:
    """Stands in for Go: makes the files, and counts."""

    def __init__(self, names: tuple[str, ...] = NAMES) -> None:
        self.builds = 0
        self.names = names

    def __call__(self, kubernetes: Kubernetes, target: Path, env: Mapping[str, str], console: Console) -> None:
        self.builds += 1
        install(target, self.names)


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Builder:
    stand_in = Builder()
    monkeypatch.setattr(binaries, "build_binaries", stand_in)
    return stand_in


def test_the_folder_that_is_named_comes_first(env: dict[str, str], tmp_path: Path) -> None:
    install(cache_folder(env) / VERSION)
    given = install(tmp_path / "given")

    assert find_binaries(env | {"KUBEBUILDER_ASSETS": str(given)}, QUIET) == Binaries(given)


def test_a_named_folder_without_a_controller_manager_is_passed_over_with_a_word(
    env: dict[str, str], tmp_path: Path
) -> None:
    cached = install(cache_folder(env) / VERSION)
    given = install(tmp_path / "given", ("etcd", "kube-apiserver"))
    console = Console(record=True, quiet=False, file=(tmp_path / "out").open("w"), width=300)

    assert find_binaries(env | {"KUBEBUILDER_ASSETS": str(given)}, console) == Binaries(cached)
    assert "has no kube-controller-manager" in console.export_text()


def test_what_was_built_once_is_found_again(env: dict[str, str], builder: Builder) -> None:
    first = get_binaries(env, QUIET)
    second = get_binaries(env, QUIET)

    assert first == second == Binaries(cache_folder(env) / VERSION)
    assert builder.builds == 1


def test_two_that_start_together_build_once(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    building, go_on = threading.Event(), threading.Event()
    builder = Builder()

    def slow(*arguments: object) -> None:
        building.set()
        assert go_on.wait(10)
        builder(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(binaries, "build_binaries", slow)
    found: list[Binaries] = []
    both = [threading.Thread(target=lambda: found.append(get_binaries(env, QUIET))) for _ in range(2)]
    for one in both:
        one.start()
    assert building.wait(10)
    go_on.set()
    for one in both:
        one.join(10)

    assert len(found) == 2
    assert builder.builds == 1


def test_a_build_that_fails_leaves_nothing_that_is_believed(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(kubernetes: Kubernetes, target: Path, *_: object) -> None:
        install(target, ("etcd",))
        raise SandboxError("`go build` failed with code 1")

    monkeypatch.setattr(binaries, "build_binaries", fail)
    with pytest.raises(SandboxError, match="go build"):
        get_binaries(env, QUIET)

    assert find_binaries(env, QUIET) is None
    assert not (cache_folder(env) / VERSION).exists()


def test_a_build_that_makes_too_little_says_what_is_missing(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "build_binaries", Builder(("etcd", "kube-apiserver")))

    with pytest.raises(SandboxError, match="made no kube-controller-manager"):
        get_binaries(env, QUIET)


def test_the_cache_is_below_the_home_folder_where_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert cache_folder({}) == tmp_path / ".cache" / "csa-loom" / "controlplane"
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == cache_folder({})


def test_each_kubernetes_has_a_place_of_its_own(env: dict[str, str], builder: Builder) -> None:
    newest, lowest = get_binaries(env, QUIET), get_binaries(env | {VARIABLE: "1.31"}, QUIET)

    assert newest.folder != lowest.folder
    assert get_binaries(env, QUIET) == newest
    assert builder.builds == 2
