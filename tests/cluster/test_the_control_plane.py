"""The local control plane is a real one: RBAC, CEL, garbage collection and restarts are the API server's own."""

import json
import os
from pathlib import Path

import pytest
import yaml

from loom.dev.failure import SandboxError
from loom.dev.kubernetes import chosen_kubernetes
from support.cluster import Cluster
from support.wait import eventually

GADGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.test.example}
spec:
  group: test.example
  scope: Namespaced
  names: {kind: Gadget, plural: gadgets, singular: gadget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {low: {type: integer}, high: {type: integer}}
              x-kubernetes-validations:
                - {rule: self.low <= self.high, message: low must not be above high}
"""


def gadget(namespace: str, low: int, high: int) -> dict[str, object]:
    return {
        "apiVersion": "test.example/v1",
        "kind": "Gadget",
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"low": low, "high": high},
    }


@pytest.fixture
def gadgets(api_server: Cluster) -> None:
    api_server.apply(GADGETS)
    api_server.kubectl.run("wait", "--for=condition=Established", "crd/gadgets.test.example", "--timeout=30s")


def test_a_rule_of_a_crd_is_enforced_with_its_message(api_server: Cluster, namespace: str, gadgets: None) -> None:
    with pytest.raises(SandboxError, match="low must not be above high"):
        api_server.apply(gadget(namespace, low=2, high=1))

    api_server.apply(gadget(namespace, low=1, high=2))

    assert api_server.kubectl.run("get", "gadgets", "-n", namespace, "-o", "name").split() == [
        "gadget.test.example/one"
    ]


def test_the_server_tells_its_version_in_words_that_tools_can_read(api_server: Cluster) -> None:
    server = json.loads(api_server.kubectl.run("version", "--output=json"))["serverVersion"]

    kubernetes = chosen_kubernetes(os.environ)
    assert server["gitVersion"] == kubernetes.version
    assert (int(server["major"]), int(server["minor"])) == kubernetes.minor


def test_a_tenant_may_do_nothing_until_a_binding_names_them(api_server: Cluster, namespace: str) -> None:
    tenant = api_server.kubectl_as("tenant")
    with pytest.raises(SandboxError, match='User "tenant" cannot list resource "configmaps"'):
        tenant.run("get", "configmaps", "-n", namespace)

    api_server.kubectl.run("create", "rolebinding", "view", "--clusterrole=view", "--user=tenant", "-n", namespace)

    def may_list() -> None:
        assert tenant.run("auth", "can-i", "list", "configmaps", "-n", namespace).strip() == "yes"

    eventually(may_list)


def test_the_operator_is_known_as_its_service_account(api_server: Cluster) -> None:
    me = json.loads(api_server.kubectl_as("operator").run("auth", "whoami", "--output=json"))["status"]["userInfo"]

    assert me["username"] == "system:serviceaccount:csa-loom-system:loom-operator"
    assert {"system:serviceaccounts", "system:serviceaccounts:csa-loom-system"} <= set(me["groups"])


def test_a_deleted_namespace_really_goes(api_server: Cluster) -> None:
    name = api_server.new_namespace(prefix="short-lived")
    api_server.kubectl.run("create", "configmap", "left", "-n", name)

    api_server.kubectl.run("delete", "namespace", name, "--timeout=60s")

    assert name not in api_server.kubectl.run("get", "namespaces", "-o", "name")


def test_what_is_stored_outlives_a_restart_of_the_api_server(api_server: Cluster, namespace: str) -> None:
    api_server.kubectl.run("create", "configmap", "kept", "-n", namespace)

    api_server.control_plane.stop_api_server()
    api_server.control_plane.start_api_server()

    assert "configmap/kept" in api_server.kubectl.run("get", "configmaps", "-n", namespace, "-o", "name")


def test_a_kubeconfig_is_for_its_owner_alone_and_names_one_server(api_server: Cluster) -> None:
    path: Path = api_server.control_plane.kubeconfig()
    content = yaml.safe_load(path.read_text())

    assert path.stat().st_mode & 0o077 == 0
    assert content["clusters"][0]["cluster"]["server"] == api_server.control_plane.url
    assert content["current-context"] == content["contexts"][0]["name"]


def test_requests_are_recorded_with_the_role_that_allowed_them(api_server: Cluster, namespace: str) -> None:
    api_server.kubectl.run("get", "secrets", "-n", namespace)

    lines = [json.loads(line) for line in api_server.control_plane.audit_log.read_text().splitlines()]
    mine = [x for x in lines if x["verb"] == "list" and x.get("objectRef", {}).get("namespace") == namespace]
    assert [x["user"]["username"] for x in mine if x["objectRef"]["resource"] == "secrets"] == ["admin"]
