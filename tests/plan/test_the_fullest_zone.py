"""The fullest zone that the CRD allows stays, spec and status together, within what the API server and people can carry."""

import json

import pytest

from loom.engine.inventory import Inventory
from loom.errors import CloudError, Retry
from support.engine_bench import Bench
from support.fullest import all_writes_fail, change_everything, fullest, made_of, nothing_is_well
from support.worlds import Obj, ways_in

LARGEST = 48 * 1024
MOST_OF_THE_REST = 16 * 1024  # what people read of a status: whatever a spec holds, and whatever goes wrong


def size(zone: Obj, made: Bench) -> int:
    """Of the whole object, as it is sent and stored."""
    return len(json.dumps({**zone, "status": made.status}, separators=(",", ":")))


async def test_the_fullest_zone_stays_small_and_its_inventory_whole() -> None:
    zone = fullest()
    made = made_of(zone)
    await made.settle(60)
    assert made.ready == "True", made.message()
    assert made.status["resourceCount"] > 80
    assert 8 <= len(made.status["resources"]) <= 50
    assert sum("/containers/f" in arm_id for arm_id in Inventory.read(made.status).ids) == 50
    assert size(zone, made) < LARGEST


async def test_with_all_ways_in_it_stays_small_too() -> None:
    zone = fullest()
    zone["spec"]["accessPaths"] = ways_in()
    made = made_of(zone)
    await made.settle(60)
    assert made.message() == "not there yet: front-door/approval"  # which the service asks for, and here nobody does
    assert size(zone, made) < LARGEST


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


async def test_when_all_of_it_fails_the_unwell_come_first_and_what_repeats_is_cut() -> None:
    zone = fullest(longest=24)
    zone["spec"]["accessPaths"] = ways_in()
    made = made_of(zone)
    for failing, at_most in (
        ("containers/f", 50),
        ("queues/queue", 50),
        ("subnets/snet-apps", 1),
        ("containerApps/", 6),
    ):
        words = f"a policy forbids {failing}, and says so at some length: " + "z" * 400
        for _ in range(at_most):
            made.cloud.fail("PUT", f"/{failing}", CloudError("PolicyDenied", "Denied", words, Retry.SLOWLY))
    await made.look()
    assert made.status["plan"]["create"] >= 50
    assert 6 <= len(made.status["plan"]["changes"]) <= 20
    assert 8 <= len(made.status["resources"]) <= 50
    assert {row["state"] for row in made.status["resources"]} == {"Failed", "Waiting"}
    assert size(zone, made) < LARGEST


LISTS_OF_WHAT_IS_OWNED = ("inventory", "retained", "submitted")


def rest(status: Obj) -> int:
    """Of a status but for the lists of what is owned, which are never cut."""
    shown = {name: value for name, value in status.items() if name not in LISTS_OF_WHAT_IS_OWNED}
    return len(json.dumps(shown, separators=(",", ":"), ensure_ascii=False))


@pytest.mark.parametrize("longest", [20, 63])
@pytest.mark.parametrize("bad", ["nothing can be made", "all of it was changed", "nothing is well"])
async def test_whatever_goes_wrong_and_however_long_it_is_told_the_object_stays_small(longest: int, bad: str) -> None:
    zone = fullest(longest=longest)
    zone["spec"]["accessPaths"] = ways_in()
    made = made_of(zone)
    nothing_is_well(made)
    if bad != "nothing can be made":
        await made.settle(60)
    if bad == "all of it was changed":
        change_everything(made)
    if bad != "nothing is well":
        all_writes_fail(made)
    await made.later()
    assert made.ready == "False"
    assert rest(made.status) < MOST_OF_THE_REST
    assert size(zone, made) < LARGEST
