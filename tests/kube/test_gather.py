"""Gathering: what an object refers to is found, permitted and ready, or it is said which of these it is not."""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from loom.errors import Refusal
from loom.kube.gather import Gathered, Gatherer
from loom.kube.key import Key
from loom.kube.queue import WorkQueue
from loom.kube.watch import Watch
from loom.plan.arm_id import name_of
from loom.plan.context import Link
from loom.plan.kinds import KINDS
from loom.plan.product.judges import OPENAPI
from loom.plan.product.sources import AppSource
from support.api_server import ApiServer, a_plane, a_product, a_zone, with_condition

CONVERGED_ZONE = with_condition(a_zone(), "Converged")
DOCUMENT = {"metadata": {"name": "orders"}, "data": {"openapi.json": '{"openapi": "3.0.3"}'}}


class World:
    """An API server in memory, whose objects of ours the watch has seen unless a test says otherwise."""

    def __init__(self) -> None:
        self.server = ApiServer()
        self.watch = Watch(WorkQueue())
        self.gatherer = Gatherer(self.server, self.watch, "prod")
        self.server.put_plain("/api/v1/namespaces/finance/configmaps/orders", DOCUMENT)
        for namespace in ("finance", "shared"):
            self.watch.namespace_seen(namespace, {"team": namespace})

    def there_is(self, *objects: dict[str, Any], seen: bool = True) -> None:
        for obj in objects:
            stored = self.server.put(obj)
            if seen:
                self.watch.seen(key_of(obj), stored)

    async def gather(self, obj: dict[str, Any]) -> Gathered:
        return await self.gatherer.gather(key_of(obj), self.server.put(obj))


@dataclass
class Listening:
    """Sources of which every app says the same; it notes who was asked."""

    asked: list[str] = field(default_factory=list)

    async def app(self, source: AppSource, plane: object, namespace: str, older: float) -> Link:
        self.asked.append(name_of(source.id))
        return Link('{"openapi": "3.0.3"}')

    async def holders(self, *_: object) -> dict[str, object]:
        return {}


def key_of(obj: dict[str, Any]) -> Key:
    return Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])


def refusal(found: Gathered) -> Refusal:
    assert found.refusal is not None
    return found.refusal


@pytest.fixture
async def world() -> World:
    return World()


async def test_a_zone_knows_its_plane_its_labels_and_its_neighbors(world: World) -> None:
    world.there_is(a_plane(), a_zone("other", network={"addressSpace": "10.1.0.0/20"}), a_zone())
    found = await world.gather(a_zone())
    assert found.refusal is None
    assert found.context.plane is not None
    assert (found.context.plane_name, found.context.plane.location) == ("eastus2", "eastus2")
    assert found.context.namespace_labels == {"team": "finance"}
    assert [neighbor.name for neighbor in found.context.neighbors] == ["other"]
    assert found.context.owner.mark == "prod/finance/DataLandingZone/finance"


async def test_a_plane_knows_its_zones(world: World) -> None:
    world.there_is(a_zone("one"), a_zone("two"), a_zone("elsewhere", adminPlaneRef={"name": "westus"}))
    found = await world.gather(a_plane())
    assert sorted(neighbor.name for neighbor in found.context.neighbors) == ["one", "two"]


async def test_a_plane_that_is_not_there_is_waited_for(world: World) -> None:
    found = await world.gather(a_zone())
    assert (refusal(found).reason, refusal(found).wait) == ("ReferenceNotFound", True)
    assert "AdminPlane eastus2" in refusal(found).message


async def test_a_plane_of_which_no_event_has_told_yet_is_asked_for(world: World) -> None:
    world.there_is(a_plane(), seen=False)
    assert (await world.gather(a_zone())).refusal is None


async def test_a_product_has_its_zone_its_plane_and_its_documents(world: World) -> None:
    world.there_is(a_plane(), CONVERGED_ZONE)
    found = await world.gather(a_product())
    assert found.refusal is None
    assert found.context.zone is not None
    assert found.context.zone.name == "finance"
    assert found.context.plane_name == "eastus2"
    assert found.context.documents == {"orders/openapi.json": '{"openapi": "3.0.3"}'}


async def test_a_new_product_that_uses_nothing_of_its_zone_waits_for_none_of_it(world: World) -> None:
    world.there_is(a_plane(), a_zone())
    assert (await world.gather(a_product())).refusal is None


ZONE_WITH_APPS = a_zone(
    network={"addressSpace": "10.1.0.0/20"}, keyVault={}, apps={"environment": {}, "console": {}, "mcp": {}}
)
SEE_THE_ZONE = "see kubectl describe datalandingzone finance -n finance"
CONSOLE_RUNS = {"apps": [{"name": "loom-console", "health": "Healthy", "revision": "loom-console--1"}]}


def calling(app: str) -> dict[str, Any]:
    """A product whose backend is an app of its zone."""
    return a_product(backends=[{"name": "orders", "containerApp": {"app": app}}])


@pytest.mark.parametrize(
    ("app", "status", "waits_for"),
    [
        ("console", {}, ["loom-console"]),
        ("console", {"apps": [{"name": "loom-console", "health": "Unknown"}]}, ["loom-console"]),
        ("console", CONSOLE_RUNS, []),
        ("mcp", CONSOLE_RUNS, ["loom-mcp"]),
    ],
    ids=["nothing is there", "it was not measured", "it is there", "another one is there"],
)
async def test_a_new_product_waits_for_what_it_uses_of_its_zone_and_nothing_else(
    world: World, app: str, status: dict[str, Any], waits_for: list[str]
) -> None:
    world.there_is(a_plane(), {**ZONE_WITH_APPS, "status": status})
    told = [(one.reason, one.message, one.wait) for one in (await world.gather(calling(app))).refusals]
    words = "DataLandingZone finance/finance has not brought up {} yet (nobody has looked at it): {see}"
    assert told == [("WaitingForLandingZone", words.format(name, see=SEE_THE_ZONE), True) for name in waits_for]


async def test_keys_wait_for_the_zones_vault(world: World) -> None:
    target = {"keyVault": {"secretName": "partner-key"}}
    product = a_product(subscriptions=[{"name": "partner", "exportKeysTo": target}])
    world.there_is(a_plane(), ZONE_WITH_APPS)
    assert "has not brought up its Key Vault yet" in refusal(await world.gather(product)).message
    world.there_is({**ZONE_WITH_APPS, "status": {"endpoints": {"keyVault": "https://kv.vault.azure.net/"}}})
    assert (await world.gather(product)).refusal is None


@pytest.mark.parametrize(("status", "asked"), [({}, []), (CONSOLE_RUNS, ["loom-console"])], ids=["on its way", "there"])
async def test_no_app_is_asked_before_it_is_there(world: World, status: dict[str, Any], asked: list[str]) -> None:
    sources = Listening()
    world.gatherer = Gatherer(world.server, world.watch, "prod", sources=sources)  # type: ignore[arg-type]
    spec = a_zone()["spec"]
    subscriptions, locations = [spec["subscriptionId"]], [spec["location"]]
    grant = {"namespaces": {"matchNames": ["finance"]}, "subscriptions": subscriptions, "locations": locations}
    publishing = {
        "services": [a_plane()["spec"]["apiManagement"]["id"]],
        "pathPrefixes": ["finance/"],
        "backendHosts": ["*.example.com"],
    }
    world.there_is(a_plane(grants=[{**grant, "apiManagement": publishing}]), {**ZONE_WITH_APPS, "status": status})
    product = a_product()
    product["spec"]["apis"][0]["revisions"][0]["source"] = {"containerApp": {"app": "console"}}
    found = await world.gather(product)
    assert sources.asked == asked, found.refusals


async def test_a_new_product_names_its_zone_what_that_is_at_and_where_to_read_the_rest(world: World) -> None:
    zone = with_condition(ZONE_WITH_APPS, "Ready", "False")
    zone["status"]["conditions"][0] |= {"reason": "PolicyDenied", "message": "storage: Azure Policy refuses it."}
    world.there_is(a_plane(), zone)
    assert refusal(await world.gather(calling("console"))).message == (
        f"DataLandingZone finance/finance has not brought up loom-console yet (PolicyDenied): {SEE_THE_ZONE}"
    )


async def test_a_product_that_stands_does_not_fall_because_its_zone_is_being_changed(world: World) -> None:
    world.there_is(a_plane(), ZONE_WITH_APPS)
    assert (await world.gather(with_condition(calling("console"), "Converged"))).refusal is None


async def test_a_product_without_its_zone_waits(world: World) -> None:
    found = await world.gather(a_product())
    assert (refusal(found).reason, refusal(found).wait) == ("ReferenceNotFound", True)


def deleted(obj: dict[str, Any], *made: str) -> dict[str, Any]:
    rows = [
        {"scope": arm_id.partition("/providers/")[0], "ids": [arm_id.partition("/providers/")[2]]} for arm_id in made
    ]
    metadata = {**obj["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["csaloom.io/finalizer"]}
    return {**obj, "metadata": metadata, "status": {"inventory": rows}}


def granting() -> dict[str, Any]:
    """A plane that lets the namespace publish in its service."""
    services = [a_plane()["spec"]["apiManagement"]["id"]]
    rule = {"services": services, "pathPrefixes": ["finance/"], "backendHosts": ["orders.example.com"]}
    grant = {"namespaces": {"matchNames": ["finance"]}, "subscriptions": [], "locations": [], "apiManagement": rule}
    return a_plane(grants=[grant])


async def test_a_product_that_lost_its_zone_can_go_where_a_plane_grants_what_it_made(world: World) -> None:
    world.there_is(granting())
    service = a_plane()["spec"]["apiManagement"]["id"]
    found = await world.gather(deleted(a_product(), f"{service}/products/orders"))
    assert refusal(found).reason == "ReferenceNotFound"
    assert found.context.plane is not None
    assert KINDS["ApiProduct"].authority(found.spec, found.context).covers(f"{service}/products/orders")


async def test_a_product_that_lost_its_zone_is_told_what_to_do_where_no_plane_grants_what_it_made(world: World) -> None:
    world.there_is(granting())
    service = a_plane()["spec"]["apiManagement"]["id"]
    found = await world.gather(deleted(a_product(), f"{service}-of-another/products/orders"))
    assert found.context.plane is None
    assert "set spec.deletionPolicy to Detach to leave it in Azure" in refusal(found).message


async def test_a_plane_that_cannot_be_used_speaks_for_nobody(world: World) -> None:
    world.there_is(a_plane("broken", cloud="Nowhere"))
    assert (await world.gather(deleted(a_product()))).context.plane is None


async def test_a_product_that_lost_its_zone_and_is_not_deleted_is_under_no_plane(world: World) -> None:
    world.there_is(granting())
    found = await world.gather(a_product())
    assert found.context.plane is None


async def test_a_document_that_is_not_there_is_left_to_the_planner(world: World) -> None:
    world.there_is(a_plane(), CONVERGED_ZONE)
    world.server.objects.pop("/api/v1/namespaces/finance/configmaps/orders")
    found = await world.gather(a_product())
    assert (found.refusals, found.context.documents) == ([], {})


@pytest.mark.parametrize("idle", [{"suspend": True}, {}], ids=["suspended", "deleted"])
async def test_no_document_is_read_for_what_stands_still_or_goes(world: World, idle: dict[str, Any]) -> None:
    world.there_is(a_plane(), CONVERGED_ZONE)
    product = a_product()
    product = {**product, "spec": {**product["spec"], **idle}} if idle else deleted(product)
    assert (await world.gather(product)).context.documents == {}


async def test_what_the_status_says_was_imported_is_known_to_the_planner(world: World) -> None:
    world.there_is(a_plane(), CONVERGED_ZONE)
    rows = [{"name": "orders-v1", "sourceHash": "sha256:1"}, {"name": "new"}]
    found = await world.gather({**a_product(), "status": {"apis": rows}})
    assert found.context.imported == {"orders-v1": "sha256:1"}


@pytest.mark.parametrize(
    ("consumers", "permitted"),
    [
        (None, False),
        ({"from": "Same"}, False),
        ({"from": "All"}, True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "finance"}}}, True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "sales"}}}, False),
    ],
    ids=["nothing said", "Same", "All", "a selector that fits", "a selector that does not fit"],
)
async def test_a_zone_of_another_namespace_serves_only_those_that_its_consumers_allow(
    world: World, consumers: dict[str, Any] | None, permitted: bool
) -> None:
    zone = a_zone(namespace="shared", consumers=consumers) if consumers else a_zone(namespace="shared")
    world.there_is(a_plane(), with_condition(zone, "Converged"))
    found = await world.gather(a_product(landingZoneRef={"name": "finance", "namespace": "shared"}))
    assert (found.refusal is None) is permitted
    assert permitted or refusal(found).reason == "ReferenceNotPermitted"


async def test_a_zone_of_the_products_own_namespace_needs_no_permission(world: World) -> None:
    world.there_is(a_plane(), with_condition(a_zone(consumers={"from": "Same"}), "Converged"))
    assert (await world.gather(a_product())).refusal is None


async def test_authority_can_be_told_although_a_reference_is_not_permitted(world: World) -> None:
    """A deletion needs today's grants, whatever became of the consumers."""
    world.there_is(a_plane(), with_condition(a_zone(namespace="shared"), "Converged"))
    found = await world.gather(a_product(landingZoneRef={"name": "finance", "namespace": "shared"}))
    assert refusal(found).reason == "ReferenceNotPermitted"
    assert found.context.plane is not None
    assert found.spec is not None


async def test_a_spec_that_does_not_parse_is_refused_with_the_field(world: World) -> None:
    found = await world.gather(a_zone(domain="Not A Domain"))
    assert refusal(found).reason == "InvalidSpec"
    assert "domain" in refusal(found).message
    assert found.spec is None


async def test_labels_of_a_namespace_that_no_event_has_told_of_are_asked_for(world: World) -> None:
    world.server.put_plain("/api/v1/namespaces/new", {"metadata": {"name": "new", "labels": {"team": "new"}}})
    world.there_is(a_plane())
    found = await world.gather(a_zone(namespace="new"))
    assert found.context.namespace_labels == {"team": "new"}


async def test_a_planes_change_is_seen_by_the_next_pass(world: World) -> None:
    world.there_is(a_plane(), a_zone())
    await world.gather(a_zone())
    world.there_is(a_plane(tags={"team": "data"}))
    found = await world.gather(a_zone())
    assert found.context.plane is not None
    assert dict(found.context.plane.tags) == {"team": "data"}


async def test_while_a_document_is_judged_everybody_elses_work_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, served, judged = asyncio.Event(), threading.Event(), list[bool]()
    loop = asyncio.get_running_loop()

    def learn(_text: str, _choice: tuple[str, ...]) -> None:
        loop.call_soon_threadsafe(asked.set)
        judged.append(served.wait(timeout=10))

    monkeypatch.setattr(OPENAPI, "is_learned", lambda _text, _choice: False)
    monkeypatch.setattr(OPENAPI, "learn", learn)
    world.there_is(a_plane(), CONVERGED_ZONE)
    async with asyncio.timeout(20):  # for ever, if the judge should fail before it is heard
        gathering = asyncio.create_task(world.gather(a_product()))
        await asked.wait()
        served.set()
        await gathering
    assert judged == [True]


async def test_what_was_gathered_can_be_planned_at_once(world: World) -> None:
    world.there_is(a_plane(), CONVERGED_ZONE)
    found = await world.gather(a_product())
    assert all(OPENAPI.is_learned(text) for text in found.context.documents.values())
