"""Runs kubectl against one kubeconfig, and turns its refusals into sentences."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loom.dev.failure import SandboxError
from loom.dev.toolchain import Tool, find_kubectl, parse_version

FIELD_MANAGER = "loom-dev"


def kubectl_for(server_version: str) -> Tool:
    """A kubectl that fits an API server of `server_version` (`v1.37.2`): one minor version older still does.

    Source: Kubernetes docs, "Version Skew Policy".
    """
    major, minor = parse_version(server_version)
    return find_kubectl((major, minor - 1))


class Kubectl:
    """kubectl as one user; every method raises SandboxError with kubectl's own words when it fails."""

    def __init__(self, program: Path, kubeconfig: Path) -> None:
        self._command = [str(program), f"--kubeconfig={kubeconfig}"]

    def run(self, *arguments: str | Path, stdin: str | None = None) -> str:
        """Runs one command and returns what it printed."""
        done = subprocess.run(
            [*self._command, *map(str, arguments)],
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            # A person's KUBECTL_* settings and plugins must not change what the sandbox does.
            env={name: value for name, value in os.environ.items() if not name.startswith("KUBE")},
        )
        if done.returncode != 0:
            raise SandboxError(f"kubectl {' '.join(map(str, arguments))}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def apply(self, objects: Iterable[Mapping[str, Any]]) -> list[str]:
        """Server-side apply; returns what was applied as `kind.group/name`."""
        objects = list(objects)
        if not objects:
            return []
        document = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        return self.run(*_APPLY, "--filename=-", stdin=document).split()

    def apply_path(self, flag: str, path: Path) -> list[str]:
        """Server-side apply of a file or folder (`flag` is `--filename`), or of a kustomization (`--kustomize`)."""
        return self.run(*_APPLY, f"{flag}={path}").split()


_APPLY = ("apply", "--server-side", "--force-conflicts", f"--field-manager={FIELD_MANAGER}", "--output=name")
