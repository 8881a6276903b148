"""Gateways of Microsoft.Network by which people come in: their addresses, subnets and firewall policies, and how long they take."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loom.sim.arm.change import Change
from loom.sim.documents import value_at, values_at
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Inquiry, Kind, Link
from loom.sim.providers.gateway_health import backend_health
from loom.sim.providers.network_style import INQUIRY, NETWORK, VERSIONS, network_names, network_style
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
ADDRESSES, BASTIONS = f"{NETWORK}/publicIPAddresses", f"{NETWORK}/bastionHosts"
VPN_GATEWAYS, APPLICATION_GATEWAYS = f"{NETWORK}/virtualNetworkGateways", f"{NETWORK}/applicationGateways"
FIREWALLS = f"{NETWORK}/ApplicationGatewayWebApplicationFirewallPolicies"
SUBNET = f"{NETWORK}/virtualNetworks/subnets/join/action"
READ_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"  # noqa: S105 - a permission
_PLACES = ("ipConfigurations", "gatewayIPConfigurations", "frontendIPConfigurations")


def users_of(world: World, part: Resource) -> list[Resource]:
    """The gateways that stand in a subnet, or have an address."""
    kinds = (APPLICATION_GATEWAYS, VPN_GATEWAYS, BASTIONS)
    found = [item for kind in kinds for item in world.store.of_type(kind, subscription_of(part.id))]
    return [item for item in found if part.key in _used(item)]


def _used(gateway: Resource) -> Iterator[str]:
    for place in _PLACES:
        for field in ("subnet", "publicIPAddress"):
            yield from (
                str(name).lower() for name in values_at(gateway.body, f"properties.{place}[].properties.{field}.id")
            )


class PublicAddresses(Behavior):
    """A static address is there at once, and stays while something has it."""

    def compose(self, change: Change) -> Json:
        digest = hashlib.sha256(change.id.lower().encode()).digest()
        outputs = {
            "ipAddress": f"20.{digest[0] % 200 + 10}.{digest[1]}.{digest[2] % 250 + 2}",
            "resourceGuid": guid(change.id.lower()),
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
            "ddosSettings": {"protectionMode": "VirtualNetworkInherited"},
        }
        return {**change.body, "properties": {**change.properties, **outputs}}

    def check_delete(self, world: World, resource: Resource) -> None:
        users = users_of(world, resource)
        if users:
            message = f"Public IP address {resource.id} can not be deleted since it is still allocated to resource {users[0].id}."
            raise ArmError(400, "PublicIPAddressCannotBeDeleted", message)


class Gateways(Behavior):
    """What stands in a subnet of a name of its own, with a public address that is Standard, static, and nobody else's."""

    subnet = ""
    parts: tuple[str, ...] = ("ipConfigurations",)

    def check(self, change: Change) -> None:
        world = change.world
        for place in _PLACES:
            for name in values_at(change.body, f"properties.{place}[].properties.subnet.id"):
                if self.subnet and not str(name).lower().endswith(f"/subnets/{self.subnet.lower()}"):
                    raise bad_request("SubnetNameInvalid", f"{change.name} must be in a subnet called {self.subnet}.")
            for name in values_at(change.body, f"properties.{place}[].properties.publicIPAddress.id"):
                self._check_address(change, world.store.get(str(name)))

    @staticmethod
    def _check_address(change: Change, address: Resource | None) -> None:
        if address is None or value_at(address.body, "sku.name") != "Standard":
            raise bad_request("PublicIPAddressSkuInvalid", f"{change.name} needs a public address that is Standard.")
        others = [item for item in users_of(change.world, address) if item.key != change.id.lower()]
        if others:
            raise bad_request("PublicIPAddressInUse", f"The address {address.id} is in use by {others[0].id}.")

    def compose(self, change: Change) -> Json:
        properties = dict(change.properties)
        for part in self.parts:
            properties[part] = [_shown(change, part, item) for item in properties.get(part) or []]
        return {
            **change.body,
            "properties": {**properties, "resourceGuid": guid(change.id.lower()), **self.outputs(change)},
        }

    def outputs(self, change: Change) -> Json:
        return {}


def _shown(change: Change, part: str, item: Json) -> Json:
    where = f"{change.id}/{part}/{item['name']}"
    return {
        **item,
        "id": where,
        "type": f"{change.kind.name}/{part}",
        "properties": {**(item.get("properties") or {}), "provisioningState": "Succeeded"},
    }


class Bastions(Gateways):
    """A Bastion stands in AzureBastionSubnet."""

    subnet = "AzureBastionSubnet"

    def outputs(self, change: Change) -> Json:
        return {"dnsName": f"bst-{guid(change.id.lower())}.bastion.azure.com", "scaleUnits": 2}


class VpnGateways(Gateways):
    """One VPN gateway a network, in GatewaySubnet, and none in a network that uses its neighbor's."""

    subnet = "GatewaySubnet"

    def check(self, change: Change) -> None:
        super().check(change)
        clients = change.properties.get("vpnClientConfiguration") or {}
        issuer = str(clients.get("aadIssuer", ""))
        if clients.get("aadTenant") and not (issuer.startswith("https://sts.windows.net/") and issuer.endswith("/")):
            raise bad_request("VpnClientAadIssuerInvalid", f"The issuer '{issuer}' must end with a slash.")
        for name in values_at(change.body, "properties.ipConfigurations[].properties.subnet.id"):
            network = str(name).rpartition("/subnets/")[0]
            peerings = change.world.store.children(network, f"{NETWORK}/virtualNetworks/virtualNetworkPeerings")
            if any(item.properties.get("useRemoteGateways") for item in peerings):
                message = f"{network} uses the gateway of a peered network, and can have none of its own."
                raise bad_request("VnetGatewayNotAllowedWithRemoteGateways", message)

    def outputs(self, change: Change) -> Json:
        defaults = {"enableBgp": False, "activeActive": False, "vpnGatewayGeneration": "Generation1"}
        return {name: change.properties.get(name, value) for name, value in defaults.items()}


class ApplicationGateways(Gateways):
    """One whole body of parts that name one another; its certificate is read from the vault by its identity."""

    inquiries: ClassVar[Mapping[str, Inquiry]] = {"backendhealth": backend_health}

    parts = (
        "gatewayIPConfigurations", "frontendIPConfigurations", "frontendPorts", "sslCertificates", "httpListeners", "probes",
        "backendAddressPools", "backendHttpSettingsCollection", "requestRoutingRules",
    )  # fmt: skip

    def check(self, change: Change) -> None:
        super().check(change)
        self._check_routes(change)
        known = {
            f"{change.id}/{part}/{item['name']}".lower()
            for part in self.parts
            for item in change.properties.get(part) or []
        }
        for part in self.parts:
            for item in change.properties.get(part) or []:
                for inner in (item.get("properties") or {}).values():
                    name = str(inner.get("id", "")).lower() if isinstance(inner, dict) else ""
                    if name.startswith(f"{change.id.lower()}/") and name not in known:
                        raise bad_request(
                            "InvalidResourceReference", f"Resource {name} referenced by {change.id} was not found."
                        )
        for uri in values_at(change.body, "properties.sslCertificates[].properties.keyVaultSecretId"):
            self._check_certificate(change, str(uri))

    @staticmethod
    def _check_routes(change: Change) -> None:
        for name in values_at(change.body, "properties.gatewayIPConfigurations[].properties.subnet.id"):
            subnet = change.world.store.get(str(name))
            table = change.world.store.get(str(value_at(subnet.body, "properties.routeTable.id") if subnet else ""))
            routes = (table.properties.get("routes") or []) if table else []
            if any(value_at(route, "properties.nextHopType") == "VirtualAppliance" for route in routes):
                message = f"The subnet {name} has a default route to an appliance, which an application gateway cannot live with."
                raise bad_request("ApplicationGatewaySubnetUserDefinedRouteNotSupported", message)

    @staticmethod
    def _check_certificate(change: Change, uri: str) -> None:
        name = uri.removeprefix("https://").partition(".")[0]
        vault = change.world.store.get(change.world.names.get(("vault", name), ""))
        attached = (change.body.get("identity") or {}).get("userAssignedIdentities") or {}
        identities = [found for key in attached if (found := change.world.store.get(str(key))) is not None]
        allowed = vault is not None and any(
            change.world.access.allows(str(item.properties.get("principalId")), READ_SECRET, vault.id, data=True)
            for item in identities
        )
        if not allowed:
            message = f"The identity of {change.name} may not read the certificate '{uri}', or there is none."
            raise bad_request("ApplicationGatewayKeyVaultSecretException", message)

    def outputs(self, change: Change) -> Json:
        return {"operationalState": "Running", "defaultPredefinedSslPolicy": "AppGwSslPolicy20220101"}


class FirewallPolicies(Behavior):
    """A firewall policy that guards a gateway stays."""

    def compose(self, change: Change) -> Json:
        sets = [
            {"ruleGroupOverrides": [], **item}
            for item in value_at(change.body, "properties.managedRules.managedRuleSets") or []
        ]
        managed = {"exclusions": [], **(change.properties.get("managedRules") or {}), "managedRuleSets": sets}
        return {
            **change.body,
            "properties": {"customRules": [], **change.properties, "managedRules": managed, "resourceState": "Enabled"},
        }

    def check_delete(self, world: World, resource: Resource) -> None:
        found = world.store.of_type(APPLICATION_GATEWAYS, subscription_of(resource.id))
        if any(
            str(value_at(item.body, "properties.firewallPolicy.id") or "").lower() == resource.key for item in found
        ):
            message = f"The policy {resource.id} is in use by an application gateway and cannot be deleted."
            raise ArmError(400, "WebApplicationFirewallPolicyInUse", message)


def _gateway(name: str, behavior: Behavior, seconds: float, wait: float = 3, **more: Any) -> Kind:
    return Kind(
        name=name,
        versions=VERSIONS,
        tracked=True,
        lists=("subscription", "group") if name != VPN_GATEWAYS else ("group",),
        names=network_names(80),
        put=replace(network_style(seconds), retry_after=wait),
        delete=replace(network_style(seconds / 2, delete=True), retry_after=wait),
        etag="body",
        budget="network",
        behavior=behavior,
        **more,
    )


KINDS = (
    _gateway(ADDRESSES, PublicAddresses(), 4, immutable=("sku.name",)),
    _gateway(FIREWALLS, FirewallPolicies(), 4),
    _gateway(BASTIONS, Bastions(), 360, 20, links=(Link("properties.ipConfigurations[].properties.subnet.id", SUBNET),)),
    _gateway(VPN_GATEWAYS, VpnGateways(), 2000, 60, links=(Link("properties.ipConfigurations[].properties.subnet.id", SUBNET),)),
    _gateway(
        APPLICATION_GATEWAYS, ApplicationGateways(), 360, 20, identity="spaced", post=INQUIRY,
        links=(Link("properties.gatewayIPConfigurations[].properties.subnet.id", SUBNET),),
    ),
)  # fmt: skip
