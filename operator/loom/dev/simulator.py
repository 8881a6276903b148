"""Starts the simulated Azure as a program, and reaches behind its back through its own door."""

import json
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom.dev.failure import SandboxError
from loom.dev.processes import Process, Processes

SPEED = 60
READY_SECONDS = 30.0


@dataclass(frozen=True)
class Simulator:
    """A simulated Azure that runs, as it describes itself in `sim.json`."""

    url: str
    port: int
    ca_file: Path
    tenant_id: str
    client_id: str
    client_secret: str
    speed: float

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A request to its own door, such as `POST /sim/resources`; returns the JSON answered, None where there is none.

        Raises SandboxError with the answer when it refuses.
        """
        request = urllib.request.Request(  # noqa: S310 - our own URL, https
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with urllib.request.urlopen(request, timeout=30, context=context) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise SandboxError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from None
        return json.loads(content) if content else None

    def add_groups(self, object_ids: Iterable[str]) -> None:
        """The tenant knows these groups of people."""
        for group in object_ids:
            self.call("POST", "/sim/principals", {"name": f"group {group}", "objectId": group, "kind": "Group"})

    def place(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Puts resources (`{id, body}`) there, at once and whole, with the groups and subscriptions that they are in."""
        self.call("POST", "/sim/resources", {"resources": list(resources)})


def start_simulator(
    processes: Processes, home: Path, port: int = 0, state: Path | None = None, speed: float = SPEED
) -> Simulator:
    """Starts `simulator` (0: on a free port) and returns when it answers.

    `state` is a file that it loads at its start and saves at its end; `speed` is how much faster than the clock it lives.
    """
    home.mkdir(parents=True, exist_ok=True)
    described = home / "sim.json"
    described.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "loom.sim", f"--home={home}", f"--speed={speed:g}", f"--port={port}"]
    process = processes.start("simulator", [*command, *([f"--state={state}"] if state else [])])
    return _wait(process, described)


def _wait(process: Process, described: Path) -> Simulator:
    found: list[Simulator] = []

    def answers() -> bool:
        try:
            simulator = _read(described)
            simulator.call("GET", "/sim/settings")
        except (OSError, ValueError, SandboxError):  # not there, half-written, or not listening yet
            return False
        found.append(simulator)
        return True

    process.wait_until(answers, READY_SECONDS)
    return found[0]


def _read(described: Path) -> Simulator:
    facts = json.loads(described.read_text())
    return Simulator(
        url=facts["url"],
        port=facts["port"],
        ca_file=Path(facts["ca_file"]),
        tenant_id=facts["tenant_id"],
        client_id=facts["client_id"],
        client_secret=facts["client_secret"],
        speed=facts["speed"],
    )
