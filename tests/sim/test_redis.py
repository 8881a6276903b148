"""Azure Managed Redis of the simulated Azure: how it answers, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from loom.sim.clock import StandingClock
from support.simulator import Simulator

from .shapes import group, within

Json = dict[str, Any]
VERSION = "api-version=2025-07-01"
BODY: Json = {
    "location": "westus2",
    "sku": {"name": "Balanced_B0"},
    "properties": {"publicNetworkAccess": "Disabled"},
}


@pytest.fixture
def azure() -> Simulator:
    return Simulator(clock=StandingClock())


def put(azure: Simulator, arm_id: str, body: Json) -> Any:
    return azure.call("PUT", f"{arm_id}?{VERSION}", body)


def cluster(azure: Simulator) -> str:
    return within(group(azure), "Microsoft.Cache/redisEnterprise", "redis1")


def database(azure: Simulator) -> str:
    arm_id = cluster(azure)
    azure.seed(arm_id, BODY)
    azure.seed(f"{arm_id}/databases/default", {"properties": {}})
    return f"{arm_id}/databases/default"


def test_its_location_is_itself_and_a_running_operation_has_an_end_already(azure: Simulator) -> None:
    arm_id = cluster(azure)
    begun = put(azure, arm_id, BODY)
    assert begun.headers["Location"].partition("?")[0].endswith(arm_id)
    status = azure.call("GET", begun.headers["Azure-AsyncOperation"]).body
    assert (status["status"], "endTime" in status) == ("InProgress", True)
    azure.advance(400)
    assert azure.call("GET", begun.headers["Azure-AsyncOperation"]).body["status"] == "Succeeded"
    now = azure.get(arm_id)
    assert now is not None
    assert now["properties"]["hostName"] == "redis1.westus2.redis.azure.net"


def test_public_access_must_be_said_either_way(azure: Simulator) -> None:
    refused = put(azure, cluster(azure), {**BODY, "properties": {}})
    assert (refused.status, "publicNetworkAccess" in refused.body["error"]["message"]) == (400, True)


def test_a_change_of_tags_alone_is_done_at_once(azure: Simulator) -> None:
    arm_id = cluster(azure)
    azure.seed(arm_id, BODY)
    tagged = put(azure, arm_id, {**BODY, "tags": {"a": "b"}})
    assert (tagged.status, tagged.body["properties"]["provisioningState"]) == (200, "Succeeded")
    assert put(azure, arm_id, {**BODY, "sku": {"name": "Balanced_B1"}}).headers["Azure-AsyncOperation"]


def test_access_keys_are_on_where_nobody_turns_them_off(azure: Simulator) -> None:
    arm_id = database(azure)
    now = azure.get(arm_id)
    assert now is not None
    assert now["properties"]["accessKeysAuthentication"] == "Enabled"
    changed = put(azure, arm_id, {"properties": {"clusteringPolicy": "EnterpriseCluster"}})
    assert changed.status == 400


@pytest.mark.parametrize(("name", "status"), [("with-dashes", 400), ("without", 201)])
def test_an_assignment_has_no_dash_in_its_name(azure: Simulator, name: str, status: int) -> None:
    user = {"objectId": azure.world.operator.object_id}
    body = {"properties": {"accessPolicyName": "default", "user": user}}
    assert put(azure, f"{database(azure)}/accessPolicyAssignments/{name}", body).status == status
