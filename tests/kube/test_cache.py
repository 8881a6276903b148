"""The cache: never older than our own writes, and small."""

from typing import Any

from loom.kube.cache import Cache
from loom.kube.key import Key

KEY = Key("ApiProduct", "finance", "orders")


def an_object(version: str, uid: str = "u1", **spec: Any) -> dict[str, Any]:
    return {"kind": "ApiProduct", "metadata": {"name": "orders", "resourceVersion": version, "uid": uid}, "spec": spec}


def test_what_is_kept_is_given_back_whole_but_for_managed_fields() -> None:
    cache = Cache()
    obj = an_object("5", displayName="Bestellungen für Zürich")
    cache.put(KEY, {**obj, "metadata": {**obj["metadata"], "managedFields": [{"manager": "kubectl"}]}})
    assert cache.get(KEY) == obj


def test_an_event_that_is_older_than_our_own_write_is_dropped() -> None:
    cache = Cache()
    cache.put(KEY, an_object("5", text="before"))
    cache.update(KEY, an_object("9", text="our own write"))
    assert cache.put(KEY, an_object("7", text="late event")) is False
    kept = cache.get(KEY)
    assert kept is not None
    assert kept["spec"]["text"] == "our own write"


def test_the_echo_of_our_own_write_is_no_news() -> None:
    cache = Cache()
    cache.put(KEY, an_object("5"))
    cache.update(KEY, an_object("9"))
    assert cache.put(KEY, an_object("9")) is False


def test_versions_are_compared_as_numbers() -> None:
    cache = Cache()
    cache.put(KEY, an_object("99"))
    assert cache.put(KEY, an_object("100")) is True


def test_another_object_of_the_same_name_is_news_whatever_its_version() -> None:
    cache = Cache()
    cache.put(KEY, an_object("9", uid="u1"))
    assert cache.put(KEY, an_object("3", uid="u2")) is True


def test_the_answer_to_a_late_write_does_not_bring_a_deleted_object_back() -> None:
    cache = Cache()
    cache.put(KEY, an_object("5"))
    cache.drop(KEY)
    cache.update(KEY, an_object("6"))
    assert KEY not in cache


def test_a_late_deletion_does_not_take_the_successor_away() -> None:
    cache = Cache()
    cache.put(KEY, an_object("9", uid="u2"))
    assert cache.drop(KEY, uid="u1") is False
    assert KEY in cache


def test_a_caller_may_change_what_it_got() -> None:
    cache = Cache()
    cache.put(KEY, an_object("5", tags={}))
    first = cache.get(KEY)
    assert first is not None
    first["spec"]["tags"]["a"] = "b"
    assert cache.get(KEY) == an_object("5", tags={})


def test_keys_are_found_by_kind_and_namespace() -> None:
    cache = Cache()
    zone = Key("DataLandingZone", "finance", "finance")
    other = Key("DataLandingZone", "sales", "sales")
    for key in (KEY, zone, other):
        cache.put(key, an_object("1"))
    assert set(cache.keys("DataLandingZone")) == {zone, other}
    assert set(cache.keys(namespace="finance")) == {KEY, zone}


def test_objects_of_a_kind_are_packed_against_one_another_and_given_back_as_they_were() -> None:
    cache, kept = Cache(), {}
    for number in range(30):
        key = Key("ApiProduct", "finance", f"orders-{number}")
        kept[key] = an_object("1", uid=f"u{number}", displayName=f"Orders {number}")
        cache.put(key, kept[key])
    for number, (key, obj) in enumerate(kept.items()):  # then each has a status, which is most of it
        conditions = [{"type": f"Condition{place}", "message": f"{number} of {place}"} for place in range(50)]
        kept[key] = {
            **obj,
            "metadata": {**obj["metadata"], "resourceVersion": "2"},
            "status": {"conditions": conditions},
        }
        if number % 3:
            cache.put(key, kept[key])
    untouched = {key: {**obj, "metadata": {**obj["metadata"], "resourceVersion": "1"}} for key, obj in kept.items()}
    for obj in untouched.values():
        obj.pop("status")
    found = {key: cache.get(key) for key in kept}
    assert found == {key: kept[key] if number % 3 else untouched[key] for number, key in enumerate(kept)}


def test_a_large_document_is_no_pattern_for_others() -> None:
    cache = Cache()
    cache.put(KEY, an_object("1", document="x" * 200_000))
    other = Key("ApiProduct", "finance", "others")
    cache.put(other, an_object("1", uid="u2", displayName="Others"))
    assert cache._patterns["ApiProduct"].endswith(b'{"displayName":"Others"}}')
    assert cache.get(KEY) == an_object("1", document="x" * 200_000)
