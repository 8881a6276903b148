"""An API product in a simulated API Management, through gatherer, engine and stock SDKs; its gateway can be called.

shop.edit(lambda spec: spec["apis"][0].update(path="finance/other"))
await shop.settle()                     # until Ready; time passes by itself
shop.call("/finance/orders/orders")     # the status that the gateway answers
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from loom.engine.work import Result
from loom.kube.key import Key
from loom.plan.context import Link
from loom.sim.app import serve
from loom.sim.wire import Request
from support.rehearsal import Rehearsal, rehearsal
from support.samples import sample
from support.simulator import Simulator
from support.worlds import Obj, api_object, product_object

SERVICE = sample("AdminPlane")["spec"]["apiManagement"]["id"]
HOST = f"{SERVICE.rpartition('/')[2]}.azure-api.net"
WRITES = ("PUT", "PATCH", "POST", "DELETE")


def document(*operations: str, **more: Any) -> str:
    """An OpenAPI document with a GET operation for each name, at the path of that name."""
    paths = "".join(
        f"  /{name}:\n    get: {{operationId: {name}, responses: {{'200': {{description: ok}}}}}}\n"
        for name in operations
    )
    return f"openapi: 3.0.1\ninfo: {{title: {more.get('title', 'Orders')}, version: '1'}}\npaths:\n{paths}"


def revision(number: str, *operations: str, **more: Any) -> Obj:
    """A revision with these operations."""
    title = more.pop("title", "Orders")
    return {"name": number, "source": {"openapi": {"inline": document(*operations, title=title)}}, **more}


@dataclass
class FakeLinks:
    """What links say; the age and the form that were asked for are noted."""

    said: dict[str, Link] = field(default_factory=dict)
    asked: list[float] = field(default_factory=list)
    as_xml: list[bool] = field(default_factory=list)

    async def read(self, url: str, older: float, ranges: tuple[str, ...] = (), at: str = "", xml: bool = False) -> Link:
        self.asked.append(older)
        self.as_xml.append(xml)
        return self.said[url]


@dataclass
class Shop:
    """The product and its service."""

    azure: Simulator
    play: Rehearsal

    @property
    def key(self) -> Key:
        return self.play.key("ApiProduct")

    @property
    def status(self) -> Obj:
        return self.play.status(self.key)

    def edit(self, change: Callable[[Obj], Any]) -> None:
        """A person edits the spec."""
        self.play.change("ApiProduct", change)

    def api(self, number: int = 0, **fields: Any) -> None:
        """A person edits fields of an API."""
        self.edit(lambda spec: spec["apis"][number].update(fields))

    async def look(self) -> Result:
        """One pass, and the time until the next one."""
        result = await self.play.look_at(self.key)
        self.azure.advance(min(result.requeue_after, 60.0))
        return result

    async def until(self, holds: Callable[[], bool], passes: int = 60) -> None:
        """Passes until something holds."""
        for _ in range(passes):
            await self.look()
            if holds():
                return
        raise AssertionError(f"not so after {passes} passes: {self.status.get('conditions')}")

    async def settle(self) -> None:
        """Passes until the product, as it is written now, is Ready."""
        generation = self.play.obj(self.key)["metadata"]["generation"]
        await self.until(lambda: self.condition("Ready") == "True" and self.status["observedGeneration"] == generation)

    def condition(self, name: str) -> str:
        """The status of a condition."""
        return str(self.row(name).get("status", ""))

    def row(self, name: str) -> Obj:
        """A whole condition."""
        rows: list[Obj] = self.status.get("conditions") or []
        return next((row for row in rows if row["type"] == name), {})

    def writes(self) -> list[str]:
        """What Azure was asked to write since the counters were reset, without what is the same for all."""
        found = [record for record in self.azure.world.records.last if record.method in WRITES and record.status < 300]
        return [f"{record.method} {record.path.removeprefix(SERVICE)}" for record in found]

    def names(self, collection: str) -> list[str]:
        """The names in a collection of the service, without hash and owner."""
        found = self.azure.call("GET", f"{SERVICE}/{collection}?api-version=2024-05-01").body["value"]
        return [str(item["name"]) for item in found]

    @property
    def api_id(self) -> str:
        """The id of the only API."""
        (name,) = self.names("apis")
        return f"{SERVICE}/apis/{name}"

    def listed(self, collection: str) -> list[Obj]:
        """What a collection below the only API has."""
        rows: list[Obj] = self.azure.call("GET", f"{self.api_id}/{collection}?api-version=2024-05-01").body["value"]
        return rows

    def all_listed(self, collection: str) -> list[str]:
        """The ids of everything in a collection below the only API, whatever the pages."""
        prefix = f"{self.api_id}/{collection}/"
        return [arm_id for arm_id in self.azure.ids(prefix) if "/" not in arm_id[len(prefix) :]]

    def put(self, arm_id: str, **properties: Any) -> int:
        """The status of a PUT that somebody else sends."""
        return self.azure.call("PUT", f"{arm_id}?api-version=2024-05-01", {"properties": properties}).status

    def call(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        """The status that the gateway answers to a GET."""
        return serve(self.azure.world, Request.of("GET", path, None, {"host": HOST, **(headers or {})})).status


@asynccontextmanager
async def shop_in(azure: Simulator, **changes: Any) -> AsyncIterator[Shop]:
    """A product without keys, whose API has the operations `list` and `get`."""
    usual: Obj = {
        "apis": [api_object(revisions=[revision("1", "list", "get")], policies=None)],
        "subscription": {"required": False},
        "public": True,
        "policies": None,
        "visibleTo": None,
    }
    product = product_object(**{**usual, **changes})
    for api in product["spec"]["apis"]:
        api.pop("policies", None)
    async with rehearsal(azure, [sample("AdminPlane"), _standing(sample("DataLandingZone")), product]) as play:
        yield Shop(azure, play)


def _standing(zone: Obj) -> Obj:
    """The zone as one that has converged: nobody looks at it here."""
    zone["status"] = {"conditions": [{"type": "Converged", "status": "True"}]}
    return zone
