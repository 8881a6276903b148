"""The reverse map: who refers to whom, and who is reached by a change."""

from loom.kube.key import Key
from loom.kube.references import References, references_of
from support.api_server import a_plane, a_product, a_zone

PLANE = Key("AdminPlane", "", "eastus2")
ZONE = Key("DataLandingZone", "finance", "finance")
PRODUCT = Key("ApiProduct", "finance", "orders")
CONFIG_MAP = Key("ConfigMap", "finance", "orders")
NAMESPACE = Key("Namespace", "", "finance")


def a_map() -> References:
    references = References()
    references.put(ZONE, references_of(ZONE, a_zone()))
    references.put(PRODUCT, references_of(PRODUCT, a_product()))
    return references


def test_a_zone_refers_to_its_plane_and_its_namespace() -> None:
    assert references_of(ZONE, a_zone()) == {PLANE, NAMESPACE}


def test_a_product_refers_to_its_zone_its_documents_and_its_namespace() -> None:
    assert references_of(PRODUCT, a_product()) == {ZONE, CONFIG_MAP, NAMESPACE}


def test_a_plane_refers_to_nothing() -> None:
    assert references_of(PLANE, a_plane()) == frozenset()


def test_a_zone_in_another_namespace_is_found_there() -> None:
    product = a_product(landingZoneRef={"name": "finance", "namespace": "shared"})
    assert Key("DataLandingZone", "shared", "finance") in references_of(PRODUCT, product)


def test_a_spec_that_makes_no_sense_refers_to_nothing_but_its_namespace() -> None:
    assert references_of(PRODUCT, {"spec": {"landingZoneRef": ["finance"], "apis": 7}}) == {NAMESPACE}


def test_a_change_of_a_plane_reaches_zones_and_the_products_behind_them() -> None:
    assert a_map().dependents(PLANE) == {ZONE, PRODUCT}


def test_only_direct_users_keep_an_object_in_use() -> None:
    assert a_map().users(PLANE) == [ZONE]


def test_a_namespaces_labels_reach_everything_in_it() -> None:
    assert a_map().dependents(NAMESPACE) == {ZONE, PRODUCT}


def test_a_reference_that_is_taken_back_reaches_no_longer() -> None:
    references = a_map()
    moved = references.put(PRODUCT, frozenset({NAMESPACE}))
    assert moved == {ZONE, CONFIG_MAP}
    assert references.dependents(ZONE) == frozenset()


def test_an_object_that_is_gone_uses_nothing() -> None:
    references = a_map()
    references.put(ZONE, frozenset())
    assert references.users(PLANE) == []
