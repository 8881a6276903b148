"""The types of Microsoft.ApiManagement, as data. Answers as recorded: the service is slow and sends both headers, children are quick."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
NAMESPACE = "Microsoft.ApiManagement"
SERVICE = f"{NAMESPACE}/service"
VERSIONS = ("2024-05-01", "2023-09-01-preview", "2022-08-01")
CHILDREN = (
    "apiVersionSets",
    "apis",
    "apis/diagnostics",
    "apis/operations",
    "apis/operations/policies",
    "apis/policies",
    "apis/releases",
    "apis/schemas",
    "apis/tags",
    "backends",
    "diagnostics",
    "groups",
    "loggers",
    "namedValues",
    "policies",
    "policyFragments",
    "products",
    "products/apiLinks",
    "products/apis",
    "products/groupLinks",
    "products/groups",
    "products/policies",
    "subscriptions",
    "tags",
)
LONG = ("apis", "apis/schemas", "namedValues", "policyFragments")


class Services(Behavior):
    """A service has a gateway URL."""

    def compose(self, change: Change) -> Json:
        known = change.before.properties if change.before else {}
        host = f"{change.name.lower()}.azure-api.net"
        outputs = {
            "notificationSenderEmail": "apimgmt-noreply@mail.windowsazure.com",
            "createdAtUtc": known.get("createdAtUtc", change.world.clock.stamp()),
            "gatewayUrl": f"https://{host}",
            "hostnameConfigurations": [
                {"type": "Proxy", "hostName": host, "defaultSslBinding": True, "certificateSource": "BuiltIn"}
            ],
            "targetProvisioningState": "Updating" if change.before else "Activating",
        }
        return {**change.body, "properties": {**change.properties, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        resource.properties["targetProvisioningState"] = ""


def _child(path: str) -> Kind:
    return Kind(
        name=f"{SERVICE}/{path}",
        versions=VERSIONS,
        stateful=path in LONG,
        etag="header",
        missing=Refusal(404, "ResourceNotFound", f"{path.rsplit('/', 1)[-1]} '{{name}}' not found."),
    )


PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=(
        Kind(
            name=SERVICE,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"[A-Za-z](?=.{0,49}$)([A-Za-z0-9-]*[A-Za-z0-9])?",
                "The service name '{name}' is invalid.",
                "ValidationError",
            ),
            unique="apim",
            taken=Refusal(409, "ServiceAlreadyExists", "Api service already exists: {name}"),
            display_location=True,
            identity="spaced",
            put=Style(
                seconds=1800,
                headers="both",
                retry_after=20,
                created=201,
                updated=200,
                creating="Activating",
                updating="Updating",
                status_path="operationsStatuses",
                result_path="operationResults",
                bare=True,
                update_seconds=60,
            ),
            delete=Style(
                seconds=120,
                headers="both",
                retry_after=20,
                created=202,
                updated=202,
                updating="Deleting",
                status_path="operationsStatuses",
                result_path="operationResults",
                bare=True,
                done=200,
            ),
            required=("sku.name", "properties.publisherEmail", "properties.publisherName"),
            defaults={
                "properties": {"virtualNetworkType": "None", "publicNetworkAccess": "Enabled", "certificates": None}
            },
            etag="header",
            system_data=True,
            behavior=Services(),
        ),
        *(_child(path) for path in CHILDREN),
    ),
)
