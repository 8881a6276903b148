"""Addresses of a plane's pools: one range for each zone, in the plane's status before it is used, and found again when that is lost."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from loom.engine.ports import Observed
from loom.engine.snapshots import Snapshots
from loom.errors import CloudError, Retry
from loom.kube.allotment import Allotter
from loom.kube.client import ApiError
from loom.kube.clock import SystemClock
from loom.kube.gather import Gathered, Gatherer
from loom.kube.key import Key
from loom.kube.ledger import StatusLedger
from loom.kube.queue import WorkQueue
from loom.kube.status import StatusWriter
from loom.kube.surroundings import Surroundings
from loom.kube.watch import Watch
from support.api_server import ApiServer, a_plane, a_zone, with_condition

PLANE = Key("AdminPlane", "", "eastus2")
SPOKE = "44444444-4444-4444-8444-444444444444"
ELSEWHERE = "55555555-5555-4555-8555-555555555555"
POOLS = [{"cidr": "10.100.0.0/14", "zonePrefixLength": 20}]
GRANT = {"namespaces": {"matchNames": ["finance"]}, "subscriptions": [SPOKE], "locations": ["eastus2"]}


class Networks:
    """A cloud of virtual networks: those of a subscription are listed, and nothing else can be asked."""

    principal = "operator"

    def __init__(self) -> None:
        self.found: list[Observed] = []
        self.asked: list[str] = []
        self.errors: dict[str, CloudError] = {}
        self.budgets: dict[str, asyncio.Event] = {}  # of subscriptions where nothing is answered before that

    def there_is(self, name: str, *prefixes: str, subscription: str = SPOKE, mark: str = "", **more: Any) -> str:
        arm_id = f"/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/{name}"
        properties = {"addressSpace": {"addressPrefixes": list(prefixes)}, **more}
        self.found.append(
            Observed(arm_id, {"tags": {"csaloom-io-owner": mark} if mark else {}, "properties": properties})
        )
        return arm_id

    def waits_for(self, place: str) -> AbstractContextManager[None]:
        return nullcontext()

    async def list(self, collection: str) -> Sequence[Observed]:
        self.asked.append(collection)
        subscription = collection.split("/")[2]
        if subscription in self.budgets:
            await self.budgets[subscription].wait()
        if subscription in self.errors:
            raise self.errors[subscription]
        return [one for one in self.found if one.id.split("/")[2] == subscription]


class World:
    """The gatherer over an API server and a cloud in memory."""

    def __init__(self) -> None:
        self.server, self.cloud = ApiServer(), Networks()
        self.watch = Watch(WorkQueue())
        self.watch.namespace_seen("finance", {})
        self.begin_anew()

    def begin_anew(self) -> None:
        """The operator is started again: what it remembered is gone."""
        status, clock = StatusWriter(self.server, 30.0), SystemClock()
        cloud: Any = self.cloud
        surroundings = Surroundings(lambda _plane, _owner: cloud, Snapshots(clock), clock)
        allotter = Allotter(StatusLedger(self.server, self.watch, status), surroundings)
        self.gatherer = Gatherer(self.server, self.watch, "prod", allotter)

    def there_is(self, obj: dict[str, Any]) -> dict[str, Any]:
        stored = self.server.put(obj)
        key = Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        self.watch.seen(key, stored)
        return stored

    async def gather(self, obj: dict[str, Any]) -> Gathered:
        key = Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        return await self.gatherer.gather(key, self.there_is(obj))

    def account(self) -> dict[str, str]:
        stored = self.server.objects["/apis/csaloom.io/v1alpha1/adminplanes/eastus2"]
        return {row["zone"]: row["cidr"] for row in stored["status"].get("allocations") or ()}


def zone(name: str = "finance", **more: Any) -> dict[str, Any]:
    return a_zone(name, domain=name, network={}, **more)


@pytest.fixture
def world() -> World:
    made = World()
    made.there_is(a_plane(addressPools=POOLS, grants=[GRANT]))
    return made


async def test_a_range_is_in_the_planes_status_when_the_zone_gets_it(world: World) -> None:
    found = await world.gather(zone())
    assert found.refusal is None
    assert found.context.addresses == "10.100.0.0/20"
    assert world.account() == {"finance/finance": "10.100.0.0/20"}


async def test_zones_of_the_same_second_get_ranges_of_their_own(world: World) -> None:
    zones = [zone(f"z{number}") for number in range(3)]
    found = await asyncio.gather(*(world.gather(one) for one in zones))
    assert sorted(one.context.addresses for one in found) == ["10.100.0.0/20", "10.100.16.0/20", "10.100.32.0/20"]
    assert world.account() == {f"finance/z{n}": found[n].context.addresses for n in range(3)}


async def test_a_zone_that_waits_for_a_request_budget_keeps_no_zone_of_another_plane_waiting(
    world: World,
) -> None:
    world.there_is(a_plane("westus2", addressPools=POOLS, grants=[{**GRANT, "subscriptions": [ELSEWHERE]}]))
    world.cloud.budgets[SPOKE] = asyncio.Event()
    waiting = asyncio.create_task(world.gather(zone("waits")))
    for _ in range(20):
        await asyncio.sleep(0)
    goes = zone("goes", subscriptionId=ELSEWHERE, adminPlaneRef={"name": "westus2"})
    found = await asyncio.wait_for(world.gather(goes), 10.0)
    assert (found.context.addresses, waiting.done()) == ("10.100.0.0/20", False)
    world.cloud.budgets[SPOKE].set()
    assert (await waiting).context.addresses == "10.100.0.0/20"


async def test_a_zone_keeps_its_range_whatever_becomes_free_before_it(world: World) -> None:
    await world.gather(zone("one"))
    await world.gather(zone("two"))
    for _ in range(2):
        assert (await world.gather(zone("two"))).context.addresses == "10.100.16.0/20"


async def test_a_zone_that_has_converged_and_has_its_range_asks_azure_nothing(world: World) -> None:
    await world.gather(zone())
    world.cloud.asked.clear()
    found = await world.gather(with_condition(zone(), "Converged"))
    assert found.context.addresses == "10.100.0.0/20"
    assert world.cloud.asked == []


async def test_what_somebody_wrote_meanwhile_is_read_again_and_respected(world: World) -> None:
    theirs = {**a_plane(addressPools=POOLS, grants=[GRANT])}
    world.server.put({**theirs, "status": {"allocations": [{"cidr": "10.100.0.0/20", "zone": "risk/risk"}]}})
    found = await world.gather(zone())
    assert found.context.addresses == "10.100.16.0/20"
    assert set(world.account()) == {"risk/risk", "finance/finance"}


async def test_what_is_peered_with_the_hub_is_taken(world: World) -> None:
    peering = {
        "properties": {
            "remoteVirtualNetwork": {"id": "/subscriptions/x/vnet-theirs"},
            "remoteAddressSpace": {"addressPrefixes": ["10.100.16.0/20"]},
        }
    }
    hub = world.cloud.there_is(
        "hub", "10.100.0.0/22", subscription="22222222-2222-4222-8222-222222222222", virtualNetworkPeerings=[peering]
    )
    plane = a_plane(addressPools=POOLS, grants=[GRANT], hubNetwork={"id": hub})
    world.there_is(plane)
    found = await world.gather(zone())
    assert found.context.addresses == "10.100.32.0/20"
    assert found.context.hub_prefixes == ("10.100.0.0/22",)
    assert found.context.peered[0].prefixes == ("10.100.16.0/20",)


async def test_a_zone_whose_peering_stands_asks_no_more_what_is_around_it(world: World) -> None:
    network = f"/subscriptions/{SPOKE}/resourceGroups/rg-x/providers/Microsoft.Network/virtualNetworks/vnet"
    peering = {"properties": {"remoteVirtualNetwork": {"id": network.upper()}}}
    hub = world.cloud.there_is("hub", "10.0.0.0/16", subscription=SPOKE, virtualNetworkPeerings=[peering])
    world.there_is(a_plane(grants=[GRANT], hubNetwork={"id": hub}))
    made = a_zone(network={"addressSpace": "10.9.0.0/20"})
    made["status"] = {
        "inventory": [
            {"scope": network.rpartition("/providers/")[0], "ids": ["Microsoft.Network/virtualNetworks/vnet"]}
        ]
    }
    assert (await world.gather(made)).context.hub_prefixes == ("10.0.0.0/16",)
    assert (await world.gather(made)).context.hub_prefixes == ()
    world.gatherer.forget(Key("DataLandingZone", "finance", "finance"))
    assert (await world.gather(made)).context.hub_prefixes == ("10.0.0.0/16",)


async def test_a_lost_status_is_rebuilt_from_the_networks_before_anything_new_is_allotted(world: World) -> None:
    world.there_is(zone("old"))
    world.cloud.there_is("vnet-old", "10.100.0.0/20", mark="prod/finance/DataLandingZone/old")
    found = await world.gather(zone("new"))
    assert found.context.addresses == "10.100.16.0/20"
    assert world.account() == {"finance/new": "10.100.16.0/20", "finance/old": "10.100.0.0/20"}


async def test_a_zone_that_has_a_network_gets_its_addresses_back(world: World) -> None:
    world.cloud.there_is("vnet", "10.101.0.0/20", mark="prod/finance/DataLandingZone/finance")
    found = await world.gather(with_condition(zone(), "Converged"))
    assert found.context.addresses == "10.101.0.0/20"
    assert world.account() == {"finance/finance": "10.101.0.0/20"}


@pytest.mark.parametrize("written", ["999.1.1.1/99", "fd00::/8", "10.100.0.0", "10.100.0.1/20", "💥"])
async def test_what_is_no_range_in_the_account_is_found_again_in_the_network(world: World, written: str) -> None:
    world.cloud.there_is("vnet", "fd00::/48", "10.101.0.0/20", mark="prod/finance/DataLandingZone/finance")
    forged = [{"cidr": written, "zone": "finance/finance"}, {"cidr": "10.100.0.0/14", "zone": "nobody"}]
    world.there_is({**a_plane(addressPools=POOLS, grants=[GRANT]), "status": {"allocations": forged}})
    found = await world.gather(with_condition(zone(), "Converged"))
    assert found.context.addresses == "10.101.0.0/20"
    assert world.account() == {"finance/finance": "10.101.0.0/20"}


async def test_the_network_of_another_installation_gives_nobody_addresses(world: World) -> None:
    world.cloud.there_is("vnet", "10.101.0.0/20", mark="other/finance/DataLandingZone/finance")
    assert (await world.gather(zone())).context.addresses == "10.100.0.0/20"


async def test_a_range_that_this_process_gave_is_not_given_twice_though_the_status_forgot_it(world: World) -> None:
    await world.gather(zone("one"))
    world.there_is({**a_plane(addressPools=POOLS, grants=[GRANT]), "status": {}})
    assert (await world.gather(zone("two"))).context.addresses == "10.100.16.0/20"
    assert set(world.account()) == {"finance/one", "finance/two"}


@pytest.mark.parametrize("change", ["suspend", "deletion"])
async def test_what_stands_still_or_is_going_is_given_nothing(world: World, change: str) -> None:
    obj = zone(suspend=True) if change == "suspend" else zone()
    if change == "deletion":
        obj["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    found = await world.gather(obj)
    assert (found.context.addresses, world.account()) == ("", {})


async def test_a_plane_that_stands_still_gives_nothing(world: World) -> None:
    world.there_is(a_plane(addressPools=POOLS, grants=[GRANT], suspend=True))
    assert ((await world.gather(zone())).context.addresses, world.account(), world.cloud.asked) == ("", {}, [])


async def test_nothing_is_allotted_while_azure_does_not_say_what_is_taken(world: World) -> None:
    world.cloud.errors[SPOKE] = CloudError("CloudUnavailable", "", "Azure did not answer", Retry.NOW)
    found = await world.gather(zone())
    assert found.refusal is not None
    assert (found.refusal.reason, found.refusal.wait) == ("CloudUnavailable", True)
    assert "Azure did not answer" in found.refusal.message
    assert world.account() == {}


async def test_given_addresses_do_not_wait_for_azure(world: World) -> None:
    world.cloud.errors["22222222-2222-4222-8222-222222222222"] = CloudError("Throttled", "", "later", Retry.NOW)
    found = await world.gather(a_zone(network={"addressSpace": "10.9.0.0/20"}))
    assert (found.refusal, found.context.hub_prefixes) == (None, ())


async def test_a_subscription_that_another_zone_only_names_keeps_nobody_from_addresses(world: World) -> None:
    elsewhere = "55555555-5555-4555-8555-555555555555"
    world.cloud.errors[elsewhere] = CloudError("PermissionDenied", "AuthorizationFailed", "no", Retry.SLOWLY)
    world.there_is(zone("theirs", subscriptionId=elsewhere))
    assert (await world.gather(zone())).context.addresses == "10.100.0.0/20"


async def test_the_range_of_a_zone_that_is_gone_is_free_again(world: World) -> None:
    await world.gather(zone("one"))
    await world.gather(zone("two"))
    world.watch.gone(Key("DataLandingZone", "finance", "one"))
    world.gatherer.forget(Key("DataLandingZone", "finance", "one"))
    del world.server.objects["/apis/csaloom.io/v1alpha1/namespaces/finance/datalandingzones/one"]
    stored = world.watch.cache.get(PLANE)
    assert stored is not None
    found = await world.gatherer.gather(PLANE, stored)
    assert [(one.zone, one.cidr) for one in found.context.allocations] == [("finance/two", "10.100.16.0/20")]


async def test_a_zone_that_the_operator_may_not_read_keeps_its_range(world: World) -> None:
    path = "/apis/csaloom.io/v1alpha1/namespaces/risk/datalandingzones/risk"
    world.server.refuse["GET", path] = ApiError(403, "Forbidden", "not in your namespace")
    plane = {**a_plane(), "status": {"allocations": [{"cidr": "10.100.0.0/20", "zone": "risk/risk"}]}}
    found = await world.gather(plane)
    assert [one.zone for one in found.context.allocations] == ["risk/risk"]
