"""Microsoft.Web: Function Apps, as far as a gateway calls them: a host name of their own, and the functions that they list."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
SITES, FUNCTIONS = "Microsoft.Web/sites", "Microsoft.Web/sites/functions"
HTTP_TRIGGER = "httptrigger"
VERSIONS = ("2025-03-01", "2024-11-01", "2024-04-01", "2023-12-01", "2022-09-01")


class Sites(Behavior):
    """An app is found under its own name."""

    def compose(self, change: Change) -> Json:
        outputs = {"defaultHostName": f"{change.name.lower()}.azurewebsites.net", "state": "Running"}
        return {**change.body, "properties": {**change.properties, **outputs}}


class Functions(Behavior):
    """A function that HTTP triggers tells where it is called: below `routePrefix`, which is the app's own (`api`)."""

    def compose(self, change: Change) -> Json:
        app = change.world.store.get(change.target.parent)
        host = str(app.properties["defaultHostName"]) if app else ""
        config = change.properties.get("config") or {}
        triggers = [one for one in config.get("bindings") or () if str(one.get("type")).lower() == HTTP_TRIGGER]
        route = str(triggers[0].get("route") or change.name).lower() if triggers else ""
        prefix = str(app.properties.get("routePrefix", "api")) if app else ""
        outputs = {
            "function_app_id": change.target.parent,
            "invoke_url_template": "/".join(part for part in (f"https://{host}", prefix, route) if part)
            if triggers
            else None,
        }
        usual = {"language": "python", "isDisabled": False}
        return {**change.body, "properties": {**usual, **change.properties, **outputs}}

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        """It is called by its app's name and its own."""
        return {**body, "name": "/".join(resource.id.split("/")[-3::2])}


PROVIDER = Provider(
    namespace="Microsoft.Web",
    kinds=(
        Kind(
            name=SITES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"[A-Za-z0-9](?=.{1,59}$)[A-Za-z0-9-]*[A-Za-z0-9]", "The site name '{name}' is invalid.", "BadRequest"
            ),
            unique="site",
            taken=Refusal(409, "Conflict", "Website with given name {name} already exists."),
            display_location=True,
            defaults={"kind": "functionapp", "properties": {"enabled": True, "httpsOnly": True}},
            behavior=Sites(),
        ),
        Kind(name=FUNCTIONS, versions=VERSIONS, stateful=False, patchable=False, behavior=Functions()),
    ),
)
