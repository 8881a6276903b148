"""Microsoft.CognitiveServices: accounts of Azure OpenAI, as far as a gateway calls them: an endpoint of their own."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style

Json = dict[str, Any]
ACCOUNTS = "Microsoft.CognitiveServices/accounts"
VERSIONS = ("2026-05-01", "2025-09-01", "2025-06-01", "2024-10-01", "2023-05-01")
_HOSTS = {"OpenAI": "openai.azure.com"}


class Accounts(Behavior):
    """The endpoint carries the custom subdomain; without one it is the region's."""

    def check(self, change: Change) -> None:
        if not change.body.get("kind"):
            raise ArmError(400, "InvalidApiSetId", "The account type is missing.")

    def compose(self, change: Change) -> Json:
        host = _HOSTS.get(str(change.body["kind"]), "cognitiveservices.azure.com")
        label = change.properties.get("customSubDomainName") or change.name.lower()
        return {**change.body, "properties": {**change.properties, "endpoint": f"https://{label}.{host}/"}}


PROVIDER = Provider(
    namespace="Microsoft.CognitiveServices",
    kinds=(
        Kind(
            name=ACCOUNTS,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,63}", "The account name '{name}' is invalid.", "BadRequest"),
            unique="cognitive",
            taken=Refusal(
                409, "CustomDomainInUse", "Please pick a different name. The subdomain name '{name}' is not available."
            ),
            put=Style(seconds=5, headers="none", creating="Accepted"),
            required=("sku.name",),
            defaults={"properties": {"publicNetworkAccess": "Enabled", "disableLocalAuth": False}},
            system_data=True,
            behavior=Accounts(),
        ),
    ),
)
