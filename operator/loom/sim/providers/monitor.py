"""Microsoft.Insights and Microsoft.OperationalInsights: what is observed, and where the logs go."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.documents import value_at
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError, bad_request
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style

Json = dict[str, Any]
SETTINGS = "Microsoft.Insights/diagnosticSettings"
SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
NO_SETTINGS = (
    "microsoft.network/privateendpoints",
    "microsoft.network/privatednszones",
    "microsoft.managedidentity/userassignedidentities",
    "microsoft.databricks/accessconnectors",
)
NO_LOGS = ("microsoft.app/containerapps", "microsoft.storage/storageaccounts", "microsoft.cache/redisenterprise")
NO_METRICS = (
    "microsoft.network/networksecuritygroups",
    "microsoft.cache/redisenterprise/databases",
    "microsoft.databricks/workspaces",
)


class DiagnosticSettings(Behavior):
    """Which resources take which categories (Azure docs: supported resource logs and metrics); five settings a resource at most."""

    def check(self, change: Change) -> None:
        on = change.world.store.get(change.target.scope)
        kind = on.type.lower() if on else ""
        if kind in NO_SETTINGS or (on is None and change.target.scope.count("/") > 2):
            raise bad_request(
                "ResourceTypeNotSupported", f"The resource type '{kind}' does not support diagnostic settings."
            )
        if not any(change.properties.get(sink) for sink in SINKS):
            raise bad_request("BadRequest", "At least one data sink needs to be specified.")
        if kind in NO_LOGS and change.properties.get("logs"):
            raise bad_request(
                "BadRequest", f"Category group 'allLogs' is not supported, supported ones are: '' for '{kind}'."
            )
        if kind in NO_METRICS and change.properties.get("metrics"):
            raise bad_request("BadRequest", f"Metric category 'AllMetrics' is not supported for '{kind}'.")
        self._check_others(change)

    @staticmethod
    def _check_others(change: Change) -> None:
        others = [
            item for item in change.world.store.children(change.target.scope, SETTINGS) if item.key != change.id.lower()
        ]
        if len(others) >= 5:
            raise bad_request("BadRequest", "The limit of 5 diagnostic settings was reached.")
        workspace = str(change.properties.get("workspaceId") or "").lower()
        for other in others:
            if workspace and str(other.properties.get("workspaceId") or "").lower() == workspace:
                message = (
                    f"Data sink '{change.properties['workspaceId']}' is already used in diagnostic setting '{other.name}' for category "
                    f"'allLogs'. Data sinks can't be reused in different settings on the same category for the same resource."
                )
                raise ArmError(409, "Conflict", message)

    def compose(self, change: Change) -> Json:
        properties = change.properties
        logs = [
            {"category": None, "categoryGroup": None, "retentionPolicy": {"enabled": False, "days": 0}, **item}
            for item in properties.get("logs") or []
        ]
        metrics = [
            {"timeGrain": None, "retentionPolicy": {"enabled": False, "days": 0}, **item}
            for item in properties.get("metrics") or []
        ]
        nulls = {
            key: properties.get(key)
            for key in (
                "storageAccountId",
                "serviceBusRuleId",
                "workspaceId",
                "eventHubAuthorizationRuleId",
                "eventHubName",
                "logAnalyticsDestinationType",
            )
        }
        return {
            "kind": None,
            "location": None,
            "identity": None,
            "tags": None,
            "properties": {**properties, **nulls, "logs": logs, "metrics": metrics},
        }


class Components(Behavior):
    """Application Insights hands out a connection string."""

    def compose(self, change: Change) -> Json:
        key = guid("instrumentation", change.id.lower())
        made = change.before.properties.get("CreationDate") if change.before else change.world.clock.stamp()
        endpoint = f"https://{host(f'{change.location}-0.in.applicationinsights.azure.com', change.location)}/"
        outputs = {
            "ApplicationId": change.name,
            "AppId": guid("app", change.id.lower()),
            "InstrumentationKey": key,
            "ConnectionString": f"InstrumentationKey={key};IngestionEndpoint={endpoint}",
            "Name": change.name,
            "CreationDate": made,
            "TenantId": change.id.split("/")[2],
        }
        return {**change.body, "properties": {**change.properties, **outputs}}


class Workspaces(Behavior):
    """A workspace has a customer id."""

    def compose(self, change: Change) -> Json:
        stamp = change.world.clock.stamp()
        sku = {"name": "PerGB2018", **(value_at(change.body, "properties.sku") or {}), "lastSkuUpdate": stamp}
        outputs = {
            "customerId": guid("workspace", change.id.lower()),
            "sku": sku,
            "createdDate": change.before.properties.get("createdDate", stamp) if change.before else stamp,
            "modifiedDate": stamp,
        }
        return {**change.body, "properties": {**change.properties, **outputs}}


INSIGHTS = Provider(
    namespace="Microsoft.Insights",
    kinds=(
        Kind(
            name=SETTINGS,
            versions=("2021-05-01-preview", "2017-05-01-preview"),
            extension=True,
            patchable=False,
            stateful=False,
            put=Style(created=200),
            missing=Refusal(404, "ResourceNotFound", "The diagnostic setting '{name}' does not exist."),
            behavior=DiagnosticSettings(),
        ),
        Kind(
            name="Microsoft.Insights/components",
            versions=("2020-02-02", "2015-05-01"),
            tracked=True,
            lists=("subscription", "group"),
            put=Style(created=200),
            required=("kind", "properties.Application_Type"),
            defaults={
                "tags": {},
                "properties": {
                    "RetentionInDays": 90,
                    "IngestionMode": "LogAnalytics",
                    "publicNetworkAccessForIngestion": "Enabled",
                    "publicNetworkAccessForQuery": "Enabled",
                },
            },
            behavior=Components(),
        ),
    ),
)
OPERATIONAL_INSIGHTS = Provider(
    namespace="Microsoft.OperationalInsights",
    kinds=(
        Kind(
            name="Microsoft.OperationalInsights/workspaces",
            versions=("2025-07-01", "2025-02-01", "2023-09-01", "2022-10-01"),
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(
                r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]", "Workspace name '{name}' is invalid.", "InvalidParameter"
            ),
            put=Style(seconds=15, creating="Creating", updating="Updating", update_seconds=0),
            defaults={
                "properties": {
                    "retentionInDays": 30,
                    "publicNetworkAccessForIngestion": "Enabled",
                    "publicNetworkAccessForQuery": "Enabled",
                    "features": {"legacy": 0, "searchVersion": 1, "enableLogAccessUsingOnlyResourcePermissions": True},
                    "workspaceCapping": {
                        "dailyQuotaGb": -1.0,
                        "quotaNextResetTime": None,
                        "dataIngestionStatus": "RespectQuota",
                    },
                },
            },
            etag="body",
            behavior=Workspaces(),
        ),
    ),
)
