"""Makes a `Cloud` for an object: which identity in which cloud, out of its admin plane and the operator's configuration.

Identities, tokens, clients and connections are made once and shared; the budgets are one for the whole operator. Objects name an
identity only through their admin plane, which cluster administrators write.
"""

from collections.abc import Callable
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.cloud.ask import Caller
from loom.cloud.azure import AzureCloud
from loom.cloud.limiter import MOMENT, Limiter
from loom.cloud.meter import Meter, NoMeter
from loom.cloud.principal import Principal
from loom.config import Settings

SIGNED_IN = "whoever is signed in"


class CloudFactory:
    """All principals of one operator. Must be used within one event loop, and closed at its end."""

    def __init__(
        self,
        settings: Settings,
        meter: Meter | None = None,
        is_awaited: Callable[[str], bool] = lambda _owner: False,
    ) -> None:
        self._settings = settings
        self._meter = meter or NoMeter()
        budget = settings.budget
        self._limiter = Limiter(budget.share, budget.rate_scale, self._meter, is_awaited=is_awaited)
        self._principals: dict[tuple[str, str, str], Principal] = {}
        self._wire: Any = None

    def for_object(
        self, plane: AdminPlaneSpec, namespace: str, urgent: bool, cascade: bool = False, owner: str = ""
    ) -> AzureCloud:
        """The cloud for one object. `urgent`: a person waits for it; `cascade`, `owner`: see `Caller`.

        Raises CloudError when there is no identity to be had.
        """
        principal = self.principal(
            str(plane.cloud), plane.tenant_id, plane.identity.client_id if plane.identity else ""
        )
        return AzureCloud(principal, Caller(principal.name, namespace, urgent, cascade, owner))

    def own(self, cloud: str, namespace: str = "", urgent: bool = True) -> AzureCloud:
        """The cloud as the operator's own identity, for what has no admin plane. Raises CloudError."""
        principal = self.principal(cloud, "", "")
        return AzureCloud(principal, Caller(principal.name, namespace, urgent))

    def for_caller(self, plane: AdminPlaneSpec) -> AzureCloud:
        """The cloud of a plane as the person at the terminal."""
        return self.for_terminal(str(plane.cloud), plane.tenant_id)

    def for_terminal(self, cloud: str, tenant: str) -> AzureCloud:
        """A cloud as the person at the terminal: the configured credentials, else who is signed in to `az`.

        A client id alone, as in the configuration of an operator with a workload identity, is nobody's credential here.
        """
        own = self._settings.credentials
        given = own.client_id if own.client_secret.get_secret_value() or own.token_file else ""
        principal = self.principal(cloud, tenant, given or SIGNED_IN)
        return AzureCloud(principal, Caller(principal.name, "", urgent=True))

    def hurry(self, owner: str) -> None:
        """What waits for a budget on an object's behalf goes first from now on."""
        self._limiter.hurry(owner)

    def parked(self, moment: float = MOMENT) -> set[str]:
        """The marks of the objects that have waited for a budget for so many seconds."""
        return self._limiter.parked(moment)

    def pressure(self) -> float:
        """How much of the scarcest request budget is in use, 0 to 1: intervals stretch by it."""
        return self._limiter.pressure()

    def principal(self, cloud: str, tenant: str, client_id: str) -> Principal:
        """The identity `client_id` of `tenant`, both "" for the operator's own. Raises CloudError."""
        own = self._settings.credentials
        tenant, client_id = tenant or own.tenant_id, client_id or own.client_id
        name = (cloud, tenant, client_id)
        if name not in self._principals:
            self._principals[name] = self._make(cloud, tenant, client_id)
        return self._principals[name]

    def _make(self, cloud: str, tenant: str, client_id: str) -> Principal:
        from loom.cloud.credentials import credential_for, signed_in
        from loom.cloud.pipeline import Passage, build, transport

        settings = self._settings
        endpoints = settings.clouds.named(cloud)
        if self._wire is None:
            self._wire = transport(settings.ca_bundle, settings.request_timeout)
        if client_id == SIGNED_IN:
            credential = signed_in(tenant)
        else:
            credential = credential_for(settings.credentials, endpoints, tenant, client_id, self._wire)
        passage = Passage(self._limiter, self._meter, settings.request_timeout)
        return Principal(
            name=f"{cloud}/{tenant}/{client_id}",
            tenant=tenant,
            client_id=client_id,
            base_url=endpoints.resource_manager.rstrip("/"),
            credential=credential,
            pipeline=build(credential, endpoints.audience, passage, self._wire),
            poll_interval=settings.poll_interval,
            waiting=self._limiter.waiting,
        )

    async def aclose(self) -> None:
        """Closes every connection. No cloud of this factory may be used after it."""
        for principal in self._principals.values():
            await principal.credential.close()
        self._principals.clear()
        if self._wire is not None:
            await self._wire.session.close()
            self._wire = None
