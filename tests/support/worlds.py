"""An ordinary object of every kind, as people write it, and the world that it is planned in. `support.specs` draws any other."""

from collections.abc import Mapping
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.context import Context, Neighbor, Zone
from loom.plan.kinds import KINDS
from loom.plan.ownership import Owner

TENANT, HUB, SPOKE = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "124")
GROUP = "77777777-7777-4777-8777-777777777777"
NAMESPACE = "domain-finance"
DOCUMENT = """\
openapi: 3.0.1
info: {title: Orders, version: "1"}
servers: [{url: "https://not-used.example.com"}]
paths:
  /orders:
    get: {operationId: listOrders, responses: {"200": {description: ok}}}
    post: {operationId: addOrder, responses: {"201": {description: made}}}
"""

SCHEMA = """\
type Query {
  order(id: ID!): Order
  orders(limit: Int = 10): [Order!]!
}

type Mutation {
  addOrder(amount: Float!): Order
}

type Order {
  id: ID!
  amount: Float
}
"""

WSDL = """\
<wsdl:definitions name="Ledger" targetNamespace="urn:ledger" xmlns:tns="urn:ledger" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <wsdl:types>
    <xsd:schema targetNamespace="urn:ledger"><xsd:element name="Entry" type="xsd:string"/></xsd:schema>
  </wsdl:types>
  <wsdl:message name="Entry"><wsdl:part name="body" element="tns:Entry"/></wsdl:message>
  <wsdl:portType name="LedgerPort">
    <wsdl:operation name="Book"><wsdl:input message="tns:Entry"/><wsdl:output message="tns:Entry"/></wsdl:operation>
    <wsdl:operation name="Look"><wsdl:input message="tns:Entry"/><wsdl:output message="tns:Entry"/></wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="LedgerSoap" type="tns:LedgerPort">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <wsdl:operation name="Book">
      <soap:operation soapAction="urn:ledger/Book"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input>
    </wsdl:operation>
    <wsdl:operation name="Look">
      <soap:operation soapAction="urn:ledger/Look"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="LedgerService">
    <wsdl:port name="LedgerEndpoint" binding="tns:LedgerSoap"><soap:address location="https://not-used.example.com"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""

Obj = dict[str, Any]


def hub(arm_type: str, name: str) -> str:
    """The id of something of the plane."""
    return f"/subscriptions/{HUB}/resourceGroups/rg-hub/providers/{arm_type}/{name}"


SERVICE = hub("Microsoft.ApiManagement/service", "apim-hub")


def plane_object(**changes: Any) -> Obj:
    """A plane with everything, and a grant for NAMESPACE. A change of None takes a field away."""
    return _object(
        "AdminPlane",
        "eastus2",
        changes,
        cloud="AzureCloud",
        boundary="Commercial",
        tenantId=TENANT,
        location="eastus2",
        subscriptionId=HUB,
        resourceGroup="rg-hub",
        hubNetwork={"id": hub("Microsoft.Network/virtualNetworks", "vnet-hub")},
        privateDnsZones={"resourceGroup": "rg-dns"},
        logAnalytics={"id": hub("Microsoft.OperationalInsights/workspaces", "log-hub")},
        applicationInsights={"id": hub("Microsoft.Insights/components", "appi-hub")},
        containerRegistry={"id": hub("Microsoft.ContainerRegistry/registries", "acrloom")},
        apiManagement={"id": SERVICE},
        apps={"version": "0.3.0"},
        grants=[grant()],
    )


def grant(**changes: Any) -> Obj:
    """A grant that covers `zone_object` and `product_object`."""
    given: Obj = {
        "namespaces": {"matchNames": [NAMESPACE]},
        "subscriptions": [SPOKE],
        "locations": ["eastus2"],
        "apiManagement": {
            "services": [SERVICE],
            "pathPrefixes": ["finance/"],
            "backendHosts": ["orders.contoso.com", "*.azurecontainerapps.io"],
        },
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def zone_object(**changes: Any) -> Obj:
    """A zone with everything that a zone can have."""
    return _object(
        "DataLandingZone",
        "finance",
        changes,
        adminPlaneRef={"name": "eastus2"},
        domain="finance",
        environment="Production",
        subscriptionId=SPOKE,
        location="eastus2",
        owner={"name": "Finance Data", "email": "finance-data@contoso.com"},
        costCenter="CC-4711",
        dataClassification="Confidential",
        network={"addressSpace": "10.100.0.0/20"},
        storage={"filesystems": [{"name": "bronze"}, {"name": "gold"}]},
        eventHubs={"hubs": [{"name": "orders", "partitions": 8}]},
        apps=_APPS,
    )


_APPS: Obj = {
    "environment": {"zoneRedundant": True},
    "mcp": {"audience": "api://loom-mcp", "pimContributorGroupId": GROUP},
    "mirroring": {},
}


def rich_zone(**changes: Any) -> Obj:
    """A zone with every backing service beside those of `zone_object`, and all apps on them."""
    services: Obj = {
        "serviceBus": {"queues": [{"name": "refresh"}]},
        "keyVault": {},
        "eventGrid": {"subscriptions": [{"name": "new-files", "queue": "refresh", "filesystem": "bronze"}]},
        "storage": {
            "filesystems": [{"name": "bronze"}],
            "lifecycle": [
                {"name": "old-files", "prefixes": ["bronze/landing/"], "coolAfterDays": 30, "deleteAfterDays": 365}
            ],
        },
        "cosmos": {
            "databases": [{"name": "loom", "containers": [{"name": "workspaces", "partitionKey": "/tenantId"}]}]
        },
        "redis": {},
        "databricks": {"accessConnector": {}},
        "synapse": {"sqlAdmins": {"groupId": GROUP, "name": "SQL administrators"}},
        "kusto": {"clusterId": hub("Microsoft.Kusto/clusters", "adxshared")},
        "apps": {
            **_APPS,
            "console": {},
            "setupOrchestrator": {},
            "activator": {"workspaceId": "w1"},
            "directLakeShim": {},
        },
    }
    return zone_object(**(services | changes))


def ways_in(**changes: Any) -> Obj:
    """All ways in to a zone, with everything that each can have."""
    certificate = {"keyVault": {"id": shared("Microsoft.KeyVault/vaults", "kv-shared"), "secretName": "contoso-com"}}
    hosts = [{"name": "loom.contoso.com"}, {"name": "data.contoso.com", "certificate": certificate}]
    paths: Obj = {
        "bastion": {"own": {}},
        "external": {},
        "frontDoor": {"hosts": hosts, "wafMode": "Detection"},
        "applicationGateway": {"hostName": "apps.contoso.com", "certificate": certificate},
        "vpn": {"clientAddressPool": "172.16.0.0/24"},
    }
    return paths | changes


def shared(arm_type: str, name: str) -> str:
    """The id of something in the zone's subscription that others made."""
    return f"/subscriptions/{SPOKE}/resourceGroups/rg-shared/providers/{arm_type}/{name}"


def product_object(**changes: Any) -> Obj:
    """A published product of one API."""
    return _object(
        "ApiProduct",
        "orders",
        changes,
        landingZoneRef={"name": "finance"},
        displayName="Orders",
        description="All about orders",
        state="Published",
        visibleTo=["developers"],
        apis=[
            api_object(
                operations=[
                    {"name": "listOrders", "policies": {"inbound": [{"setHeader": {"name": "x-a", "values": ["b"]}}]}}
                ]
            )
        ],
        backends=[{"name": "orders-app", "url": "https://orders.contoso.com/v1"}],
        policies={"inbound": [{"quota": {"calls": 100000, "period": "24h"}}]},
    )


def api_object(document: str = DOCUMENT, **changes: Any) -> Obj:
    """An API that is imported from `document`."""
    return {
        "name": "orders-v1",
        "path": "finance/orders",
        "backendRef": "orders-app",
        "revisions": [{"name": "1", "source": {"openapi": {"inline": document}}}],
        "policies": {"inbound": [{"rateLimit": {"calls": 100, "period": "60s"}}]},
        **changes,
    }


def graphql_object(schema: str = SCHEMA, **changes: Any) -> Obj:
    """A GraphQL API."""
    revisions = [{"name": "1", "source": {"graphql": {"inline": schema}}}]
    return {
        "name": "graph",
        "path": "finance/graph",
        "backendRef": "orders-app",
        "revisions": revisions,
        **changes,
    }


def soap_object(document: str = WSDL, **changes: Any) -> Obj:
    """A SOAP API."""
    revisions = [{"name": "1", "source": {"wsdl": {"inline": document}}}]
    return {
        "name": "ledger",
        "path": "finance/ledger",
        "backendRef": "orders-app",
        "revisions": revisions,
        **changes,
    }


def _object(kind: str, name: str, changes: Mapping[str, Any], **fields: Any) -> Obj:
    spec = {field: value for field, value in {**fields, **changes}.items() if value is not None}
    metadata = {"name": name} if kind == "AdminPlane" else {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "csaloom.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def world(obj: Obj, plane: Obj | None = None, zone: Obj | None = None, **more: Any) -> Context:
    """The context of an object: the ordinary plane and zone, unless others are given."""
    metadata = obj["metadata"]
    attached: AdminPlaneSpec = KINDS["AdminPlane"].parse(plane or plane_object())
    landing: DataLandingZoneSpec = KINDS["DataLandingZone"].parse(zone or zone_object())
    usual: dict[str, Any] = {
        "owner": Owner("prod", metadata.get("namespace", ""), obj["kind"], metadata["name"]),
        "plane_name": "eastus2",
        "plane": attached,
        "created": "2026-02-01T00:00:00Z",
        "uid": "b",
        "zone": Zone(NAMESPACE, "finance", landing),
    }
    return Context(**(usual | more))


def neighbor(name: str, address_space: str = "", created: str = "2026-01-01T00:00:00Z", **more: Any) -> Neighbor:
    """Another zone; older than `world`'s unless it says otherwise."""
    return Neighbor(more.pop("namespace", NAMESPACE), name, address_space, created, more.pop("uid", "a"), **more)
