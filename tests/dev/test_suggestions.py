"""What is suggested in the sandbox names things that are really there."""

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from loom.dev.simulator import Simulator
from loom.dev.suggestions import door_function, resource_of, suggest, visit_function
from support.samples import sample

SIMULATOR = Simulator("https://localhost:8443", 8443, Path("/a home/ca.pem"), "tenant", "client", "secret", 60)
GROUP = "/subscriptions/30000000-0000-4000-8000-000000000002/resourceGroups/rg-csa-loom-dlz-finance-eastus2"


@pytest.fixture
def zone() -> dict[str, Any]:
    ids = [
        "",
        "Microsoft.Storage/storageAccounts/saloom1/blobServices/default",
        "Microsoft.Storage/storageAccounts/saloom1",
    ]
    return sample("DataLandingZone") | {"status": {"inventory": [{"scope": GROUP, "ids": ids}]}}


def test_five_things_are_suggested_for_the_samples(zone: dict[str, Any]) -> None:
    titles = [suggestion.title.split()[0] for suggestion in suggest([zone, sample("ApiProduct")], Path("samples"))]

    assert titles == ["See", "Change", "Break", "Take", "Delete"]


def test_of_several_zones_the_fullest_is_the_one_to_try_things_on(zone: dict[str, Any]) -> None:
    small = sample("DataLandingZone") | {"metadata": {"name": "small", "namespace": "x"}}
    for obj, count in ((small, 20), (zone, 200)):
        obj["status"] = {**zone["status"], "resourceCount": count}

    commands = [c for s in suggest([zone, small], Path("samples")) for c in s.commands]

    assert any("datalandingzone/finance" in command for command in commands)
    assert not any("datalandingzone/small" in command for command in commands)


def test_the_account_itself_is_found_in_the_inventory_and_not_what_is_in_it(zone: dict[str, Any]) -> None:
    assert (
        resource_of(zone, "Microsoft.Storage/storageAccounts")
        == f"{GROUP}/providers/Microsoft.Storage/storageAccounts/saloom1"
    )
    assert resource_of(zone, "Microsoft.EventHub/namespaces") == ""


def test_every_command_survives_the_shell(zone: dict[str, Any]) -> None:
    commands = [c for s in suggest([zone, sample("ApiProduct")], Path("my samples")) for c in s.commands]

    words = [shlex.split(command, comments=True) for command in commands]
    assert ["loom", "plan", "-f", "my samples"] in words
    assert ["kubectl", "apply", "--server-side", "--force-conflicts", "--recursive", "--filename=my samples"] in words
    assert any("datalandingzone/finance" in command for command in words)
    bodies = [
        json.loads(command[3]) for command in words if command[0] == "sim" and len(command) > 3 and command[3][0] == "{"
    ]
    assert len(bodies) == 3


def test_the_shells_function_reaches_the_simulated_azure() -> None:
    script = f"curl() {{ printf '%s|' \"$@\"; }}\n{door_function(SIMULATOR)}\nsim POST faults '{{\"kind\": \"error\"}}'\nsim GET 'x?y'"

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    start = "-sS|--cacert|/a home/ca.pem|-X|"
    assert done.stdout.split("\n") == [
        f'{start}POST|https://localhost:8443/sim/faults|-d|{{"kind": "error"}}|',
        f"{start}GET|https://localhost:8443/sim/x?y|",
        "",
    ]


def test_the_shells_function_for_callers_takes_every_host_for_the_simulated_azure() -> None:
    script = f"curl() {{ printf '%s|' \"$@\"; }}\n{visit_function(SIMULATOR)}\nvisit -H 'key: a b' https://apim.azure-api.net/pets"

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    where = "-sS|--cacert|/a home/ca.pem|--connect-to|::localhost:8443|"
    assert done.stdout == f"{where}-H|key: a b|https://apim.azure-api.net/pets|\n"


def test_samples_of_another_kind_get_what_fits_them() -> None:
    plane = sample("AdminPlane")

    assert [s.title.split()[0] for s in suggest([plane], Path("x"))] == ["See"]
