"""Decides which Kubernetes is built and run here: the newest that is described, or the one that `LOOM_DEV_KUBERNETES` names.

Each is a Go module file beside the commands that it builds: `go.mod`, and `kubernetes-<minor>.mod` for the lowest version that the
CRDs name, so that the promise can be tried. It must not build anything (`build`), nor say where the result is kept (`binaries`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loom.dev.failure import SandboxError
from loom.dev.toolchain import Version, parse_version

MODULE = Path(__file__).parent / "controlplane"
VARIABLE = "LOOM_DEV_KUBERNETES"


@dataclass(frozen=True)
class Kubernetes:
    """A version (`v1.37.2`) and the Go module file that requires it."""

    version: str
    module_file: Path

    @property
    def minor(self) -> Version:
        """`(1, 37)` of `v1.37.2`."""
        return parse_version(self.version)


def chosen_kubernetes(env: Mapping[str, str]) -> Kubernetes:
    """The Kubernetes of `go.mod`, or the one whose minor version (`1.31`) is asked for; SandboxError when it is none of ours."""
    wanted = env.get(VARIABLE)
    if not wanted:
        return _read(MODULE / "go.mod")
    known = sorted((_read(file) for file in MODULE.glob("*.mod")), key=lambda each: each.minor)
    for kubernetes in known:
        if wanted == "{}.{}".format(*kubernetes.minor):
            return kubernetes
    choice = ", ".join("{}.{}".format(*each.minor) for each in known)
    raise SandboxError(f"{VARIABLE}={wanted} is no Kubernetes that can be built here; choose one of {choice}.")


def _read(file: Path) -> Kubernetes:
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)$", file.read_text(), re.MULTILINE)
    if not found:
        raise SandboxError(f"{file} does not require k8s.io/kubernetes; restore the file from the repository.")
    return Kubernetes(found[1], file)
