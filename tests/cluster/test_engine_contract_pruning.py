"""What goes and what stays on the real parts: data left out of a spec, and the deletion of a whole zone."""

from support.running import Azure
from support.samples import sample_plane
from support.wait import eventually
from support.zones import OWNER, LiveZone, Zones

STORAGE = "Microsoft.Storage/storageAccounts"
EVENT_HUBS = "Microsoft.EventHub/namespaces"
NETWORK = "Microsoft.Network/virtualNetworks"
LOCKS = "Microsoft.Authorization/locks"


def names(zone: LiveZone, arm_type: str) -> list[str]:
    """The names of the zone's resources of a type, sorted."""
    return sorted(found["name"].rpartition("/")[2] for found in zone.resources() if found["type"] == arm_type)


def in_the_hub(zone: LiveZone, azure: Azure) -> list[str]:
    """What the zone has in the plane's own group: peering, DNS links, and roles of its app's identity."""
    plane = sample_plane()["spec"]
    group = f"/subscriptions/{plane['subscriptionId']}/resourceGroups/{plane['resourceGroup']}"
    domain = f"-{zone.spec['domain']}-"
    there = azure.resources(group)
    named = [found["id"] for found in there if domain in found["id"].rpartition("/")[2]]
    roles = [found["id"] for found in there if zone.mark in str(found.get("properties", {}).get("description"))]
    return sorted([*named, *roles])


def test_a_filesystem_left_out_of_the_spec_stays_until_it_is_named_to_go(zones: Zones) -> None:
    zone = zones.ready("storage")
    account = zone.one(STORAGE)["name"]
    kept = {**zone.spec["storage"], "filesystems": [{"name": "gold"}]}

    zone.apply(storage=kept)

    retained = [f"filesystem/{account}/bronze", f"filesystem/{account}/silver"]
    assert zone.becomes_ready()["retained"] == retained
    assert names(zone, f"{STORAGE}/blobServices/containers") == ["bronze", "gold", "silver"]

    zone.apply(deleteData=retained[:1])

    assert zone.becomes_ready()["retained"] == retained[1:]
    assert names(zone, f"{STORAGE}/blobServices/containers") == ["gold", "silver"]


def test_a_service_left_out_takes_everything_with_it_but_what_holds_data(zones: Zones, azure: Azure) -> None:
    zone = zones.ready("storage")
    assert len([one for one in in_the_hub(zone, azure) if "virtualNetworkLinks" in one]) == 2

    zone.apply(storage=None)
    retained = zone.becomes_ready()["retained"]

    assert sorted(name.partition("/")[0] for name in retained) == ["filesystem"] * 3 + ["storage"]
    assert names(zone, "Microsoft.Network/privateEndpoints") == []
    assert [one for one in in_the_hub(zone, azure) if "virtualNetworkLinks" in one] == []
    assert len(names(zone, STORAGE)) == 1


def test_a_subnet_left_out_goes(zones: Zones) -> None:
    zone = zones.new("network")
    base = zone.spec["network"]["addressSpace"].removesuffix(".0/20")
    two = [{"name": "snet-one", "cidr": f"{base}.0/25"}, {"name": "snet-two", "cidr": f"{base}.128/25"}]
    zone.apply(network={**zone.spec["network"], "subnets": two})
    zone.becomes_ready()
    assert names(zone, f"{NETWORK}/subnets") == ["snet-one", "snet-two"]

    zone.apply(network={**zone.spec["network"], "subnets": two[:1]})
    zone.becomes_ready()

    assert names(zone, f"{NETWORK}/subnets") == ["snet-one"]


def test_a_zone_deleted_with_all_it_made_leaves_its_data_and_nothing_in_the_hub(zones: Zones, azure: Azure) -> None:
    zone = zones.ready("storage", "eventHubs", "apps", deletionPolicy="Delete")
    kinds = sorted(one.split("/")[-2] for one in in_the_hub(zone, azure))
    assert kinds == ["A", *["roleAssignments"] * 2, *["virtualNetworkLinks"] * 3, "virtualNetworkPeerings"]
    account, streams = zone.one(STORAGE), zone.one(EVENT_HUBS)

    zone.delete()
    zone.goes()

    assert in_the_hub(zone, azure) == []
    outermost = [found["id"] for found in zone.resources() if found["id"].removeprefix(zone.group).count("/") in (0, 4)]
    assert sorted(outermost) == sorted([zone.group, account["id"], streams["id"]])
    assert names(zone, f"{STORAGE}/blobServices/containers") == ["bronze", "gold", "silver"]
    assert "orders" in names(zone, f"{EVENT_HUBS}/eventhubs")
    (told,) = zone.events("Detached")
    assert f"storage/{account['name']}" in told
    assert f"hub/{streams['name']}/orders" in told


def test_a_zone_deleted_with_its_data_leaves_nothing(zones: Zones) -> None:
    zone = zones.ready("storage", deletionPolicy="Delete")
    account = zone.one(STORAGE)["name"]
    filesystems = [f"filesystem/{account}/{name}" for name in ("bronze", "silver", "gold")]
    zone.apply(deleteData=[f"storage/{account}", *filesystems])

    zone.delete()
    zone.goes()

    assert zone.resources() == []


def test_what_somebody_else_put_into_the_group_keeps_the_group(zones: Zones, azure: Azure) -> None:
    zone = zones.ready(deletionPolicy="Delete")
    theirs = f"{zone.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs"
    azure.place(theirs, {"location": "eastus2"})

    zone.delete()
    zone.goes()

    assert [found["id"] for found in zone.resources()] == [zone.group, theirs]
    assert "resource group" in zone.events("Detached")[0]


def test_somebody_elses_lock_holds_a_deletion_until_it_is_lifted(zones: Zones, azure: Azure) -> None:
    zone = zones.ready(deletionPolicy="Delete")
    lock = f"{zone.group}/providers/{LOCKS}/theirs"
    azure.place(lock, {"properties": {"level": "CanNotDelete"}})
    zone.delete()

    def blocked() -> str:
        ready = zone.condition("Ready")
        assert ready["reason"] == "DeletionBlocked", ready
        return str(ready["message"])

    assert "lock" in eventually(blocked)
    assert zone.condition("Stalled")["reason"] == "DeletionBlocked"
    assert [found["tags"].get(OWNER) for found in zone.resources() if "tags" in found] == [zone.mark]

    azure.remove(lock)
    zone.cluster.kubectl.run(
        "annotate", "dlz", "finance", f"--namespace={zone.namespace}", "csaloom.io/reconcile-requested-at=lifted"
    )
    zone.goes()
    assert zone.resources() == []
