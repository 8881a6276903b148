"""When what was seen once is read again: an object in which one thing does not come to its end is no reason to be blind for the rest."""

from dataclasses import replace

from loom.plan.arm_id import key, resource
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import ACCOUNT, GROUP, GROUP_R, IDENTITY, IDENTITY_R, MINE, PLAN, SUBSCRIPTION, Bench

HUB = resource(
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub", "Microsoft.ManagedIdentity/userAssignedIdentities", "hub"
)


async def blocked() -> Bench:
    """Everything holds but the storage account, which is somebody's and may not be adopted."""
    bench = Bench()
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.place(ACCOUNT, location="eastus2", properties={})
    await bench.look()
    assert bench.reason() == "AdoptionRequired"
    assert bench.cloud.has(IDENTITY)
    return bench


async def test_what_is_blocked_is_not_told_as_being_on_its_way() -> None:
    bench = await blocked()
    await bench.later()
    assert bench.reason("InSync") == "AdoptionRequired"
    assert bench.message("InSync") == bench.message()


async def test_beside_something_blocked_drift_is_mended_at_the_next_interval() -> None:
    bench = await blocked()
    bench.cloud.body(GROUP)["tags"]["Domain"] = "stolen"
    await bench.later()
    assert bench.cloud.body(GROUP)["tags"]["Domain"] == "finance"
    assert bench.reason() == "AdoptionRequired"


async def test_beside_something_blocked_what_was_deleted_is_made_again() -> None:
    bench = await blocked()
    del bench.cloud.bodies[key(IDENTITY)]
    await bench.later()
    assert bench.cloud.has(IDENTITY)


async def test_who_asks_for_a_look_beside_something_blocked_gets_one() -> None:
    bench = await blocked()
    bench.cloud.body(GROUP)["tags"]["Domain"] = "stolen"
    bench.requested_at = "now"
    await bench.look()
    assert bench.cloud.body(GROUP)["tags"]["Domain"] == "finance"


async def test_beside_something_blocked_the_slow_tier_still_waits_for_its_turn() -> None:
    bench = Bench()
    await bench.settle()
    assert bench.ready == "True"
    moved = tuple(replace(r, body={**r.body, "location": "west"}) if r.key == "identity" else r for r in PLAN.resources)
    bench.replan(replace(PLAN, resources=moved))
    await bench.look()
    assert bench.reason() == "ImmutableInAzure"
    await bench.later()
    assert not any("blobServices" in arm_id for _, arm_id in bench.cloud.requests)


async def test_a_request_to_look_reads_what_is_not_ours_as_well() -> None:
    hub = Resource("hub", HUB, mode=Mode.EXISTING, condition="ServicesReady")
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R, hub), conditions=("ServicesReady",)))
    await bench.settle(passes=1)
    assert bench.reason() == "ReferenceNotFound"
    bench.cloud.place(HUB, location="eastus2", properties={})
    bench.requested_at = "now"
    await bench.look()
    assert bench.ready == "True"


async def test_a_request_that_was_taken_back_is_no_request() -> None:
    bench = Bench()
    bench.requested_at = "now"
    await bench.settle()
    bench.requested_at = ""
    await bench.later()
    assert not any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)
    assert bench.ready == "True"
