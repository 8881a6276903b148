"""What lies in a storage account: the blob service, its containers, and the rules by age."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.kinds import Behavior, Kind, NameRule, Refusal, Style
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = (
    "2026-09-01", "2026-04-01", "2025-08-01", "2025-06-01", "2025-01-01", "2024-01-01", "2023-05-01", "2023-04-01",
    "2023-01-01", "2022-09-01", "2022-05-01", "2021-09-01", "2021-08-01", "2021-06-01", "2021-04-01", "2021-02-01",
    "2021-01-01",
)  # fmt: skip
ACCOUNTS = "Microsoft.Storage/storageAccounts"
SERVICES = f"{ACCOUNTS}/blobServices"
POLICIES = f"{ACCOUNTS}/managementPolicies"
CONTAINERS = f"{SERVICES}/containers"


def ensure_service(change: Change) -> None:
    """The blob service is there from the first moment; what is in it waits for the account."""
    world, service = change.world, f"{change.id}/blobServices/default"
    if world.store.get(service) is None:
        body: Json = {"properties": {"cors": {"corsRules": []}}}
        world.store.put(Resource(service, SERVICES, body, created=world.clock.now()))


class Services(Behavior):
    """The blob service shows its account's sku."""

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        account = world.store.get(resource.id.rsplit("/", 2)[0])
        return {"sku": account.body.get("sku") if account else None, **body}


class Policies(Behavior):
    """The rules of an account by age, kept as they are sent."""

    def compose(self, change: Change) -> Json:
        return {"properties": {**change.properties, "lastModifiedTime": change.world.clock.stamp()}}


class Containers(Behavior):
    """A container needs a ready account, and carries the state of its leases and holds."""

    def check(self, change: Change) -> None:
        account = change.world.store.get(change.id.split("/blobServices/")[0])
        if account is not None and account.state == "Creating":
            message = "The storage account provisioning state must be 'Succeeded' before executing the operation."
            raise ArmError(409, "StorageAccountIsNotProvisioned", message)

    def compose(self, change: Change) -> Json:
        stamp = change.world.clock.stamp()
        defaults = {
            "defaultEncryptionScope": "$account-encryption-key",
            "denyEncryptionScopeOverride": False,
            "publicAccess": "None",
        }
        outputs = {
            "leaseStatus": "Unlocked",
            "leaseState": "Available",
            "hasImmutabilityPolicy": False,
            "hasLegalHold": False,
            "deleted": False,
            "remainingRetentionDays": 0,
            "lastModifiedTime": stamp,
        }
        return {"properties": {**defaults, **change.properties, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        """A list leaves out the metadata (azure-sdk-for-net, issue 17717)."""
        return {**body, "properties": {k: v for k, v in body["properties"].items() if k != "metadata"}}

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        metadata = resource.properties.get("metadata")
        return {**body, "properties": {**body["properties"], "metadata": metadata}} if metadata else body


KINDS = (
    Kind(
        name=SERVICES,
        versions=VERSIONS,
        patchable=False,
        stateful=False,
        names=NameRule("default", "The name must be 'default'."),
        put=Style(created=200),
        budget="storage",
        behavior=Services(),
    ),
    Kind(
        name=POLICIES,
        versions=VERSIONS,
        patchable=False,
        stateful=False,
        names=NameRule("default", "The name must be 'default'."),
        put=Style(created=200),
        required=("properties.policy.rules",),
        missing=Refusal(404, "ManagementPolicyNotFound", "No ManagementPolicy found for account."),
        budget="storage",
        behavior=Policies(),
    ),
    Kind(
        name=CONTAINERS,
        versions=VERSIONS,
        stateful=False,
        names=NameRule(
            r"(?=.{3,63}$)(\$root|\$web|\$logs|[a-z0-9](-?[a-z0-9])*)",
            "The specified resource name '{name}' contains invalid characters.",
            "ContainerOperationFailure",
        ),
        etag="body",
        missing=Refusal(404, "ContainerNotFound", "The specified container does not exist."),
        budget="storage",
        page=5000,
        behavior=Containers(),
    ),
)
