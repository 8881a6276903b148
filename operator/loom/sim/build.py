"""A new simulated cloud: one tenant, some subscriptions, and an operator who may do things there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from loom.sim.catalog import Catalog
from loom.sim.clock import Clock
from loom.sim.entra.directory import Directory, Principal, guid
from loom.sim.entra.tokens import TokenService
from loom.sim.guards.access import ASSIGNMENTS, BUILT_IN
from loom.sim.ids import RESOURCES
from loom.sim.providers import PROVIDERS
from loom.sim.settings import Settings
from loom.sim.store import Resource
from loom.sim.tables import Tables
from loom.sim.world import World

TENANT = "10000000-0000-4000-8000-000000000001"
CLIENT = "20000000-0000-4000-8000-000000000001"
OPERATOR = "21000000-0000-4000-8000-000000000001"
SECRET = "simulated-secret-of-the-operator"  # noqa: S105 - opens nothing but a simulated cloud on loopback
OPERATOR_ROLES = ("Contributor", "User Access Administrator")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new cloud starts with. `types` is the folder of type tables that PUT bodies are checked against."""

    subscriptions: int = 2
    types: Path | None = None


def subscription_id(number: int) -> str:
    """The id of the n-th subscription of a new cloud, counted from 1."""
    return f"30000000-0000-4000-8000-{number:012d}"


def build(clock: Clock, key: RSAPrivateKey, plan: Plan = Plan()) -> World:
    """A cloud with nothing in it but subscriptions and the operator's rights."""
    directory = Directory(TENANT)
    settings = Settings()
    operator = directory.add(Principal("operator", OPERATOR, CLIENT, secrets={SECRET: 0.0}))
    world = World(
        clock=clock,
        catalog=Catalog(PROVIDERS),
        directory=directory,
        tokens=TokenService(directory, key, settings.token_lifetime),
        operator=operator,
        settings=settings,
        tables=Tables(plan.types) if plan.types else None,
    )
    for number in range(1, plan.subscriptions + 1):
        add_subscription(world, subscription_id(number), f"Simulated {number}")
    return world


def add_subscription(world: World, subscription: str, name: str = "") -> Resource:
    """A subscription with every provider registered, where the operator may write and assign roles."""
    key = f"/subscriptions/{subscription}"
    known = world.store.get(key)
    if known is not None:
        return known
    made = Resource(key, f"{RESOURCES}/subscriptions", {"displayName": name or subscription}, created=world.clock.now())
    world.store.put(made)
    for namespace in world.catalog.providers:
        world.registered[(subscription.lower(), namespace)] = world.clock.now()
    for role in OPERATOR_ROLES:
        assign(world, world.operator, role, key)
    return made


def assign(world: World, principal: Principal, role: str, scope: str) -> Resource:
    """A role assignment that is in force at once. `role` is a built-in role's name, or a definition's GUID."""
    definition = next((key for key, item in BUILT_IN.items() if item.name.lower() == role.lower()), role)
    scope = scope.rstrip("/")
    name = guid("assignment", scope.lower(), principal.object_id, definition)
    properties = {
        "principalId": principal.object_id,
        "principalType": "User" if principal.kind == "User" else "ServicePrincipal",
        "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{definition}",
        "scope": scope or "/",
    }
    made = Resource(
        f"{scope}/providers/{ASSIGNMENTS}/{name}",
        ASSIGNMENTS,
        {"properties": properties},
        hidden={"effective": world.clock.now()},
        created=world.clock.now(),
    )
    world.store.put(made)
    return made
