"""Fixtures of the tests that run against the real API server."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from loom.dev.estate import estate_of, groups_of
from loom.dev.failure import SandboxError
from support.cluster import ROOT, Cluster, running_cluster
from support.oracles import oracle
from support.promises import broken_promises
from support.running import Azure, RunningOperator
from support.samples import TESTERS, sample, sample_plane
from support.statuses import StatusWatch
from support.zones import Zones


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "cluster" in item.path.parts:
            item.add_marker("cluster")


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The one API server of this run, bare: tests of our kinds take `cluster`."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(running_cluster(tmp_path_factory.mktemp("cluster")))
        except SandboxError as error:
            pytest.fail(f"The cluster tests need a real API server: {error}", pytrace=False)
        yield running


@pytest.fixture(scope="session")
def status_watch(api_server: Cluster) -> Iterator[StatusWatch]:
    """Every status seen from here on; `status_watch.ignore(namespace)` where a test forges one."""
    try:
        api_server.install_crds()
    except SandboxError as error:
        pytest.fail(f"The API server refuses our CRDs: {error}", pytrace=False)
    rules = oracle("status_rules")
    if rules is None:
        warnings.warn("status_rules.py is not on this machine (LOOM_ORACLES): no status is judged by it", stacklevel=1)

    def judge(obj: dict[str, Any]) -> list[str]:
        return (rules.broken(obj) if rules else []) + broken_promises(obj["kind"], obj["status"])

    watch = StatusWatch(api_server.objects, judge)
    yield watch
    watch.stop()


@pytest.fixture
def cluster(api_server: Cluster, status_watch: StatusWatch, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The API server with our CRDs; the operator runs in tests that take `operator`, and only there.

    Fails the test in whose time a status broke a rule of kubectl, Flux or Argo CD.
    """
    if "operator" not in request.fixturenames:
        api_server.processes.stop("operator")
    yield api_server
    if broken := status_watch.drain():
        pytest.fail("statuses broke rules:\n" + "\n".join(broken), pytrace=False)


@pytest.fixture
def namespace(api_server: Cluster) -> str:
    """A namespace of this test's own, with the labels that the admin plane of these tests grants something to."""
    return api_server.new_namespace(TESTERS)


@pytest.fixture(scope="session")
def simulated_azure(api_server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Azure:
    """The one simulated Azure of this run; tests take `azure`."""
    return Azure(api_server, tmp_path_factory.mktemp("azure"))


@pytest.fixture
def azure(simulated_azure: Azure) -> Iterator[Azure]:
    """The simulated Azure as a program: no fault outlives the test that made it."""
    yield simulated_azure
    simulated_azure.heal()


@pytest.fixture(scope="session")
def installed_operator(
    api_server: Cluster,
    status_watch: StatusWatch,
    simulated_azure: Azure,
    tmp_path_factory: pytest.TempPathFactory,
) -> RunningOperator:
    """The one operator of this run, with its rights and an admin plane `eastus2`; tests take `operator`."""
    api_server.kubectl.apply_path("--kustomize", ROOT / "manifests" / "kustomize")
    plane = sample_plane()
    simulated_azure.simulator.place(estate_of(plane))
    simulated_azure.simulator.add_groups(groups_of([sample("DataLandingZone")]))
    api_server.apply(plane)
    return RunningOperator(api_server, simulated_azure, tmp_path_factory.mktemp("operator"))


@pytest.fixture
def operator(installed_operator: RunningOperator, azure: Azure) -> RunningOperator:
    """The operator as a program, running; a test may stop, kill and restart it."""
    installed_operator.start()
    return installed_operator


@pytest.fixture
def zones(cluster: Cluster, azure: Azure, operator: RunningOperator, namespace: str) -> Iterator[Zones]:
    """Makes zones in the test's own namespace, with the operator running."""
    made = Zones(cluster, azure, namespace)
    yield made
    made.clear()
