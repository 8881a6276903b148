"""Builds the control plane's binaries with Go, and shows how far it is.

Decides how Go is called: which toolchain, which flags, whose caches. It must not decide whether a build is needed, nor
where the result is kept (`binaries`).
"""

import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from loom.dev.failure import SandboxError
from loom.dev.kubernetes import Kubernetes
from loom.dev.tether import tied
from loom.dev.toolchain import Tool, find_go, parse_version

VERSION_PACKAGES = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
PACKAGE = re.compile(r"^[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)*$")

Advance = Callable[[str, int, int | None], None]
"""Told while it goes: the phase, how much of it is done, and the whole where that is known."""


@dataclass(frozen=True)
class Go:
    """A Go command, the module file that it obeys, and its environment."""

    tool: Tool
    module_file: Path
    env: Mapping[str, str]

    def run(self, verb: str, arguments: list[str], on_line: Callable[[str], None]) -> None:
        """Runs to the end and tells every line printed; raises SandboxError with the last ones when it fails."""
        tail: deque[str] = deque(maxlen=20)
        with subprocess.Popen(
            tied([self.tool.path, verb, f"-modfile={self.module_file}", *arguments]),
            cwd=self.module_file.parent,
            env=self.env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as popen:
            try:
                for line in popen.stdout or ():
                    tail.append(line.rstrip())
                    on_line(tail[-1])
            except BaseException:  # leaving `with` waits for Go: a person's Ctrl-C must not wait for its compilers
                os.killpg(popen.pid, signal.SIGKILL)
                raise
        if popen.returncode != 0:
            told = "\n".join(tail)
            raise SandboxError(f"`go {verb}` with {self.module_file} failed with code {popen.returncode}:\n{told}")


def build_binaries(kubernetes: Kubernetes, target: Path, env: Mapping[str, str], console: Console) -> None:
    """Builds every command beside the module file into `target`; its version is what the binaries call themselves.

    Raises SandboxError with the end of Go's own output when the build fails.
    """
    tool = find_go(_needed_go(kubernetes.module_file))
    private = target.parent / "go"
    go = Go(tool, kubernetes.module_file, _environment(tool, private, env))
    console.print(
        f"Building the Kubernetes {kubernetes.version} control plane with {tool.path}: this happens once, takes about 6 minutes "
        f"on 2 cores, and is kept in {target.parent}."
    )
    with _progress(console) as advance:
        total = _fetch(go, advance)
        _compile(go, kubernetes, target, lambda done: advance("compiling", done, total))
    shutil.rmtree(private, ignore_errors=True)


def _environment(tool: Tool, private: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Go's environment: nothing that a person set for their own builds may change what this one makes.

    Who has Go has its caches; who has it only from the wheel gets them below `private`, gone after the build.
    """
    unwanted = ("GOOS", "GOARCH", "GOBIN", "GOROOT", "GOEXPERIMENT")
    settings = {name: value for name, value in env.items() if name not in unwanted}
    settings |= {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
    settings.setdefault("HOME", str(Path.home()))
    if tool.from_wheel:
        settings |= {
            "GOPATH": str(private / "path"),
            "GOCACHE": str(private / "build"),
            "GOFLAGS": "-mod=readonly -modcacherw",  # a module cache is read-only by default, and could not be removed
        }
    return settings


def _needed_go(module_file: Path) -> tuple[int, int]:
    """The version in the module file's `go` line, the oldest Go that builds it."""
    found = re.search(r"^go (\S+)$", module_file.read_text(), re.MULTILINE)
    return parse_version(found[1] if found else "")


def _fetch(go: Go, advance: Advance) -> int:
    """Downloads the modules; returns how many packages there are to compile at most."""
    packages: set[str] = set()
    downloads: set[str] = set()

    def read(line: str) -> None:
        if line.startswith("go: downloading"):
            downloads.add(line)
            advance("downloading modules", len(downloads), None)
        elif PACKAGE.match(line):
            packages.add(line)

    advance("downloading modules", 0, None)
    go.run("list", ["-deps", "./cmd/..."], read)
    return len(packages)


def _compile(go: Go, kubernetes: Kubernetes, target: Path, done: Callable[[int], None]) -> None:
    """Compiles; `done` is told the number of packages compiled so far (those that Go has in its cache are not)."""
    major, minor = kubernetes.minor
    # Without these a server calls itself v0.0.0-master+$Format:%H$, which kubectl and Helm cannot parse.
    fields = {"gitVersion": kubernetes.version, "gitMajor": str(major), "gitMinor": str(minor), "gitTreeState": "clean"}
    stamps = [f"-X {package}.{name}={value}" for package in VERSION_PACKAGES for name, value in fields.items()]
    flags = ["-trimpath", "-buildvcs=false", "-ldflags", " ".join(["-s", "-w", *stamps])]
    compiled: set[str] = set()

    def read(line: str) -> None:
        if PACKAGE.match(line):
            compiled.add(line)
            done(len(compiled))

    go.run("build", ["-v", *flags, "-o", f"{target}/", "./cmd/..."], read)


@contextmanager
def _progress(console: Console) -> Iterator[Advance]:
    """A bar on a terminal; elsewhere a line for each tenth, so that a log shows that it goes on."""
    if not console.is_terminal:
        said: set[str] = set()

        def print_line(phase: str, done: int, total: int | None) -> None:
            text = f"{phase}: {10 * (10 * done // total)} %" if total else f"{phase} ..."
            if text not in said:
                said.add(text)
                console.print(text)

        yield print_line
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda phase, done, total: progress.update(task, description=phase, completed=done, total=total)
