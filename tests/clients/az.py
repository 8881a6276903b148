"""The Azure CLI as a program, with a configuration folder of its own. `LOOM_TEST_AZ` says where it is: `make test-clients` sets it."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loom.dev.simulator import Simulator

CLOUD = "LoomSim"
SECONDS = 180.0


class AzError(Exception):
    """`az` ended with another exit code than 0; `code` is it, the text is what it said."""

    def __init__(self, code: int, told: str) -> None:
        super().__init__(told)
        self.code = code


@dataclass(frozen=True)
class Az:
    """`az(...)` runs one command and returns the JSON that it prints, None where it prints nothing. Raises AzError."""

    program: Path
    env: Mapping[str, str] = field(repr=False)  # a failed test prints the rest

    def __call__(self, *command: str) -> Any:
        done = subprocess.run(
            [self.program, *command, "--output", "json", "--only-show-errors"],
            env=self.env,
            text=True,
            capture_output=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise AzError(done.returncode, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None


def az_for(azure: Simulator, folder: Path) -> Az:
    """An `az` that trusts the simulator's authority, and asks no Microsoft server whether to trust its directory.

    Instance discovery is that question; every cloud that is not Microsoft's own needs it off (Azure docs: "Manage Azure Stack Hub
    with Azure CLI").
    """
    named = os.environ.get("LOOM_TEST_AZ")
    assert named, "LOOM_TEST_AZ does not say where az is: run `make test-clients`"
    program = Path(named).absolute()
    settings = {
        "AZURE_CONFIG_DIR": str(folder),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_NO_COLOR": "true",
        "REQUESTS_CA_BUNDLE": str(azure.ca_file),
    }
    return Az(program, {**os.environ, **settings, "PATH": f"{program.parent}:{os.environ['PATH']}"})
