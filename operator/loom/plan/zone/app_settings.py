"""The settings of the apps: those that the wiring table forms, and those that only tell an app where it is."""

from collections.abc import Mapping

from loom.api.admin_plane import Cloud
from loom.plan.arm_id import name_of
from loom.plan.values import Ref, Text, Value
from loom.plan.wiring import GROUP, INSIGHTS, needs_of, value_of
from loom.plan.zone.app import APPS, MCP, MIRRORING, App, app_key, identity_key
from loom.plan.zone.services import addresses
from loom.plan.zone.site import Site

# Where identities of each cloud sign in (azure-identity: AzureAuthorityHosts).
_AUTHORITIES = {
    Cloud.AZURE_CLOUD: "https://login.microsoftonline.com",
    Cloud.AZURE_US_GOVERNMENT: "https://login.microsoftonline.us",
    Cloud.AZURE_CHINA_CLOUD: "https://login.chinacloudapi.cn",
}


def settings(site: Site, app: App, ids: Mapping[str, str]) -> Mapping[str, Value]:
    """The app's environment variables. `ids`: of all that is planned, by key."""
    here: dict[str, Value] = {
        "AZURE_CLIENT_ID": Ref(identity_key(app), "properties.clientId"),
        "CSA_LOOM_BOUNDARY": str(site.plane.boundary),
        **_of_the_place(site).get(app, {}),
    }
    for need in needs_of(app):
        here[need.setting] = name_of(ids[need.thing]) if need.says == "{name}" else _address(site, need.of)
    return here


def _of_the_place(site: Site) -> Mapping[App, Mapping[str, Value]]:
    """What is known without anything that could be missing."""
    return {
        MCP: {"AZURE_TENANT_ID": site.plane.tenant_id, "AZURE_AUTHORITY_HOST": _AUTHORITIES[site.plane.cloud]},
        MIRRORING: {"GROUP_ID": site.inner("eventHubs", MIRRORING.name)},
    }


def _address(site: Site, of: str) -> Value:
    """Where something answers that an app needs; a mere value of the spec is itself."""
    other = next((app for app in APPS if of == f"apps.{app.field}"), None)
    if other:
        return Text("https://{}", (Ref(app_key(other), "properties.configuration.ingress.fqdn"),))
    found = {
        INSIGHTS: Ref("plane/insights", "properties.ConnectionString"),
        GROUP: str(site.plane.cloud),
        **addresses(site),
    }
    return found[of] if of in found else str(value_of(site.spec, of))
