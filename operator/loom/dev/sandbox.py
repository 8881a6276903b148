"""The sandbox: a real control plane, a simulated Azure, the operator and some samples, from nothing to Ready.

Decides the order in which things start, and that everything ends with it. Each part is a program of its own; nothing of an
earlier run is used again but the built control plane.
"""

import fcntl
import os
import shlex
import shutil
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from loom.dev.assets import asset
from loom.dev.binaries import get_binaries
from loom.dev.control_plane import ControlPlane
from loom.dev.estate import behind, groups_of, subscriptions_of
from loom.dev.failure import SandboxError
from loom.dev.given import VARIABLE as GIVEN
from loom.dev.given import GivenControlPlane
from loom.dev.kubeconfig import write_private
from loom.dev.kubectl import Kubectl, kubectl_for
from loom.dev.kubernetes import chosen_kubernetes
from loom.dev.loom_operator import start_operator, write_operator_config
from loom.dev.objects import GROUP, LoomObjects
from loom.dev.processes import Processes
from loom.dev.simulator import Simulator, start_simulator
from loom.dev.suggestions import door_function, visit_function
from loom.manifests import Manifest, read_manifests


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that runs; `environment` is a file to source that points kubectl and loom at it."""

    home: Path
    kubeconfig: Path
    environment: Path
    simulator: Simulator
    objects: LoomObjects
    processes: Processes
    began: float
    """The moment that the samples were applied, by the monotonic clock."""


@contextmanager
def running_sandbox(home: Path, samples: Path | None, operator: bool, console: Console) -> Iterator[Sandbox]:
    """A sandbox in `home` with the samples applied (`None`: those that come with the operator); all ends with the block.

    Raises SandboxError, ManifestError.
    """
    manifests = read_manifests(samples or asset("manifests/samples"))
    kubectl = kubectl_for(chosen_kubernetes(os.environ).version).path
    with ExitStack() as stack:
        stack.enter_context(_only_one(home))
        for name in ("control-plane", "simulator", "operator", "logs"):
            shutil.rmtree(home / name, ignore_errors=True)
        processes = stack.enter_context(Processes(home / "logs"))
        control_plane = _control_plane(home / "control-plane", processes, kubectl, console)
        with console.status("Starting the control plane and the simulated Azure"):
            simulator = start_simulator(processes, home / "simulator")
            control_plane.start()
        admin = Kubectl(kubectl, control_plane.kubeconfig())
        objects = _install(admin, control_plane.kubeconfig(), console)
        samples_last = _seed(admin, simulator, manifests, console)
        environment = _write_environment(home, control_plane.kubeconfig(), kubectl, simulator)
        if operator:
            config = home / "operator" / "config.yaml"
            start_operator(processes, config, control_plane.kubeconfig("operator"), simulator)
        admin.apply(samples_last)
        yield Sandbox(home, control_plane.kubeconfig(), environment, simulator, objects, processes, time.monotonic())


def _control_plane(
    home: Path, processes: Processes, kubectl: Path, console: Console
) -> ControlPlane | GivenControlPlane:
    """The one that LOOM_DEV_KUBECONFIG names, else one of the sandbox's own; not started yet."""
    if given := os.environ.get(GIVEN):
        return GivenControlPlane(home, Path(given).resolve(), kubectl)
    return ControlPlane(home, get_binaries(os.environ, console), processes)


def _install(admin: Kubectl, kubeconfig: Path, console: Console) -> LoomObjects:
    """The kinds and the operator's rights; returns when the API server serves the kinds."""
    with console.status("Installing the CRDs and the operator's rights"):
        admin.apply_path("--filename", asset("crds"))
        admin.apply_path("--kustomize", asset("manifests/kustomize"))
        admin.run("wait", "--for=condition=Established", f"--filename={asset('crds')}", "--timeout=30s")
        return LoomObjects(kubeconfig)


def _seed(admin: Kubectl, simulator: Simulator, manifests: list[Manifest], console: Console) -> list[Manifest]:
    """Applies the planes, and what others stand on, and makes in the simulated Azure what they name; returns the rest.

    The planes are applied first, so that one that makes no sense is refused by the API server, with a sentence.
    """
    if not any(manifest["kind"] == "AdminPlane" for manifest in manifests):
        manifests = [default_plane(manifests), *manifests]
    *first, rest = in_order(manifests)
    with console.status("Making the admin plane's estate in the simulated Azure"):
        for batch in first:
            admin.apply(batch)
        for subscription in subscriptions_of(manifests):
            simulator.call("POST", "/sim/subscriptions", {"id": subscription})
        simulator.add_groups(groups_of(manifests))
        for manifest in manifests:
            if estate := behind(manifest):
                simulator.place(estate)
    return rest


def in_order(manifests: list[Manifest]) -> list[list[Manifest]]:
    """What others need first: kinds, namespaces, planes, and all the rest, each in the order given."""
    order = ("CustomResourceDefinition", "Namespace", "AdminPlane")
    return [
        *([m for m in manifests if m["kind"] == kind] for kind in order),
        [m for m in manifests if m["kind"] not in order],
    ]


def default_plane(manifests: list[Manifest]) -> Manifest:
    """The sample plane, granted to the namespaces, subscriptions and locations that these manifests use."""
    plane = next(m for m in read_manifests(asset("manifests/samples")) if m["kind"] == "AdminPlane")
    grant: dict[str, Any] = plane["spec"]["grants"][0]
    ours = [m for m in manifests if m["apiVersion"].startswith(f"{GROUP}/")]
    zones = [m.get("spec") or {} for m in ours if m["kind"] == "DataLandingZone"]
    namespaces = {m["metadata"].get("namespace", "default") for m in ours}
    grant["namespaces"] = {"matchNames": sorted({*grant["namespaces"]["matchNames"], *namespaces})}
    for field, of_zone in (("subscriptions", "subscriptionId"), ("locations", "location")):
        grant[field] = sorted({*grant[field], *(zone[of_zone] for zone in zones if of_zone in zone)})
    del grant["maxZones"]
    return plane


def _write_environment(home: Path, kubeconfig: Path, kubectl: Path, simulator: Simulator) -> Path:
    """A file to source: kubectl and loom on PATH and pointed at this sandbox; `sim` is Azure's portal, `visit` a caller's curl."""
    config = home / "operator" / "config.yaml"
    write_operator_config(config, simulator)
    settings = {
        "KUBECONFIG": str(kubeconfig),
        "LOOM_CONFIG": str(config),
        "AZURE_CLIENT_SECRET": simulator.client_secret,
    }
    programs = ":".join(dict.fromkeys((sysconfig.get_path("scripts"), str(kubectl.parent))))
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    lines += [f'export PATH={shlex.quote(programs)}:"$PATH"', door_function(simulator), visit_function(simulator)]
    path = home / "env"
    write_private(path, "\n".join(lines) + "\n")
    return path


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Holds `home` for this process; the kernel lets go of it however the process ends. Raises SandboxError."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another sandbox runs in {home}. Stop it, or choose another folder with --home."
            raise SandboxError(message) from None
        yield
