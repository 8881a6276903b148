"""Bad input never gets past the API server: each case is refused there, at the right place, with a sentence."""

import json
import re
from typing import Any

import pytest

from loom.dev.failure import SandboxError
from support.cluster import Cluster
from support.kinds import Case, cases, complete


def placed(obj: dict[str, Any], namespace: str) -> dict[str, Any]:
    """The object where it can be created: planes live in no namespace, and the operator's tests have one already."""
    if obj["kind"] == "AdminPlane":
        obj["metadata"]["name"] = namespace
    else:
        obj["metadata"]["namespace"] = namespace
    return obj


def send(cluster: Cluster, verb: str, obj: dict[str, Any]) -> str:
    """Sends the object for nothing but an opinion, and returns the refusal, or "" when it is accepted."""
    try:
        cluster.kubectl.run(verb, "--dry-run=server", "--filename=-", stdin=json.dumps(obj))
    except SandboxError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def home(status_watch: object, api_server: Cluster) -> str:
    """A namespace for objects that are never kept."""
    return api_server.new_namespace()


@pytest.mark.parametrize("kind", ["AdminPlane", "DataLandingZone", "ApiProduct"])
def test_the_complete_object_is_accepted(cluster: Cluster, home: str, kind: str) -> None:
    assert send(cluster, "create", placed(complete(kind), home)) == ""


@pytest.mark.parametrize("case", cases("refusals"), ids=lambda case: f"{case.kind}: {case.case}")
def test_the_object_is_refused(cluster: Cluster, home: str, case: Case) -> None:
    refusal = send(cluster, "create", placed(case.after(), home))

    assert case.at in refusal
    assert case.says in refusal


def test_a_value_of_the_wrong_form_is_told_in_the_fields_own_words(cluster: Cluster, home: str) -> None:
    zone = placed(complete("DataLandingZone"), home)
    zone["spec"]["subscriptionId"] = "production"
    refusal = send(cluster, "create", zone)
    # The lowest Kubernetes tells the value of a string as "string".
    assert re.search(
        r'Invalid value: "(production|string)": is not what this field takes: The Azure subscription', refusal
    )


@pytest.mark.parametrize("case", cases("changes"), ids=lambda case: f"{case.kind}: {case.case}")
def test_the_change_is_refused(cluster: Cluster, home: str, case: Case) -> None:
    before = placed(case.before(), home)
    before["metadata"]["name"] = "before"
    after = placed(case.after(), home)
    after["metadata"]["name"] = "before"
    cluster.kubectl.run("create", "--filename=-", stdin=json.dumps(before))
    try:
        refusal = send(cluster, "replace", after)
    finally:
        cluster.kubectl.run("delete", "--filename=-", "--wait=true", stdin=json.dumps(before))

    assert f"{case.at}: Invalid value" in refusal
    assert case.says in refusal
