"""What apps say of themselves is read at the addresses that Azure reports, or it is said why it cannot be."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from loom.engine.snapshots import Snapshots
from loom.errors import CloudError, Retry
from loom.kube.sources import Sources
from loom.plan.arm_id import key
from loom.plan.context import Link
from loom.plan.kinds import KINDS
from loom.plan.ownership import TAG, Owner
from loom.plan.product.sources import AppSource
from support.memory_cloud import FakeClock, MemoryCloud
from support.said import GROUP, SITE, a_function
from support.worlds import plane_object

APP = f"{GROUP}/providers/Microsoft.App/containerApps/console"
ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/env"
CONSOLE = AppSource(APP, "/openapi.json")
OWNER = Owner("prod", "domain-finance", "ApiProduct", "orders")
JOBS = AppSource(SITE, "/api", has_functions=True)


@dataclass
class FakeLinks:
    """Says the same of every address, and notes what was asked for."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    async def read(self, url: str, older: float, ranges: tuple[str, ...] = (), at: str = "", xml: bool = False) -> Link:
        self.asked.append((url, at))
        return Link("openapi: 3.0.3")


class World:
    def __init__(self) -> None:
        self.cloud, self.links, self.clock = MemoryCloud(), FakeLinks(), FakeClock()
        self.sources = Sources(self.links, lambda plane, owner: self.cloud, Snapshots(self.clock), self.clock)

    def there_is(self, **ingress: Any) -> None:
        configuration = {"ingress": ingress} if ingress else {}
        self.cloud.place(APP, properties={"environmentId": ENVIRONMENT, "configuration": configuration})
        self.cloud.place(ENVIRONMENT, properties={"staticIp": "10.100.2.4"})

    async def read(self, source: AppSource, older: float = 10.0) -> Link:
        plane = KINDS["AdminPlane"].parse(plane_object())
        return await self.sources.app(source, plane, OWNER, older)


@pytest.fixture
async def world() -> World:
    return World()


async def test_an_app_is_asked_at_its_own_name_and_its_environments_address(world: World) -> None:
    world.there_is(fqdn="console.region.azurecontainerapps.io")
    assert (await world.read(CONSOLE)).text == "openapi: 3.0.3"
    assert world.links.asked == [("https://console.region.azurecontainerapps.io/openapi.json", "10.100.2.4")]


@pytest.mark.parametrize(
    ("tags", "is_asked"),
    [
        ({}, False),
        ({TAG: "prod/sales/DataLandingZone/sales"}, False),
        ({TAG: "prod/finance/DataLandingZone/finance"}, True),
    ],
    ids=["nobody's", "another's", "its own"],
)
async def test_an_app_of_a_zone_is_asked_only_while_it_carries_the_zones_mark(
    world: World, tags: dict[str, str], is_asked: bool
) -> None:
    world.there_is(fqdn="console.region.azurecontainerapps.io")
    world.cloud.bodies[key(APP)]["tags"] = tags
    said = await world.read(replace(CONSOLE, whose="prod/finance/DataLandingZone/finance"))
    assert (bool(said.text), bool(world.links.asked)) == (is_asked, is_asked)
    assert is_asked or "does not carry the mark prod/finance/DataLandingZone/finance" in said.problem


async def test_an_app_that_is_not_there_or_that_nobody_can_ask_is_told(world: World) -> None:
    assert (await world.read(CONSOLE, 0.0)).problem == "container app console is not there, so nobody can ask it"
    world.there_is()
    assert (await world.read(CONSOLE, -1.0)).problem == "container app console has no ingress, so nobody can ask it"
    assert world.links.asked == []


async def test_an_app_that_is_made_after_somebody_looked_is_found_soon_whatever_the_interval(world: World) -> None:
    assert (await world.read(CONSOLE, 600.0)).problem == "container app console is not there, so nobody can ask it"
    world.there_is(fqdn="console.region.azurecontainerapps.io")
    world.clock.seconds += 20.0
    assert (await world.read(CONSOLE, 600.0)).text == "openapi: 3.0.3"
    world.cloud.forget_requests()
    assert (await world.read(CONSOLE, 600.0)).text == "openapi: 3.0.3"
    assert world.cloud.requests == []


async def test_an_environment_without_an_address_is_told(world: World) -> None:
    world.there_is(fqdn="console.region.azurecontainerapps.io")
    world.cloud.place(ENVIRONMENT, properties={})
    assert "has no address yet" in (await world.read(CONSOLE)).problem


async def test_what_azure_refuses_is_told_and_raises_nothing(world: World) -> None:
    error = CloudError("PermissionDenied", "AuthorizationFailed", "may not read", Retry.SLOWLY)
    world.cloud.fail("GET", APP, error)
    assert await world.read(CONSOLE) == Link(problem="console could not be read: may not read")


async def test_functions_are_those_that_azure_lists_and_are_listed_once_for_many(world: World) -> None:
    world.cloud.place(SITE, properties={})
    listed = a_function("startJob", "post", route="jobs")
    world.cloud.place(listed["id"], name=listed["name"], properties=listed["properties"])
    first, second = await world.read(JOBS, 600.0), await world.read(JOBS, 600.0)
    assert "post-startJob" in first.text
    assert first == second
    assert [arm_id for verb, arm_id in world.cloud.requests if verb == "LIST"] == [f"{SITE}/functions"]


async def test_functions_that_make_no_api_are_told_with_their_app(world: World) -> None:
    assert (await world.read(JOBS, 0.0)).problem == "Function App func-jobs is not there"
    world.cloud.place(SITE, properties={})
    assert (await world.read(JOBS, -1.0)).problem.startswith("Function App func-jobs has no function with an HTTP")
