"""From bodies back to specs: what Azure tells is a field, what it cannot tell is said, and what no field says is a note."""

from typing import Any

import pytest

from loom.api.kinds import KINDS
from loom.api.objects import parse
from loom.errors import Refusal
from loom.plan.arm_id import key
from loom.plan.estate.found import Found
from loom.plan.estate.names import formed_names, with_names_that_differ
from loom.plan.estate.plane import Told, plane_spec
from loom.plan.estate.zone import unread, zone_spec
from support.worlds import plane_object, zone_object

SUBSCRIPTION, ADMIN = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "42")
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-their-own-name"
HUB = f"/subscriptions/{ADMIN}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
LOGS = f"/subscriptions/{ADMIN}/resourceGroups/rg-hub/providers/Microsoft.OperationalInsights/workspaces/log"
DNS = f"/subscriptions/{ADMIN}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.x"
TOLD = Told("AzureCloud", "11111111-1111-4111-8111-111111111111", "domain-finance")


def at_(kind: str, name: str) -> str:
    return f"{GROUP}/providers/{kind}/{name}"


NETWORK = at_("Microsoft.Network/virtualNetworks", "vnet-a")


def estate(*more: dict[str, Any], **changes: Any) -> Found:
    """A group with a network that is peered with the hub, and whatever else is given. A change of None takes one away."""
    peering = {"name": "to-hub", "properties": {"remoteVirtualNetwork": {"id": HUB}}}
    usual: dict[str, Any] = {
        "group": {"id": GROUP, "location": "eastus2", "tags": {"loom-domain": "finance", "team": "a"}},
        "network": {
            "id": NETWORK,
            "tags": {"team": "a"},
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.1.0.0/20"]},
                "subnets": [{"name": "default", "properties": {"addressPrefixes": ["10.1.0.0/24"]}}],
                "virtualNetworkPeerings": [peering],
            },
        },
        "logs": {
            "id": f"{NETWORK}/providers/Microsoft.Insights/diagnosticSettings/d",
            "properties": {"workspaceId": LOGS},
        },
        "hub": {"id": HUB, "location": "westus3", "properties": {}},
    }
    bodies = [body for body in (usual | changes).values() if body is not None]
    return Found(GROUP, {key(body["id"]): body for body in (*bodies, *more)})


def test_what_was_read_makes_two_objects_that_are_accepted() -> None:
    found = estate()
    plane, zone = plane_spec(found, TOLD), zone_spec(found, "westus3")
    for kind, spec in (("AdminPlane", plane), ("DataLandingZone", zone)):
        obj = {"apiVersion": "csaloom.io/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}
        assert parse(KINDS[kind], obj)
    assert (plane["location"], plane["resourceGroup"], plane["logAnalytics"]["id"]) == ("westus3", "rg-hub", LOGS)
    assert zone["network"] == {"addressSpace": "10.1.0.0/20", "subnets": [{"name": "default", "cidr": "10.1.0.0/24"}]}
    assert (zone["domain"], zone["environment"], zone["adoption"]) == ("finance", "Production", "Adopt")


def test_tags_that_everything_carries_are_the_zones_and_typed_ones_are_fields() -> None:
    tags = {
        "loom-domain": "finance",
        "team": "a",
        "Owner": "a@contoso.com",
        "CostCenter": "CC-1",
        "csaloom-io-owner": "x",
    }
    zone = zone_spec(estate(group={"id": GROUP, "location": "eastus2", "tags": tags}), "eastus2")
    assert zone["tags"] == {"team": "a"}
    assert (zone["owner"]["email"], zone["costCenter"]) == ("a@contoso.com", "CC-1")


def test_private_dns_zones_are_where_the_endpoints_are_registered() -> None:
    group = {
        "id": at_("Microsoft.Network/privateEndpoints", "pe") + "/privateDnsZoneGroups/default",
        "properties": {"privateDnsZoneConfigs": [{"name": "x", "properties": {"privateDnsZoneId": DNS}}]},
    }
    assert plane_spec(estate(group), TOLD)["privateDnsZones"] == {"resourceGroup": "rg-dns"}


def test_of_two_registries_beside_the_hub_none_is_guessed() -> None:
    place = f"/subscriptions/{ADMIN}/resourceGroups/rg-hub/providers/Microsoft.ContainerRegistry/registries"
    one, two = ({"id": f"{place}/acr{n}"} for n in "ab")
    assert plane_spec(estate(one), TOLD)["containerRegistry"] == {"id": f"{place}/acra"}
    assert "containerRegistry" not in plane_spec(estate(one, two), TOLD)


def test_a_role_on_a_single_thing_makes_nobody_a_member() -> None:
    reader = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"

    def role(scope: str, kind: str, number: int) -> dict[str, Any]:
        who = {"principalId": f"group-{number}", "principalType": kind, "roleDefinitionId": reader, "scope": scope}
        return {"id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{number}", "properties": who}

    zone = zone_spec(estate(role(GROUP, "Group", 1), role(GROUP, "User", 2), role(NETWORK, "Group", 3)), "eastus2")
    assert zone["access"] == {"members": [{"groupId": "group-1"}]}


def test_what_no_field_says_is_a_note() -> None:
    notes = list(unread(estate({"id": at_("Microsoft.Compute/virtualMachines", "vm-1")}), {}))
    assert "Microsoft.Compute/virtualMachines vm-1 is in the group, and no field says it: it is left alone." in notes
    assert "The network has no subnet snet-private-endpoints: services and apps need one." in notes


def test_an_engine_that_no_zone_would_have_made_so_is_left_alone_and_told() -> None:
    lake = {
        "accountUrl": "https://other.dfs.core.windows.net",
        "filesystem": "f",
        "resourceId": "/subscriptions/x/other",
    }
    parameters = {"customVirtualNetworkId": {"value": NETWORK}, "customPublicSubnetName": {"value": "public-subnet"}}
    workspaces = (
        {"id": at_("Microsoft.Databricks/workspaces", "adb-1"), "properties": {"parameters": parameters}},
        {"id": at_("Microsoft.Synapse/workspaces", "syn-1"), "properties": {"defaultDataLakeStorage": lake}},
    )
    account = {"id": at_("Microsoft.Storage/storageAccounts", "sa1"), "properties": {"isHnsEnabled": True}}
    found = estate(*workspaces, account)
    zone = zone_spec(found, "eastus2")
    assert {"databricks", "synapse"} & set(zone) == set()
    notes = list(unread(found, zone))
    assert (
        "Microsoft.Databricks/workspaces adb-1 is in the group, and as it is, databricks does not say it: it is left alone."
        in notes
    )
    assert any("syn-1" in note for note in notes)


def test_only_names_that_a_zone_would_not_form_are_said_and_gateways_whose_names_no_field_can_say_are_not() -> None:
    bastions = ({"id": at_("Microsoft.Network/bastionHosts", "their-bastion")},)
    spec = {"storage": {"name": "theirs"}, "keyVault": {}, "accessPaths": {"bastion": {"own": {}}, "external": {}}}
    zone = parse(KINDS["DataLandingZone"], zone_object())
    formed = formed_names(zone, parse(KINDS["AdminPlane"], plane_object()))
    found = estate(*bastions)
    assert with_names_that_differ(spec, found, formed) == {
        "storage": {"name": "theirs"}, "keyVault": {}, "accessPaths": {"external": {}},
    }  # fmt: skip
    usual = {"storage": {"name": formed.storage}, "accessPaths": {"bastion": {"own": {}}}}
    assert with_names_that_differ(usual, found, formed) == {"storage": {}}
    assert any("their-bastion" in note for note in unread(found, {"accessPaths": {"external": {}}}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"network": None}, "peered with no networks"),
        ({"logs": None}, "sends diagnostics to a workspace"),
        ({"group": {"id": GROUP, "location": "eastus2"}}, "give --domain"),
    ],
    ids=["no hub", "no workspace", "no domain"],
)
def test_what_cannot_be_told_is_said_in_a_sentence(changes: dict[str, Any], says: str) -> None:
    found = estate(**changes)
    with pytest.raises(Refusal, match=says):
        (plane_spec(found, TOLD), zone_spec(found, "eastus2"))
