"""Cosmos DB accounts of the simulated Azure: how they answer, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from loom.sim.clock import StandingClock
from support.simulator import Simulator

from .shapes import group, within

Json = dict[str, Any]
VERSION = "api-version=2025-10-15"
BODY: Json = {
    "location": "eastus2",
    "properties": {"databaseAccountOfferType": "Standard", "locations": [{"locationName": "eastus2"}]},
}
CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"
NAME = "5f0c1f53-6c35-4a7b-8b0e-2d7c6c9a0001"


@pytest.fixture
def azure() -> Simulator:
    return Simulator(clock=StandingClock())


def account(azure: Simulator) -> str:
    found = within(group(azure), "Microsoft.DocumentDB/databaseAccounts", "cosmos1")
    azure.seed(found, BODY)
    return found


def put(azure: Simulator, arm_id: str, body: Json) -> Any:
    return azure.call("PUT", f"{arm_id}?{VERSION}", body)


def assignment(azure: Simulator, arm_id: str, **changes: str) -> Json:
    principal = azure.world.operator.object_id
    sent = {"principalId": principal, "scope": arm_id, "roleDefinitionId": f"{arm_id}/sqlRoleDefinitions/{CONTRIBUTOR}"}
    return {"properties": sent | changes}


def test_an_operation_is_dequeued_while_it_runs_and_its_result_lies_below_the_resource(azure: Simulator) -> None:
    arm_id = within(group(azure), "Microsoft.DocumentDB/databaseAccounts", "cosmos1")
    begun = put(azure, arm_id, BODY)
    status, result = begun.headers["Azure-AsyncOperation"], begun.headers["Location"]
    assert (begun.status, begun.body["properties"]["provisioningState"]) == (200, "Creating")
    assert "documentEndpoint" not in begun.body["properties"]
    assert azure.call("GET", status).body == {"status": "Dequeued"}
    assert (f"{arm_id}/operationResults/" in result, azure.call("GET", result).status) == (True, 202)
    azure.advance(600)
    assert azure.call("GET", status).body == {"status": "Succeeded"}
    assert azure.call("GET", result).body["properties"]["documentEndpoint"].endswith(".documents.azure.com:443/")


def test_what_lies_in_an_account_waits_for_it_and_is_only_enqueued(azure: Simulator) -> None:
    arm_id = within(group(azure), "Microsoft.DocumentDB/databaseAccounts", "cosmos1")
    put(azure, arm_id, BODY)
    database = {"properties": {"resource": {"id": "loom"}}}
    assert put(azure, f"{arm_id}/sqlDatabases/loom", database).status == 412
    azure.advance(600)
    answer = put(azure, f"{arm_id}/sqlDatabases/loom", database)
    assert (answer.status, answer.body) == (202, {"status": "Enqueued"})


def test_regions_and_other_settings_are_not_changed_together(azure: Simulator) -> None:
    arm_id = account(azure)
    regions = [{"locationName": "eastus2"}, {"locationName": "centralus", "failoverPriority": 1}]
    both = {**BODY["properties"], "locations": regions, "disableLocalAuth": True}
    refused = put(azure, arm_id, {**BODY, "properties": both})
    assert (refused.status, "add/remove locations" in refused.body["error"]["message"]) == (400, True)
    assert put(azure, arm_id, {**BODY, "properties": {**BODY["properties"], "locations": regions}}).status == 200


def test_a_partition_key_is_for_life(azure: Simulator) -> None:
    arm_id = f"{account(azure)}/sqlDatabases/loom"
    azure.seed(arm_id, {"properties": {"resource": {"id": "loom"}}})

    def container(path: str) -> Any:
        body = {"properties": {"resource": {"id": "c", "partitionKey": {"paths": [path], "kind": "Hash"}}}}
        return put(azure, f"{arm_id}/containers/c", body)

    assert container("/a").status == 202
    azure.advance(60)
    assert (container("/b").status, container("/a").status) == (400, 202)


@pytest.mark.parametrize("path", ["", "/dbs/loom", "/dbs/loom/colls/c"])
def test_a_role_is_given_on_the_account_or_by_a_data_path(azure: Simulator, path: str) -> None:
    arm_id = account(azure)
    sent = assignment(azure, arm_id, scope=f"{arm_id}{path}")
    assert put(azure, f"{arm_id}/sqlRoleAssignments/{NAME}", sent).status == 202


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scope": "{account}/sqlDatabases/loom"}, "is none of this account"),
        ({"principalId": "5f0c1f53-6c35-4a7b-8b0e-2d7c6c9a0002"}, "was not found in the AAD tenant"),
        ({"roleDefinitionId": "{account}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000009"}, "does not exist"),
    ],
)
def test_a_role_that_cannot_be_given_is_refused(azure: Simulator, changes: dict[str, str], says: str) -> None:
    arm_id = account(azure)
    sent = assignment(azure, arm_id, **{key: value.format(account=arm_id) for key, value in changes.items()})
    refused = put(azure, f"{arm_id}/sqlRoleAssignments/{NAME}", sent)
    assert (refused.status, says in refused.body["error"]["message"]) == (400, True)
