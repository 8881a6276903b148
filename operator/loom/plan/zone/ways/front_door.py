"""The way in from the internet: an Azure Front Door (Premium) with a firewall, and its private link into the environment.

The link is asked for by Front Door, of its own accord and under a name of its own, and stays Pending until it is approved at the
environment (Azure docs: Integrate Azure Front Door with Container Apps by private link). What carries the origin's words is, while the
origin shows that it waits for it: nobody foresees the words, but whoever may read the origin can copy them. Until it is approved, and
for some minutes after, Front Door answers with an error page. Custom hosts: `loom.plan.zone.ways.front_door_hosts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from loom.api.zone.access_paths import FrontDoor
from loom.errors import Refusal
from loom.plan.checks import LinkCheck, WayCheck
from loom.plan.resource import Mode, Resource
from loom.plan.values import Generated, Ref, Text, Value
from loom.plan.zone.app import App, app_key
from loom.plan.zone.environment import ENVIRONMENT
from loom.plan.zone.site import REACHABLE, Site
from loom.plan.zone.ways.certificates import reader_id, reader_key
from loom.plan.zone.ways.front_door_hosts import WAY, host_checks, host_ids, host_keys, host_resources
from loom.plan.zone.ways.private import FQDN
from loom.plan.zone.ways.way import Way

PROFILE, ENDPOINT, FIREWALL = WAY, "front-door/endpoint", "front-door/firewall"
ORIGINS, ORIGIN, APPROVAL = "front-door/origin-group", "front-door/origin", "front-door/approval"
ROUTE, SECURITY = "front-door/route", "front-door/security"
_TYPE, _GROUP, _ROUTE, _SECURITY = "Microsoft.Cdn/profiles", "apps", "default", "firewall"
_LINK = "properties.sharedPrivateLinkResource"
_EVIDENCE = (
    LinkCheck(ORIGIN, f"{_LINK}.status", "Approved"),
    LinkCheck(ENDPOINT, "properties.enabledState", "Enabled"),
    LinkCheck(ROUTE, "properties.enabledState", "Enabled"),
)

# Azure docs: Secure your origin with Private Link in Azure Front Door Premium, Region availability.
LOCATIONS = frozenset(
    {
        "australiaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "eastasia", "eastus", "eastus2", "francecentral",
        "germanywestcentral", "japaneast", "koreacentral", "northeurope", "norwayeast", "southafricanorth", "southcentralus",
        "swedencentral", "uksouth", "usgovarizona", "usgovtexas", "westeurope", "westus3",
    }
)  # fmt: skip


def request_words(site: Site) -> Generated:
    """What our request says of itself, in Azure at most 140 characters: drawn when the origin is made, and then the origin's."""
    return Generated(24, f"Front Door of the landing zone {site.spec.domain}, csa-loom {site.owner.hash} ")


def _front_door(site: Site, app: App) -> Iterator[Resource]:
    spec = _spec(site)
    yield _profile(site)
    yield _part(site, ENDPOINT, (PROFILE,), {"enabledState": "Enabled"}, "afdEndpoints", site.names.front_door_endpoint)
    yield from _way_to_the_app(site, app, _link_location(site, spec))
    yield from host_resources(site, spec)
    yield _firewall(site, spec)
    yield _part(site, SECURITY, (ENDPOINT, FIREWALL), _guard(site, spec), "securityPolicies", _SECURITY)
    hosts = [{"id": arm_id} for arm_id in host_ids(site, spec)]
    route = {
        "customDomains": hosts,
        "originGroup": {"id": _id(site, "originGroups", _GROUP)},
        "supportedProtocols": ["Http", "Https"],  # Http only to be sent to https
        "httpsRedirect": "Enabled",
        "forwardingProtocol": "HttpsOnly",
        "patternsToMatch": ["/*"],
        "linkToDefaultDomain": "Enabled",
        "enabledState": "Enabled",
    }
    # Nobody comes in before the firewall stands.
    before = (ENDPOINT, ORIGIN, SECURITY, *host_keys(spec))
    yield _part(site, ROUTE, before, route, "afdEndpoints/routes", site.names.front_door_endpoint, _ROUTE)


def _checks(site: Site, _app: App) -> Iterator[WayCheck]:
    own = WayCheck(APPROVAL, "way/front-door", "FrontDoor", Text("https://{}", (Ref(ENDPOINT, "properties.hostName"),)))
    for check in (own, *host_checks(_spec(site), APPROVAL)):
        yield replace(check, evidence=_EVIDENCE, is_public=True)


def _spec(site: Site) -> FrontDoor:
    found = site.spec.access_paths.front_door if site.spec.access_paths else None
    assert found is not None  # noqa: S101 - the table of ways asks only for what the spec has
    return found


def _profile(site: Site) -> Resource:
    spec = _spec(site)
    body: dict[str, Value] = {
        "location": "Global",
        "tags": dict(site.tags),
        "sku": {"name": "Premium_AzureFrontDoor"},
        "properties": {"originResponseTimeoutSeconds": 60},
    }
    needs: tuple[str, ...] = ("group",)
    if any(host.certificate for host in spec.hosts):
        body["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {reader_id(site, WAY): {}}}
        needs = ("group", reader_key(WAY))
    return Resource(PROFILE, site.id(_TYPE, site.names.front_door), body, needs, REACHABLE)


def _way_to_the_app(site: Site, app: App, location: str) -> Iterator[Resource]:
    # One origin: there is nothing to choose by probing, so no probes wake the app.
    balance = {"sampleSize": 4, "successfulSamplesRequired": 3, "additionalLatencyInMilliseconds": 50}
    yield _part(site, ORIGINS, (PROFILE,), {"loadBalancingSettings": balance}, "originGroups", _GROUP)
    host = Ref(app_key(app), FQDN)
    link = {
        "privateLink": {"id": site.environment},
        "privateLinkLocation": location,
        "groupId": "managedEnvironments",
    }
    origin = {
        "hostName": host,
        "originHostHeader": host,
        "httpPort": 80,
        "httpsPort": 443,
        "priority": 1,
        "weight": 1000,
        "enabledState": "Enabled",
        "enforceCertificateNameCheck": True,
        "sharedPrivateLinkResource": link,
    }
    made = _part(site, ORIGIN, (ORIGINS, ENVIRONMENT), origin, "originGroups/origins", _GROUP, app.name)
    drawn = {"properties": {"sharedPrivateLinkResource": {"requestMessage": request_words(site)}}}
    yield replace(made, on_create=drawn)
    state = {"status": "Approved", "description": Ref(ORIGIN, f"{_LINK}.requestMessage")}
    yield Resource(
        key=APPROVAL,
        id=f"{site.environment}/privateEndpointConnections/{site.owner.hash}",
        body={"properties": {"privateLinkServiceConnectionState": state}},
        depends_on=(ORIGIN, ENVIRONMENT),
        condition=REACHABLE,
        mode=Mode.REQUEST,
        asker=Ref(ORIGIN, f"{_LINK}.status"),
    )


def _firewall(site: Site, spec: FrontDoor) -> Resource:
    # Azure docs: Web Application Firewall DRS and CRS rule groups; the bot rules are Premium's.
    rules = [
        {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1", "ruleSetAction": "Block"},
        {"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.1"},
    ]
    settings = {"enabledState": "Enabled", "mode": str(spec.waf_mode), "requestBodyCheck": "Enabled"}
    return Resource(
        key=FIREWALL,
        id=site.id("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", site.names.front_door_firewall),
        body={
            "location": "Global",
            "tags": dict(site.tags),
            "sku": {"name": "Premium_AzureFrontDoor"},
            "properties": {"policySettings": settings, "managedRules": {"managedRuleSets": rules}},
        },
        depends_on=("group",),
        condition=REACHABLE,
    )


def _guard(site: Site, spec: FrontDoor) -> dict[str, Value]:
    """The firewall before the endpoint and every host."""
    firewall = site.id("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", site.names.front_door_firewall)
    ids = (_id(site, "afdEndpoints", site.names.front_door_endpoint), *host_ids(site, spec))
    return {
        "parameters": {
            "type": "WebApplicationFirewall",
            "wafPolicy": {"id": firewall},
            "associations": [{"domains": [{"id": arm_id} for arm_id in ids], "patternsToMatch": ["/*"]}],
        }
    }


def _part(
    site: Site, key: str, needs: tuple[str, ...], properties: Mapping[str, Value], path: str, *names: str
) -> Resource:
    """Something in the profile. Endpoints alone have a location and tags."""
    body: dict[str, Value] = {"properties": properties}
    if path == "afdEndpoints":
        body |= {"location": "Global", "tags": dict(site.tags)}
    return Resource(key, _id(site, path, *names), body, needs, REACHABLE)


def _id(site: Site, path: str, *names: str) -> str:
    return site.id(f"{_TYPE}/{path}", site.names.front_door, *names)


def _link_location(site: Site, spec: FrontDoor) -> str:
    """Where the private link is made. Raises `Refusal` where there is none."""
    wanted = spec.private_link_location or site.location
    if spec.private_link_location is None and wanted not in LOCATIONS:
        raise Refusal(
            "NotAvailable",
            f"spec.accessPaths.frontDoor: Front Door is not known to offer private links in {wanted}; give a near location that does as "
            f"privateLinkLocation, of these: {', '.join(sorted(LOCATIONS))}",
        )
    return wanted


FRONT_DOOR = Way(field="frontDoor", resources=_front_door, checks=_checks)
