"""The API server's own opinion of crds/: structural schemas, and rules whose cost it is ready to pay."""

from pathlib import Path

import pytest

from support.cluster import CRDS, Cluster


@pytest.mark.parametrize("path", sorted(CRDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_api_server_accepts_the_crd(api_server: Cluster, path: Path) -> None:
    answer = api_server.kubectl.run("apply", "--dry-run=server", "--output=name", f"--filename={path}")

    assert answer.startswith("customresourcedefinition.apiextensions.k8s.io/")


def test_there_is_something_to_accept() -> None:
    assert list(CRDS.glob("*.yaml"))
