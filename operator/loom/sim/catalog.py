"""All resource types of the simulated cloud, found by name. Knows the providers; decides which api-versions exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from loom.sim import errors
from loom.sim.ids import RESOURCES, Target, parse
from loom.sim.kinds import Kind, Provider, Route

if TYPE_CHECKING:
    from loom.sim.wire import Request
    from loom.sim.world import World


class Catalog:
    """The providers and what they have."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.providers = {provider.namespace.lower(): provider for provider in providers}
        self.kinds = {kind.key: kind for provider in self.providers.values() for kind in provider.kinds}
        self.routes: list[tuple[re.Pattern[str], Route]] = [
            (re.compile(route.pattern, re.IGNORECASE), route)
            for provider in self.providers.values()
            for route in provider.routes
        ]
        self.hosts = [
            (re.compile(pattern, re.IGNORECASE), handler)
            for provider in self.providers.values()
            for pattern, handler in provider.hosts
        ]

    def kind(self, type_name: str) -> Kind | None:
        return self.kinds.get(type_name.lower())

    def route(self, method: str, path: str) -> tuple[Route, re.Match[str]] | None:
        """The further route that a path takes, if it is no resource."""
        for pattern, route in self.routes:
            if route.method == method and (match := pattern.fullmatch(path)) is not None:
                return route, match
        return None

    def meant(self, world: World, request: Request) -> Request:
        """The request for what a path means, where a resource has a second name."""
        target = parse(request.path.rstrip("/"))
        provider = self.providers.get(target.namespace.lower()) if target is not None else None
        return provider.meant(world, request) if provider is not None else request

    def children(self, kind: Kind) -> list[Kind]:
        """The types directly below one."""
        return [item for item in self.kinds.values() if item.parent_name.lower() == kind.key]

    def resolve(self, target: Target, version: str) -> tuple[Kind, str]:
        """The type that a path is about, and the action that follows it, if any. Raises ARM's error for what does not exist."""
        if target.namespace.lower() not in self.providers:
            raise errors.unknown_namespace(target.namespace)
        kind, action = self.kind(target.type_key), ""
        if kind is None and len(target.types) == len(target.names) + 1:
            shorter = Target(target.scope, target.namespace, target.types[:-1], target.names)
            kind, action = self.kind(shorter.type_key), target.types[-1]
        if kind is None:
            raise errors.unknown_type(target.type_path, target.namespace, version)
        if not version:
            raise errors.missing_api_version()
        if version not in kind.versions:
            raise errors.unknown_version(kind.path, version, kind.versions, "global")
        return kind, action

    @staticmethod
    def action_name(kind: Kind, verb: str) -> str:
        """What a role must allow: `Microsoft.Storage/storageAccounts/write`."""
        name = kind.name
        if kind.namespace == RESOURCES and kind.path in ("resourceGroups", "subscriptions"):
            name = f"{RESOURCES}/subscriptions" + ("/resourceGroups" if kind.path == "resourceGroups" else "")
        return f"{name}/{verb}"
