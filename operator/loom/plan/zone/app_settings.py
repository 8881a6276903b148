"""The settings of the apps: those that the wiring table forms, and those that only tell an app where it is."""

from collections.abc import Mapping
from string import Formatter

from loom.api.admin_plane import Boundary
from loom.plan.arm_id import name_of
from loom.plan.clouds import AUTHORITIES
from loom.plan.needs import GROUP, INSIGHTS, Need
from loom.plan.values import Ref, Text, Value
from loom.plan.wiring import needs_of
from loom.plan.zone.app import ACTIVATOR, APPS, CONSOLE, MCP, MIRRORING, SETUP_ORCHESTRATOR, App, app_key, identity_key
from loom.plan.zone.environment import ENVIRONMENT
from loom.plan.zone.key_vault import secret_uri
from loom.plan.zone.services import addresses
from loom.plan.zone.site import Site

# Where Azure's own agent service is not to be had, the app runs its agents itself.
_AGENTS = {Boundary.GCC_HIGH: "maf", Boundary.IL5: "maf"}
_AGENT_SERVICE = "foundry-agent-service"


def settings(site: Site, app: App, ids: Mapping[str, str]) -> list[Value]:
    """The app's environment variables, a row for each. `ids`: of all that is planned, by key."""
    known: dict[str, Value] = {
        "AZURE_CLIENT_ID": Ref(identity_key(app), "properties.clientId"),
        "CSA_LOOM_BOUNDARY": str(site.plane.boundary),
        **_of_the_place(site).get(app, {}),
    }
    wired = [_row(site, need, ids) for need in needs_of(site.spec, app) if need.says]
    return [*({"name": name, "value": value} for name, value in known.items()), *wired]


def secrets(site: Site, app: App) -> list[Value]:
    """What the platform reads out of the zone's vault for the app, as the app's own identity."""
    return [
        {
            "name": secret_name(need),
            "keyVaultUrl": secret_uri(site, need.thing.removeprefix("secret/")),
            "identity": site.identity(app.name),
        }
        for need in needs_of(site.spec, app)
        if need.says == "{secret}"
    ]


def secret_name(need: Need) -> str:
    """What a secret is called within its app."""
    return need.setting.lower().replace("_", "-")


def _row(site: Site, need: Need, ids: Mapping[str, str]) -> Value:
    match need.says:
        case "{secret}":
            return {"name": need.setting, "secretRef": secret_name(need)}
        case "{name}":
            return {"name": need.setting, "value": name_of(ids[need.thing])}
        case "{address}":
            return {"name": need.setting, "value": _address(site, need.of)}
        case template:
            parts = {
                "address": _address(site, need.of),
                "principal": Ref(identity_key(need.app), "properties.principalId"),
            }
            return {"name": need.setting, "value": _text(template, parts)}


def _text(template: str, parts: Mapping[str, Value]) -> Text:
    """The template with its named places filled; a value may be one that is known later."""
    names = tuple(name for _, name, _, _ in Formatter().parse(template) if name)
    return Text(template.format(**dict.fromkeys(parts, "{}")), tuple(parts[name] for name in names))


def _of_the_place(site: Site) -> Mapping[App, Mapping[str, Value]]:
    """What is known without anything that could be missing."""
    tenant = {"AZURE_TENANT_ID": site.plane.tenant_id}
    domain = Ref(ENVIRONMENT, "properties.defaultDomain")
    return {
        CONSOLE: {**tenant, "LOOM_CONSOLE_URL": Text(f"https://{CONSOLE.name}.{{}}", (domain,))},
        SETUP_ORCHESTRATOR: {"AGENT_ORCHESTRATOR": _AGENTS.get(site.plane.boundary, _AGENT_SERVICE)},
        ACTIVATOR: {"POLL_INTERVAL_SECONDS": "30"},
        MCP: {**tenant, "AZURE_AUTHORITY_HOST": AUTHORITIES[site.plane.cloud]},
        MIRRORING: {"GROUP_ID": site.inner("eventHubs", MIRRORING.name)},
    }


def _address(site: Site, of: str) -> Value:
    """Where something answers that an app needs; a mere value of the spec is itself."""
    other = next((app for app in APPS if of == app.place), None)
    if other:
        return Text("https://{}", (Ref(app_key(other), "properties.configuration.ingress.fqdn"),))
    found = {
        INSIGHTS: Ref("plane/insights", "properties.ConnectionString"),
        GROUP: str(site.plane.cloud),
        **addresses(site),
    }
    return found[of] if of in found else str(site.spec.value_at(of))
