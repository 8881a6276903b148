"""Databases and containers of Cosmos DB: what a PUT of one leaves behind, and what the service adds to it."""

from __future__ import annotations

import base64
import zlib
from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.kinds import Behavior
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]
DATABASES = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases"
CONTAINERS = f"{DATABASES}/containers"
ETAG_PATH = '/"_etag"/?'


class Enqueued(Behavior):
    """What lies in an account is made in the background: the answer to its PUT says only that (recorded)."""

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        return {"status": "Enqueued"} if request.method == "PUT" else body


class Databases(Enqueued):
    """A database needs a ready account. Location and throughput are orders of the PUT, and not kept."""

    def check(self, change: Change) -> None:
        _check_account(change, change.target.parent)

    def compose(self, change: Change) -> Json:
        sent, own = change.properties["resource"], _id_of(change.id)
        links = {"_self": f"dbs/{own}/", "_colls": "colls/", "_users": "users/"}
        return {"properties": {"resource": {"id": sent["id"], "_rid": own, **links, **_stamps(change)}}}


class Containers(Enqueued):
    """A container has an index, an expiry if one was asked for, and a partition key for life."""

    def check(self, change: Change) -> None:
        _check_account(change, change.target.parent.rsplit("/", 2)[0])
        if change.before is None and not (change.properties["resource"].get("partitionKey") or {}).get("paths"):
            raise ArmError(400, "BadRequest", "Partition key must be specified for a container.")

    def compose(self, change: Change) -> Json:
        sent, own = change.properties["resource"], _id_of(change.id)
        indexing: Json = {
            "indexingMode": "consistent",
            "automatic": True,
            "includedPaths": [{"path": "/*"}],
            "excludedPaths": [],
        }
        indexing |= sent.get("indexingPolicy") or {}
        if not any(item.get("path") == ETAG_PATH for item in indexing["excludedPaths"]):
            indexing["excludedPaths"] = [*indexing["excludedPaths"], {"path": ETAG_PATH}]
        conflicts = {
            "mode": "LastWriterWins",
            "conflictResolutionPath": "/_ts",
            "conflictResolutionProcedure": "",
            **(sent.get("conflictResolutionPolicy") or {}),
        }
        links = {"_self": f"dbs/{_id_of(change.target.parent)}/colls/{own}/"}
        links |= {f"_{word}": f"{word}/" for word in ("docs", "sprocs", "triggers", "udfs", "conflicts")}
        known = change.before.properties["resource"] if change.before else {}
        partition_key = {**(known.get("partitionKey") or {}), **(sent.get("partitionKey") or {})}
        kept = {key: value for key, value in sent.items() if not key.startswith("_")}
        outputs = {
            "indexingPolicy": indexing,
            "partitionKey": partition_key,
            "uniqueKeyPolicy": {"uniqueKeys": [], **(sent.get("uniqueKeyPolicy") or {})},
            "conflictResolutionPolicy": conflicts,
            "geospatialConfig": {"type": "Geography"},
            "_rid": own,
            "statistics": [
                {
                    "id": "0",
                    "sizeInKB": 0,
                    "documentCount": 0,
                    "sampledDistinctPartitionKeyCount": 0,
                    "partitionKeys": [],
                }
            ],
        }
        return {"properties": {"resource": {**kept, **outputs, **links, **_stamps(change)}}}


def _check_account(change: Change, account_id: str) -> None:
    account = change.world.store.get(account_id)
    if account is not None and account.state == "Creating":
        message = (
            f"Database account {account.name} is in state Creating, and takes no such operation before it is ready."
        )
        raise ArmError(412, "PreconditionFailed", message)


def _id_of(arm_id: str) -> str:
    return base64.b64encode(zlib.crc32(arm_id.lower().encode()).to_bytes(4, "big")).decode()


def _stamps(change: Change) -> Json:
    return {"_etag": f'"{change.world.etags:08x}-0000-0800-0000-000000000000"', "_ts": int(change.world.clock.now())}
