"""The operator and the simulated Azure as programs of their own, to be killed and started again by tests.

Both run beside the cluster of tests/support/cluster.py; tests take them as the fixtures `azure` and `operator` of
tests/cluster/conftest.py. For a simulated Azure inside the test's own process see tests/support/simulator.py.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loom.dev.loom_operator import start_operator, write_operator_config
from loom.dev.processes import Process
from loom.dev.simulator import Simulator, start_simulator
from support.cluster import Cluster

Json = dict[str, Any]


class Azure:
    """A simulated Azure that can fail, be looked at behind the operator's back, and be restarted without forgetting."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self._processes = cluster.processes
        self._home = home
        self._state = home / "state.json"
        self.simulator: Simulator = start_simulator(self._processes, home, state=self._state)

    def place(self, resource_id: str, body: Mapping[str, Any] | None = None) -> None:
        """A resource is there at once, Succeeded, unmarked, with the group and the subscription that it is in."""
        self.simulator.place([{"id": resource_id, "body": dict(body or {})}])

    def edit(self, resource_id: str, patch: Mapping[str, Any]) -> None:
        """Somebody changes a resource in the portal: a JSON merge patch."""
        self.simulator.call("PATCH", "/sim/resources", {"id": resource_id, "body": patch})

    def remove(self, resource_id: str) -> None:
        """Somebody deletes a resource, and all that is in it."""
        self.simulator.call("DELETE", f"/sim/resources?id={resource_id}")

    def resources(self, prefix: str = "", arm_type: str = "") -> list[Json]:
        """What a GET of each would show, below an id and of a type."""
        found: list[Json] = self.simulator.call("GET", f"/sim/resources?prefix={prefix}&type={arm_type}")["value"]
        return found

    def get(self, resource_id: str) -> Json | None:
        """What a GET would show, or None."""
        wanted = resource_id.lower()
        return next((found for found in self.resources(resource_id) if found["id"].lower() == wanted), None)

    def fault(self, kind: str, **fields: Any) -> None:
        """`error`, `timeout`, `stuck`, `failLate` or `cut`; which requests and how often: loom.sim.guards.faults.Fault."""
        self.simulator.call("POST", "/sim/faults", {"kind": kind, **fields})

    def settings(self, **values: Any) -> None:
        """Changes settings: loom.sim.settings."""
        self.simulator.call("PATCH", "/sim/settings", values)

    def requests(self, last: int = 50) -> Json:
        """Counters since the last reset (`total`, `reads`, `writes`, `polls`, ...) and the last requests."""
        found: Json = self.simulator.call("GET", f"/sim/requests?last={last}")
        return found

    def reset_counters(self) -> None:
        self.simulator.call("POST", "/sim/reset-counters")

    def heal(self) -> None:
        """No fault and no policy is in force any more."""
        self.simulator.call("DELETE", "/sim/faults")
        self.simulator.call("DELETE", "/sim/policies")

    def stop(self) -> None:
        """Nobody answers any more; `start` brings the same Azure back, at the same address."""
        self._processes.stop("simulator")

    def start(self) -> None:
        self.simulator = start_simulator(self._processes, self._home, self.simulator.port, self._state)


class RunningOperator:
    """`loom run` as its service account, with the rights of manifests/kustomize and no other."""

    def __init__(self, cluster: Cluster, azure: Azure, home: Path) -> None:
        self._cluster = cluster
        self._azure = azure
        self._config = home / "config.yaml"
        self._process: Process | None = None
        self.configure()

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def exit_code(self) -> int | None:
        """How it ended last; None while it runs."""
        return self._process.returncode if self._process else None

    @property
    def log(self) -> str:
        """Everything that it has said, restarts included."""
        return self._process.log.read_text() if self._process else ""

    def configure(self, **changes: Any) -> None:
        """The configuration of the next start: the sandbox's, with top-level keys replaced."""
        write_operator_config(self._config, self._azure.simulator, **changes)

    def start(self) -> None:
        """Starts it, unless it runs."""
        if not self.runs:
            self._cluster.processes.stop("operator")
            kubeconfig = self._cluster.control_plane.kubeconfig("operator")
            self._process = start_operator(self._cluster.processes, self._config, kubeconfig, self._azure.simulator)

    def stop(self) -> None:
        """Ends it in order, as a rollout does."""
        self._cluster.processes.stop("operator")

    def kill(self) -> None:
        """Ends it at once, as a crash does."""
        self._cluster.processes.kill("operator")

    def restart(self) -> None:
        """Kills it wherever it is, and starts it again."""
        self.kill()
        self.start()
