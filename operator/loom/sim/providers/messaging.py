"""What namespaces of Event Hubs and Service Bus have in common: rule sets, keys, connections, and names that both take from one list."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.errors import ArmError
from loom.sim.kinds import Action, Behavior, Kind, NameRule, Refusal, Route, Style
from loom.sim.providers.connections import CONNECTIONS
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
NAMES = "servicebus"  # the list of names that both services take theirs from: one DNS suffix


def furnish(world: World, namespace: Resource) -> None:
    """What a ready namespace has by itself: a rule set that says of public access what the namespace says, and a root key."""
    public = namespace.properties.get("publicNetworkAccess", "Enabled")
    rules = {
        "publicNetworkAccess": public,
        "defaultAction": "Allow",
        "virtualNetworkRules": [],
        "ipRules": [],
        "trustedServiceAccessEnabled": False,
    }
    _ensure(world, f"{namespace.id}/networkRuleSets/default", f"{namespace.type}/networkRuleSets", rules)
    _ensure(
        world,
        f"{namespace.id}/authorizationRules/RootManageSharedAccessKey",
        f"{namespace.type}/authorizationRules",
        {"rights": ["Listen", "Manage", "Send"]},
    )
    rule_set = world.store.get(f"{namespace.id}/networkRuleSets/default")
    if rule_set is not None:
        rule_set.properties["publicNetworkAccess"] = public


def _ensure(world: World, resource_id: str, kind: str, properties: Json) -> None:
    if world.store.get(resource_id) is None:
        world.store.put(Resource(resource_id, kind, {"properties": properties}, created=world.clock.now()))


class RuleSets(Behavior):
    """The rule set's public access is the namespace's, whichever was written last."""

    def settled(self, world: World, resource: Resource) -> None:
        namespace = world.store.get(resource.id.rsplit("/", 2)[0])
        public = resource.properties.get("publicNetworkAccess")
        if namespace is not None and public is not None:
            namespace.properties["publicNetworkAccess"] = public


def _list_keys(world: World, resource: Resource, request: Request) -> Response:
    namespace = world.store.get(resource.id.partition("/authorizationRules/")[0])
    location = str(namespace.body.get("location")) if namespace else ""
    where = host(f"{resource.id.split('/')[8]}.servicebus.windows.net", location)
    keys = {
        word: base64.b64encode(f"{resource.key}:{word}".encode()).decode()[:44] for word in ("primary", "secondary")
    }
    body: Json = {"keyName": resource.name}
    for word, key in keys.items():
        body[f"{word}Key"] = key
        body[f"{word}ConnectionString"] = (
            f"Endpoint=sb://{where}/;SharedAccessKeyName={resource.name};SharedAccessKey={key}"
        )
    return Response(200, body)


class AuthorizationRules(Behavior):
    """Keys are read by an action, never by a GET."""

    actions: ClassVar[Mapping[str, Action]] = {"listKeys": _list_keys}


def _check_name(world: World, request: Request, match: re.Match[str]) -> Response:
    """Whether a name is free in the world."""
    name = str(request.json().get("name", "")).lower()
    taken = (NAMES, name) in world.names
    return Response(200, {"nameAvailable": not taken, "reason": "NameInUse" if taken else "None", "message": ""})


def refuse_early(change: Change) -> None:
    """What is in a namespace waits until that is usable."""
    namespace = change.world.store.get(change.target.parent)
    if namespace is not None and namespace.properties.get("status") == "Creating":
        message = f"Namespace '{namespace.name}' is not active yet. Its status is Creating."
        raise ArmError(409, "Conflict", message)


def inner_kinds(namespaces: str, versions: tuple[str, ...]) -> tuple[Kind, ...]:
    """What every namespace of the type `namespaces` has beside its hubs or queues."""
    return (
        Kind(
            name=f"{namespaces}/networkRuleSets",
            versions=versions,
            patchable=False,
            stateful=False,
            names=NameRule("default", "The network rule set must be named default.", "BadRequest"),
            put=Style(created=200),
            behavior=RuleSets(),
        ),
        Kind(
            name=f"{namespaces}/authorizationRules",
            versions=versions,
            patchable=False,
            stateful=False,
            put=Style(created=200),
            required=("properties.rights",),
            behavior=AuthorizationRules(),
        ),
        Kind(name=f"{namespaces}/{CONNECTIONS}", versions=versions, patchable=False),
    )


def name_route(provider: str, versions: tuple[str, ...]) -> Route:
    """The question of either provider whether a name is free."""
    return Route(
        "POST",
        rf"(?P<scope>/subscriptions/[^/]+)/providers/{re.escape(provider)}/checkNameAvailability",
        versions,
        f"{provider}/checkNameAvailability/action",
        _check_name,
    )


def not_found(word: str) -> Refusal:
    """How either service says that it does not have something; "" for a namespace."""
    return Refusal(
        404, "MessagingGatewayNotFound" if word else "NamespaceNotFound", f"{word or 'Namespace'} '{{name}}' not found"
    )
