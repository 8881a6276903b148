"""Microsoft.ManagedIdentity: user-assigned identities are principals of the directory, so they can sign in and hold roles."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.entra.directory import Federation, Principal, guid
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = (
    "2024-11-30", "2023-01-31", "2018-11-30", "2025-05-31-preview", "2025-01-31-preview", "2023-07-31-preview",
    "2022-01-31-preview", "2021-09-30-preview",
)  # fmt: skip
IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
FEDERATIONS = f"{IDENTITIES}/federatedIdentityCredentials"


class Identities(Behavior):
    """An identity gets its ids when it is first made, and they change when it is made anew."""

    def compose(self, change: Change) -> Json:
        if change.before is not None:
            return {**change.body, "properties": change.before.properties}
        made = str(change.world.clock.now()) + str(change.world.etags)
        ids = {
            "tenantId": change.world.directory.tenant,
            "principalId": guid("principal", change.id.lower(), made),
            "clientId": guid("client", change.id.lower(), made),
        }
        return {**change.body, "properties": {**change.properties, **ids}}

    def settled(self, world: World, resource: Resource) -> None:
        properties = resource.properties
        known = world.directory.by_object(str(properties["principalId"]))
        if known is None:
            world.directory.add(
                Principal(
                    name=resource.name,
                    object_id=str(properties["principalId"]),
                    client_id=str(properties["clientId"]),
                    kind="ManagedIdentity",
                    born=world.clock.now(),
                    resource_id=resource.id,
                )
            )

    def deleted(self, world: World, resource: Resource) -> None:
        world.directory.remove(str(resource.properties.get("principalId", "")))
        world.tokens.forget()


class Federations(Behavior):
    """What outside tokens an identity takes."""

    def settled(self, world: World, resource: Resource) -> None:
        _refresh(world, resource.id)

    def deleted(self, world: World, resource: Resource) -> None:
        _refresh(world, resource.id)


def _refresh(world: World, credential_id: str) -> None:
    owner = world.store.get(credential_id.lower().split("/federatedidentitycredentials/")[0])
    principal = world.directory.by_object(str(owner.properties.get("principalId", ""))) if owner else None
    if owner is None or principal is None:
        return
    principal.federations = [
        Federation(item.properties["issuer"], item.properties["subject"], list(item.properties["audiences"]))
        for item in world.store.children(owner.id, FEDERATIONS)
    ]


PROVIDER = Provider(
    namespace="Microsoft.ManagedIdentity",
    kinds=(
        Kind(
            name=IDENTITIES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[A-Za-z0-9][\w-]{2,127}", "The resource name '{name}' is invalid.", "InvalidResourceName"),
            stateful=False,
            defaults={"tags": {}},
            put=Style(headers="self"),
            behavior=Identities(),
        ),
        Kind(
            name=FEDERATIONS,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            required=("properties.issuer", "properties.subject", "properties.audiences"),
            behavior=Federations(),
        ),
    ),
)
