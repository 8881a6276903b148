"""The way in from the internet that stays in the zone's own network: an Application Gateway (WAF_v2), https only.

It sends everything to the environment's static address under the app's own name, and asks its health so (Azure docs: Protect Azure
Container Apps with a web application firewall on Application Gateway). Its subnet carries no default route to a firewall, which would
cut it off from its control plane.
"""

from collections.abc import Iterator

from loom.api.zone.access_paths import ApplicationGateway, Certificate
from loom.api.zone.network import APPLICATION_GATEWAY_SUBNET
from loom.plan.arm_id import name_of
from loom.plan.checks import BackendCheck, LinkCheck, WayCheck
from loom.plan.naming import fit
from loom.plan.resource import Resource
from loom.plan.values import Ref, Text, Value
from loom.plan.zone.app import App, app_key
from loom.plan.zone.environment import ENVIRONMENT
from loom.plan.zone.site import REACHABLE, Site
from loom.plan.zone.ways.address import ADDRESS, address, address_id, address_key
from loom.plan.zone.ways.certificates import reader_id, reader_key, readers, right_key
from loom.plan.zone.ways.private import FQDN
from loom.plan.zone.ways.way import Way

KEY, FIREWALL = "application-gateway", "application-gateway/firewall"
_HOST = "properties.httpListeners.0.properties.hostName"


def _application_gateway(site: Site, app: App) -> Iterator[Resource]:
    spec = _spec(site)
    yield address(site, KEY)
    yield from readers(site, KEY, (spec.certificate,))
    yield _firewall(site, spec)
    vault = spec.certificate.key_vault.id
    yield Resource(
        key=KEY,
        id=_id(site),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {reader_id(site, KEY): {}}},
            "properties": {**_front(site, spec), **_back(site, app), **_rule(site)},
        },
        depends_on=(
            address_key(KEY), FIREWALL, reader_key(KEY), right_key(KEY, vault), ENVIRONMENT, f"subnet/{APPLICATION_GATEWAY_SUBNET}",
        ),
        condition=REACHABLE,
    )  # fmt: skip


def _spec(site: Site) -> ApplicationGateway:
    found = site.spec.access_paths.application_gateway if site.spec.access_paths else None
    assert found is not None  # noqa: S101 - the table of ways asks only for what the spec has
    return found


def _front(site: Site, spec: ApplicationGateway) -> dict[str, Value]:
    """What the internet sees: one address, one port, one host with its certificate, behind the firewall."""
    listener = {
        "frontendIPConfiguration": _part(site, "frontendIPConfigurations", "public"),
        "frontendPort": _part(site, "frontendPorts", "https"),
        "protocol": "Https",
        "hostName": spec.host_name,
        "requireServerNameIndication": True,
        "sslCertificate": _part(site, "sslCertificates", "host"),
    }
    return {
        "sku": {"name": "WAF_v2", "tier": "WAF_v2"},
        "autoscaleConfiguration": {"minCapacity": 1, "maxCapacity": 10},
        "enableHttp2": True,
        "sslPolicy": {"policyType": "Predefined", "policyName": "AppGwSslPolicy20220101"},
        "firewallPolicy": {"id": _firewall_id(site)},
        "gatewayIPConfigurations": [_named("subnet", {"subnet": {"id": site.subnet(APPLICATION_GATEWAY_SUBNET)}})],
        "frontendIPConfigurations": [_named("public", {"publicIPAddress": {"id": address_id(site, KEY)}})],
        "frontendPorts": [_named("https", {"port": 443})],
        "sslCertificates": [_named("host", {"keyVaultSecretId": _secret_uri(site, spec.certificate)})],
        "httpListeners": [_named("https", listener)],
    }


def _back(site: Site, app: App) -> dict[str, Value]:
    """What stands behind: the environment's own address, under the app's name."""
    host = Ref(app_key(app), FQDN)
    probe = {
        "protocol": "Https",
        "host": host,
        "path": app.listener.health if app.listener else "/",
        "interval": 30,
        "timeout": 30,
        "unhealthyThreshold": 3,
    }
    settings = {
        "port": 443,
        "protocol": "Https",
        "hostName": host,
        "pickHostNameFromBackendAddress": False,
        "cookieBasedAffinity": "Disabled",
        "requestTimeout": 60,
        "probe": _part(site, "probes", "apps"),
    }
    pool = {"backendAddresses": [{"ipAddress": Ref(ENVIRONMENT, "properties.staticIp")}]}
    return {
        "backendAddressPools": [_named("apps", pool)],
        "probes": [_named("apps", probe)],
        "backendHttpSettingsCollection": [_named("apps", settings)],
    }


def _rule(site: Site) -> dict[str, Value]:
    rule = {
        "ruleType": "Basic",
        "priority": 100,
        "httpListener": _part(site, "httpListeners", "https"),
        "backendAddressPool": _part(site, "backendAddressPools", "apps"),
        "backendHttpSettings": _part(site, "backendHttpSettingsCollection", "apps"),
    }
    return {"requestRoutingRules": [_named("apps", rule)]}


def _firewall(site: Site, spec: ApplicationGateway) -> Resource:
    # Azure docs: Web Application Firewall DRS and CRS rule groups.
    rules = [
        {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"},
        {"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.1"},
    ]
    settings = {"state": "Enabled", "mode": str(spec.waf_mode), "requestBodyCheck": True}
    return Resource(
        key=FIREWALL,
        id=_firewall_id(site),
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {"policySettings": settings, "managedRules": {"managedRuleSets": rules}},
        },
        depends_on=("group",),
        condition=REACHABLE,
    )


def _checks(_site: Site, _app: App) -> Iterator[WayCheck]:
    """The host is asked at the gateway's own address: where its name leads elsewhere is its owner's to see to."""
    runs = LinkCheck(KEY, "properties.operationalState", "Running")
    yield WayCheck(
        KEY, "way/application-gateway", "ApplicationGateway", Text("https://{}", (Ref(KEY, _HOST),)),
        at=Ref(address_key(KEY), ADDRESS), first=runs, remedy="start it", evidence=(BackendCheck(KEY),), is_public=True,
    )  # fmt: skip


def _secret_uri(site: Site, certificate: Certificate) -> str:
    """The newest version; the host is the cloud's, never one out of a spec."""
    vault = certificate.key_vault
    return f"https://{name_of(vault.id).lower()}.{site.suffixes.vaults}/secrets/{vault.secret_name}"


def _named(name: str, properties: dict[str, Value]) -> dict[str, Value]:
    return {"name": name, "properties": properties}


def _part(site: Site, path: str, name: str) -> dict[str, Value]:
    """A reference to another part of the same gateway."""
    return {"id": f"{_id(site)}/{path}/{name}"}


def _id(site: Site) -> str:
    return site.id("Microsoft.Network/applicationGateways", site.names.application_gateway)


def _firewall_id(site: Site) -> str:
    policies = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
    return site.id(policies, fit(f"waf-agw-csa-loom-{site.names.place}", 80))


APPLICATION_GATEWAY = Way(field="applicationGateway", resources=_application_gateway, checks=_checks)
