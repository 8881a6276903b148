"""Services that stand already: what is planned around them, what is made in them, and what cannot be attached."""

from dataclasses import replace
from typing import Any

import pytest

from loom.api.kinds import DATA_LANDING_ZONE
from loom.errors import CloudError, Refusal, Retry
from loom.plan.kinds import KINDS
from loom.plan.ownership import TAG
from loom.plan.resource import Mode, Plan
from support.engine_bench import Bench
from support.landing import bench, changed
from support.plans import plan_of
from support.worlds import SPOKE, Obj, grant, plane_object, world, zone_object

SHARED = f"/subscriptions/{SPOKE}/resourceGroups/rg-shared"
ACCOUNT = f"{SHARED}/providers/Microsoft.Storage/storageAccounts/sashared"
DOCUMENTS = f"{SHARED}/providers/Microsoft.DocumentDB/databaseAccounts/cosmos-shared"
WORKSPACE = f"{SHARED}/providers/Microsoft.Synapse/workspaces/syn-shared"
CACHE = f"{SHARED}/providers/Microsoft.Cache/redisEnterprise/redis-shared"
NAMESPACE = f"{SHARED}/providers/Microsoft.EventHub/namespaces/evhns-shared"
PLANE = plane_object(grants=[grant(scopes=[SHARED])])
MARK = "[csaloom-io-owner: prod/domain-finance/DataLandingZone/finance]"


def attached(**changes: Any) -> Obj:
    """A zone on services of others."""
    spec: Obj = {
        "storage": {"existing": {"id": ACCOUNT}, "filesystems": [{"name": "bronze"}]},
        "eventHubs": {"existing": {"id": NAMESPACE}, "hubs": [{"name": "orders"}]},
        "cosmos": {"existing": {"id": DOCUMENTS}},
        "redis": {"existing": {"id": CACHE}},
    }
    return zone_object(**(spec | changes))


def planned(obj: Obj) -> Plan:
    return plan_of(obj, world(obj, PLANE))


def standing(obj: Obj, *, hierarchical: bool = True, location: str = "eastus2", kafka: bool = True) -> Bench:
    """A zone whose services stand already, as others made them."""
    made = bench(obj, world(obj, PLANE))
    made.cloud.place(ACCOUNT, location=location, properties={"isHnsEnabled": hierarchical})
    made.cloud.place(CACHE, location=location, properties={"hostName": "redis-shared.eastus2.redis.azure.net"})
    made.cloud.place(f"{CACHE}/databases/default", properties={})
    made.cloud.place(DOCUMENTS, location=location, kind="GlobalDocumentDB", properties={})
    made.cloud.place(NAMESPACE, location=location, properties={"kafkaEnabled": kafka})
    hub = world(obj).plane.hub_network.id  # type: ignore[union-attr]
    made.cloud.place(hub, properties={})
    return made


def test_an_attached_service_is_only_read_and_what_describes_a_made_one_is_not_planned() -> None:
    plan = planned(attached())
    assert (plan.find("storage").mode, plan.find("storage").id) == (Mode.EXISTING, ACCOUNT)
    assert (plan.find("event-hubs").mode, plan.find("event-hubs").id) == (Mode.EXISTING, NAMESPACE)
    assert (plan.find("cosmos").mode, plan.find("cosmos").id) == (Mode.EXISTING, DOCUMENTS)
    assert {plan.find(key).mode for key in ("redis", "redis/database")} == {Mode.EXISTING}
    keys = {resource.key for resource in plan.resources}
    assert not keys & {
        "storage/blob-service",
        "diagnostics/storage",
        "diagnostics/event-hubs",
        "diagnostics/cosmos",
        "diagnostics/redis",
    }


def test_endpoints_roles_and_inner_things_are_made() -> None:
    plan = planned(attached())
    assert str(plan.find("filesystem/bronze").id) == f"{ACCOUNT}/blobServices/default/containers/bronze"
    assert str(plan.find("hub/orders").id) == f"{NAMESPACE}/eventhubs/orders"
    connection = plan.find("endpoint/storage-blob").body["properties"]["privateLinkServiceConnections"][0]
    assert connection["properties"]["privateLinkServiceId"] == ACCOUNT
    assert any(str(getattr(r.id, "prefix", "")).startswith(NAMESPACE) for r in plan.resources)


def test_what_an_app_keeps_for_itself_in_a_shared_namespace_carries_the_owners_hash() -> None:
    plan, owner = planned(attached()), world(attached()).owner
    topic = str(plan.find("hub/loom-mirroring-configs").id)
    assert topic == f"{NAMESPACE}/eventhubs/loom-mirroring-configs-{owner.hash}"
    others = replace(world(attached(), PLANE), owner=replace(owner, name="risk"))
    assert str(plan_of(attached(), others).find("hub/loom-mirroring-configs").id) != topic


def test_the_app_is_told_the_names_that_its_topics_have_there() -> None:
    plan, owner = planned(attached()), world(attached()).owner
    (container,) = plan.find("app/loom-mirroring").body["properties"]["template"]["containers"]
    settings = {row["name"]: row["value"] for row in container["env"]}
    assert settings["CONFIG_STORAGE_TOPIC"] == f"loom-mirroring-configs-{owner.hash}"
    assert settings["GROUP_ID"] == f"loom-mirroring-{owner.hash}"
    assert settings["BOOTSTRAP_SERVERS"] == "evhns-shared.servicebus.windows.net:9093"


def test_no_endpoint_is_made_where_the_spec_says_that_there_is_one() -> None:
    storage = {"existing": {"id": ACCOUNT, "privateEndpoint": "Skip"}}
    hubs = {"existing": {"id": NAMESPACE, "privateEndpoint": "Skip"}}
    cosmos = {"existing": {"id": DOCUMENTS, "privateEndpoint": "Skip"}}
    redis = {"existing": {"id": CACHE, "privateEndpoint": "Skip"}}
    zone = attached(storage=storage, eventHubs=hubs, cosmos=cosmos, redis=redis)
    keys = {resource.key for resource in planned(zone).resources}
    assert not any(key.startswith("endpoint/") for key in keys)
    assert "dns-link/blob" in keys  # its name is looked up in the plane's zone all the same


def test_an_attached_service_outside_the_grants_scopes_is_not_granted() -> None:
    kind, obj = KINDS["DataLandingZone"], attached()
    denied = kind.authority(kind.parse(obj), world(obj)).denied
    assert "sashared, which spec.storage attaches, is not within its scopes" in denied
    assert "a cluster administrator can change the grants" in denied
    assert not kind.authority(kind.parse(obj), world(obj, PLANE)).denied


def test_a_service_in_the_zones_own_group_is_not_attached() -> None:
    own = f"{planned(zone_object()).home}/providers/Microsoft.Storage/storageAccounts/safinance"
    with pytest.raises(Refusal, match="is in the zone's own resource group") as caught:
        planned(attached(storage={"existing": {"id": own}}))
    assert caught.value.reason == "InvalidSpec"


async def test_a_zone_on_services_of_others_converges_and_never_writes_them() -> None:
    made = standing(attached())
    await made.settle(30)
    assert made.ready == "True", made.message()
    assert not {("PUT", ACCOUNT), ("PUT", NAMESPACE)} & set(made.cloud.writes())
    assert made.cloud.body(ACCOUNT).get("tags") is None


async def test_what_is_made_in_a_service_of_others_carries_our_mark() -> None:
    made = standing(attached())
    await made.settle(30)
    bronze = made.cloud.body(f"{ACCOUNT}/blobServices/default/containers/bronze")
    orders = made.cloud.body(f"{NAMESPACE}/eventhubs/orders")
    assert bronze["properties"]["metadata"] == {"csaloom_io_owner": MARK}
    assert orders["properties"]["userMetadata"] == MARK


async def test_what_is_made_in_our_own_service_needs_no_mark() -> None:
    made = bench(zone_object(), world(zone_object()))
    made.cloud.place(world(zone_object()).plane.hub_network.id, properties={})  # type: ignore[union-attr]
    await made.settle(30)
    assert made.plan
    assert "userMetadata" not in made.cloud.body(str(made.plan.find("hub/orders").id))["properties"]


async def test_a_hub_of_somebody_elses_in_a_shared_namespace_is_not_taken_over() -> None:
    made = standing(attached())
    made.cloud.place(f"{NAMESPACE}/eventhubs/orders", properties={"partitionCount": 2})
    await made.settle(10)
    assert made.reason("ServicesReady") == "AdoptionRequired"
    assert made.cloud.body(f"{NAMESPACE}/eventhubs/orders")["properties"] == {"partitionCount": 2}


async def test_a_hub_of_another_zone_in_a_shared_namespace_is_never_taken_over() -> None:
    made = standing(attached())
    mark = f"[{TAG}: prod/domain-risk/DataLandingZone/risk]"
    made.cloud.place(f"{NAMESPACE}/eventhubs/orders", properties={"partitionCount": 4, "userMetadata": mark})
    await made.settle(10)
    assert (made.reason("ServicesReady"), "domain-risk" in made.message("ServicesReady")) == ("OwnedByAnother", True)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"hierarchical": False}, "properties.isHnsEnabled is False and must be True"),
        ({"location": "westeurope"}, "location is 'westeurope' and must be 'eastus2'"),
        ({"kafka": False}, "properties.kafkaEnabled is False and must be True"),
    ],
    ids=["no filesystems", "another region", "no Kafka"],
)
async def test_what_is_attached_must_be_what_the_zone_needs(facts: dict[str, Any], says: str) -> None:
    made = standing(attached(), **facts)
    await made.settle(10)
    assert made.reason("ServicesReady") == "NotSuitable"
    assert says in made.message("ServicesReady")
    assert "attach another, or have one made" in made.message("ServicesReady")


async def test_what_is_attached_must_be_there() -> None:
    made = standing(attached())
    del made.cloud.bodies[ACCOUNT.lower()]
    await made.settle(10)
    assert (made.reason("ServicesReady"), "sashared" in made.message("ServicesReady")) == ("ReferenceNotFound", True)


async def test_what_is_attached_must_be_in_the_tenant() -> None:
    made = standing(attached())
    for _ in range(60):  # whatever is asked about it
        made.cloud.fail("GET", ACCOUNT, CloudError("ReferenceNotFound", "Tenant", "another tenant", Retry.SLOWLY))
    await made.settle(5)
    assert (made.reason("ServicesReady"), "another tenant" in made.message("ServicesReady")) == (
        "ReferenceNotFound",
        True,
    )
    assert (made.reason("Stalled"), made.cloud.has(f"{ACCOUNT}/blobServices/default/containers/bronze")) == (
        "ReferenceNotFound",
        False,
    )


async def test_the_address_of_another_endpoint_is_not_taken_away() -> None:
    made = standing(attached())
    assert made.plan
    address = made.plan.find("endpoint/storage-blob/address")
    creator = "created by private endpoint pe-of-the-plane with resource guid 7d9c4c51-95b0-4ce6-9a0d-3f6a9f9c1d01"
    made.cloud.place(str(address.id), properties={"metadata": {"creator": creator}})
    await made.settle(10)
    assert made.reason("NetworkReady") == "PlaceTaken"
    assert "pe-of-the-plane" in made.message("NetworkReady")
    assert "privateEndpoint: Skip" in made.message("NetworkReady")
    assert not made.cloud.has(str(made.plan.find("endpoint/storage-blob").id))


async def test_our_own_endpoints_address_is_ours() -> None:
    made = standing(attached())
    assert made.plan
    name = str(made.plan.find("endpoint/storage-blob").id).rpartition("/")[2]
    creator = f"created by private endpoint {name} with resource guid 7d9c4c51-95b0-4ce6-9a0d-3f6a9f9c1d01"
    made.cloud.place(
        str(made.plan.find("endpoint/storage-blob/address").id), properties={"metadata": {"creator": creator}}
    )
    await made.settle(30)
    assert made.ready == "True", made.message()


@pytest.mark.parametrize(
    ("before", "after"), [(zone_object(), attached()), (attached(), zone_object())], ids=["to", "fro"]
)
async def test_changing_between_made_and_attached_deletes_no_data(before: Obj, after: Obj) -> None:
    made = standing(before)
    for arm_id, properties in ((ACCOUNT, {"isHnsEnabled": True}), (NAMESPACE, {"kafkaEnabled": True})):
        made.cloud.place(arm_id, location="eastus2", properties=properties)
    await made.settle(30)
    assert made.plan
    data = [str(made.plan.find(key).id) for key in ("storage", "filesystem/bronze", "event-hubs", "hub/orders")]
    changed(made, after, world(after, PLANE))
    await made.settle(30)
    assert made.ready == "True", made.message()
    assert [arm_id for arm_id in data if not made.cloud.has(arm_id)] == []


async def test_a_zone_that_goes_leaves_the_services_of_others_and_all_data() -> None:
    made = standing(attached())
    await made.settle(30)
    made.deleting = True
    made.wish = replace(made.wish, deletion_policy="Delete")
    result = await made.settle(40)
    assert result.release
    left = [body["id"] for body in made.cloud.bodies.values()]
    assert {ACCOUNT, NAMESPACE, f"{NAMESPACE}/eventhubs/orders"} <= set(left)
    assert not any("/privateEndpoints/" in arm_id or "/roleAssignments/" in arm_id for arm_id in left)


async def test_only_what_bears_our_mark_goes_when_a_person_lets_it_go() -> None:
    made = standing(attached())
    await made.settle(30)
    hub = f"{NAMESPACE}/eventhubs/orders"
    made.cloud.body(hub)["properties"]["userMetadata"] = "now of another team"
    made.change(delete_data=("hub/evhns-shared/orders",))
    without = attached(eventHubs={"existing": {"id": NAMESPACE}})
    changed(made, without, world(without, PLANE))
    await made.settle(20)
    assert made.cloud.has(hub)
    assert any(event.reason == "NotOurs" for event in made.events)


@pytest.mark.parametrize(
    ("service", "beside"),
    [
        ("storage", {"redundancy": "LRS"}),
        ("storage", {"softDeleteDays": 7}),
        ("storage", {"name": "sashared"}),
        ("eventHubs", {"throughputUnits": {"min": 1, "max": 2}}),
    ],
)
def test_what_describes_a_made_service_is_refused_beside_an_attached_one(service: str, beside: Obj) -> None:
    existing = {"storage": ACCOUNT, "eventHubs": NAMESPACE}[service]
    with pytest.raises(Refusal, match="a service that exists already keeps its own settings"):
        KINDS[DATA_LANDING_ZONE.name].parse(attached(**{service: {"existing": {"id": existing}, **beside}}))


def test_another_type_is_not_taken_for_the_service() -> None:
    with pytest.raises(Refusal, match=r"spec.storage.existing.id"):
        KINDS["DataLandingZone"].parse(attached(storage={"existing": {"id": NAMESPACE}}))


def test_an_attached_workspace_gets_endpoints_and_its_right_on_the_zones_lake_and_nothing_else() -> None:
    plan = planned(zone_object(synapse={"existing": {"id": WORKSPACE}}))
    about = {
        r.key: r.mode for r in plan.resources if "synapse" in r.key and not r.key.startswith(("endpoint/", "dns-link/"))
    }
    role = "role/synapse/storage/storage-blob-data-contributor"
    assert about == {"synapse": Mode.EXISTING, role: Mode.MANAGED}
    address = plan.find("endpoint/synapse-SqlOnDemand/address")
    assert (address.mode, str(address.id).rpartition("/")[2]) == (Mode.FREE, "syn-shared-ondemand")
    alone = planned(zone_object(storage=None, synapse={"existing": {"id": WORKSPACE}}))
    assert role not in {resource.key for resource in alone.resources}


def test_an_attached_databricks_gets_endpoints_and_no_subnets() -> None:
    adb = f"{SHARED}/providers/Microsoft.Databricks/workspaces/adb-shared"
    plan = planned(
        zone_object(databricks={"existing": {"id": adb}, "browserAuthentication": "Skip", "accessConnector": {}})
    )
    keys = {resource.key for resource in plan.resources}
    assert plan.find("databricks").mode is Mode.EXISTING
    assert not {key for key in keys if "snet-databricks" in key or "nsg/databricks" in key}
    assert {"endpoint/databricks-databricks_ui_api", "databricks/access-connector"} <= keys
    skipped = planned(zone_object(databricks={"existing": {"id": adb, "privateEndpoint": "Skip"}}))
    assert not [r.key for r in skipped.resources if r.key.startswith("endpoint/databricks")]


def test_a_workspace_on_an_attached_account_keeps_its_files_under_a_name_that_no_other_zone_takes() -> None:
    plan = planned(attached(synapse={}))
    (files,) = [r for r in plan.resources if r.key.startswith("filesystem/synapse")]
    assert str(files.id).startswith(ACCOUNT)
    assert str(files.id).endswith(f"/synapse-{world(zone_object()).owner.hash}")
    declared = planned(attached(synapse={"filesystem": "bronze"}))
    assert [r.key for r in declared.resources if r.key.startswith("filesystem/")] == ["filesystem/bronze"]
