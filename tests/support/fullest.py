"""The fullest zone that the CRD allows, and its real plan in the engine."""

from typing import Any

from loom.errors import CloudError, Retry
from loom.plan.checks import Finding, Health, finding_key
from loom.plan.context import Context
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


def granted(zone: Obj) -> Context:
    """The zone's world, with a grant for the cluster that it attaches."""
    scopes = [f"/subscriptions/{subscription}" for subscription in (HUB, SPOKE)]
    return world(zone, plane_object(grants=[grant(scopes=scopes)]))


def made_of(zone: Obj) -> Bench:
    """The zone in the engine."""
    return bench(zone, granted(zone))


def all_writes_fail(made: Bench) -> None:
    """Each write is refused next time, every one in other words, and in many of them."""
    assert made.plan
    for number in range(len(made.plan.resources)):
        words = f"cause {number}: " + "z" * 2000
        made.cloud.fail("PUT", "/", CloudError("PolicyDenied", "Denied", words, Retry.SLOWLY))


def change_everything(made: Bench) -> None:
    """Somebody changes all that is there."""
    for body in made.cloud.bodies.values():
        body.update(tags={}, location="elsewhere")


def nothing_is_well(made: Bench) -> None:
    """Whatever is looked at is broken, each in other words, and in many of them."""
    assert made.plan
    runs = (("revision", "r" * 40), ("image", "i" * 80), ("replicas", 10))
    for check in made.plan.checks:
        name, words = finding_key(check), f"{check.key} is broken: " + "y" * 2000
        details = runs if name.startswith("app/") else ()
        finding = Finding(name, check.condition, Health.UNHEALTHY, "PermissionDenied", words, details)
        made.prober.findings[name] = finding
