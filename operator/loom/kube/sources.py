"""What stands outside of the cluster and concerns an API: documents behind links, apps that Azure knows the addresses of, and what has
a path or a name in a service already.

An app is asked at the address that Azure reports for it, and nowhere else; which apps may be asked is the planner's to say. Nothing here
raises: what cannot be read says why.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from loom.api.admin_plane import AdminPlaneSpec
from loom.engine.marks import owner_of
from loom.engine.ports import Clock, Cloud, Observed
from loom.engine.snapshots import Snapshots
from loom.errors import CloudError
from loom.plan.arm_id import name_of
from loom.plan.catalog import arm_type
from loom.plan.context import Claim, Holder, Link
from loom.plan.ownership import Owner
from loom.plan.product import functions
from loom.plan.product.sources import AppSource
from loom.plan.values import Json, at

_FUNCTIONS = "functions"
_ABSENT = 15.0  # seconds for which what was not there counts as such: the zone may be making it
_AGE = 30.0  # seconds that a list of what stands in a service may be old: many new products share it


class Links(Protocol):
    """Reads documents over HTTPS (`loom.health.links`)."""

    async def read(self, url: str, older: float, ranges: tuple[str, ...] = (), at: str = "", xml: bool = False) -> Link:
        """What a link says, read anew when it was last read more than `older` seconds ago. Never raises.

        `ranges`: private addresses that it may lead to, beside those that the configuration allows everybody.
        `at`: the address, as Azure reports it, of the Container Apps environment that answers for the host, and the only one asked.
        `xml`: the document is XML; others that begin with a tag are pages.
        """


class Sources:
    """Reads links and apps. `cloud_of`: the cloud of a plane, on behalf of an object."""

    def __init__(
        self, links: Links, cloud_of: Callable[[AdminPlaneSpec, Owner], Cloud], snapshots: Snapshots, clock: Clock
    ) -> None:
        self._links, self._cloud_of = links, cloud_of
        self._snapshots, self._clock = snapshots, clock

    async def link(self, url: str, older: float, ranges: tuple[str, ...], *, xml: bool) -> Link:
        """What a link says, read anew when that was more than `older` seconds ago. `ranges`: private addresses that it may lead to."""
        return await self._links.read(url, older, ranges, xml=xml)

    async def app(self, source: AppSource, plane: AdminPlaneSpec, owner: Owner, older: float) -> Link:
        """What an app says of itself, or what Azure says of its functions."""
        cloud = self._cloud_of(plane, owner)
        try:
            return await (self._functions if source.has_functions else self._document)(cloud, source, older)
        except CloudError as error:
            return Link(problem=f"{name_of(source.id)} could not be read: {error.message}")

    async def holders(self, service: str, plane: AdminPlaneSpec, owner: Owner) -> dict[Claim, Holder]:
        """What stands in a service by its path or its product's name; nothing where that cannot be read, as Azure refuses it later."""
        since = self._clock.now() - _AGE
        try:
            cloud = self._cloud_of(plane, owner)
            products = await self._snapshots.list(cloud, f"{service}/products", since)
            apis = await self._snapshots.list(cloud, f"{service}/apis", since)
        except CloudError:
            return {}
        titles = {Claim.title(_title(product)): Holder(product.id, _title(product)) for product in products.values()}
        paths = {Claim.path(str(at(api.body, "properties.path"))): Holder(api.id, _title(api)) for api in apis.values()}
        return titles | paths

    async def _document(self, cloud: Cloud, source: AppSource, older: float) -> Link:
        app, name = await self._read(cloud, source.id, older), name_of(source.id)
        if app and source.whose not in ("", owner_of(arm_type(source.id), Observed(source.id, app))):
            return Link(problem=f"container app {name} does not carry the mark {source.whose}, and is not asked")
        host = str(at(app, "properties.configuration.ingress.fqdn") or "")
        if not host:
            return Link(
                problem=f"container app {name} {'has no ingress' if app else 'is not there'}, so nobody can ask it"
            )
        within = at(app, "properties.environmentId") or at(app, "properties.managedEnvironmentId") or ""
        environment = await self._read(cloud, str(within), older) if within else {}
        address = str(at(environment, "properties.staticIp") or "")
        if not address:
            return Link(problem=f"the environment of container app {name} has no address yet")
        return await self._links.read(f"https://{host}{source.path}", older, at=address)

    async def _functions(self, cloud: Cloud, source: AppSource, older: float) -> Link:
        name = name_of(source.id)
        if not await self._read(cloud, source.id, older):
            return Link(problem=f"Function App {name} is not there")
        listed = await self._snapshots.list(cloud, f"{source.id}/{_FUNCTIONS}", self._clock.now() - older)
        bodies = [found.body for found in listed.values()]
        try:
            return Link(functions.document(name, bodies, source.path, is_shown_a_key=source.is_shown_a_key))
        except functions.FunctionsError as error:
            return Link(problem=f"Function App {name} {error}")

    async def _read(self, cloud: Cloud, arm_id: str, older: float) -> Mapping[str, Json]:
        found = await self._snapshots.one(cloud, arm_id, self._clock.now() - older)
        if found is None:
            found = await self._snapshots.one(cloud, arm_id, self._clock.now() - min(older, _ABSENT))
        return found.body if found else {}


def _title(found: Observed) -> str:
    return str(at(found.body, "properties.displayName") or name_of(found.id))
