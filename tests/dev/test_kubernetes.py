"""Which Kubernetes the sandbox and the cluster tests run on."""

import pytest

from loom.api.kinds import LOWEST_KUBERNETES
from loom.dev.failure import SandboxError
from loom.dev.kubernetes import MODULE, VARIABLE, chosen_kubernetes


def test_where_nothing_is_asked_for_it_is_the_one_of_go_mod() -> None:
    kubernetes = chosen_kubernetes({})

    assert f"k8s.io/kubernetes {kubernetes.version}\n" in (MODULE / "go.mod").read_text()
    assert chosen_kubernetes({VARIABLE: "{}.{}".format(*kubernetes.minor)}) == kubernetes


def test_the_lowest_version_that_the_crds_name_can_be_built() -> None:
    kubernetes = chosen_kubernetes({VARIABLE: LOWEST_KUBERNETES})

    assert kubernetes.version == f"v{LOWEST_KUBERNETES}.0"


def test_what_is_downloaded_for_any_of_them_is_checked_by_hash() -> None:
    files = sorted(MODULE.glob("*.mod"))

    assert len(files) == 2
    assert all(file.with_suffix(".sum").is_file() for file in files)


def test_a_version_that_is_not_described_is_refused_with_those_that_are() -> None:
    with pytest.raises(SandboxError, match=r"LOOM_DEV_KUBERNETES=1\.12 .* choose one of 1\.31, 1\.37\."):
        chosen_kubernetes({VARIABLE: "1.12"})
