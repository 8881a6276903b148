"""One list serves everyone who can live with its age, and nobody decides on what was read before their own write."""

import asyncio
import gc
from collections.abc import Sequence

import pytest

from loom.engine.ports import Observed
from loom.engine.snapshots import Snapshots
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource, resource_group
from loom.plan.ownership import Authority
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import GROUP, GROUP_R, IDENTITY, MINE, OWNER, SUBSCRIPTION, Bench
from support.memory_cloud import FakeClock, MemoryCloud

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"


def shared() -> tuple[Snapshots, MemoryCloud, FakeClock]:
    clock, cloud = FakeClock(), MemoryCloud()
    cloud.place(GROUP)
    return Snapshots(clock), cloud, clock


async def test_readers_at_the_same_time_share_one_list() -> None:
    snapshots, cloud, clock = shared()
    await asyncio.gather(*(snapshots.list(cloud, GROUPS, clock.now() - 30) for _ in range(5)))
    assert len(cloud.requests) == 1


async def test_whoever_joins_a_reading_says_that_it_waits_for_it() -> None:
    hasty, seen = MemoryCloud(), []

    class Patient(MemoryCloud):
        async def list(self, collection: str) -> Sequence[Observed]:
            seen.append(list(hasty.awaited))
            return await super().list(collection)

    snapshots = Snapshots(FakeClock())
    await asyncio.gather(*(snapshots.list(one, GROUPS, 0.0) for one in (Patient(), hasty)))
    assert (seen, hasty.awaited) == ([[key(GROUPS)]], [])
    await snapshots.list(hasty, GROUPS, 0.0)
    assert hasty.requests == []


async def test_a_list_older_than_the_readers_own_write_is_read_again() -> None:
    snapshots, cloud, clock = shared()
    await snapshots.list(cloud, GROUPS, 0.0)
    await snapshots.list(cloud, GROUPS, clock.now())
    assert len(cloud.requests) == 2


async def test_a_list_that_failed_is_not_kept() -> None:
    snapshots, cloud, _ = shared()
    cloud.fail("LIST", "", CloudError("CloudUnavailable", "503", "no", Retry.NOW))
    with pytest.raises(CloudError):
        await snapshots.list(cloud, GROUPS, 0.0)
    assert len(await snapshots.list(cloud, GROUPS, 0.0)) == 1


async def test_principals_do_not_share_what_they_may_see() -> None:
    snapshots, cloud, _ = shared()
    other = MemoryCloud(principal="other")
    await snapshots.list(cloud, GROUPS, 0.0)
    assert len(await snapshots.list(other, GROUPS, 0.0)) == 0


async def test_bodies_are_let_go_when_nobody_would_share_them_any_more() -> None:
    cloud = MemoryCloud()
    cloud.place(GROUP)
    snapshots = Snapshots(FakeClock(), keep=0.0)
    await snapshots.list(cloud, GROUPS, 0.0)
    for _ in range(3):
        await asyncio.sleep(0)  # nobody looks meanwhile
    await snapshots.list(cloud, GROUPS, 0.0)
    assert len(cloud.requests) == 2


async def test_of_a_list_that_is_read_again_and_again_one_is_kept() -> None:
    snapshots, cloud, clock = shared()
    alone = f"{GROUPS}/rg-of-this-test-alone"
    cloud.place(alone)
    for _ in range(5):
        clock.seconds += 1.0
        await snapshots.list(cloud, GROUPS, clock.now() - 0.5)
    gc.collect()
    assert len(cloud.requests) == 5
    assert len([one for one in gc.get_objects() if isinstance(one, Observed) and one.id == alone]) == 1


async def test_what_was_read_before_an_objects_end_is_not_shared_with_its_successor() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete")
    await bench.settle()
    bench.deleting = True
    assert (await bench.settle()).release

    listed = next(target for method, target in reversed(bench.cloud.requests) if method == "LIST")
    bench.cloud.forget_requests()
    await bench.snapshots.list(bench.cloud, listed, float("-inf"))
    assert bench.cloud.requests == [("LIST", listed)]


async def made_among(others: int) -> Bench:
    """An object with an identity, made while so many identities of others stood in the subscription."""
    bench = Bench()
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    for number in range(others):
        bench.cloud.place(IDENTITY + str(number), location="eastus2", properties={})
    await bench.settle()
    assert bench.ready == "True"
    return bench


def reads_of_identities(bench: Bench) -> list[str]:
    return [
        verb
        for verb, target in bench.cloud.requests
        if "userAssignedIdentities" in target and "roleAssignments" not in target and verb in ("LIST", "GET")
    ]


async def test_what_was_written_is_read_back_by_itself_where_its_list_has_more_than_a_page() -> None:
    bench = await made_among(101)
    assert reads_of_identities(bench) == ["LIST", "GET", "GET"]  # the second right before the write
    await bench.later()
    assert reads_of_identities(bench) == ["LIST"]


async def test_what_was_written_long_ago_in_a_run_that_comes_to_no_end_is_read_in_its_list() -> None:
    bench = Bench()
    for number in range(101):
        bench.cloud.place(IDENTITY + str(number), location="eastus2", properties={})
    refused = CloudError("QuotaExceeded", "MaxAccounts", "no more", Retry.PERSON)
    for _ in range(9):
        bench.cloud.fail("PUT", "/storageAccounts/", refused)
    await bench.settle(3)
    assert bench.cloud.has(IDENTITY)
    await bench.later()
    assert (bench.reason(), reads_of_identities(bench)) == ("QuotaExceeded", ["LIST"])


async def test_what_was_written_is_read_back_in_its_list_where_that_is_one_page() -> None:
    bench = await made_among(10)
    assert reads_of_identities(bench) == ["LIST", "GET", "LIST"]


async def test_a_peering_in_a_network_of_others_is_read_back_without_all_that_stands_there() -> None:
    hub = resource(resource_group(SUBSCRIPTION, "hub"), "Microsoft.Network/virtualNetworks", "hub")
    peering = f"{hub}/virtualNetworkPeerings/to-{OWNER.hash}"
    body = {"properties": {"remoteVirtualNetwork": {"id": resource(GROUP, "Microsoft.Network/virtualNetworks", "v")}}}
    peering_r = Resource("peering", peering, body, ("group", "hub"), "NetworkReady")
    hub_r = Resource("hub", hub, {}, condition="NetworkReady", mode=Mode.EXISTING)
    plan = Plan(GROUP, (GROUP_R, hub_r, peering_r), conditions=("NetworkReady", "ServicesReady"))
    bench = Bench(plan=plan, authority=Authority(home=GROUP, exact=frozenset({key(peering)})))
    bench.cloud.place(hub, location="eastus2", properties={"virtualNetworkPeerings": []})
    await bench.settle()
    written = bench.cloud.requests.index(("PUT", peering))
    after = [request for request in bench.cloud.requests[written:] if request[1] in (hub, peering)]
    assert after[1:] == [("GET", peering)]
    assert bench.ready == "True"
