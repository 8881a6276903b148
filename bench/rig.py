"""The rig: control plane, simulated Azure and operator as programs, and what is read off them.

CPU and memory come from the kernel, Kubernetes writes from the API server's own metrics (the rig itself only applies, which is
counted apart), requests to Azure from the simulator.
"""

import os
import re
import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from loom.dev.assets import asset
from loom.dev.binaries import get_binaries
from loom.dev.control_plane import ControlPlane
from loom.dev.estate import estate_of, groups_of
from loom.dev.kubectl import Kubectl, kubectl_for
from loom.dev.kubernetes import chosen_kubernetes
from loom.dev.loom_operator import start_operator, write_operator_config
from loom.dev.objects import LoomObjects, summarize
from loom.dev.processes import Process, Processes
from loom.dev.simulator import Simulator, start_simulator
from loom.engine.inventory import Inventory
from loom.manifests import read_manifests

_TICKS = os.sysconf("SC_CLK_TCK")
_WRITES = re.compile(r"^apiserver_request_total\{([^}]*)\} ([0-9.e+]+)$", re.MULTILINE)
_PASSES = re.compile(r'^loom_reconcile_total\{(?![^}]*result="Looked")[^}]*\} ([0-9.e+]+)$', re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_LOOKING = 4  # looking at all objects takes a fifth of the time of what is measured, not more
_BATCH = 250


class TooLong(RuntimeError):
    """What was waited for did not come."""


@dataclass
class Rig:
    """A running rig. `kubectl` applies; nothing else of the rig writes to the API server."""

    kubectl: Kubectl
    objects: LoomObjects
    simulator: Simulator
    processes: Processes
    config: Path
    kubeconfigs: dict[str, Path]
    operator: Process
    metrics_port: int
    console: Console

    def apply(self, manifests: Iterable[Mapping[str, Any]]) -> int:
        """Apply in batches; how many."""
        items = list(manifests)
        for start in range(0, len(items), _BATCH):
            self.kubectl.apply(items[start : start + _BATCH])
        return len(items)

    def wait_ready(self, count: int, seconds: float, tick: float = 1.0) -> float:
        """Wait until `count` objects are Ready; for how long. Raises TooLong with the first that are not."""
        began = time.monotonic()
        while (looked := time.monotonic()) - began < seconds:
            if self.condition_count() >= count:
                return time.monotonic() - began
            self.processes.check()
            wait(max(tick, _LOOKING * (time.monotonic() - looked)))
        rows = [summarize(obj) for obj in self.objects.all()]
        unready = [f"{r.kind} {r.name}: {r.reason}: {r.message}" for r in rows if not r.is_ready]
        raise TooLong(f"{len(unready)} of {count} are not Ready after {seconds:g} s, such as {unready[:3]}")

    def condition_count(self) -> int:
        """How many of our objects are Ready."""
        return sum(1 for obj in self.objects.all() if summarize(obj).is_ready)

    def resource_count(self, kind: str = "DataLandingZone") -> int:
        """How many resources the objects of a kind say that they have."""
        found = [obj.get("status") or {} for obj in self.objects.all() if obj["kind"] == kind]
        return sum(status.get("resourceCount", 0) for status in found)

    def owned_count(self, kind: str) -> int:
        """How many resources the objects of a kind have made: those of others that they only read are not among them."""
        found = [obj.get("status") or {} for obj in self.objects.all() if obj["kind"] == kind]
        return sum(len(Inventory.read(status).ids) for status in found)

    def cpu(self) -> float:
        """Seconds of CPU that the operator has used."""
        fields = Path(f"/proc/{self.operator.pid}/stat").read_text().rpartition(")")[2].split()
        children = _children(self.operator.pid)
        total = int(fields[11]) + int(fields[12])
        for child in children:
            inner = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += int(inner[11]) + int(inner[12])
        return total / _TICKS

    def memory(self, field: str = "VmRSS") -> float:
        """Megabytes: `VmRSS` now, `VmHWM` at the peak since `forget_peak`."""
        return max(_memory(pid, field) for pid in (self.operator.pid, *_children(self.operator.pid)))

    def forget_peak(self) -> None:
        """The peak counts from now on."""
        for pid in (self.operator.pid, *_children(self.operator.pid)):
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def kubernetes_writes(self) -> dict[str, float]:
        """Writes that the API server has answered by `<resource>[/subresource]`, applies left out."""
        found: dict[str, float] = {}
        for labels, value in _WRITES.findall(self.kubectl.run("get", "--raw", "/metrics")):
            label = dict(_LABEL.findall(labels))
            ours = label.get("group") == "csaloom.io" or label.get("resource") == "events"
            if ours and label.get("verb") in ("POST", "PUT", "PATCH", "DELETE"):
                name = "/".join(filter(None, (label["resource"], label.get("subresource"))))
                found[name] = found.get(name, 0.0) + float(value)
        return found

    def passes(self) -> float:
        """Passes that the operator has ended; looks at operations are none."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        return sum(float(v) for v in _PASSES.findall(text))

    def azure(self) -> dict[str, Any]:
        """The simulator's counters since the last reset."""
        found: dict[str, Any] = self.simulator.call("GET", "/sim/requests?last=0")
        return found

    def azure_time(self) -> float:
        """Simulated seconds since the simulated Azure began."""
        return float(self.simulator.call("POST", "/sim/clock", {"advance": 0})["now"])

    def operations(self) -> list[dict[str, Any]]:
        """Every long operation that the simulated Azure has seen."""
        found: list[dict[str, Any]] = self.simulator.call("GET", "/sim/operations?last=0")["value"]
        return found

    def reset_azure(self) -> None:
        """The simulator counts from zero."""
        self.simulator.call("POST", "/sim/reset-counters")

    def prepare(self, planes: Iterable[Mapping[str, Any]], services: Iterable[str]) -> None:
        """Everything that planes name exists, and so do these API Management services and the samples' groups of people."""
        for plane in planes:
            for number in {s for grant in plane["spec"]["grants"] for s in grant["subscriptions"]}:
                self.simulator.call("POST", "/sim/subscriptions", {"id": number})
            self.simulator.place(estate_of(plane))
        self.simulator.add_groups(groups_of(read_manifests(asset("manifests/samples"))))
        made = {"location": "eastus2", "sku": {"name": "Premium", "capacity": 1}, "properties": {}}
        made["properties"] = {"publisherName": "Contoso", "publisherEmail": "apis@contoso.com"}
        if named := [{"id": service, "body": made} for service in services]:
            self.simulator.place(named)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _memory(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def running_rig(home: Path, console: Console, speed: float = 60.0, **config: Any) -> Iterator[Rig]:
    """A rig with an empty cluster and an idle operator; `speed` is the simulated Azure's. All ends with the block."""
    binaries = get_binaries(os.environ, console)
    program = kubectl_for(chosen_kubernetes(os.environ).version).path
    shutil.rmtree(home, ignore_errors=True)
    with Processes(home / "logs") as processes:
        simulator = start_simulator(processes, home / "simulator", speed=speed)
        control_plane = ControlPlane(home / "control-plane", binaries, processes)
        control_plane.start()
        kubectl = Kubectl(program, control_plane.kubeconfig())
        kubectl.apply_path("--filename", asset("crds"))
        kubectl.apply_path("--kustomize", asset("manifests/kustomize"))
        kubectl.run("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        objects = LoomObjects(control_plane.kubeconfig())
        port = _free_port()
        path = home / "operator" / "config.yaml"
        ports = {"metrics": port, "liveness": 0, "address": "127.0.0.1"}
        write_operator_config(path, simulator, **({"ports": ports, "progressInterval": "30s"} | config))
        operator = start_operator(processes, path, control_plane.kubeconfig("operator"), simulator)
        rig = Rig(
            kubectl, objects, simulator, processes, path,
            {"operator": control_plane.kubeconfig("operator")}, operator, port, console,
        )  # fmt: skip
        _until_up(rig)
        yield rig


def _until_up(rig: Rig) -> None:
    def answers() -> bool:
        try:
            rig.passes()
        except OSError:
            return False
        return True

    rig.operator.wait_until(answers, 60.0)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def wait(seconds: float) -> None:
    """Let time pass."""
    threading.Event().wait(seconds)


def grown(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """What was counted between two readings."""
    return {name: value - before.get(name, 0.0) for name, value in after.items() if value != before.get(name, 0.0)}


def steady(read: Callable[[], float], seconds: float, within: float = 120.0) -> float:
    """`read` once it has not changed for `seconds`; what it was last when that takes longer than `within`."""
    began = since = time.monotonic()
    last = read()
    while time.monotonic() - since < seconds and time.monotonic() - began < within:
        wait(1.0)
        now = read()
        if now != last:
            last, since = now, time.monotonic()
    return last
