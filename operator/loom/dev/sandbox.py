"""The sandbox: a real control plane, a simulated Azure, the operator and some samples, from nothing to Ready.

Decides the order in which things start, and that everything ends with it. Each part is a program of its own; nothing of an
earlier run is used again but the built control plane.
"""

import fcntl
import os
import shlex
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from loom.dev.assets import asset
from loom.dev.binaries import get_binaries, kubernetes_version
from loom.dev.control_plane import ControlPlane
from loom.dev.estate import estate_of, subscriptions_of
from loom.dev.failure import SandboxError
from loom.dev.given import VARIABLE as GIVEN
from loom.dev.given import GivenControlPlane
from loom.dev.kubeconfig import write_private
from loom.dev.kubectl import Kubectl, kubectl_for
from loom.dev.loom_operator import start_operator, write_operator_config
from loom.dev.objects import LoomObjects
from loom.dev.processes import Processes
from loom.dev.simulator import Simulator, start_simulator
from loom.dev.suggestions import door_function
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


@contextmanager
def running_sandbox(home: Path, samples: Path | None, operator: bool, console: Console) -> Iterator[Sandbox]:
    """A sandbox in `home` with the samples applied (`None`: those that come with the operator); all ends with the block.

    Raises SandboxError, ManifestError.
    """
    manifests = read_manifests(samples or asset("manifests/samples"))
    kubectl = kubectl_for(kubernetes_version()).path
    with ExitStack() as stack:
        stack.enter_context(_only_one(home))
        for name in ("control-plane", "simulator", "operator", "logs"):
            shutil.rmtree(home / name, ignore_errors=True)
        processes = stack.enter_context(Processes(home / "logs"))
        control_plane = _control_plane(home / "control-plane", processes, kubectl, console)
        with console.status("Starting the control plane and the simulated Azure"):
            simulator = start_simulator(processes, home / "simulator")
            control_plane.start()
        sandbox = Sandbox(
            home=home,
            kubeconfig=control_plane.kubeconfig(),
            environment=_write_environment(home, control_plane.kubeconfig(), kubectl, simulator),
            simulator=simulator,
            objects=LoomObjects(control_plane.kubeconfig()),
            processes=processes,
        )
        _install(sandbox, kubectl, manifests, console)
        if operator:
            config = sandbox.home / "operator" / "config.yaml"
            start_operator(processes, config, control_plane.kubeconfig("operator"), simulator)
        yield sandbox


def _control_plane(
    home: Path, processes: Processes, kubectl: Path, console: Console
) -> ControlPlane | GivenControlPlane:
    """The one that LOOM_DEV_KUBECONFIG names, else one of the sandbox's own; not started yet."""
    if given := os.environ.get(GIVEN):
        return GivenControlPlane(home, Path(given).resolve(), kubectl)
    return ControlPlane(home, get_binaries(os.environ, console), processes)


def _install(sandbox: Sandbox, kubectl: Path, manifests: list[Manifest], console: Console) -> None:
    """Rights and kinds into the control plane, what planes name into the simulated Azure, then the planes and the samples."""
    admin = Kubectl(kubectl, sandbox.kubeconfig)
    with console.status("Installing the CRDs and the operator's rights"):
        admin.apply_path("--filename", asset("crds"))
        admin.apply_path("--kustomize", asset("manifests/kustomize"))
        admin.run("wait", "--for=condition=Established", f"--filename={asset('crds')}", "--timeout=30s")
        sandbox.objects.discover()
    if not any(manifest["kind"] == "AdminPlane" for manifest in manifests):
        manifests = [_default_plane(manifests), *manifests]
    with console.status("Making the admin plane's estate in the simulated Azure"):
        for subscription in subscriptions_of(manifests):
            sandbox.simulator.call("POST", "/sim/subscriptions", {"id": subscription})
        for manifest in manifests:
            if manifest["kind"] == "AdminPlane":
                sandbox.simulator.place(estate_of(manifest))
    with console.status("Applying the samples"):
        for batch in in_order(manifests):
            admin.apply(batch)


def in_order(manifests: list[Manifest]) -> list[list[Manifest]]:
    """What others need first: kinds, then namespaces, then the rest, each in the order given."""
    first = {"CustomResourceDefinition": 0, "Namespace": 1}
    batches: list[list[Manifest]] = [[], [], []]
    for manifest in manifests:
        batches[first.get(manifest["kind"], 2)].append(manifest)
    return [batch for batch in batches if batch]


def _default_plane(manifests: list[Manifest]) -> Manifest:
    """The sample plane, granted to the namespaces, subscriptions and locations that these manifests use."""
    plane = next(m for m in read_manifests(asset("manifests/samples")) if m["kind"] == "AdminPlane")
    grant: dict[str, Any] = plane["spec"]["grants"][0]
    namespaces = {
        m["metadata"].get("namespace", "default") for m in manifests if m["apiVersion"].startswith("csaloom.io/")
    }
    zones = [m["spec"] for m in manifests if m["kind"] == "DataLandingZone"]
    grant["namespaces"] = {"matchNames": sorted({*grant["namespaces"]["matchNames"], *namespaces})}
    grant["subscriptions"] = sorted({*grant["subscriptions"], *(zone["subscriptionId"] for zone in zones)})
    grant["locations"] = sorted({*grant["locations"], *(zone["location"] for zone in zones)})
    grant.pop("maxZones", None)
    return plane


def _write_environment(home: Path, kubeconfig: Path, kubectl: Path, simulator: Simulator) -> Path:
    """A file to source: kubectl and loom on PATH and pointed at this sandbox, and `sim` for what Azure's portal would do."""
    config = home / "operator" / "config.yaml"
    write_operator_config(config, simulator)
    settings = {
        "KUBECONFIG": str(kubeconfig),
        "LOOM_CONFIG": str(config),
        "AZURE_CLIENT_SECRET": simulator.client_secret,
    }
    programs = ":".join(dict.fromkeys((sysconfig.get_path("scripts"), str(kubectl.parent))))
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    lines += [f'export PATH={shlex.quote(programs)}:"$PATH"', door_function(simulator)]
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
