"""Starts the operator as a program against a control plane and a simulated Azure.

Decides its configuration there, which is ordinary configuration: the cloud's endpoints, a CA to trust, where probes connect
to, and limits that refill as fast as the simulated time runs.
"""

import os
import sys
from pathlib import Path
from typing import Any

import yaml

from loom.dev.kubeconfig import write_private
from loom.dev.processes import Process, Processes
from loom.dev.simulator import Simulator

INSTALLATION = "sandbox"
PROBED_HOSTS = ("*.azurecontainerapps.io", "*.azure-api.net", "*.azurefd.net", "loom.contoso.com")
"""What answers HTTP in the simulated Azure: its container apps, gateways and Front Doors, and the host that samples call theirs."""


def operator_config(simulator: Simulator) -> dict[str, Any]:
    """The operator's configuration file for this simulated Azure; the client secret is not in it."""
    endpoints = {
        "resourceManager": simulator.url,
        "authority": simulator.url,
        "audience": simulator.url,
        "discovery": False,
    }
    return {
        "installation": INSTALLATION,
        "clouds": dict.fromkeys(("AzureCloud", "AzureUSGovernment", "AzureChinaCloud"), endpoints),
        "caBundle": str(simulator.ca_file),
        "connectTo": dict.fromkeys(PROBED_HOSTS, f"127.0.0.1:{simulator.port}"),
        "credentials": {"tenantId": simulator.tenant_id, "clientId": simulator.client_id},
        "pollInterval": "500ms",
        "progressInterval": "2s",
        "budget": {"rateScale": simulator.speed},
        "ports": {"metrics": 0, "liveness": 0, "address": "127.0.0.1"},
    }


def write_operator_config(path: Path, simulator: Simulator, **changes: Any) -> None:
    """Writes the configuration file; `changes` replace top-level keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, yaml.safe_dump(operator_config(simulator) | changes, sort_keys=False))


def start_operator(processes: Processes, config: Path, kubeconfig: Path, simulator: Simulator) -> Process:
    """Starts `operator`, which is `loom run` with this configuration file; nothing of a person's own settings reaches it."""
    foreign = ("LOOM_", "AZURE_", "KUBE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    env = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    env["AZURE_CLIENT_SECRET"] = simulator.client_secret
    command = [sys.executable, "-P", "-m", "loom", "run", f"--config={config}", f"--kubeconfig={kubeconfig}"]
    return processes.start("operator", command, env, grace=15.0)
