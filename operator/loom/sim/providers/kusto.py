"""Microsoft.Kusto: Data Explorer clusters, their databases, and who may use one. Names come back with those of what holds them."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.regions import normal
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = ("2025-02-14", "2024-04-13", "2023-08-15", "2023-05-02", "2022-12-29")
CLUSTERS = "Microsoft.Kusto/clusters"
DATABASES = f"{CLUSTERS}/databases"
ASSIGNMENTS = f"{DATABASES}/principalAssignments"
ROLES = ("Admin", "Ingestor", "Monitor", "UnrestrictedViewer", "User", "Viewer")


def _style(seconds: float) -> Style:
    return Style(seconds=seconds, headers="async", retry_after=10, status_path="operationResults")


def _gone(seconds: float) -> Style:
    return Style(
        seconds=seconds, headers="both", retry_after=10, created=202, updated=202, empty=True, updating="Deleting",
        status_path="operationResults", result_path="operationResults", done=204,
    )  # fmt: skip


def _full_name(resource: Resource) -> str:
    return "/".join(resource.id.split("/providers/")[1].split("/")[2::2])


class Clusters(Behavior):
    """A cluster answers under its name and region."""

    def compose(self, change: Change) -> Json:
        host = f"{change.name}.{normal(change.location)}.kusto.windows.net".lower()
        uris = {"uri": f"https://{host}", "dataIngestionUri": f"https://ingest-{host}", "state": "Running"}
        return {**change.body, "properties": {**change.properties, **uris}}


class Databases(Behavior):
    """A database of a running cluster. It keeps what it was told to, for as long as it was told to."""

    def check(self, change: Change) -> None:
        cluster = change.world.store.get(change.target.parent)
        if cluster is not None and cluster.properties.get("state", "Running") != "Running":
            raise ArmError(409, "ServiceIsInMaintenance", f"Cluster '{cluster.name}' is not in state Running.")
        if change.body.get("kind") != "ReadWrite":
            raise bad_request("BadRequest", "A database that is written must have kind ReadWrite.")

    def compose(self, change: Change) -> Json:
        known = change.before.properties if change.before else {}
        kept = {name: known[name] for name in ("softDeletePeriod", "hotCachePeriod") if name in known}
        outputs = {"statistics": {"size": 0.0}, "isFollowed": False}
        return {**change.body, "properties": {**kept, **change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties.setdefault("softDeletePeriod", "P3650D")
        resource.properties.setdefault("hotCachePeriod", "P31D")

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return {**body, "name": _full_name(resource)}


class Assignments(Behavior):
    """Who may do what in a database. An assignment is never turned to another principal."""

    def check(self, change: Change) -> None:
        if change.properties["role"] not in ROLES:
            raise bad_request("BadRequest", f"The role {change.properties['role']} is none of {', '.join(ROLES)}.")

    def compose(self, change: Change) -> Json:
        directory, sent = change.world.directory, change.properties
        find = directory.by_client if sent["principalType"] == "App" else directory.by_object
        who = find(str(sent["principalId"]))
        found = {"aadObjectId": who.object_id, "principalName": who.name} if who else {}
        return {"properties": {"tenantId": directory.tenant, **sent, **found}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return {**body, "name": _full_name(resource)}


PROVIDER = Provider(
    namespace="Microsoft.Kusto",
    kinds=(
        Kind(
            name=CLUSTERS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[a-z][a-z0-9]{3,21}", "The cluster name '{name}' is invalid.", "InvalidName"),
            identity="spaced",
            unique="kusto",
            taken=Refusal(409, "NameNotAvailable", "The cluster name {name} is taken."),
            display_location=True,
            put=_style(900),
            delete=_gone(300),
            defaults={"properties": {"publicNetworkAccess": "Enabled"}},
            required=("sku.name", "sku.tier"),
            behavior=Clusters(),
        ),
        Kind(
            name=DATABASES,
            versions=VERSIONS,
            names=NameRule(r"[A-Za-z0-9 .\-]{1,260}", "The database name '{name}' is invalid.", "InvalidName"),
            put=_style(60),
            delete=_gone(30),
            required=("kind",),
            immutable=("location", "kind"),
            display_location=True,
            default_location="",
            shown_type="Microsoft.Kusto/Clusters/Databases",
            behavior=Databases(),
        ),
        Kind(
            name=ASSIGNMENTS,
            versions=VERSIONS,
            patchable=False,
            put=_style(20),
            delete=_gone(20),
            required=("properties.principalId", "properties.role", "properties.principalType"),
            immutable=("properties.principalId",),
            shown_type="Microsoft.Kusto/Clusters/Databases/PrincipalAssignments",
            behavior=Assignments(),
        ),
    ),
)
