"""Decides where etcd, kube-apiserver and kube-controller-manager come from.

In order: the folder that `KUBEBUILDER_ASSETS` names, if all three are there; the per-user cache, a folder named by the
version of Kubernetes (`kubernetes` says which); else they are built into that cache, once. Whoever builds holds a lock, and the
finished folder appears in one rename: two sandboxes that start together build once, and a killed build leaves nothing that is believed.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from loom.dev.build import build_binaries
from loom.dev.failure import SandboxError
from loom.dev.kubernetes import Kubernetes, chosen_kubernetes

NAMES = ("etcd", "kube-apiserver", "kube-controller-manager")


@dataclass(frozen=True)
class Binaries:
    """A folder that holds all three programs."""

    folder: Path

    @property
    def etcd(self) -> Path:
        return self.folder / "etcd"

    @property
    def api_server(self) -> Path:
        return self.folder / "kube-apiserver"

    @property
    def controller_manager(self) -> Path:
        return self.folder / "kube-controller-manager"

    @property
    def missing(self) -> list[str]:
        """The names of the programs that are not there, or that may not be run."""
        return [name for name in NAMES if not os.access(self.folder / name, os.X_OK)]


def cache_folder(env: Mapping[str, str]) -> Path:
    """Where built control planes are kept, one folder a version: below XDG_CACHE_HOME, else below `~/.cache`."""
    chosen = env.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    caches = Path(chosen) if chosen.startswith("/") else Path.home() / ".cache"
    return caches / "csa-loom" / "controlplane"


def find_binaries(env: Mapping[str, str], console: Console) -> Binaries | None:
    """The binaries that are there already, or None when they have to be built."""
    if assets := env.get("KUBEBUILDER_ASSETS"):
        given = Binaries(Path(assets))
        if not given.missing:
            return given
        console.print(f"KUBEBUILDER_ASSETS={assets} has no {', '.join(given.missing)}; it is not used.", style="yellow")
    cached = Binaries(cache_folder(env) / chosen_kubernetes(env).version)
    return None if cached.missing else cached


def get_binaries(env: Mapping[str, str], console: Console) -> Binaries:
    """The binaries, built first when they are nowhere; raises SandboxError when they cannot be built."""
    if found := find_binaries(env, console):
        return found
    cache = cache_folder(env)
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "lock", console):
        return find_binaries(env, console) or _build_into(cache, chosen_kubernetes(env), env, console)


def _build_into(cache: Path, kubernetes: Kubernetes, env: Mapping[str, str], console: Console) -> Binaries:
    unfinished, finished = cache / f"{kubernetes.version}.unfinished", cache / kubernetes.version
    for leftover in (unfinished, finished):
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished.mkdir()
    build_binaries(kubernetes, unfinished, env, console)
    if missing := Binaries(unfinished).missing:
        raise SandboxError(f"The build ended well but made no {', '.join(missing)} in {unfinished}.")
    unfinished.rename(finished)
    return Binaries(finished)


@contextmanager
def _locked(path: Path, console: Console) -> Iterator[None]:
    """Holds an advisory lock on `path`; the kernel lets go of it when the holder ends, however it ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another process is building the control plane; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Gets the binaries and says where they are: what `make test` does before the tests that need them."""
    console = Console()
    try:
        console.print(f"etcd, kube-apiserver and kube-controller-manager: {get_binaries(os.environ, console).folder}")
    except SandboxError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
