"""The engine's `Prober`: carries out health checks, each with one finding. What could not be measured is UNKNOWN, never healthy.

Findings hold no times and no counts in their words, so that a status changes only when something did.
"""

import asyncio
from collections.abc import Mapping, Sequence

from loom.api.conditions import Reason
from loom.config import Settings
from loom.engine.ports import Cloud
from loom.errors import CloudError
from loom.health.container_app import examine_app
from loom.health.gateway import Gateways, is_reported
from loom.plan.checks import AppCheck, Check, Finding, GatewayCheck, Health, LinkCheck
from loom.plan.values import Json, Lookup, Ref, Unresolved, at, resolve

Bodies = Mapping[str, Mapping[str, Json]]
_WAITING = frozenset({"pending", "initiated", "updating", ""})  # link states that another side, or time, resolves


class ProberFactory:
    """What all probers share: the connections to gateways, and how many probes run at once."""

    def __init__(self, settings: Settings) -> None:
        self._gateways = Gateways(
            settings.probes.timeout, settings.probes.parallel, settings.ca_bundle, settings.connect_to
        )

    def for_object(self, cloud: Cloud) -> "HealthProber":
        """The prober that reads through an object's own cloud."""
        return HealthProber(cloud, self._gateways)

    async def aclose(self) -> None:
        """Closes what is open."""
        await self._gateways.aclose()


class HealthProber:
    """Carries out the checks of one object."""

    def __init__(self, cloud: Cloud, gateways: Gateways) -> None:
        self._cloud = cloud
        self._gateways = gateways

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
        except Unresolved as unknown:
            return Finding(check.key, check.condition, Health.UNKNOWN, Reason.NOT_MEASURED, f"{unknown}")
        except CloudError as error:
            return Finding(
                check.key,
                check.condition,
                Health.UNKNOWN,
                Reason.NOT_MEASURED,
                f"could not be read: {error.message}",
            )

    async def _app(self, check: AppCheck, bodies: Bodies, lookup: Lookup) -> Finding:
        body = bodies.get(check.key)
        if body is None:
            found = await self._cloud.get(str(lookup(Ref(check.key, "id"))))
            if found is None:
                return Finding(check.key, check.condition, Health.UNKNOWN, Reason.NOT_MEASURED, "is not there")
            body = found.body
        return await examine_app(check, body, self._cloud)

    async def _gateway(self, check: GatewayCheck, lookup: Lookup) -> Finding:
        if not is_reported(check):
            words = "its address is not one that Azure reported"
            return Finding(check.key, check.condition, Health.UNKNOWN, Reason.NOT_MEASURED, words)
        health, reason, words = await self._gateways.probe(str(resolve(check.url, lookup)), check.expect)
        return Finding(check.key, check.condition, health, reason, words)


def link(check: LinkCheck, body: Mapping[str, Json] | None) -> Finding:
    """A connection by what its body says: as expected, on its way, or refused."""
    if body is None:
        return Finding(check.key, check.condition, Health.UNKNOWN, Reason.NOT_MEASURED, "was not read")
    state = str(at(body, check.path) or "")
    if state.lower() == check.expect.lower():
        return Finding(check.key, check.condition, Health.HEALTHY)
    if state.lower() in _WAITING:
        words = f"is {state or 'not connected yet'}: the other side has not accepted it yet"
        return Finding(check.key, check.condition, Health.PENDING, Reason.PROGRESSING, words)
    words = f"is {state} where {check.expect} is needed"
    return Finding(check.key, check.condition, Health.UNHEALTHY, Reason.DEGRADED, words)
