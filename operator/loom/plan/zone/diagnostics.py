"""Diagnostic settings: everything of the zone that can tell of itself sends it to the plane's workspace.

Which types have logs and which metrics: Azure docs, "Supported Resource log categories" and "Supported metrics"; private endpoints,
zone groups, links, identities, access connectors and roles have neither. An environment's logs also need its `azure-monitor` destination.
"""

from collections.abc import Iterable, Iterator

from loom.plan.arm_id import type_of
from loom.plan.naming import DIAGNOSTICS
from loom.plan.resource import Mode, Resource
from loom.plan.values import Value
from loom.plan.zone.site import Site

_LOGS: list[Value] = [{"categoryGroup": "allLogs", "enabled": True}]
_METRICS: list[Value] = [{"category": "AllMetrics", "enabled": True}]

_SENT: dict[str, dict[str, Value]] = {
    "microsoft.network/networksecuritygroups": {"logs": _LOGS},
    "microsoft.network/virtualnetworks": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.storage/storageaccounts": {"metrics": _METRICS},  # its logs are the blob service's
    "microsoft.storage/storageaccounts/blobservices": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.eventhub/namespaces": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.servicebus/namespaces": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.cache/redisenterprise": {"metrics": _METRICS},  # its logs are its database's
    "microsoft.cache/redisenterprise/databases": {"logs": _LOGS},
    "microsoft.databricks/workspaces": {"logs": _LOGS},
    "microsoft.documentdb/databaseaccounts": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.eventgrid/systemtopics": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.keyvault/vaults": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.synapse/workspaces": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.app/managedenvironments": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.cdn/profiles": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.network/applicationgateways": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.network/virtualnetworkgateways": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.network/bastionhosts": {"logs": _LOGS},
    "microsoft.network/publicipaddresses": {"logs": _LOGS, "metrics": _METRICS},
    "microsoft.app/containerapps": {"metrics": _METRICS},  # its logs are the environment's
}


def diagnostics(site: Site, resources: Iterable[Resource]) -> Iterator[Resource]:
    """A setting for each planned resource of ours whose type can have one."""
    for resource in resources:
        if resource.mode is not Mode.MANAGED or not isinstance(resource.id, str):
            continue
        sent = _SENT.get(type_of(resource.id).lower())
        if sent is not None:
            yield Resource(
                key=f"diagnostics/{resource.key}",
                id=f"{resource.id}/providers/Microsoft.Insights/diagnosticSettings/{DIAGNOSTICS}",
                body={"properties": {"workspaceId": site.plane.log_analytics.id, **sent}},
                depends_on=(resource.key,),
            )
