"""Whole zones carried out by the engine: what the planner and the table of types promise together."""

from typing import Any

from loom.plan.arm_id import is_within, type_of
from loom.plan.catalog import arm_type
from loom.plan.values import at
from support.fullest import granted, made_of
from support.landing import InlineCloud, bench, changed, managed, settled
from support.plans import id_of, plan_of
from support.tables import tables
from support.worlds import plane_object, rich_zone, ways_in, world, zone_object

# Members that Azure adds to what it shows (Azure docs: Virtual Networks - Get, Network Security Groups - Get).
AS_AZURE_SHOWS_IT: dict[str, dict[str, Any]] = {
    "subnet/snet-container-apps": {
        "delegations": [
            {
                "name": "Microsoft.App/environments",
                "etag": 'W/"1"',
                "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
                "properties": {
                    "provisioningState": "Succeeded",
                    "serviceName": "Microsoft.App/environments",
                    "actions": ["Microsoft.Network/virtualNetworks/subnets/join/action"],
                },
            }
        ],
        "purpose": "PrivateEndpoints",
        "privateEndpoints": [{"id": "/x"}],
        "ipConfigurations": [{"id": "/x"}],
        "serviceAssociationLinks": [{"id": "/x"}],
        "privateEndpointNetworkPolicies": "Disabled",
    },
    "peering/to-hub": {
        "resourceGuid": "00000000-0000-4000-8000-000000000000",
        "peeringState": "Connected",
        "peeringSyncLevel": "FullyInSync",
        "remoteAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "remoteVirtualNetworkEncryption": {"enabled": False},
    },
    "nsg": {
        "defaultSecurityRules": [],
        "securityRules": [
            {
                "name": "allow-ssh",
                "etag": 'W/"1"',
                "type": "Microsoft.Network/networkSecurityGroups/securityRules",
                "properties": {
                    "provisioningState": "Succeeded",
                    "protocol": "Tcp",
                    "access": "Allow",
                    "priority": 100,
                    "direction": "Inbound",
                },
            }
        ],
    },
}


async def test_a_lost_status_is_rebuilt_without_a_write() -> None:
    made = await settled(zone_object())
    made.cloud.forget_requests()
    made.restart()
    made.status = {"observedGeneration": -1}
    await made.settle()
    assert (made.ready, made.cloud.writes()) == ("True", [])


async def test_a_network_that_is_mended_keeps_the_subnets_of_others() -> None:
    made = await settled(zone_object())
    assert made.plan
    network = str(made.plan.find("network").id)
    foreign = f"{network}/subnets/snet-of-another-team"
    made.cloud.place(foreign, name="snet-of-another-team", properties={"addressPrefix": "10.100.9.0/24"})
    made.cloud.body(network)["properties"]["addressSpace"] = {"addressPrefixes": ["10.9.0.0/16"]}
    await made.later()
    assert ("PUT", network) in made.cloud.writes()
    assert made.cloud.has(foreign)
    assert made.cloud.has(f"{network}/subnets/snet-container-apps")


async def test_what_a_write_repeats_of_the_live_body_holds_nothing_that_is_read_only() -> None:
    made = await settled(zone_object())
    assert made.plan
    assert isinstance(made.cloud, InlineCloud)
    for name, shown in AS_AZURE_SHOWS_IT.items():
        live = made.cloud.body(str(made.plan.find(name).id))
        live["properties"] |= shown
        live |= {"etag": 'W/"1"', "type": type_of(live["id"])}
    for name in ("network", "nsg"):
        made.cloud.body(str(made.plan.find(name).id))["tags"]["Domain"] = "sales"
    made.cloud.sent.clear()
    await made.later()
    judged = {arm_type(arm_id): body for arm_id, body in made.cloud.sent}
    assert {kind.label for kind in judged} == {"network", "nsg"}
    assert [v for kind, body in judged.items() for v in tables().violations(kind.name, kind.api_version, body)] == []
    repeated = [str(at(body, "properties")) for body in judged.values()]
    assert all(word in "".join(repeated) for word in ("Microsoft.App/environments", "allow-ssh", "peer-to-admin-hub"))


async def test_a_namespace_that_has_grown_is_in_sync_and_never_shrunk() -> None:
    made = await settled(zone_object())
    assert made.plan
    namespace = made.cloud.body(str(made.plan.find("event-hubs").id))
    namespace["sku"]["capacity"] = 11
    await made.later()
    assert (made.condition("InSync")["status"], made.cloud.writes()) == ("True", [])
    namespace["properties"]["disableLocalAuth"] = False
    await made.later()
    after = made.cloud.body(str(made.plan.find("event-hubs").id))
    assert (after["sku"]["capacity"], after["properties"]["disableLocalAuth"]) == (11, True)


async def test_a_raised_minimum_raises_the_namespace() -> None:
    made = await settled(zone_object())
    changed(
        made,
        zone_object(
            eventHubs={"throughputUnits": {"min": 5, "max": 20}, "hubs": [{"name": "orders", "partitions": 8}]}
        ),
    )
    await made.settle()
    assert made.plan
    assert made.cloud.body(str(made.plan.find("event-hubs").id))["sku"]["capacity"] == 5


async def test_what_holds_data_stays_when_a_spec_no_longer_names_it() -> None:
    made = await settled(zone_object())
    before = (
        {name: str(made.plan.find(name).id) for name in ("storage", "filesystem/gold", "hub/orders")}
        if made.plan
        else {}
    )
    changed(made, zone_object(storage=None, eventHubs={}))
    await made.settle()
    assert all(made.cloud.has(arm_id) for arm_id in before.values())
    retained = " ".join(made.status["retained"])
    assert all(word in retained for word in ("storage/", "filesystem/", "hub/"))


async def test_what_holds_no_data_goes_when_a_spec_no_longer_names_it() -> None:
    made = await settled(zone_object())
    app = str(made.plan.find("app/loom-mirroring").id) if made.plan else ""
    changed(made, zone_object(apps=None))
    await made.settle(20)
    left = [b["id"] for b in made.cloud.bodies.values() if is_within(b["id"], made.plan.home if made.plan else "")]
    assert not made.cloud.has(app)
    assert not any("Microsoft.App/" in arm_id for arm_id in left)
    assert not any("roleAssignments" in b["id"] for b in made.cloud.bodies.values())


async def test_a_zone_that_is_deleted_leaves_its_data_and_nothing_in_the_hub() -> None:
    made = await settled(zone_object())
    made.deleting = True
    made.wish = type(made.wish)(deletion_policy="Delete")
    result = await made.settle(40)
    assert result.release
    left = [b["id"] for b in made.cloud.bodies.values()]
    assert not any("/virtualNetworkPeerings/" in arm_id or "/virtualNetworkLinks/" in arm_id for arm_id in left)
    labels = {arm_type(arm_id).label for arm_id in left if arm_id.startswith(made.plan.home if made.plan else "")}
    assert {"storage", "filesystem", "hub"} <= labels
    kept = {"group", "storage", "filesystem", "hub", "event-hubs"}
    assert labels <= kept | {"blob-service", "event-hubs-rules", "diagnostics"}


async def test_of_a_well_zone_its_own_services_are_shown_before_what_is_elsewhere_and_roles_last() -> None:
    made = await settled(zone_object())
    home = made.plan.home if made.plan else ""
    rows = made.status["resources"]
    kinds = [
        () if row.get("health") else (row["id"].count("/providers/") > 1, not row["id"].startswith(home))
        for row in rows
    ]
    assert [row["state"] for row in rows] == ["Ready"] * len(rows)
    assert kinds == sorted(kinds)
    assert {(), (False, False), (False, True)} <= set(kinds)


async def test_a_zone_without_a_grant_writes_nothing_and_says_who_can_help() -> None:
    obj = zone_object()
    made = bench(obj, world(obj, plane_object(grants=[])))
    await made.settle(3)
    assert made.cloud.writes() == []
    assert (made.reason(), "a cluster administrator" in made.message()) == ("NotGranted", True)


async def test_an_app_without_its_service_leaves_the_zone_unwired_and_the_rest_converged() -> None:
    made = bench(zone_object(eventHubs=None))
    made.cloud.place(world(zone_object()).plane.hub_network.id, properties={})  # type: ignore[union-attr]
    await made.settle(20)
    assert made.condition("Converged")["status"] == "True"
    assert made.reason("BackingServicesWired") == "MissingBackingService"
    assert made.message("BackingServicesWired") == (
        "loom-mirroring needs eventHubs for BOOTSTRAP_SERVERS, CONFIG_STORAGE_TOPIC, OFFSET_STORAGE_TOPIC, STATUS_STORAGE_TOPIC: "
        "add spec.eventHubs"
    )
    assert made.ready == "False"


async def test_everything_that_the_apps_of_a_zone_lack_is_named_at_once() -> None:
    every: dict[str, Any] = {
        "environment": {},
        "console": {},
        "setupOrchestrator": {},
        "mcp": {},
        "activator": {},
        "directLakeShim": {},
    }
    obj = zone_object(apps=every)
    made = bench(obj)
    made.cloud.place(world(obj).plane.hub_network.id, properties={})  # type: ignore[union-attr]
    await made.settle(20)
    told = made.message("BackingServicesWired")
    fields = ("cosmos", "keyVault", "kusto", "redis", "apps.mcp.audience", "apps.activator.workspaceId")
    assert [field for field in fields if f"add spec.{field}" not in told] == []


def test_every_managed_id_is_known_before_anything_is_made_but_those_named_by_a_principal_or_a_domain() -> None:
    plan = plan_of(zone_object())
    late = {r.key for r in plan.resources if not isinstance(r.id, str)}
    assert late == {key for key in managed(plan) if key.startswith(("role/", "apps-domain"))}
    assert all(id_of(r) for r in plan.resources)


async def test_another_tag_on_everything_leaves_a_zone_as_well_as_it_was_however_long_it_takes() -> None:
    zone = rich_zone(accessPaths={way: given for way, given in ways_in().items() if way != "frontDoor"})
    made = made_of(zone)
    await made.settle(60)
    assert made.ready == "True", made.message()
    before = {row["type"]: row["status"] for row in made.status["conditions"]}
    told = {name: made.status[name] for name in ("reachability", "apps", "wiring")}
    made.cloud.long_types |= {
        "Microsoft.Network/virtualNetworkGateways",
        "Microsoft.Network/applicationGateways",
        "Microsoft.Network/bastionHosts",
        "Microsoft.App/managedEnvironments",
        "Microsoft.App/containerApps",
    }
    zone["spec"]["costCenter"] = "CC-1"
    changed(made, zone, granted(zone))
    for _ in range(6):
        result = await made.look()
        made.clock.seconds += result.requeue_after
        assert made.message().startswith("being changed: app/loom-activator, app/loom-console, ")
        differing = {row["type"] for row in made.status["conditions"] if row["status"] != before.get(row["type"])}
        assert differing == {"Ready", "Reconciling", "Converged", "InSync"}
        assert {name: made.status[name] for name in told} == told
    made.cloud.finish()
    await made.settle(30)
    assert made.ready == "True"
