"""The engine's `Prober`: carries out health checks, each with one finding. What could not be measured is UNKNOWN, never healthy.

Findings hold no times and no counts in their words, so that a status changes only when something did.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic

from loom.api.reasons import Reason
from loom.config import Settings
from loom.engine.ports import Cloud
from loom.errors import CloudError
from loom.health.addresses import Inside
from loom.health.asking import Asker
from loom.health.backends import Backends
from loom.health.container_app import examine_app
from loom.health.gateway import ask_gateway, comes_from_azure
from loom.health.link import link
from loom.health.reachability import examine_way
from loom.plan.backends import host_of
from loom.plan.checks import (
    AppCheck,
    BackendCheck,
    Check,
    Finding,
    GatewayCheck,
    Health,
    LinkCheck,
    WayCheck,
    finding_key,
    ranges_for,
)
from loom.plan.recent import Recent
from loom.plan.values import Json, Lookup, Ref, Unresolved, resolve

Bodies = Mapping[str, Mapping[str, Json]]

_KEY = "Ocp-Apim-Subscription-Key"


_MOST_KEYS = 5_000  # those of subscriptions that are gone are forgotten after that many others


class ProbeKeys:
    """Keys of the operator's own subscriptions: in memory, for the calls that show them, and nowhere else."""

    def __init__(self) -> None:
        self._known: Recent[str, str] = Recent(_MOST_KEYS)

    async def of(self, cloud: Cloud, subscription: str) -> str:
        """The primary key. Raises CloudError."""
        known = self._known.get(subscription)
        if known is None:
            body = await cloud.act(subscription, "listSecrets")
            known = str((body or {}).get("primaryKey") or "")
            self._known.put(subscription, known)
        return known

    def forget(self, subscription: str) -> None:
        """Read it again when it is needed again."""
        self._known.drop(subscription)


class ProberFactory:
    """What all probers share: who asks over HTTP, and how many probes run at once."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic) -> None:
        self._asker = Asker(settings.probes.timeout, settings.probes.parallel, settings.ca_bundle, settings.connect_to)
        self._keys, self._backends = ProbeKeys(), Backends(clock)

    def for_object(self, cloud: Cloud) -> "HealthProber":
        """The prober that reads through an object's own cloud."""
        return HealthProber(cloud, self._asker, self._keys, self._backends)

    async def aclose(self) -> None:
        """Closes what is open."""
        await self._asker.aclose()


class HealthProber:
    """Carries out the checks of one object."""

    def __init__(
        self, cloud: Cloud, asker: Asker, keys: ProbeKeys | None = None, backends: Backends | None = None
    ) -> None:
        self._cloud = cloud
        self._asker = asker
        self._keys = keys or ProbeKeys()
        self._backends = backends or Backends()

    async def examine(self, checks: Sequence[Check], bodies: Bodies, lookup: Lookup) -> Sequence[Finding]:
        """One finding for each check, in their order. Never raises."""
        return await asyncio.gather(*(self._examine(check, bodies, lookup) for check in checks))

    async def _examine(self, check: Check, bodies: Bodies, lookup: Lookup) -> Finding:
        try:
            match check:
                case AppCheck():
                    return await self._app(check, bodies, lookup)
                case GatewayCheck():
                    return await self._gateway(check, lookup)
                case LinkCheck():
                    return link(check, bodies.get(check.key))
                case WayCheck():
                    return await examine_way(check, self._asker, lookup, partial(self._evidence, bodies, lookup))
        except Unresolved as unknown:
            return _unmeasured(check, f"{unknown}")
        except CloudError as error:
            return _unmeasured(check, f"could not be read: {error.message}")

    async def _app(self, check: AppCheck, bodies: Bodies, lookup: Lookup) -> Finding:
        body = await self._body(check.key, bodies, lookup)
        if body is None:
            return _unmeasured(check, "is not there")
        return await examine_app(check, body, self._cloud)

    async def _body(self, key: str, bodies: Bodies, lookup: Lookup) -> Mapping[str, Json] | None:
        """A planned resource as this pass has seen it, else read; None where it is not there."""
        if key in bodies:
            return bodies[key]
        found = await self._cloud.get(str(lookup(Ref(key, "id"))))
        return found.body if found else None

    async def _evidence(self, bodies: Bodies, lookup: Lookup, part: LinkCheck | BackendCheck) -> Finding:
        """What Azure itself says of a part of a way in. Raises CloudError."""
        match part:
            case LinkCheck():
                return link(part, await self._body(part.key, bodies, lookup))
            case BackendCheck():
                return await self._backends.look(self._cloud, str(lookup(Ref(part.key, "id"))), part.key)

    async def _gateway(self, check: GatewayCheck, lookup: Lookup) -> Finding:
        if not comes_from_azure(check.url):
            return _unmeasured(check, "its address is not one that Azure reported")
        url, headers = str(resolve(check.url, lookup)), dict(check.headers)
        if check.caller:
            headers[_KEY] = await self._keys.of(self._cloud, str(lookup(Ref(check.caller, "id"))))
        inside = Inside(ranges_for(host_of(url), check.passages))
        health, reason, words = await ask_gateway(self._asker, url, check.expect, headers, inside)
        if check.caller and health is Health.UNHEALTHY:
            self._keys.forget(str(lookup(Ref(check.caller, "id"))))  # somebody may have made another one
        return Finding(check.key, check.condition, health, reason, words)


def _unmeasured(check: Check, words: str) -> Finding:
    return Finding(finding_key(check), check.condition, Health.UNKNOWN, Reason.NOT_MEASURED, words)
