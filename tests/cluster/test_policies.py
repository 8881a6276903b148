"""Policies on the real parts: a caller of the gateway meets what the spec says, and what somebody edits in the portal does not last."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import sample_product, sample_zone
from support.wait import eventually

WITHIN = 120.0
AUDIENCE = "api://orders"
OPEN = "<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /></outbound></policies>"


def product_of(namespace: str, **spec: Any) -> dict[str, Any]:
    """A product that needs a token and no key, one operation of which may be called twice in five minutes."""
    product = sample_product(namespace)
    limit = {"rateLimit": {"calls": 2, "period": "300s", "per": "Everybody"}}
    product["spec"]["apis"][0] |= {
        "policies": {"outbound": [{"setHeader": {"name": "x-product", "values": [namespace]}}]},
        "operations": [{"name": "listOrders", "policies": {"inbound": [limit]}}],
    }
    token = {"validateEntraToken": {"audiences": [AUDIENCE]}}
    product["spec"] |= {"subscription": {"required": False}, "policies": {"inbound": [token]}, **spec}
    return product


class Caller:
    """Somebody outside, who knows the address of the API and may get a token."""

    def __init__(self, azure: Azure, address: str) -> None:
        self._simulator = azure.simulator
        self._address = urllib.parse.urlsplit(address)
        self._token = ""

    def sign_in(self) -> None:
        """A token of the directory for the audience of the product."""
        known = self._simulator
        form = {
            "grant_type": "client_credentials", "client_id": known.client_id, "client_secret": known.client_secret,
            "scope": f"{AUDIENCE}/.default",
        }  # fmt: skip
        url = f"{known.url}/{known.tenant_id}/oauth2/v2.0/token"
        _, content, _ = self._send(url, {}, urllib.parse.urlencode(form).encode())
        self._token = json.loads(content)["access_token"]

    def ask(self, path: str) -> tuple[int, dict[str, str]]:
        """The status and the headers of an answer of the gateway."""
        headers = {"Host": str(self._address.hostname)}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        status, _, answered = self._send(f"{self._simulator.url}{self._address.path}{path}", headers)
        return status, answered

    def _send(self, url: str, headers: dict[str, str], data: bytes | None = None) -> tuple[int, bytes, dict[str, str]]:
        request = urllib.request.Request(url, data=data, headers=headers)
        context = ssl.create_default_context(cafile=self._simulator.ca_file)
        try:
            with urllib.request.urlopen(request, timeout=30, context=context) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), dict(error.headers)


def test_callers_meet_what_the_spec_says_and_an_edit_in_the_portal_does_not_last(
    cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str
) -> None:
    cluster.apply(sample_zone(namespace, 62, "storage", "eventHubs", "apps"), product_of(namespace))

    def ready() -> dict[str, Any]:
        found = cluster.condition("ApiProduct", "orders", namespace, "Ready")
        assert found["status"] == "True", found
        return cluster.get("ApiProduct", "orders", namespace)

    status = eventually(ready, WITHIN)["status"]
    caller = Caller(azure, status["apis"][0]["url"])

    assert caller.ask("/orders/7")[0] == 401
    caller.sign_in()
    answered, headers = caller.ask("/orders/7")
    assert (answered, headers.get("x-product")) == (200, namespace)
    assert [caller.ask("/orders")[0] for _ in range(3)] == [200, 200, 429]

    stranger = Caller(azure, status["apis"][0]["url"])
    policy = next(
        one["id"]
        for one in azure.resources(arm_type="Microsoft.ApiManagement/service/products/policies")
        if namespace in one["id"]
    )
    azure.edit(policy, {"properties": {"value": OPEN}})
    assert stranger.ask("/orders/7")[0] == 200, "the door is open"
    look(cluster, namespace, "after the edit")

    def mended() -> None:
        assert stranger.ask("/orders/7")[0] == 401

    eventually(mended, WITHIN)

    cluster.apply(product_of(namespace, policy="Plan"))
    eventually(ready, WITHIN)
    azure.edit(policy, {"properties": {"value": OPEN}})
    look(cluster, namespace, "after another edit")

    def told() -> None:
        seen = cluster.get("ApiProduct", "orders", namespace)["status"]
        changes = seen["plan"].get("changes") or []
        assert [(one["id"].lower(), one["action"], one["fields"]) for one in changes] == [
            (policy.lower(), "Update", ["properties.value"])
        ]

    eventually(told, WITHIN)
    assert stranger.ask("/orders/7")[0] == 200, "under Plan nothing is mended"


def look(cluster: Cluster, namespace: str, why: str) -> None:
    cluster.kubectl.run(
        "annotate", "apiproduct", "orders", f"--namespace={namespace}", "--overwrite",
        f"csaloom.io/reconcile-requested-at={why}",
    )  # fmt: skip
