"""Keys of subscriptions, on the real parts: refused without a right, handed out with it, made anew on request, gone with the object."""

import base64
import json
from typing import Any

from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import sample_product, sample_zone
from support.wait import eventually

WITHIN = 120.0
SUBSCRIPTION = "Microsoft.ApiManagement/service/subscriptions"


def product_with_keys(namespace: str, request: str = "first") -> dict[str, Any]:
    product = sample_product(namespace)
    product["spec"]["subscriptions"] = [
        {
            "name": "partner-a",
            "owner": {"email": "data@partner-a.example"},
            "rotation": {"request": request, "overlap": "1m"},
            "exportKeysTo": {"secretRef": {"name": "partner-a-keys"}},
        }
    ]
    return product


def allow_secrets(cluster: Cluster, namespace: str) -> None:
    account = "--serviceaccount=csa-loom-system:loom-operator"
    cluster.kubectl.run(
        "create", "rolebinding", "loom-secrets", "--clusterrole=loom-secrets", account, f"--namespace={namespace}"
    )


def secret(cluster: Cluster, namespace: str) -> dict[str, Any]:
    listed = json.loads(cluster.kubectl.run("get", "secrets", f"--namespace={namespace}", "--output=json"))
    found = [item for item in listed["items"] if item["metadata"]["name"] == "partner-a-keys"]
    assert found, "there is no Secret partner-a-keys"
    return dict(found[0])


def keys(cluster: Cluster, namespace: str) -> dict[str, str]:
    return {name: base64.b64decode(text).decode() for name, text in secret(cluster, namespace)["data"].items()}


def test_keys_go_to_a_secret_that_a_namespace_allows_and_are_made_anew_when_asked_for(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    zone = sample_zone(namespace, 61, "storage", "eventHubs", "apps")
    cluster.apply(zone, product_with_keys(namespace))

    def refused() -> None:
        ready = cluster.condition("ApiProduct", "orders", namespace, "Ready")
        assert ready["reason"] == "SecretForbidden", ready
        assert "kubectl create rolebinding loom-secrets --clusterrole=loom-secrets" in ready["message"]

    eventually(refused, WITHIN)
    allow_secrets(cluster, namespace)
    cluster.kubectl.run(
        "annotate", "apiproduct", "orders", f"--namespace={namespace}", "csaloom.io/reconcile-requested-at=now"
    )

    def handed_out() -> dict[str, str]:
        ready = cluster.condition("ApiProduct", "orders", namespace, "Ready")
        assert ready["status"] == "True", ready
        return keys(cluster, namespace)

    first = eventually(handed_out, WITHIN)
    assert first["key"] == first["primaryKey"]
    row = cluster.get("ApiProduct", "orders", namespace)["status"]["subscriptions"][0]
    assert (row["name"], row["state"], row["keysExportedTo"]) == ("partner-a", "Active", "secret/partner-a-keys")

    cluster.apply(product_with_keys(namespace, request="second"))

    def begun() -> dict[str, str]:
        now = keys(cluster, namespace)
        assert now["secondaryKey"] != first["secondaryKey"]
        return now

    begun_keys = eventually(begun, WITHIN)
    assert begun_keys["key"] == begun_keys["secondaryKey"]
    assert begun_keys["primaryKey"] == first["primaryKey"], "the old key is good until the overlap ends"
    told = json.dumps(cluster.get("ApiProduct", "orders", namespace)) + operator.log
    assert not any(key in told for key in {*first.values(), *begun_keys.values()})

    cluster.apply(sample_product(namespace))

    def taken_back() -> None:
        listed = json.loads(cluster.kubectl.run("get", "secrets", f"--namespace={namespace}", "--output=json"))
        assert [item["metadata"]["name"] for item in listed["items"]] == []
        assert not [one for one in azure.resources(arm_type=SUBSCRIPTION) if namespace in one["name"]]

    eventually(taken_back, WITHIN)
