"""The API server's own opinion of crds/: what it accepts, how it shows objects, and what it does to them by itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loom.api.kinds import KINDS, Kind
from loom.dev.failure import SandboxError
from loom.dev.objects import Object
from support.cluster import CRDS, Cluster
from support.kinds import complete
from support.wait import eventually
from support.worlds import zone_object

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)

HEADS = {
    "AdminPlane": "NAME READY HEALTH REASON MESSAGE AGE",
    "DataLandingZone": "NAME READY HEALTH APPS DRIFT REASON AGE MESSAGE DOMAIN LOCATION",
    "ApiProduct": "NAME READY HEALTH REASON MESSAGE AGE",
}


@pytest.mark.parametrize("path", sorted(CRDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_api_server_accepts_the_crd(api_server: Cluster, path: Path) -> None:
    answer = api_server.kubectl.run("apply", "--dry-run=server", "--output=name", f"--filename={path}")

    assert answer.startswith("customresourcedefinition.apiextensions.k8s.io/")


def test_there_is_something_to_accept() -> None:
    assert len(list(CRDS.glob("*.yaml"))) == len(KINDS)


def wordless(schema: Any, path: str = "") -> Iterator[str]:
    """Fields that the API server's documentation says nothing about."""
    for name, field in schema.get("properties", {}).items():
        if not field.get("description"):
            yield f"{path}.{name}"
        yield from wordless(field, f"{path}.{name}")
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            yield from wordless(schema[part], f"{path}[]")


def published(cluster: Cluster, kind: Kind) -> tuple[Any, str]:
    """The kind's schema as the API server documents it, and what kubectl prints of it; both follow a new CRD by seconds."""
    try:
        served = json.loads(cluster.kubectl.run("get", "--raw", "/openapi/v3/apis/csaloom.io/v1alpha1"))
        explained = cluster.kubectl.run("explain", kind.plural, "--recursive")
        return served["components"]["schemas"][f"io.csaloom.v1alpha1.{kind.name}"], explained
    except (SandboxError, KeyError) as error:
        raise AssertionError(f"not published yet: {error}") from None


@every_kind
def test_kubectl_explain_has_words_for_every_field(cluster: Cluster, kind: Kind) -> None:
    schema, explained = eventually(lambda: published(cluster, kind))

    assert list(wordless(schema)) == []
    assert "lastHandledReconcileAt" in explained


@pytest.fixture
def zone(cluster: Cluster, namespace: str) -> Iterator[str]:
    """The namespace of a complete zone named finance, which no operator has looked at."""
    obj = complete("DataLandingZone")
    obj["metadata"]["namespace"] = namespace
    cluster.apply(obj)
    yield namespace
    cluster.delete("DataLandingZone", "finance", namespace)


@every_kind
def test_the_columns_say_whether_it_is_well_and_if_not_why(cluster: Cluster, namespace: str, kind: Kind) -> None:
    obj = complete(kind.name)
    obj["metadata"] |= {"name": "shown", **({"namespace": namespace} if kind.namespaced else {})}
    cluster.apply(obj)
    try:
        scope = [f"--namespace={namespace}"] if kind.namespaced else []
        wide = cluster.kubectl.run("get", kind.plural, *scope, "--output=wide").splitlines()[0].split()
        narrow = cluster.kubectl.run("get", kind.plural, *scope).splitlines()[0].split()
    finally:
        cluster.delete(kind.name, "shown", namespace if kind.namespaced else "")

    assert wide == HEADS[kind.name].split()
    assert narrow == [head for head in wide if head not in ("MESSAGE", "DOMAIN", "LOCATION")]


def test_the_columns_show_conditions_and_counts(cluster: Cluster, status_watch: Any, zone: str) -> None:
    status_watch.ignore(zone)
    moment = {"observedGeneration": 1, "lastTransitionTime": "2026-01-01T00:00:00Z"}
    conditions = [
        {"type": "Ready", "status": "False", "reason": "Unhealthy", "message": "one app is not well", **moment},
        {"type": "Healthy", "status": "False", "reason": "Degraded", "message": "one app is not well", **moment},
        {"type": "InSync", "status": "True", "reason": "NoDrift", "message": "", **moment},
    ]
    cluster.patch_status("dlz", "finance", zone, {"conditions": conditions, "appsHealthy": "5/6"})

    row = cluster.kubectl.run("get", "dlz", "-n", zone, "--no-headers").split()

    assert row[:6] == ["finance", "False", "Degraded", "5/6", "NoDrift", "Unhealthy"]


def test_everything_of_ours_is_found_by_one_word(cluster: Cluster, zone: str) -> None:
    names = cluster.kubectl.run("get", "loom", "-n", zone, "-o", "name").split()

    assert [name for name in names if not name.startswith("adminplane.")] == ["datalandingzone.csaloom.io/finance"]


def test_an_object_that_nobody_has_looked_at_says_so(cluster: Cluster, zone: str) -> None:
    assert cluster.get("DataLandingZone", "finance", zone)["status"] == {"observedGeneration": -1}


def test_an_object_that_lost_its_status_is_one_that_nobody_has_looked_at(
    cluster: Cluster, status_watch: Any, zone: str
) -> None:
    status_watch.ignore(zone)
    cluster.patch_status("dlz", "finance", zone, {"observedGeneration": 1, "resourceCount": 7})

    obj = cluster.get("DataLandingZone", "finance", zone)
    del obj["status"]
    cluster.kubectl.run("replace", "--subresource=status", "--filename=-", stdin=json.dumps(obj))

    assert cluster.get("DataLandingZone", "finance", zone)["status"] == {"observedGeneration": -1}


def test_nothing_is_written_into_a_spec_that_its_author_did_not_write(cluster: Cluster, zone: str) -> None:
    assert cluster.get("DataLandingZone", "finance", zone)["spec"] == complete("DataLandingZone")["spec"]


def applied(cluster: Cluster, zone: Object, manager: str, *options: str, **spec: Any) -> Any:
    """What the zone's storage is after `manager` has applied a spec on the server's side."""
    wanted = json.dumps({**zone, "spec": spec})
    cluster.kubectl.run("apply", "--server-side", f"--field-manager={manager}", "--filename=-", *options, stdin=wanted)
    metadata = zone["metadata"]
    return cluster.get("DataLandingZone", metadata["name"], metadata["namespace"])["spec"]["storage"]


def test_two_who_apply_on_the_servers_side_keep_their_filesystems_each(cluster: Cluster, namespace: str) -> None:
    zone = zone_object(eventHubs=None, apps=None)
    zone["metadata"]["namespace"] = namespace
    spec = zone.pop("spec")
    applied(cluster, zone, "mine", **{**spec, "storage": {"filesystems": [{"name": "bronze"}, {"name": "silver"}]}})
    both = applied(cluster, zone, "theirs", storage={"filesystems": [{"name": "gold"}]})
    assert sorted(each["name"] for each in both["filesystems"]) == ["bronze", "gold", "silver"]
    # With a field left: an empty object in place of one that had fields is refused, as docs/import.md says.
    left = applied(cluster, zone, "mine", **{**spec, "storage": {"redundancy": "ZRS"}})
    assert left == {"redundancy": "ZRS", "filesystems": [{"name": "gold"}]}


def test_a_field_that_a_hand_adds_to_a_rule_of_anothers_does_not_outlive_the_next_apply(
    cluster: Cluster, namespace: str
) -> None:
    zone = zone_object(eventHubs=None, apps=None, storage={"lifecycle": [{"name": "old", "coolAfterDays": 30}]})
    zone["metadata"]["namespace"] = namespace
    spec = zone.pop("spec")
    applied(cluster, zone, "git", **spec)
    added = [{"op": "add", "path": "/spec/storage/lifecycle/0/deleteAfterDays", "value": 60}]
    cluster.kubectl.run("patch", "dlz", "finance", "-n", namespace, "--type=json", f"--patch={json.dumps(added)}")
    with pytest.raises(SandboxError, match=r'conflict with "kubectl-patch".*\.spec\.storage\.lifecycle\[name="old"\]'):
        applied(cluster, zone, "git", **spec)
    assert applied(cluster, zone, "git", "--force-conflicts", **spec) == spec["storage"]
