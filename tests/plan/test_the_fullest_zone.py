"""The fullest zone that the CRD allows keeps its status within what the API server and people can carry."""

import json
from typing import Any

from loom.errors import CloudError, Retry
from support.landing import bench
from support.worlds import Obj, zone_object

LARGEST = 48 * 1024


def fullest() -> Obj:
    """Every list at its bound, every name at its longest."""
    zone = zone_object()
    spec: dict[str, Any] = zone["spec"]
    spec["storage"]["filesystems"] = [{"name": f"f{number:02d}" + "x" * 60} for number in range(50)]
    spec["eventHubs"]["hubs"] = [{"name": f"hub{number}" + "y" * 40, "partitions": 4} for number in range(7)]
    containers = [{"name": f"c{number}" + "z" * 60, "partitionKey": "/tenantId"} for number in range(5)]
    databases = [{"name": f"db{number}" + "z" * 60, "containers": containers} for number in range(5)]
    spec["cosmos"] = {"databases": [*databases, *({"name": f"db{number}" + "z" * 60} for number in range(5, 10))]}
    return zone


async def test_the_fullest_zones_status_stays_small_and_its_inventory_whole() -> None:
    made = bench(fullest())
    await made.settle()
    assert made.ready == "True", made.message()
    assert made.status["resourceCount"] > 80
    assert 30 <= len(made.status["resources"]) <= 50
    ids = [arm_id for row in made.status["inventory"] for arm_id in row["ids"]]
    assert sum("/containers/f" in arm_id for arm_id in ids) == 50
    assert len(json.dumps(made.status)) < LARGEST


async def test_when_all_of_it_fails_the_unwell_come_first_and_the_changes_are_cut() -> None:
    made = bench(fullest())
    for number in range(50):
        words = "a policy forbids it, and says so at some length: " + "z" * 400
        made.cloud.fail("PUT", f"/containers/f{number:02d}", CloudError("PolicyDenied", "Denied", words, Retry.SLOWLY))
    await made.look()
    assert len(made.status["plan"]["changes"]) == 20
    assert made.status["plan"]["create"] >= 50
    assert 30 <= len(made.status["resources"]) <= 50
    assert all(row["state"] == "Failed" for row in made.status["resources"][:30])
    assert len(json.dumps(made.status)) < LARGEST
