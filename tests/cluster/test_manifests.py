"""What is shipped to be applied is accepted by a real API server, and the rights in it are what they say."""

import pytest

from loom.dev.failure import SandboxError
from loom.dev.sandbox import in_order
from loom.manifests import read_manifests
from support.cluster import ROOT, Cluster
from support.samples import ALL_SAMPLES
from support.wait import eventually

KUSTOMIZE = ROOT / "manifests" / "kustomize"
OPERATOR = "system:serviceaccount:csa-loom-system:loom-operator"


@pytest.fixture
def installed(cluster: Cluster) -> Cluster:
    cluster.kubectl.apply_path("--kustomize", KUSTOMIZE)
    return cluster


def may(cluster: Cluster, who: str, verb: str, resource: str, *scope: str) -> bool:
    """What the API server's authorizer says of a user, or of `system:serviceaccount:...`."""
    try:
        return cluster.kubectl.run("auth", "can-i", verb, resource, f"--as={who}", *scope).strip() == "yes"
    except SandboxError:  # kubectl ends with 1 where the answer is no
        return False


def test_every_sample_is_accepted_in_the_order_that_kubectl_applies_the_folder(cluster: Cluster) -> None:
    manifests = read_manifests(ALL_SAMPLES)
    for manifest in manifests:
        if manifest["kind"] == "Namespace":
            cluster.apply(manifest)

    answer = cluster.kubectl.run(
        "apply", "--dry-run=server", "--output=name", "--recursive", f"--filename={ALL_SAMPLES}"
    )

    assert len(answer.split()) == len(manifests)


def test_what_others_need_comes_first_whatever_the_files_are_called() -> None:
    kinds = ["ApiProduct", "Namespace", "AdminPlane", "DataLandingZone", "CustomResourceDefinition", "Namespace"]
    batches = in_order([{"apiVersion": "v1", "kind": kind, "metadata": {"name": kind}} for kind in kinds])

    assert [[manifest["kind"] for manifest in batch] for batch in batches] == [
        ["CustomResourceDefinition"],
        ["Namespace", "Namespace"],
        ["AdminPlane"],
        ["ApiProduct", "DataLandingZone"],
    ]


def test_the_operator_reads_secrets_only_where_a_namespace_lets_it(installed: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    assert not may(installed, OPERATOR, "get", "secrets", here)
    assert may(installed, OPERATOR, "create", "secrets", "--namespace=csa-loom-system")

    installed.kubectl.run(
        "create",
        "rolebinding",
        "loom",
        "--clusterrole=loom-secrets",
        "--serviceaccount=csa-loom-system:loom-operator",
        here,
    )

    def lets() -> None:
        assert may(installed, OPERATOR, "get", "secrets", here)

    eventually(lets)
    assert not may(installed, OPERATOR, "list", "secrets", here)


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("create", "datalandingzones.csaloom.io"),
        ("delete", "datalandingzones.csaloom.io"),
        ("update", "adminplanes.csaloom.io"),
        ("delete", "namespaces"),
        ("list", "secrets"),
        ("update", "configmaps"),
        ("create", "rolebindings.rbac.authorization.k8s.io"),
    ],
)
def test_the_operator_may_not(installed: Cluster, verb: str, resource: str) -> None:
    assert not may(installed, OPERATOR, verb, resource, "--all-namespaces")


def test_who_may_edit_a_namespace_writes_our_objects_there_and_never_a_plane(
    installed: Cluster, namespace: str
) -> None:
    here = f"--namespace={namespace}"
    installed.kubectl.run("create", "rolebinding", "edit", "--clusterrole=edit", "--user=dana", here)
    installed.kubectl.run("create", "rolebinding", "view", "--clusterrole=view", "--user=vic", here)

    def aggregated() -> None:
        assert may(installed, "dana", "create", "apiproducts.csaloom.io", here)
        assert may(installed, "vic", "get", "datalandingzones.csaloom.io", here)

    eventually(aggregated)
    assert not may(installed, "vic", "patch", "datalandingzones.csaloom.io", here)
    assert not may(installed, "dana", "create", "adminplanes.csaloom.io")
    assert not may(installed, "dana", "get", "datalandingzones.csaloom.io", "--namespace=default")
