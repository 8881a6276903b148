"""The door's routes about people and programs: who there is, what they prove themselves by, which rights they have."""

from __future__ import annotations

from loom.sim import build
from loom.sim.door import seed
from loom.sim.entra.directory import Federation, Principal, guid
from loom.sim.ids import ancestors
from loom.sim.wire import Request, Response
from loom.sim.world import World


def principals(world: World, request: Request) -> Response:
    """Who there is; secrets show their expiry only."""
    return Response(
        200, {"value": [{**item.as_json(), "secrets": list(item.secrets.values())} for item in world.directory.all()]}
    )


def add_principal(world: World, request: Request) -> Response:
    """Make or change a principal: secret (with its life in simulated seconds), federated credentials, roles in force at once."""
    values = request.json()
    name = str(values["name"])
    known = next((item for item in world.directory.all() if item.name == name), None)
    principal = known or world.directory.add(
        Principal(
            name,
            values.get("objectId") or guid("object", name),
            values.get("clientId") or guid("client", name),
            values.get("kind", "ServicePrincipal"),
        )
    )
    if "secret" in values:
        life = float(values.get("secretLife", 0))
        principal.secrets = {str(values["secret"]): world.clock.now() + life if life else 0.0}
    if "federated" in values:
        principal.federations = [
            Federation(item["issuer"], item["subject"], item.get("audiences") or ["api://AzureADTokenExchange"])
            for item in values["federated"]
        ]
    for role in values.get("roles", ()):
        build.assign(world, principal, role["role"], role["scope"])
    return Response(201, {"name": name, "objectId": principal.object_id, "clientId": principal.client_id})


def add_issuer(world: World, request: Request) -> Response:
    """The keys of an issuer of outside tokens: from now on its assertions must be signed with them."""
    values = request.json()
    world.directory.key_sets[str(values["issuer"])] = values["jwks"]
    return Response(201, {"issuer": values["issuer"]})


def revoke(world: World, request: Request) -> Response:
    """Take every role assignment of a principal away (all of them, or those on one scope and below)."""
    values = request.json()
    name = values["name"]
    principal = next((who for who in world.directory.all() if name in (who.name, who.object_id, who.client_id)), None)
    if principal is None:
        raise ValueError(f"the tenant has nobody called {name!r}; GET /sim/principals lists who there is")
    scope = str(values.get("scope", "/")).lower().rstrip("/")
    gone = [
        item
        for item in world.store.of_type("Microsoft.Authorization/roleAssignments")
        if item.properties.get("principalId") == principal.object_id and scope in ("", *ancestors(item.id))
    ]
    for item in gone:
        seed.take_away(world, item.id)
    return Response(200, {"revoked": len(gone)})
