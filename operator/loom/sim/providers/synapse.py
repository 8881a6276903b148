"""Microsoft.Synapse: workspaces on a data lake, who administers their SQL, and whether it takes passwords."""

from __future__ import annotations

from typing import Any

from loom.sim.arm.change import Change
from loom.sim.clouds import host
from loom.sim.entra.directory import guid
from loom.sim.errors import ArmError, bad_request
from loom.sim.ids import subscription_of
from loom.sim.kinds import Behavior, Kind, NameRule, Provider, Refusal, Style
from loom.sim.providers.connections import CONNECTIONS, with_connections
from loom.sim.providers.platform_groups import make_group, remove_group
from loom.sim.store import Resource
from loom.sim.world import World

Json = dict[str, Any]
VERSIONS = ("2021-06-01", "2021-06-01-preview", "2021-05-01")
WORKSPACES = "Microsoft.Synapse/workspaces"
SIGN_INS = f"{WORKSPACES}/azureADOnlyAuthentications"
ADMINISTRATORS = f"{WORKSPACES}/administrators"


def _style(seconds: float, update_seconds: float | None = None) -> Style:
    return Style(
        seconds=seconds, headers="both", retry_after=15, creating="Provisioning", updating="Updating",
        update_seconds=update_seconds,
    )  # fmt: skip


def _gone(seconds: float) -> Style:
    return Style(
        seconds=seconds, headers="both", retry_after=15, created=202, updated=202, empty=True, updating="Deleting", done=204,
    )  # fmt: skip


class Workspaces(Behavior):
    """A workspace keeps its files in a filesystem that exists, and gets a resource group that did not."""

    def check(self, change: Change) -> None:
        lake = change.properties["defaultDataLakeStorage"]
        account = change.world.store.get(str(lake.get("resourceId") or ""))
        if lake.get("resourceId") and (account is None or not account.properties.get("isHnsEnabled")):
            message = f"The account {lake['resourceId']} does not exist, or has no hierarchical namespace."
            raise bad_request("ValidationFailed", message)
        if account is not None:
            files = f"{account.id}/blobServices/default/containers/{lake['filesystem']}"
            if change.world.store.get(files) is None:
                raise bad_request("ValidationFailed", f"The filesystem {lake['filesystem']} does not exist.")
        if change.before is None and "-ondemand" in change.name:
            raise bad_request("ValidationFailed", "The name of a workspace must not hold '-ondemand'.")
        if change.before is None and self._group_of(change) is not None:
            message = f"The managed resource group {change.properties['managedResourceGroupName']} exists already."
            raise ArmError(409, "ManagedResourceGroupExists", message)

    @staticmethod
    def _group_of(change: Change) -> Resource | None:
        name = change.properties.get("managedResourceGroupName")
        return change.world.store.get(_group_id(change.id, str(name))) if name else None

    def compose(self, change: Change) -> Json:
        sent = dict(change.properties)
        change.notes["entra"] = sent.pop("azureADOnlyAuthentication", False)  # never shown in the workspace's own body
        before = change.before.properties if change.before else {}
        chosen = {name: before[name] for name in _CHOSEN if name in before}
        hosts = {"dev": f"{change.name}.dev", "sqlOnDemand": f"{change.name}-ondemand.sql", "sql": f"{change.name}.sql"}
        answers = {word: host(f"{name}.azuresynapse.net", change.location) for word, name in hosts.items()}
        web = f"https://{host('web.azuresynapse.net', change.location)}?workspace={change.id}"
        unique = guid("synapse", change.id.lower())
        outputs = {
            "connectivityEndpoints": {**answers, "dev": f"https://{answers['dev']}", "web": web},
            "workspaceUID": unique,
            "extraProperties": {"WorkspaceType": "Normal"},
        }
        usual = {"managedResourceGroupName": f"synapseworkspace-managedrg-{unique}", "managedVirtualNetwork": ""}
        return {**change.body, "properties": {**usual, **chosen, **sent, **outputs}}

    def settled(self, world: World, resource: Resource) -> None:
        """A new workspace gets its group, its way of signing in, and an administrator."""
        sign_in = f"{resource.id}/azureADOnlyAuthentications/default"
        if world.store.get(sign_in) is not None:
            return
        make_group(world, resource, _group_id(resource.id, resource.properties["managedResourceGroupName"]))
        only = {"azureADOnlyAuthentication": resource.hidden["entra"], "state": "Consistent"}
        for made in (
            Resource(sign_in, SIGN_INS, {"properties": only}),
            Resource(f"{resource.id}/administrators/activeDirectory", ADMINISTRATORS, {"properties": dict(_CREATOR)}),
        ):
            made.created = world.clock.now()
            world.store.put(made)

    def shown(self, world: World, resource: Resource, body: Json) -> Json:
        return with_connections(world, resource, body)

    def deleted(self, world: World, resource: Resource) -> None:
        remove_group(world, resource, _group_id(resource.id, resource.properties["managedResourceGroupName"]))


_CHOSEN = ("managedResourceGroupName", "managedVirtualNetwork", "sqlAdministratorLogin")
_CREATOR = {"administratorType": "ActiveDirectory", "login": "the workspace's creator"}


def _group_id(workspace: str, name: str) -> str:
    return f"/subscriptions/{subscription_of(workspace)}/resourceGroups/{name}"


class SignIns(Behavior):
    """Whether passwords are refused: said in a word, and shown with whether that holds everywhere by now."""

    def compose(self, change: Change) -> Json:
        return {"properties": {**change.properties, "state": "Consistent", "creationDate": change.world.clock.stamp()}}


class Administrators(Behavior):
    """Who administers the SQL of a workspace: a group or a user of the tenant."""

    def check(self, change: Change) -> None:
        if not change.properties.get("sid") or not change.properties.get("login"):
            raise bad_request("ValidationFailed", "An administrator needs a login and a sid.")


PROVIDER = Provider(
    namespace="Microsoft.Synapse",
    kinds=(
        Kind(
            name=WORKSPACES,
            versions=VERSIONS,
            tracked=True,
            lists=("subscription", "group"),
            names=NameRule(r"(?=.{1,50}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?", "The workspace name '{name}' is not valid.", "InvalidName"),
            identity="tight",
            unique="synapse",
            taken=Refusal(409, "WorkspaceNameExists", "The workspace name {name} is taken."),
            put=_style(240, update_seconds=60),
            delete=_gone(180),
            defaults={
                "tags": {},
                "properties": {
                    "publicNetworkAccess": "Enabled", "sqlAdministratorLogin": "sqladminuser", "trustedServiceBypassEnabled": False,
                },
            },
            required=("properties.defaultDataLakeStorage.accountUrl", "properties.defaultDataLakeStorage.filesystem"),
            read_only=("properties.privateEndpointConnections",),
            immutable=(
                "properties.managedResourceGroupName",
                "properties.managedVirtualNetwork",
                "properties.defaultDataLakeStorage.accountUrl",
                "properties.defaultDataLakeStorage.filesystem",
            ),
            fixed=Refusal(400, "ValidationFailed", "The property '{name}' of a workspace cannot be changed."),
            busy=Refusal(409, "Conflict", "The workspace '{name}' is busy with operation '{operation}'."),
            behavior=Workspaces(),
        ),
        Kind(
            name=SIGN_INS,
            versions=VERSIONS,
            patchable=False,
            stateful=False,
            put=_style(20),
            required=("properties.azureADOnlyAuthentication",),
            behavior=SignIns(),
        ),
        Kind(
            name=ADMINISTRATORS,
            versions=VERSIONS,
            lists=(),
            patchable=False,
            stateful=False,
            put=_style(20),
            delete=_gone(20),
            behavior=Administrators(),
        ),
        Kind(name=f"{WORKSPACES}/{CONNECTIONS}", versions=VERSIONS, patchable=False),
    ),
)  # fmt: skip
