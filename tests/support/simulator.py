"""A simulated Azure for tests, in the test's own process, over real HTTPS.

    async with Simulator() as azure:                     # a free port, speed 600: an hour of Azure is six seconds
        azure.url, azure.ca_file                         # https://localhost:PORT, the CA to trust (connection_verify=azure.ca_file)
        azure.tenant_id, azure.client_id, azure.client_secret, azure.subscription_id
        azure.seed(id, {...})                            # a resource is there, Succeeded, with its group and parents
        azure.edit(id, {"properties": {...}})            # a person in the portal changes it (JSON merge patch)
        azure.delete(id)                                 # ... or takes it away
        azure.get(id)                                    # what a GET would show, or None
        azure.ids("/subscriptions/...")                  # which ids there are below a prefix
        azure.fault("error", method="PUT", type="Microsoft.Storage/storageAccounts", status=500, times=2)
        azure.policy("no-public", path="properties.publicNetworkAccess", test="equals", value="Enabled")
        azure.lock(scope)                                # CanNotDelete; level="ReadOnly" for the other
        azure.requests()                                 # counters: total, reads, writes, polls, earlyPolls, throttled, byType, last
        azure.reset_counters()
        azure.advance(seconds)                           # simulated seconds pass at once
        azure.settings(role_delay=0)                     # see loom.sim.settings

Give `clock=StandingClock()` for time that passes only by `advance`, `types=DIR` to have bodies checked. `azure.credential_kwargs`
and `azure.client_kwargs` are what azure-identity credentials and azure-mgmt clients need to talk to it. Everything but the
network works without `async with` too: `Simulator().call("GET", path)` asks ARM by a function call, signed in as the operator.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from loom.sim import build
from loom.sim.app import serve
from loom.sim.arm.finish import settle
from loom.sim.arm.show import show
from loom.sim.clock import Clock
from loom.sim.door import seed as seeds
from loom.sim.entra.directory import Principal
from loom.sim.guards.faults import Fault
from loom.sim.guards.policies import Policy
from loom.sim.server import Options, Server
from loom.sim.wire import Request, Response

Json = dict[str, Any]
HOME = Path(tempfile.gettempdir()) / "loom-test-simulator"


class Simulator:
    """See the module. One per test: making one takes about 20 ms, since the CA of the tests is kept."""

    def __init__(
        self,
        *,
        speed: float = 600.0,
        clock: Clock | None = None,
        types: Path | None = None,
        subscriptions: int = 2,
        state: Path | None = None,
        home: Path = HOME,
    ) -> None:
        self.server = Server(
            Options(home=home, speed=speed, types=types, subscriptions=subscriptions, state=state), clock
        )
        self.world = self.server.world
        self.clock = self.world.clock
        self.tenant_id = self.world.directory.tenant
        self.client_id = self.world.operator.client_id
        self.client_secret = next(iter(self.world.operator.secrets))
        self.subscription_id = build.subscription_id(1)
        self.second_subscription_id = build.subscription_id(2)
        self._token = ""

    async def __aenter__(self) -> Simulator:
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.__aexit__(kind, value, trace)

    @property
    def url(self) -> str:
        return self.server.facts.url if self.server.facts else "https://localhost"

    @property
    def port(self) -> int:
        return self.server.facts.port if self.server.facts else 0

    @property
    def ca_file(self) -> str:
        return str(self.server.options.home / "ca.pem")

    @property
    def credential_kwargs(self) -> Json:
        """For `ClientSecretCredential(tenant, client, secret, **kwargs)` and `WorkloadIdentityCredential(**kwargs)`."""
        return {"authority": self.url, "disable_instance_discovery": True, "connection_verify": self.ca_file}

    @property
    def client_kwargs(self) -> Json:
        """For every azure-mgmt client."""
        return {"base_url": self.url, "credential_scopes": [f"{self.url}/.default"], "connection_verify": self.ca_file}

    def group_id(self, name: str, subscription: str = "") -> str:
        return f"/subscriptions/{subscription or self.subscription_id}/resourceGroups/{name}"

    def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        principal: Principal | None = None,
    ) -> Response:
        """Ask ARM by a function call, without HTTP. The path needs its api-version; the caller is the operator unless given."""
        if principal is not None or not self._token:
            token = self.world.tokens.issue(
                principal or self.world.operator, "https://management.azure.com", "https://localhost"
            )
            self._token = self._token if principal is not None else token
        else:
            token = self._token
        return serve(self.world, Request.of(method, url, body, {"authorization": f"Bearer {token}", **(headers or {})}))

    def door(self, method: str, path: str, body: Any = None) -> Response:
        """Ask the simulator's own door: `door("POST", "/sim/faults", {...})`."""
        return serve(self.world, Request.of(method, path, body))

    def seed(self, resource_id: str, body: Json | None = None) -> Json:
        return seeds.place(self.world, resource_id, body or {"location": "eastus2"})

    def edit(self, resource_id: str, patch: Json) -> Json:
        return seeds.edit(self.world, resource_id, patch)

    def delete(self, resource_id: str) -> None:
        seeds.take_away(self.world, resource_id)

    def get(self, resource_id: str) -> Json | None:
        settle(self.world)
        asked = Request("GET", resource_id)
        found = self.world.store.get(self.world.catalog.meant(self.world, asked).path)
        if found is None:
            return None
        kind, shown = self.world.catalog.kind(found.type), show(self.world, found)
        return kind.behavior.answered(self.world, found, shown, asked) if kind else shown

    def ids(self, prefix: str = "") -> list[str]:
        settle(self.world)
        return sorted(item.id for item in self.world.store if item.key.startswith(prefix.lower()))

    def fault(self, kind: str, **rule: Any) -> Fault:
        fault = Fault(kind, **rule)
        self.world.faults.rules.append(fault)
        return fault

    def clear_faults(self) -> None:
        self.world.faults.rules.clear()

    def policy(self, name: str, **rule: Any) -> None:
        self.world.policies.append(Policy(name, **rule))

    def lock(self, scope: str, level: str = "CanNotDelete", name: str = "locked") -> str:
        lock = f"{scope}/providers/Microsoft.Authorization/locks/{name}"
        self.seed(lock, {"properties": {"level": level}})
        return lock

    def principal(
        self, name: str, *, roles: list[tuple[str, str]] | None = None, secret: str = "", **more: str
    ) -> Principal:
        """Another caller: roles are (role name, scope), in force at once; `more` as the simulator's door takes it."""
        body = {"name": name, "roles": [{"role": role, "scope": scope} for role, scope in roles or []], **more}
        made = self.door("POST", "/sim/principals", {**body, "secret": secret} if secret else body)
        found = self.world.directory.by_object(made.body["objectId"])
        assert found is not None
        return found

    def requests(self, last: int = 50) -> Json:
        return self.world.records.as_json(last)

    def reset_counters(self) -> None:
        self.world.records.reset()

    def settings(self, **values: Any) -> None:
        self.world.settings.update(values)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        settle(self.world)
