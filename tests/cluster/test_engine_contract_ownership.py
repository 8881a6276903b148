"""Whose a resource is, on the real parts: adoption, other owners, two objects for one resource, and tenants who forge."""

import json

import pytest

from loom.dev.failure import SandboxError
from loom.dev.kubectl import Kubectl
from loom.engine.inventory import Inventory
from support.cluster import Cluster
from support.running import Azure
from support.samples import sample_plane
from support.statuses import StatusWatch
from support.wait import eventually
from support.zones import NAME, OWNER, LiveZone, Zones

SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"


def security_group_of(zone: LiveZone) -> str:
    """The id of the network security group that the zone makes."""
    return f"{zone.group}/providers/{SECURITY_GROUP}/nsg-csa-loom-dlz-{zone.spec['domain']}-prod-eastus2"


def test_what_exists_without_a_mark_is_left_alone_until_it_is_adopted(zones: Zones, azure: Azure) -> None:
    zone = zones.new("network")
    theirs = security_group_of(zone)
    azure.place(theirs, {"location": "eastus2", "tags": {"Team": "theirs"}})
    azure.reset_counters()
    zone.apply()

    words = zone.says("Ready", "AdoptionRequired")
    assert "spec.adoption" in words
    assert zone.condition("Stalled")["reason"] == "AdoptionRequired"
    assert zone.written() == []

    zone.apply(adoption="Adopt")
    zone.becomes_ready()
    tags = (azure.get(theirs) or {})["tags"]
    assert (tags["Team"], tags[OWNER]) == ("theirs", zone.mark)


def test_what_another_owner_has_marked_is_never_taken_over(zones: Zones, azure: Azure) -> None:
    zone = zones.new("network", adoption="Adopt")
    theirs = security_group_of(zone)
    azure.place(theirs, {"location": "eastus2", "tags": {OWNER: "elsewhere/team/DataLandingZone/theirs"}})
    zone.apply()

    assert "elsewhere/team/DataLandingZone/theirs" in zone.says("Ready", "OwnedByAnother")
    assert (azure.get(theirs) or {})["tags"] == {OWNER: "elsewhere/team/DataLandingZone/theirs"}


def test_of_two_zones_that_claim_one_group_the_first_keeps_it(
    zones: Zones, azure: Azure, cluster: Cluster, namespace: str
) -> None:
    first = zones.ready()
    elsewhere = cluster.new_namespace({"csaloom.io/domain": "finance"})
    second = zones.new(namespace=elsewhere, domain=first.spec["domain"], adoption="Adopt", deletionPolicy="Delete")
    azure.reset_counters()
    second.apply()

    assert first.mark in second.says("Ready", "OwnedByAnother")
    second.delete()
    second.goes()

    assert first.written() == []
    first.look()
    assert first.becomes_ready()
    assert [found["id"] for found in first.resources()] == [first.group]


@pytest.fixture
def tenant(cluster: Cluster, namespace: str) -> str:
    """The namespace, where the user `tenant` may do what an editor may."""
    where = f"--namespace={namespace}"
    cluster.kubectl.run("create", "rolebinding", "tenant", "--clusterrole=edit", "--user=tenant", where)

    def aggregated() -> None:
        cluster_says = cluster.kubectl.run("auth", "can-i", "patch", "datalandingzones", "--as=tenant", where)
        assert cluster_says.strip() == "yes"

    eventually(aggregated)
    return namespace


def claim(kubectl: Kubectl, zone: LiveZone, *ids: str) -> None:
    """Somebody writes into the zone's status that it owns these."""
    rows = [{"scope": scope, "ids": [rest]} for scope, _, rest in (arm_id.partition("/providers/") for arm_id in ids)]
    patch = json.dumps({"status": {"inventory": rows}})
    where = (f"--namespace={zone.namespace}", "--subresource=status", "--type=merge")
    kubectl.run("patch", "dlz", NAME, *where, f"--patch={patch}")


def test_a_tenant_may_not_write_a_status(zones: Zones, cluster: Cluster, tenant: str) -> None:
    zone = zones.ready()

    with pytest.raises(SandboxError, match="Forbidden"):
        claim(cluster.kubectl_as("tenant"), zone, security_group_of(zone))


@pytest.fixture
def forger(cluster: Cluster, status_watch: StatusWatch, tenant: str) -> Kubectl:
    """kubectl of a tenant who was given the right to write statuses all the same."""
    where = f"--namespace={tenant}"
    status_watch.ignore(tenant)
    rights = ("--verb=get,patch", "--resource=datalandingzones/status")
    cluster.kubectl.run("create", "role", "forger", *rights, where)
    cluster.kubectl.run("create", "rolebinding", "forger", "--role=forger", "--user=tenant", where)

    def granted() -> None:
        may = ("auth", "can-i", "patch", "datalandingzones", "--subresource=status", "--as=tenant", where)
        assert cluster.kubectl.run(*may).strip() == "yes"

    eventually(granted)
    return cluster.kubectl_as("tenant")


def test_a_tenant_who_forges_marks_and_status_has_nothing_deleted_that_is_not_the_zones(
    zones: Zones, azure: Azure, forger: Kubectl
) -> None:
    zone = zones.ready("network", deletionPolicy="Delete")
    group = zone.group.replace("dlz", "victim")
    marked, unmarked = (f"{group}/providers/{SECURITY_GROUP}/{name}" for name in ("marked", "unmarked"))
    beside = f"{zone.group}/providers/{SECURITY_GROUP}/beside"
    hub = sample_plane()["spec"]["hubNetwork"]["id"]
    own = Inventory.read(zone.status).ids
    azure.place(group, {"location": "eastus2", "tags": {OWNER: zone.mark}})
    azure.place(marked, {"location": "eastus2", "tags": {OWNER: zone.mark}})
    azure.place(unmarked, {"location": "eastus2"})
    azure.place(beside, {"location": "eastus2"})

    claim(forger, zone, group, marked, unmarked, beside, hub, *own)
    zone.look()
    claim(forger, zone, group, marked, unmarked, beside, hub, *own)
    forger.run("delete", "dlz", NAME, f"--namespace={zone.namespace}", "--wait=false")

    def told() -> None:
        words = "networkSecurityGroups marked is not deleted: no grant of this namespace covers it"
        assert zone.condition("Ready")["message"] == words

    eventually(told)
    assert [azure.get(arm_id) is not None for arm_id in (group, marked, unmarked, beside, hub)] == [True] * 5
    assert azure.get(security_group_of(zone)) is None
    zone.apply(deletionPolicy="Detach")  # the way out of one's own forgery
    zone.goes()
