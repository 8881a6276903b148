"""Microsoft.Cache: Azure Managed Redis, its database and who may use it. Shapes are those of recorded traffic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.providers.connections import CONNECTIONS, connections_of
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
# The recorded one first: it is what recorded traffic is played with.
VERSIONS = ("2025-04-01", "2025-07-01", "2024-10-01", "2024-02-01", "2023-11-01")
CLUSTERS = "Microsoft.Cache/redisEnterprise"
DATABASES = f"{CLUSTERS}/databases"
ASSIGNMENTS = f"{DATABASES}/accessPolicyAssignments"
NAMES = r"(?=.{1,60}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*"

# `Location` is the resource itself, and a document has an end while the operation still runs (recorded).
_MADE = Style(headers="both", status_path="operationsStatus", result_path="", dated=True)
_GONE = replace(_MADE, created=202, updated=202, empty=True, updating="Deleting")


class Clusters(Behavior):
    """A cluster has a host name in its region from the beginning, and runs when it is made."""

    def check(self, change: Change) -> None:
        if change.version >= "2025-07-01" and not change.properties.get("publicNetworkAccess"):
            raise bad_request("BadRequest", "The property 'properties.publicNetworkAccess' is required.")

    def style(self, change: Change, usual: Style) -> Style:
        """A change of nothing but tags is done at once (recorded)."""
        before = change.before
        if before is None:
            return usual
        sent = {"sku": change.body.get("sku"), **change.properties}
        known = {"sku": before.body.get("sku"), **before.properties}
        same = all(known.get(name) == value for name, value in sent.items())
        return replace(usual, seconds=0, headers="none") if same else usual

    def compose(self, change: Change) -> Json:
        outputs = {
            "hostName": f"{change.name}.{change.location}.redis.azure.net".lower(),
            "resourceState": "Updating" if change.before else "Creating",
            "redundancyMode": "ZR" if change.properties["highAvailability"] == "Enabled" else "None",
        }
        return {"kind": None, **change.body, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties["resourceState"] = "Running"

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return {
            **body,
            "properties": {**body["properties"], "privateEndpointConnections": connections_of(world, resource)},
        }


class Databases(Behavior):
    """The one database of a running cluster."""

    def check(self, change: Change) -> None:
        cluster = change.world.store.get(change.target.parent)
        if cluster is not None and cluster.properties.get("resourceState") == "Creating":
            raise ArmError(409, "Conflict", f"The cluster '{cluster.name}' is in state Creating.")
        before = change.before
        policy = before.properties.get("clusteringPolicy") if before else None
        if policy and change.properties.get("clusteringPolicy", policy) != policy:
            raise bad_request("BadRequest", "The property 'properties.clusteringPolicy' cannot be changed.")

    def compose(self, change: Change) -> Json:
        known = change.before.properties if change.before else {}
        policy = change.properties.get("clusteringPolicy") or known.get("clusteringPolicy") or "OSSCluster"
        state = {"resourceState": "Updating" if change.before else "Creating", "redisVersion": "7.4"}
        return {"properties": {**change.properties, "clusteringPolicy": policy, **state}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties["resourceState"] = "Running"


class Assignments(Behavior):
    """Who may use a database: single principals, by their object id."""

    def check(self, change: Change) -> None:
        if change.properties["accessPolicyName"] != "default":
            raise bad_request(
                "BadRequest", f"The access policy {change.properties['accessPolicyName']} does not exist."
            )
        principal = change.world.directory.by_object(str(change.properties["user"]["objectId"]))
        if principal is not None and principal.kind == "Group":
            raise bad_request(
                "BadRequest", f"{principal.object_id} is a group, which cannot be assigned an access policy."
            )


PROVIDER = Provider(
    namespace="Microsoft.Cache",
    kinds=(
        Kind(
            name=CLUSTERS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(NAMES, "The name '{name}' is not valid.", "InvalidName"),
            identity="spaced",
            unique="redis",
            taken=Refusal(409, "NameNotAvailable", "An Azure Managed Redis named {name} exists already."),
            display_location=True,
            put=replace(_MADE, seconds=330, update_seconds=120),
            delete=replace(_GONE, seconds=180),
            defaults={
                "identity": {"type": "None"},
                "properties": {"highAvailability": "Enabled", "minimumTlsVersion": "1.2"},
            },
            required=("sku.name",),
            read_only=("properties.privateEndpointConnections",),
            busy=Refusal(409, "Conflict", "The resource '{name}' is busy with operation '{operation}'."),
            behavior=Clusters(),
        ),
        Kind(
            name=DATABASES,
            versions=VERSIONS,
            names=NameRule("default", "The database must be named default.", "InvalidName"),
            put=replace(_MADE, seconds=90, update_seconds=30),
            delete=replace(_GONE, seconds=60),
            defaults={
                "properties": {
                    "clientProtocol": "Encrypted",
                    "port": 10000,
                    "evictionPolicy": "VolatileLRU",
                    "keySpaceNotification": "",
                    "deferUpgrade": "NotDeferred",
                    "accessKeysAuthentication": "Enabled",
                }
            },
            immutable=("properties.port",),
            busy=Refusal(409, "Conflict", "The database '{name}' is busy with operation '{operation}'."),
            behavior=Databases(),
        ),
        Kind(
            name=ASSIGNMENTS,
            versions=VERSIONS,
            patchable=False,
            names=NameRule(r"[A-Za-z0-9]{1,60}", "The name '{name}' is not valid.", "InvalidName"),
            put=replace(_MADE, seconds=20),
            delete=replace(_GONE, seconds=20),
            required=("properties.accessPolicyName", "properties.user.objectId"),
            behavior=Assignments(),
        ),
        Kind(name=f"{CLUSTERS}/{CONNECTIONS}", versions=VERSIONS, patchable=False),
    ),
)
