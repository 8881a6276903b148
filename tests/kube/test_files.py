"""Files as the operator would see them in a cluster: references among them, laid over what is there, and gaps that are told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from loom.kube.client import ApiError
from loom.kube.documents import Document, WrongDocuments, sort
from loom.kube.files import FileWorld
from loom.kube.gather import Gathered, Gatherer
from loom.kube.key import Key
from support.api_server import ApiServer, a_plane, a_product, a_zone, with_condition

Object = dict[str, Any]
ZONE = Key("DataLandingZone", "finance", "finance")
CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "orders", "namespace": "finance"},
    "data": {"openapi.json": "from the file"},
}
FORBIDDEN = ApiError(403, "Forbidden", "no right")
ZONES, NAMESPACES = "/apis/csaloom.io/v1alpha1/datalandingzones", "/api/v1/namespaces"


def namespace(name: str = "finance", **labels: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


async def laid(objects: Sequence[Object], server: ApiServer | None = None, default: str = "finance") -> FileWorld:
    world = FileWorld(sort([Document("a.yaml", obj) for obj in objects], default), server)
    await world.load()
    return world


async def gathered(world: FileWorld, kind: str) -> Gathered:
    key, obj = next((key, obj) for key, obj in world.objects() if key.kind == kind)
    return await Gatherer(world, world.watch, "prod").gather(key, obj)


def found(world: FileWorld, key: Key = ZONE) -> Object:
    return dict(world.objects())[key]


def server_with(*objects: Object) -> ApiServer:
    server = ApiServer()
    for obj in objects:
        server.put(obj)
    server.put_plain(f"{NAMESPACES}/finance", namespace(team="finance"))
    return server


async def test_references_are_found_among_the_files() -> None:
    world = await laid([a_product(), CONFIG_MAP, a_zone(), a_plane(), namespace(team="finance")])
    product = (await gathered(world, "ApiProduct")).context
    assert product.zone is not None
    assert product.plane is not None
    assert (product.zone.name, product.plane.location) == ("finance", "eastus2")
    assert product.documents == {"orders/openapi.json": "from the file"}
    assert product.namespace_labels["team"] == "finance"
    assert world.gaps == {}


async def test_what_the_files_do_not_hold_is_found_in_the_cluster_and_the_files_come_first() -> None:
    server = server_with(a_plane(interval="1h"), with_condition(a_zone(), "Converged"))
    server.put_plain(
        "/api/v1/namespaces/finance/configmaps/orders", {**CONFIG_MAP, "data": {"openapi.json": "from the cluster"}}
    )
    from_cluster = (await gathered(await laid([a_product()], server), "ApiProduct")).context
    from_files = (await gathered(await laid([a_product(), CONFIG_MAP, a_plane()], server), "ApiProduct")).context
    assert from_cluster.plane is not None
    assert from_files.plane is not None
    assert (from_cluster.plane.interval, from_files.plane.interval) == (timedelta(hours=1), timedelta(minutes=10))
    assert from_cluster.documents["orders/openapi.json"] == "from the cluster"
    assert from_files.documents["orders/openapi.json"] == "from the file"
    assert from_cluster.namespace_labels["team"] == "finance"


async def test_what_is_nowhere_is_a_missing_reference() -> None:
    refused = (await gathered(await laid([a_zone()], server_with()), "DataLandingZone")).refusal
    assert refused is not None
    assert refused.reason == "ReferenceNotFound"
    assert refused.message.startswith("AdminPlane eastus2 does not exist; a cluster administrator makes it.")
    assert refused.message.endswith("is deleted and applied anew")


async def test_an_object_that_the_cluster_knows_keeps_its_uid_its_age_and_its_status() -> None:
    stored = {**a_zone(), "metadata": {**a_zone()["metadata"], "creationTimestamp": "2026-01-01T00:00:00Z"}}
    server = server_with(with_condition(stored, "Converged"))
    known = server.read(ZONE)
    assert known is not None
    obj = found(await laid([a_zone(costCenter="CC-1")], server))
    assert obj["metadata"]["uid"] == known["metadata"]["uid"]
    assert obj["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert obj["status"] == known["status"]
    assert obj["spec"]["costCenter"] == "CC-1"
    assert obj["metadata"]["generation"] == known["metadata"]["generation"] + 1


async def test_a_spec_that_differs_only_by_defaults_is_the_same_generation() -> None:
    server = server_with(a_zone(policy="Manage", interval="600s"))
    assert found(await laid([a_zone(interval="10m")], server))["metadata"]["generation"] == 1


async def test_an_object_that_the_cluster_does_not_know_is_younger_than_all_that_exist() -> None:
    world = await laid([a_zone("new"), a_plane()], server_with(a_zone("old")))
    obj = found(world, Key("DataLandingZone", "finance", "new"))
    assert obj["metadata"]["creationTimestamp"] > "2100"
    assert "status" not in obj
    context = (await gathered(world, "DataLandingZone")).context
    assert [neighbor.name for neighbor in context.neighbors] == ["old"]


async def test_the_clusters_zones_are_neighbors_with_the_labels_of_their_namespaces_and_the_files_replace_their_own() -> (
    None
):
    server = server_with(a_zone("other", "sales", network={"addressSpace": "10.1.0.0/20"}), a_zone(costCenter="CC-1"))
    server.put_plain(f"{NAMESPACES}/sales", namespace("sales", team="sales"))
    context = (await gathered(await laid([a_zone(), a_plane()], server), "DataLandingZone")).context
    assert [(n.name, n.address_space, n.namespace_labels) for n in context.neighbors] == [
        ("other", "10.1.0.0/20", {"team": "sales"})
    ]


async def test_objects_come_planes_first_in_the_order_of_the_files() -> None:
    world = await laid([a_product(), a_zone("b"), a_zone("a"), a_plane()])
    assert [(key.kind, key.name) for key, _ in world.objects()] == [
        ("AdminPlane", "eastus2"),
        ("DataLandingZone", "b"),
        ("DataLandingZone", "a"),
        ("ApiProduct", "orders"),
    ]


async def test_an_object_without_a_namespace_goes_where_kubectl_would_put_it_and_a_plane_nowhere() -> None:
    zone, plane = a_zone(), a_plane()
    del zone["metadata"]["namespace"]
    plane["metadata"]["namespace"] = "finance"
    world = await laid([zone, plane], default="sales")
    assert [key for key, _ in world.objects()] == [
        Key("AdminPlane", "", "eastus2"),
        Key("DataLandingZone", "sales", "finance"),
    ]


async def test_a_namespace_of_which_nobody_knows_the_labels_is_told_and_keeps_its_name() -> None:
    world = await laid([a_zone(), a_plane()])
    context = (await gathered(world, "DataLandingZone")).context
    assert context.namespace_labels == {"kubernetes.io/metadata.name": "finance"}
    assert list(world.gaps) == [
        "The labels of namespace finance are not known (it is not among the files): grants that go by labels do not count here."
    ]


async def test_a_config_map_that_is_not_among_the_files_is_told_with_what_to_do() -> None:
    world = await laid([a_product(), a_zone(), a_plane(), namespace()])
    assert (await gathered(world, "ApiProduct")).context.documents == {}
    (gap,) = world.gaps
    assert gap.startswith("ConfigMap finance/orders is not among the files given: add its file with -f")


async def test_a_tenant_who_may_not_list_zones_or_read_namespaces_is_told_what_was_not_looked_at() -> None:
    server = server_with(a_plane(), a_zone())
    server.refuse = {("GET", path): FORBIDDEN for path in (NAMESPACES, f"{NAMESPACES}/finance", ZONES)}
    world = await laid([a_zone()], server)
    assert (await gathered(world, "DataLandingZone")).refusal is None
    assert len(world.gaps) == 2
    assert any("same addresses" in gap for gap in world.gaps)
    assert any("you may not read it" in gap for gap in world.gaps)


async def test_the_clusters_products_are_rivals_of_the_files_and_are_the_elder_ones() -> None:
    rule = {
        "services": [a_plane()["spec"]["apiManagement"]["id"]],
        "pathPrefixes": ["finance/"],
        "backendHosts": ["a.example.com"],
    }
    grant = {"namespaces": {"matchNames": ["finance"]}, "subscriptions": [], "locations": [], "apiManagement": rule}
    server = server_with(a_plane(grants=[grant]), a_zone(), a_product("old"))
    server.put_plain("/api/v1/namespaces/finance/configmaps/orders", CONFIG_MAP)
    new = (await gathered(await laid([a_product("new")], server), "ApiProduct")).context
    (old,) = new.rivals
    assert (old.name, old.created < new.created) == ("old", True)
    assert (await gathered(await laid([a_product("old")], server), "ApiProduct")).context.rivals == ()


async def test_a_tenant_who_may_not_list_products_is_told_what_was_not_looked_at() -> None:
    server = server_with(a_plane(), with_condition(a_zone(), "Converged"))
    server.refuse = {("GET", "/apis/csaloom.io/v1alpha1/apiproducts"): FORBIDDEN}
    world = await laid([a_product(), CONFIG_MAP], server)
    assert (await gathered(world, "ApiProduct")).refusal is None
    assert [gap for gap in world.gaps if "another product has the same path or name" in gap]


async def test_a_plane_in_the_files_that_the_caller_may_not_read_in_the_cluster_is_taken_from_the_file() -> None:
    server = server_with(a_plane(location="westus2"), a_zone())
    server.refuse = {("GET", "/apis/csaloom.io/v1alpha1/adminplanes/eastus2"): FORBIDDEN}
    world = await laid([a_plane(), a_zone()], server)
    plane = (await gathered(world, "DataLandingZone")).context.plane
    assert plane is not None
    assert plane.location == "eastus2"
    assert list(world.gaps) == ["You may not read AdminPlane eastus2 in the cluster: the file's is taken for it."]


@pytest.mark.parametrize("path", ["adminplanes/eastus2", "namespaces/finance/datalandingzones/finance"])
async def test_what_cannot_be_done_without_and_may_not_be_read_is_an_error(path: str) -> None:
    server = server_with(a_plane(), a_zone())
    server.refuse = {("GET", f"/apis/csaloom.io/v1alpha1/{path}"): FORBIDDEN}
    with pytest.raises(ApiError, match="no right"):
        await gathered(await laid([a_zone()], server), "DataLandingZone")


async def test_a_config_map_that_may_not_be_read_is_not_taken_for_one_that_is_not_there() -> None:
    server = server_with(a_plane(), with_condition(a_zone(), "Converged"))
    server.refuse = {("GET", "/api/v1/namespaces/finance/configmaps/orders"): FORBIDDEN}
    with pytest.raises(ApiError, match="no right"):
        await gathered(await laid([a_product()], server), "ApiProduct")


async def test_nothing_is_written() -> None:
    server = server_with(a_plane(), a_zone())
    await gathered(await laid([a_zone(costCenter="CC-1")], server), "DataLandingZone")
    assert server.requests
    assert server.writes() == []


async def test_a_change_that_the_api_server_would_refuse_is_an_error_with_file_and_field() -> None:
    with pytest.raises(WrongDocuments) as refused:
        await laid(
            [a_zone(domain="sales"), a_plane(tenantId="33333333-3333-4333-8333-333333333333")], server_with(a_zone())
        )
    assert str(refused.value) == (
        "a.yaml: DataLandingZone finance/finance: spec.domain: domain cannot be changed; "
        "make another zone for the other domain and move to it"
    )


def test_wrong_objects_are_told_all_at_once_with_file_object_and_field() -> None:
    nameless = a_zone()
    nameless["metadata"] = {}
    documents = [
        Document("zone.yaml", a_zone(location=7, cost_center="x")),
        Document("plane.yaml", {**a_plane(), "apiVersion": "csaloom.io/v9"}),
        Document("kind.yaml", {**a_plane(), "kind": "Plane"}),
        Document("none.yaml", nameless),
    ]
    with pytest.raises(WrongDocuments) as refused:
        sort(documents, "default")
    lines = str(refused.value).splitlines()
    assert lines[0].startswith("zone.yaml: DataLandingZone finance/finance: spec.location: ")
    assert any(line.startswith("plane.yaml: AdminPlane eastus2: apiVersion") for line in lines)
    assert any(line.startswith("kind.yaml: ") and "known are AdminPlane" in line for line in lines)
    assert any(line.startswith("none.yaml: ") and "metadata.name: is required" in line for line in lines)


def test_an_object_that_is_given_twice_is_an_error_that_names_both_files() -> None:
    with pytest.raises(
        WrongDocuments, match=r"^b\.yaml: .*finance/finance is given twice; the other one is in a\.yaml$"
    ):
        sort([Document("a.yaml", a_zone()), Document("b.yaml", a_zone())], "default")
