"""Answers that the real service gave (recorded traffic): each first answer to a PUT or DELETE is read as what it was."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loom.cloud.answer import Answer
from loom.cloud.operations import Style, Watch, begun
from loom.plan.arm_type import ArmType

RECORDINGS = Path(os.environ.get("LOOM_AZURE_RECORDINGS") or Path(__file__).parents[3] / "shared" / "azure-recordings")

DONE = None
EXPECTED: dict[tuple[str, str, int], set[Style | None]] = {
    ("PUT", "Microsoft.Resources/resourceGroups", 201): {DONE},
    ("PUT", "Microsoft.App/containerApps", 201): {Style.STATUS},
    ("PUT", "Microsoft.App/managedEnvironments", 200): {DONE},
    ("PUT", "Microsoft.App/managedEnvironments", 201): {Style.STATUS},
    ("DELETE", "Microsoft.App/containerApps", 202): {Style.LOCATION},
    ("DELETE", "Microsoft.App/managedEnvironments", 202): {Style.LOCATION},
    ("DELETE", "Microsoft.Resources/resourceGroups", 202): {Style.LOCATION},
    ("PUT", "Microsoft.ApiManagement/service", 200): {Style.STATUS},
    ("PUT", "Microsoft.ApiManagement/service/namedValues", 201): {Style.STATUS},
    ("PUT", "Microsoft.ApiManagement/service/products", 201): {DONE},
    ("PUT", "Microsoft.ApiManagement/service/backends", 201): {DONE},
    ("PUT", "Microsoft.Cache/redisEnterprise", 201): {Style.STATUS},
    ("PUT", "Microsoft.Cache/redisEnterprise", 200): {DONE},
    ("PUT", "Microsoft.DocumentDB/databaseAccounts/sqlDatabases", 202): {Style.STATUS},
    ("PUT", "Microsoft.ManagedIdentity/userAssignedIdentities", 201): {DONE},
    ("PUT", "Microsoft.EventHub/namespaces", 201): {Style.RESOURCE},  # no async header at all
    ("PUT", "Microsoft.EventHub/namespaces", 200): {Style.RESOURCE, DONE},  # changed, and unchanged
    ("DELETE", "Microsoft.EventHub/namespaces", 202): {Style.STATUS},
    ("DELETE", "Microsoft.ServiceBus/namespaces", 202): {Style.LOCATION},
}


def recorded() -> Iterator[dict[str, Any]]:
    for path in sorted(RECORDINGS.glob("microsoft.*.json")):
        yield from json.loads(path.read_text())["interactions"]


def followed(interaction: dict[str, Any]) -> Style | None:
    method, url = interaction["method"], interaction["url"]
    answer = Answer(method, url, interaction["status"], interaction["responseHeaders"], interaction["responseBody"])
    kind = ArmType(interaction["type"], "recorded", "thing")
    step = begun(
        answer,
        Watch(method, url.split("?")[0], Style.RESOURCE, 60.0),
        kind,
        lambda url: url.startswith("https://management.azure.com"),
    )
    return step.watch.style if step.watch else DONE


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: " ".join(map(str, case)))
def test_a_recorded_answer_is_followed_where_the_service_meant_it(case: tuple[str, str, int]) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"There are no recordings in {RECORDINGS}; set LOOM_AZURE_RECORDINGS.")
    met = {followed(i) for i in recorded() if (i["method"], i["type"], i["status"]) == case}
    assert met == EXPECTED[case]


def test_every_recorded_write_is_read_without_an_error() -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"There are no recordings in {RECORDINGS}; set LOOM_AZURE_RECORDINGS.")
    writes = [i for i in recorded() if i["method"] in ("PUT", "DELETE") and i["status"] < 300]
    assert len(writes) > 50
    assert [followed(interaction) for interaction in writes].count(DONE) > 20
