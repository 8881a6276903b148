"""The fullest zone that the CRD allows, and its real plan in the engine."""

from typing import Any

from support.engine_bench import Bench
from support.landing import bench
from support.worlds import HUB, SPOKE, Obj, grant, plane_object, rich_zone, world


def fullest(share: float = 1.0, longest: int = 63) -> Obj:
    """Everything on, every list at its bound or at a share of it, every name as long as its service allows, or `longest`."""

    def names(prefix: str, bound: int, most: int = 63) -> list[str]:
        return [f"{prefix}{number:02d}".ljust(min(most, longest), "x") for number in range(int(bound * share))]

    zone = rich_zone()
    spec: dict[str, Any] = zone["spec"]
    queues, containers, databases = names("queue", 50, 48), names("c", 5), names("db", 10)
    spec["storage"] = {"filesystems": [{"name": name} for name in names("f", 50)]}
    spec["eventHubs"]["hubs"] = [{"name": name, "partitions": 4} for name in names("hub", 7, 45)]
    spec["serviceBus"] = {"queues": [{"name": name} for name in queues]}
    spec["eventGrid"] = {"subscriptions": [{"name": name, "queue": queues[0]} for name in names("new", 10, 40)]}
    filled = [{"name": name, "partitionKey": "/tenantId"} for name in containers]
    half = len(databases) // 2
    full_ones = [{"name": name, "containers": filled} for name in databases[:half]]
    spec["cosmos"] = {"databases": [*full_ones, *({"name": name} for name in databases[half:])]}
    spec["access"] = {
        audience: [{"groupId": f"{number:08d}-{digit * 4}-4000-8000-000000000000"} for number in range(5)]
        for audience, digit in (("admins", "1"), ("members", "2"))
    }
    return zone


def made_of(zone: Obj) -> Bench:
    """The zone, with a grant for the cluster that it attaches."""
    scopes = [f"/subscriptions/{subscription}" for subscription in (HUB, SPOKE)]
    return bench(zone, world(zone, plane_object(grants=[grant(scopes=scopes)])))
