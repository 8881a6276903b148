"""What somebody does to resources behind our back, by the plan's key: a declared field changed, something of their own added.

A row for each planned resource of the samples: the tests check that none is left out.
"""

from typing import Any

from loom.plan.zone.access import ACCESS
from support.samples import sample

Patch = dict[str, Any]
APPS = (
    "loom-console",
    "loom-setup-orchestrator",
    "loom-mcp",
    "loom-activator",
    "loom-direct-lake-shim",
    "loom-mirroring",
)
Edit = tuple[dict[str, Any], set[str]]
TAGS: Edit = ({"tags": {"Domain": "somebody-elses"}}, {"tags.Domain"})
WORDS: Edit = ({"properties": {"description": "{mark} for nothing"}}, {"properties.description"})
CLOSED: Edit = (
    {"properties": {"publicNetworkAccess": "Enabled"}, "tags": {"Owner": "me@contoso.com"}},
    {"properties.publicNetworkAccess", "tags.Owner"},
)
OPENED: Edit = ({"properties": {"publicNetworkAccess": "Enabled"}}, {"properties.publicNetworkAccess"})
NO_LOGS: Edit = (
    {"properties": {"logs": [{"categoryGroup": "allLogs", "enabled": False}]}},
    {"properties.logs[0].enabled"},
)
NO_METRICS: Edit = ({"properties": {"metrics": []}}, {"properties.metrics"})
ONE_WAY: Edit = (
    {"properties": {"allowForwardedTraffic": False, "allowVirtualNetworkAccess": False}},
    {"properties.allowForwardedTraffic", "properties.allowVirtualNetworkAccess"},
)
STRICT_NAMES: Edit = ({"properties": {"resolutionPolicy": "Default"}}, {"properties.resolutionPolicy"})
PUBLIC: Edit = ({"properties": {"publicAccess": "Blob"}}, {"properties.publicAccess"})
NOWHERE: dict[str, Any] = {"properties": {"privateDnsZoneConfigs": []}}
ELSEWHERE: Edit = (
    {"properties": {"aRecords": [{"ipv4Address": "10.9.9.9"}]}},
    {"properties.aRecords[0].ipv4Address"},
)
OPEN_POLICY: Edit = (
    {"properties": {"value": "<policies><inbound><base/></inbound></policies>"}},
    {"properties.value"},
)

THEIR_ROUTE: dict[str, Any] = {
    "name": "to-the-internet",
    "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"},
}

ADMINS, MEMBERS = "60000000-0000-4000-8000-000000000001", "60000000-0000-4000-8000-000000000002"
GROUPS = {"admins": ADMINS, "members": MEMBERS}
SHARES = tuple(
    f"access/{GROUPS[share.audience]}/{share.thing}/{share.role.slug}"
    for share in ACCESS
    if share.thing in ("group", *sample("DataLandingZone")["spec"])
)

OWN_LISTS = ("cosmos", "kusto")
"""Services whose roles are none of Azure's."""

EDITS: dict[str, Edit] = {
    "group": TAGS,
    "nsg": TAGS,
    "route-table": (
        {"properties": {"routes": [{**THEIR_ROUTE, "name": "default-to-hub-firewall"}]}},
        {
            "properties.routes[default-to-hub-firewall].properties.nextHopType",
            "properties.routes[default-to-hub-firewall].properties.nextHopIpAddress",
        },
    ),
    "network": TAGS,
    "subnet/snet-container-apps": ({"properties": {"networkSecurityGroup": None}}, {"properties.networkSecurityGroup"}),
    "subnet/snet-private-endpoints": (
        {"properties": {"networkSecurityGroup": None}},
        {"properties.networkSecurityGroup"},
    ),
    "nsg/application-gateway": TAGS,
    "subnet/snet-application-gateway": (
        {"properties": {"networkSecurityGroup": None}},
        {"properties.networkSecurityGroup"},
    ),
    "peering/to-hub": ONE_WAY,
    "peering/from-hub": ONE_WAY,
    "dns-link/blob": STRICT_NAMES,
    "dns-link/dfs": STRICT_NAMES,
    "dns-link/namespace": STRICT_NAMES,
    "dns-link/Sql": STRICT_NAMES,
    "dns-link/redisEnterprise": STRICT_NAMES,
    "storage": (
        {"properties": {"allowSharedKeyAccess": True, "networkAcls": {"defaultAction": "Allow"}}},
        {"properties.allowSharedKeyAccess", "properties.networkAcls.defaultAction"},
    ),
    "storage/blob-service": (
        {"properties": {"deleteRetentionPolicy": {"days": 7}}},
        {"properties.deleteRetentionPolicy.days"},
    ),
    "filesystem/bronze": PUBLIC,
    "filesystem/silver": PUBLIC,
    "filesystem/gold": PUBLIC,
    "endpoint/storage-blob": TAGS,
    "endpoint/storage-blob/dns": (NOWHERE, {"properties.privateDnsZoneConfigs[privatelink-blob-core-windows-net]"}),
    "endpoint/storage-dfs": TAGS,
    "endpoint/storage-dfs/dns": (NOWHERE, {"properties.privateDnsZoneConfigs[privatelink-dfs-core-windows-net]"}),
    "event-hubs": CLOSED,
    "hub/orders": (
        {"properties": {"retentionDescription": {"retentionTimeInHours": 1}}},
        {"properties.retentionDescription.retentionTimeInHours"},
    ),
    "event-hubs/network-rules": OPENED,
    "endpoint/event-hubs-namespace": TAGS,
    "endpoint/event-hubs-namespace/dns": (
        NOWHERE,
        {"properties.privateDnsZoneConfigs[privatelink-servicebus-windows-net]"},
    ),
    **{share: WORDS for share in SHARES if share.split("/")[2] not in OWN_LISTS},
    **{share: ({"properties": {"role": "Admin"}}, {"properties.role"}) for share in SHARES if "/kusto/" in share},
    **dict.fromkeys((f"identity/{app}" for app in APPS), TAGS),
    "storage/lifecycle": (
        {"properties": {"policy": {"rules": []}}},
        {"properties.policy.rules[old-landing-files]"},
    ),
    "event-grid": TAGS,
    "event-grid/direct-lake": (
        {"properties": {"filter": {"subjectEndsWith": ".csv"}}},
        {"properties.filter.subjectEndsWith"},
    ),
    "event-grid/new-files": (
        {"properties": {"filter": {"subjectEndsWith": ".csv"}}},
        {"properties.filter.subjectEndsWith"},
    ),
    "role/event-grid/service-bus/azure-service-bus-data-sender": WORDS,
    "diagnostics/event-grid": NO_LOGS,
    "key-vault": (
        {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}},
        {"properties.publicNetworkAccess", "properties.networkAcls.defaultAction"},
    ),
    "endpoint/key-vault-vault": TAGS,
    "endpoint/key-vault-vault/dns": (NOWHERE, {"properties.privateDnsZoneConfigs[privatelink-vaultcore-azure-net]"}),
    "dns-link/vault": STRICT_NAMES,
    "diagnostics/key-vault": NO_LOGS,
    "service-bus": CLOSED,
    "service-bus/network-rules": OPENED,
    "queue/refresh": ({"properties": {"maxDeliveryCount": 1}}, {"properties.maxDeliveryCount"}),
    "endpoint/service-bus-namespace": TAGS,
    "endpoint/service-bus-namespace/dns": (
        NOWHERE,
        {"properties.privateDnsZoneConfigs[privatelink-servicebus-windows-net]"},
    ),
    "cosmos": (
        {
            "properties": {"disableLocalAuth": False, "publicNetworkAccess": "Enabled"},
            "tags": {"Owner": "me@contoso.com"},
        },
        {"properties.disableLocalAuth", "properties.publicNetworkAccess", "tags.Owner"},
    ),
    "redis": CLOSED,
    "redis/database": (
        {"properties": {"accessKeysAuthentication": "Enabled"}},
        {"properties.accessKeysAuthentication"},
    ),
    "endpoint/redis-redisEnterprise": TAGS,
    "endpoint/redis-redisEnterprise/dns": (NOWHERE, {"properties.privateDnsZoneConfigs[privatelink-redis-azure-net]"}),
    "endpoint/cosmos-Sql": TAGS,
    "endpoint/cosmos-Sql/dns": (NOWHERE, {"properties.privateDnsZoneConfigs[privatelink-documents-azure-com]"}),
    "front-door": TAGS,
    "front-door/endpoint": ({"properties": {"enabledState": "Disabled"}}, {"properties.enabledState"}),
    "front-door/origin-group": (
        {"properties": {"loadBalancingSettings": {"sampleSize": 8}}},
        {"properties.loadBalancingSettings.sampleSize"},
    ),
    "front-door/origin": (
        {"properties": {"enforceCertificateNameCheck": False}},
        {"properties.enforceCertificateNameCheck"},
    ),
    "front-door/firewall": (
        {"properties": {"policySettings": {"mode": "Detection"}}},
        {"properties.policySettings.mode"},
    ),
    "front-door/security": (
        {"properties": {"parameters": {"associations": []}}},
        {"properties.parameters.associations"},
    ),
    "front-door/route": (
        {"properties": {"httpsRedirect": "Disabled", "forwardingProtocol": "MatchRequest"}},
        {"properties.httpsRedirect", "properties.forwardingProtocol"},
    ),
    "application-gateway": (
        {"properties": {"autoscaleConfiguration": {"minCapacity": 0}, "enableHttp2": False}},
        {"properties.autoscaleConfiguration.minCapacity", "properties.enableHttp2"},
    ),
    "application-gateway/address": TAGS,
    "application-gateway/firewall": (
        {"properties": {"policySettings": {"mode": "Detection"}}},
        {"properties.policySettings.mode"},
    ),
    "identity/application-gateway": TAGS,
    "vpn": (
        {"properties": {"vpnClientConfiguration": {"vpnAuthenticationTypes": ["AAD", "Certificate"]}}},
        {"properties.vpnClientConfiguration.vpnAuthenticationTypes"},
    ),
    "vpn/address": TAGS,
    "environment": (
        {"properties": {"appLogsConfiguration": {"destination": "none"}}},
        {"properties.appLogsConfiguration.destination"},
    ),
    "apps-domain": TAGS,
    **dict.fromkeys(("apps-domain/*", "apps-domain/@", "apps-domain/*.internal"), ELSEWHERE),
    **dict.fromkeys(("apps-domain/link-zone", "apps-domain/link-hub"), TAGS),
    **dict.fromkeys((f"role/{app}/registry/acrpull" for app in APPS), WORDS),
    **dict.fromkeys((f"role/{app}/plane/insights/monitoring-metrics-publisher" for app in APPS), WORDS),
    **dict.fromkeys((f"role/{app}/key-vault/key-vault-secrets-user" for app in APPS), WORDS),
    "role/application-gateway/kv-contoso-finance/key-vault-secrets-user": WORDS,
    "role/loom-mcp/group/reader": WORDS,
    "role/loom-direct-lake-shim/queue/refresh/azure-service-bus-data-receiver": WORDS,
    "role/loom-mirroring/event-hubs/azure-event-hubs-data-owner": WORDS,
    **dict.fromkeys(
        (f"app/{app}" for app in APPS if app != "loom-mirroring"),
        ({"properties": {"template": {"scale": {"maxReplicas": 30}}}}, {"properties.template.scale.maxReplicas"}),
    ),
    "app/loom-mirroring": (
        {"properties": {"configuration": {"ingress": {"external": True}}, "template": {"scale": {"maxReplicas": 30}}}},
        {"properties.configuration.ingress.external", "properties.template.scale.maxReplicas"},
    ),
    "diagnostics/nsg": NO_LOGS,
    "diagnostics/network": NO_LOGS,
    "diagnostics/storage": NO_METRICS,
    "diagnostics/storage/blob-service": NO_LOGS,
    "diagnostics/event-hubs": NO_METRICS,
    "diagnostics/service-bus": NO_LOGS,
    "diagnostics/cosmos": NO_LOGS,
    "diagnostics/redis": NO_METRICS,
    "diagnostics/redis/database": NO_LOGS,
    "diagnostics/environment": NO_LOGS,
    "diagnostics/front-door": NO_METRICS,
    "diagnostics/application-gateway": NO_METRICS,
    "diagnostics/application-gateway/address": NO_METRICS,
    "diagnostics/nsg/application-gateway": NO_LOGS,
    "diagnostics/vpn": NO_METRICS,
    "diagnostics/vpn/address": NO_METRICS,
    **dict.fromkeys((f"diagnostics/app/{app}" for app in APPS), NO_METRICS),
}
OF_THE_PRODUCT: dict[str, Edit] = {
    "backend/orders": ({"properties": {"url": "https://elsewhere.contoso.com"}}, {"properties.url"}),
    "version-set/orders": ({"properties": {"displayName": "Mine"}}, {"properties.displayName"}),
    "revision/orders-v1/1": (
        {"properties": {"path": "finance/other", "subscriptionRequired": False}},
        {"properties.path", "properties.subscriptionRequired"},
    ),
    "api/orders-v1": ({"properties": {"displayName": "Mine"}}, {"properties.displayName"}),
    "api-policy/orders-v1": OPEN_POLICY,
    "operation-policy/orders-v1/listOrders": OPEN_POLICY,
    "product": (
        {"properties": {"approvalRequired": False, "subscriptionsLimit": 500}},
        {"properties.approvalRequired", "properties.subscriptionsLimit"},
    ),
    "product-policy": OPEN_POLICY,
    "tag/sales": ({"properties": {"displayName": "marketing"}}, {"properties.displayName"}),
    "tag/domain": ({"properties": {"displayName": "domain: hr"}}, {"properties.displayName"}),
}
TAGGED = tuple(f"tag/{tag}/{link}" for tag in ("sales", "domain") for link in ("product", "api/orders-v1"))
FIXED = {
    "cosmos/activator-state", "cosmos/activator-state/rules", "kusto/database", "role/loom-activator/cosmos/documents",
    "role/loom-activator/kusto/database/queries", "role/loom-activator/redis/database/cache",
    "cosmos/workspace-registry", "cosmos/workspace-registry/deployments", "cosmos/direct-lake-config",
    "cosmos/direct-lake-config/refresh-policies", "secret/loom-console-session", "role/loom-console/cosmos/documents",
    "role/loom-setup-orchestrator/cosmos/documents", "role/loom-direct-lake-shim/cosmos/documents",
    "hub/loom-mirroring-configs", "hub/loom-mirroring-offsets", "hub/loom-mirroring-status", "api-link/orders-v1",
    "group-link/developers", *TAGGED,
    "cosmos/loom", "cosmos/loom/workspaces", "subnet/GatewaySubnet",
    *(share for share in SHARES if "/cosmos/" in share),
}  # fmt: skip
"""All that these declare is what Azure never changes: nobody can drift it."""

CORS = [
    {
        "allowedOrigins": ["https://contoso.com"],
        "allowedMethods": ["GET"],
        "allowedHeaders": ["*"],
        "exposedHeaders": [],
        "maxAgeInSeconds": 5,
    }
]
RULE = {
    "name": "AllowOps",
    "properties": {
        "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "10.9.0.0/16",
        "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22",
    },
}  # fmt: skip
CAPTURE = {"enabled": True, "encoding": "Avro", "intervalInSeconds": 300, "sizeLimitInBytes": 314572800}
TAG: Patch = {"tags": {"team": "theirs"}}

ADDED: dict[str, Patch] = {
    "group": TAG,
    "nsg": {"properties": {"securityRules": [RULE]}, **TAG},
    "network": {"properties": {"dhcpOptions": {"dnsServers": ["10.0.0.4"]}}, **TAG},
    "subnet/snet-private-endpoints": {
        "properties": {"serviceEndpoints": [{"service": "Microsoft.Sql", "locations": ["*"]}]}
    },
    "peering/to-hub": {"properties": {"allowGatewayTransit": True}},
    "peering/from-hub": {"properties": {"allowGatewayTransit": True}},
    "dns-link/blob": TAG,
    "storage": {
        "properties": {
            "networkAcls": {"ipRules": [{"value": "20.1.2.3", "action": "Allow"}]},
            "encryption": {"services": {"queue": {"enabled": True, "keyType": "Account"}}},
        },
        **TAG,
    },
    "storage/blob-service": {"properties": {"isVersioningEnabled": True, "cors": {"corsRules": CORS}}},
    "filesystem/bronze": {"properties": {"metadata": {"steward": "anna"}}},
    "endpoint/storage-blob": TAG,
    "event-hubs": {"sku": {"capacity": 7}, **TAG},
    "hub/orders": {"properties": {"captureDescription": CAPTURE}},
    "identity/loom-mirroring": TAG,
    "event-hubs/network-rules": {"properties": {"ipRules": [{"ipMask": "20.1.2.3", "action": "Allow"}]}},
    "service-bus": TAG,
    "key-vault": {
        "properties": {"networkAcls": {"ipRules": [{"value": "20.1.2.3/32"}]}, "enabledForDeployment": True},
        **TAG,
    },
    "queue/refresh": {"properties": {"lockDuration": "PT5M", "forwardDeadLetteredMessagesTo": "theirs"}},
    "cosmos": {
        "properties": {
            "cors": [{"allowedOrigins": "https://contoso.com"}],
            "enableAutomaticFailover": True,
            "locations": [
                {"locationName": "East US 2", "failoverPriority": 0, "isZoneRedundant": False},
                {"locationName": "Central US", "failoverPriority": 1, "isZoneRedundant": False},
            ],
        },
        **TAG,
    },
    "redis": TAG,
    "redis/database": {"properties": {"evictionPolicy": "NoEviction"}},
    "environment": TAG,
    "front-door": TAG,
    "front-door/endpoint": TAG,
    "front-door/firewall": {
        "properties": {
            "customRules": {
                "rules": [
                    {
                        "name": "AllowOps",
                        "priority": 100,
                        "ruleType": "MatchRule",
                        "action": "Allow",
                        "matchConditions": [
                            {"matchVariable": "RemoteAddr", "operator": "IPMatch", "matchValue": ["20.1.2.0/24"]}
                        ],
                    }
                ]
            }
        },
        **TAG,
    },
    "app/loom-mirroring": TAG,
}
"""What nobody declared, and what stays through a write that brings a declared field back."""

CHILDREN: dict[str, tuple[str, Patch]] = {
    "a subnet": ("{network}/subnets/snet-theirs", {"properties": {"addressPrefix": "10.100.8.0/24"}}),
    "a filesystem": ("{storage}/blobServices/default/containers/theirs", {"properties": {}}),
    "a database": ("{cosmos}/sqlDatabases/theirs", {"properties": {"resource": {"id": "theirs"}}}),
    "a container": (
        "{cosmos}/sqlDatabases/loom/containers/theirs",
        {"properties": {"resource": {"id": "theirs", "partitionKey": {"paths": ["/id"], "kind": "Hash"}}}},
    ),
    "a hub": ("{event-hubs}/eventhubs/theirs", {"properties": {"partitionCount": 1}}),
    "a queue": ("{service-bus}/queues/theirs", {"properties": {}}),
    "a consumer group": ("{hub/orders}/consumergroups/theirs", {"properties": {}}),
    "a diagnostic setting": (
        "{storage}/providers/Microsoft.Insights/diagnosticSettings/theirs",
        {"properties": {"workspaceId": "{workspace}", "metrics": [{"category": "AllMetrics", "enabled": True}]}},
    ),
    "a role assignment": (
        "{event-hubs}/providers/Microsoft.Authorization/roleAssignments/7e2b1f1e-0d3c-4b42-9f52-0a6f4d5f9b11",
        {
            "properties": {
                "roleDefinitionId": "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/"
                "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
                "principalId": "0d4f62a7-6b86-4a39-9d0f-53c7d6d7a001",
            }
        },
    ),
}
"""Resources of their own in or on ours: an id with plan keys in it, and a body."""
