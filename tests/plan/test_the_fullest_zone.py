"""The fullest zone that the CRD allows keeps its status within what the API server and people can carry."""

import json
from typing import Any

from loom.engine.inventory import Inventory
from loom.errors import CloudError, Retry
from support.engine_bench import Bench
from support.landing import bench
from support.worlds import HUB, SPOKE, Obj, grant, plane_object, rich_zone, ways_in, world

LARGEST = 48 * 1024


def fullest(share: float = 1.0, groups: int = 5) -> Obj:
    """Everything on, every list at its bound or at a share of it, every name at its longest, so many groups of each kind."""

    def first(bound: int) -> range:
        return range(int(bound * share))

    zone = rich_zone()
    spec: dict[str, Any] = zone["spec"]
    spec["storage"] = {"filesystems": [{"name": f"f{number:02d}" + "x" * 60} for number in first(50)]}
    spec["eventHubs"]["hubs"] = [{"name": f"hub{number}" + "y" * 40, "partitions": 4} for number in first(7)]
    spec["serviceBus"] = {"queues": [{"name": f"queue{number:02d}" + "q" * 40} for number in first(50)]}
    queue = spec["serviceBus"]["queues"][0]["name"]
    spec["eventGrid"] = {"subscriptions": [{"name": f"new{n}" + "s" * 36, "queue": queue} for n in first(10)]}
    containers = [{"name": f"c{number}" + "z" * 60, "partitionKey": "/tenantId"} for number in first(5)]
    databases = [{"name": f"db{number}" + "z" * 60, "containers": containers} for number in first(5)]
    spec["cosmos"] = {"databases": [*databases, *({"name": f"db{n}" + "z" * 60} for n in range(5, 5 + len(first(5))))]}
    spec["access"] = {
        audience: [{"groupId": f"{number:08d}-{digit * 4}-4000-8000-000000000000"} for number in range(groups)]
        for audience, digit in (("admins", "1"), ("members", "2"))
    }
    return zone


def made_of(zone: Obj) -> Bench:
    """The zone, with a grant for the cluster that it attaches."""
    scopes = [f"/subscriptions/{subscription}" for subscription in (HUB, SPOKE)]
    return bench(zone, world(zone, plane_object(grants=[grant(scopes=scopes)])))


async def test_the_fullest_zones_status_stays_small_and_its_inventory_whole() -> None:
    made = made_of(fullest())
    await made.settle(60)
    assert made.ready == "True", made.message()
    assert made.status["resourceCount"] > 80
    assert 8 <= len(made.status["resources"]) <= 50
    assert sum("/containers/f" in arm_id for arm_id in Inventory.read(made.status).ids) == 50
    assert len(json.dumps(made.status)) < LARGEST


async def test_with_all_ways_in_it_stays_small_too() -> None:
    zone = fullest()
    zone["spec"]["accessPaths"] = ways_in()
    made = made_of(zone)
    await made.settle(60)
    assert made.message() == "not there yet: front-door/approval"  # which the service asks for, and here nobody does
    assert len(json.dumps(made.status)) < LARGEST


async def test_a_zone_with_everything_on_stays_small_with_its_spec() -> None:
    zone = rich_zone()
    made = made_of(zone)
    await made.settle(60)
    assert made.ready == "True", made.message()
    assert made.status["appsHealthy"].endswith("/6")
    assert len(json.dumps({**zone, "status": made.status})) < LARGEST


async def test_a_status_grows_no_faster_than_what_it_speaks_of() -> None:
    sizes = []
    for share in (0.2, 0.6, 1.0):
        made = made_of(fullest(share))
        await made.settle(60)
        whole = {name: value for name, value in made.status.items() if name != "resources"}
        sizes.append((made.status["resourceCount"], len(json.dumps(whole))))
    (few, small), (some, middling), (many, large) = sizes
    early, late = (middling - small) / (some - few), (large - middling) / (many - some)
    assert late < early * 1.1


async def test_when_all_of_it_fails_the_unwell_come_first_and_the_changes_are_cut() -> None:
    zone = fullest(groups=2)
    zone["spec"]["accessPaths"] = ways_in()
    made = made_of(zone)
    for number in range(50):
        words = "a policy forbids it, and says so at some length: " + "z" * 400
        made.cloud.fail("PUT", f"/containers/f{number:02d}", CloudError("PolicyDenied", "Denied", words, Retry.SLOWLY))
    await made.look()
    assert 8 <= len(made.status["plan"]["changes"]) <= 20
    assert made.status["plan"]["create"] >= 50
    assert 8 <= len(made.status["resources"]) <= 50
    assert {row["state"] for row in made.status["resources"]} == {"Failed", "Waiting"}
    assert len(json.dumps(made.status)) < LARGEST
