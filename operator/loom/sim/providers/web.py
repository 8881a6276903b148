"""Microsoft.Web: Function Apps, as far as a gateway calls them: a host name of their own."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal

Json = dict[str, Any]
SITES = "Microsoft.Web/sites"
VERSIONS = ("2025-03-01", "2024-11-01", "2024-04-01", "2023-12-01", "2022-09-01")


class Sites(Behavior):
    """An app is found under its own name."""

    def compose(self, change: Change) -> Json:
        outputs = {"defaultHostName": f"{change.name.lower()}.azurewebsites.net", "state": "Running"}
        return {**change.body, "properties": {**change.properties, **outputs}}


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
    ),
)
