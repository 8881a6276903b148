"""The whole simulated cloud in one object: its parts, and the passing of time. Decides nothing about requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from loom.sim.catalog import Catalog
from loom.sim.clock import Clock
from loom.sim.entra.directory import Directory, Principal, guid
from loom.sim.entra.tokens import TokenService
from loom.sim.guards.access import Access
from loom.sim.guards.faults import Faults
from loom.sim.guards.policies import Policy
from loom.sim.guards.throttle import Throttle
from loom.sim.ids import group_id_of
from loom.sim.operations import Operation, Operations, new_id
from loom.sim.records import Records
from loom.sim.settings import Settings
from loom.sim.store import Resource, Store
from loom.sim.tables import Tables

Json = dict[str, Any]


@dataclass(slots=True)
class World:
    """Everything that a handler may need.

    `names` are globally unique names in use: (space, name) to the id that holds it; an empty id is somebody else's tenant.
    `registered` maps (subscription, namespace) to the moment since which the provider is registered. `soft_deleted` holds what a
    provider keeps of deleted resources, by lower-case id; `knobs` what a person ordered for one resource (an app that crashes).
    """

    clock: Clock
    catalog: Catalog
    directory: Directory
    tokens: TokenService
    operator: Principal
    settings: Settings = field(default_factory=Settings)
    tables: Tables | None = None
    store: Store = field(default_factory=Store)
    operations: Operations = field(default_factory=Operations)
    throttle: Throttle = field(default_factory=Throttle)
    faults: Faults = field(default_factory=Faults)
    records: Records = field(default_factory=Records)
    policies: list[Policy] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    registered: dict[tuple[str, str], float] = field(default_factory=dict)
    soft_deleted: dict[str, Json] = field(default_factory=dict)
    knobs: dict[str, Json] = field(default_factory=dict)
    etags: int = 0

    @property
    def access(self) -> Access:
        return Access(self.store, self.clock.now())

    def next_etag(self) -> str:
        self.etags += 1
        return guid("etag", str(self.etags))

    def begin(self, verb: str, resource: Resource, seconds: float, region: str, version: str) -> Operation:
        """Start a long operation on a resource."""
        operation = Operation(
            id=new_id(),
            verb=verb,
            target=resource.id,
            type=resource.type,
            due=self.clock.now() + seconds * self.settings.duration_factor,
            started=self.clock.stamp(),
            begun=self.clock.now(),
            region=region,
            api_version=version,
        )
        resource.operation = operation.id
        return self.operations.start(operation)

    def inquire(self, action: str, resource: Resource, seconds: float, region: str, version: str) -> Operation:
        """Start a long operation that only looks at a resource: nothing about the resource shows it."""
        before = resource.operation
        operation = self.begin("post", resource, seconds, region, version)
        operation.action, resource.operation = action, before
        return operation

    def group(self, resource_id: str) -> Resource | None:
        """The resource group that an id lies in, if it exists."""
        found = group_id_of(resource_id)
        return self.store.get(found) if found else None
