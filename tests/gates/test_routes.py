"""Gate 1: whatever the operator calls is an operation of Azure's own SDKs, in an api-version of Azure's own type tables.

And whatever the simulated Azure answers has a status code that the SDK of that operation takes.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from functools import partial

import pytest

from loom.api.data_landing_zone import PRIVATE_SERVICES
from loom.cloud.host_keys import LIST_KEYS
from loom.health.backends import ACTION
from loom.manifests import read_manifests
from loom.plan.arm_id import parent_of
from loom.plan.arm_type import ArmType, Client, Listing
from loom.plan.catalog import TYPES
from loom.sim.clock import StandingClock
from loom.sim.records import Record
from support.rehearsal import Rehearsal, rehearsal
from support.routes import Route, Routes, official_routes, official_versions, read_routes
from support.samples import SAMPLES
from support.simulator import Simulator
from support.tables import ABOVE

GROUP = "/subscriptions/s/resourceGroups/g"
OF_SUBSCRIPTION = "/subscriptions/s"
EXTENDED = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/a"
EXTENSIONS = ("Microsoft.Authorization/roleAssignments", "Microsoft.Insights/diagnosticSettings")
FIXED = {
    "blobServices": "default",
    "networkRuleSets": "default",
    "managementPolicies": "default",
    "policies": "policy",
    "administrators": "activeDirectory",
    "host": "default",
}
"""The names of singletons, which the official routes spell out."""

GENERIC = "Microsoft.Resources/resourceGroups"
"""Lists across all types have no type of their own; they are versioned with resource groups."""


def id_of(row: ArmType) -> str:
    """The id of some resource of a type."""
    namespace, *path = row.name.split("/")
    if row.name == GENERIC:
        return GROUP
    scope = EXTENDED if row.name in EXTENSIONS else OF_SUBSCRIPTION if "/locations/" in row.name else GROUP
    return f"{scope}/providers/{namespace}" + "".join(f"/{part}/{FIXED.get(part, 'n')}" for part in path)


def calls(row: ArmType) -> Iterator[tuple[str, str]]:
    """The method and path of everything that the engine may do with a type, by its row."""
    found = id_of(row)
    if row.client is Client.HOST_KEYS:
        yield "POST", f"{found.rpartition('/functionKeys/')[0]}/{LIST_KEYS}"
    elif not row.offered:
        yield "GET", found
    if row.heads:
        yield "HEAD", found
    if row.writable and not row.offered:
        yield "PUT", found
    if row.deletable and not row.offered:
        yield "DELETE", found
    if row.listing is Listing.PARENT:
        yield "GET", found.rpartition("/")[0]
    if row.told:
        yield "GET", f"{parent_of(parent_of(found))}/{row.told.collection}"
    if row.listing is Listing.SUBSCRIPTION:
        yield (
            "GET",
            "/subscriptions/s/resourcegroups" if row.name == GENERIC else f"/subscriptions/s/providers/{row.name}",
        )


@pytest.mark.parametrize("row", TYPES.values(), ids=lambda row: row.name)
def test_what_the_catalog_allows_is_an_operation_of_an_sdk(row: ArmType) -> None:
    assert [call for call in calls(row) if not official_routes().has(*call)] == []


@pytest.mark.parametrize("row", [row for row in TYPES.values() if not row.deletable], ids=lambda row: row.name)
def test_what_is_said_to_stay_for_ever_has_no_delete(row: ArmType) -> None:
    assert not official_routes().has("DELETE", id_of(row))


@pytest.mark.parametrize("row", TYPES.values(), ids=lambda row: row.name)
def test_the_catalog_names_versions_that_exist(row: ArmType) -> None:
    _need_tables()
    name = ABOVE.get(row.name, row.name.rpartition("/")[0] if row.offered else row.name)
    assert f"{name}@{row.api_version}".lower() in official_versions()


def test_whatever_is_called_for_the_samples_is_an_operation_of_an_sdk(life: list[Record]) -> None:
    routes = official_routes()
    assert {(call.method, call.path) for call in life if not routes.has(call.method, call.path)} == set()


def test_whatever_is_called_for_the_samples_has_a_version_that_exists(life: list[Record]) -> None:
    _need_tables()
    assert {(call.type, call.path, call.version) for call in life if not _is_versioned(call)} == set()


def test_every_answer_of_the_simulated_azure_is_one_that_the_sdks_take(life: list[Record]) -> None:
    routes = official_routes()
    taken = [call for call in life if call.status < 400]
    others = {
        (call.method, call.type, call.status)
        for call in taken
        if call.status not in routes.takes(call.method, call.path)
    }
    # The service answers imports so, and its own SDK takes that for an error (recorded traffic; azure-mgmt-apimanagement 5.0.0).
    assert others == {("PUT", "Microsoft.ApiManagement/service/apis", 202)}


def test_the_life_of_the_samples_shows_every_kind_of_call(life: list[Record]) -> None:
    elsewhere = {*_NAMED_ONLY, *_NOT_IN_THE_SAMPLES, *_OF_ENGINES}
    written = {row.name.lower() for row in TYPES.values() if row.writable} - elsewhere
    assert {call.type.lower() for call in life if call.method == "PUT"} == written
    assert {call.method for call in life} == {"GET", "HEAD", "PUT", "POST", "DELETE"}
    assert {call.path.rpartition("/")[2] for call in life} >= {"resources", "resourcegroups", "replicas"}
    assert {call.status for call in life} <= {200, 201, 202, 204, 404}


def test_what_is_asked_of_an_application_gateway_is_an_operation_of_an_sdk_and_answered_as_one() -> None:
    asked = "POST", f"{id_of(TYPES['microsoft.network/applicationgateways'])}/{ACTION}"
    assert official_routes().has(*asked)
    assert 202 in official_routes().takes(*asked)


def test_a_route_that_would_fit_anything_proves_nothing() -> None:
    generic = [
        Route("GET", "/{resourceId}"),
        Route("GET", "/{scope}/providers/{resourceProviderNamespace}/{resourceType}/{resourceName}"),
        Route("POST", "/{roleAssignmentId}/validate"),
    ]
    assert not Routes(generic).has("GET", id_of(TYPES["microsoft.storage/storageaccounts"]))
    assert not Routes(generic).has("POST", "/subscriptions/s/validate")


@pytest.mark.parametrize(
    "call",
    [
        ("PATCH", f"{GROUP}/providers/Microsoft.Storage/storageAccounts/a/blobServices/default"),
        ("GET", f"{GROUP}/providers/Microsoft.Storage/storageaccount/a"),
        ("GET", f"{GROUP}/providers/Microsoft.Storage/storageAccounts/a/buckets"),
        ("GET", "/subscriptions/s/providers/Microsoft.Storage/storageAccounts/blobServices"),
    ],
)
def test_a_call_that_azure_does_not_have_is_found(call: tuple[str, str]) -> None:
    assert not official_routes().has(*call)


def test_routes_are_read_in_each_way_that_the_wheels_write_them() -> None:
    source = """
def build_a_request(name: str, **kwargs: Any) -> HttpRequest:
    _url = "/subscriptions/{s}/a"
    return HttpRequest(method="GET", url=_url, params=_params, headers=_headers, **kwargs)


def build_b_request(name: str, **kwargs: Any) -> HttpRequest:
    _url = kwargs.pop(
        "template_url",
        "/subscriptions/{s}/b",
    )  # pylint: disable=line-too-long
    return HttpRequest(method="PUT", url=_url, **kwargs)


def build_c_request(name: str, **kwargs: Any) -> HttpRequest:
    _url = (
        "/subscriptions/{s}/c"
        "/more"
    )
    return HttpRequest(method="DELETE", url=_url, **kwargs)


class Operations:
    def b(self, name: str, **kwargs: Any) -> None:
        _request = build_b_request(
            name=name,
        )
        if response.status_code not in [200, 201]:
            raise HttpResponseError(response=response)
"""
    assert read_routes(source) == [
        Route("GET", "/subscriptions/{s}/a"),
        Route("PUT", "/subscriptions/{s}/b", frozenset({200, 201})),
        Route("DELETE", "/subscriptions/{s}/c/more"),
    ]


_OF_ENGINES = [
    "microsoft.kusto/clusters",
    "microsoft.databricks/workspaces",
    "microsoft.databricks/accessconnectors",
    "microsoft.synapse/workspaces",
    "microsoft.synapse/workspaces/azureadonlyauthentications",
    "microsoft.synapse/workspaces/administrators",
]
"""Optional engines: tests/drift has test_kusto.py and test_workspaces.py."""

_NAMED_ONLY = [
    name.lower()
    for name in (
        "Microsoft.OperationalInsights/workspaces",
        "Microsoft.Insights/components",
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.ApiManagement/service",
        "Microsoft.ApiManagement/service/groups",
        "Microsoft.ApiManagement/service/apis/operations",
        "Microsoft.ApiManagement/service/policyDescriptions",
        "Microsoft.ApiManagement/service/users",
        "Microsoft.CognitiveServices/accounts",
        "Microsoft.Web/sites",
        "Microsoft.Web/sites/functions",
    )
]
"""Types that planes and products only name: they are read, never written."""
_NOT_IN_THE_SAMPLES = [
    name.lower()
    for name in (
        "Microsoft.Cdn/profiles/customDomains",
        "Microsoft.Cdn/profiles/secrets",
        "Microsoft.Network/bastionHosts",
    )
]
"""What needs a host of somebody's own, or is the hub's: tests/drift has them."""


@pytest.fixture(scope="module")
def life() -> list[Record]:
    """Every request that the samples cause from their creation to their end, polls apart: those go where the service says."""
    return asyncio.run(_record())


async def _record() -> list[Record]:
    async with (
        Simulator(clock=StandingClock()) as azure,
        rehearsal(azure, read_manifests(SAMPLES)) as play,
    ):
        records = azure.world.records
        records.last = deque()  # all of them, and not only the newest
        await _live(azure, play)
        assert len(records.last) == records.total, "the simulator has forgotten requests"
        return [record for record in records.last if not record.poll]


async def _live(azure: Simulator, play: Rehearsal) -> None:
    """Creation, an app that fails, drift, and a lost status; then product, services, data and zone go, one after the other."""
    await play.settle()
    zone = play.key("DataLandingZone")
    group = play.status(zone)["resourceGroupId"]
    app = f"{group}/providers/Microsoft.App/containerApps/loom-mirroring"
    azure.door("POST", "/sim/knobs", {"id": app, "failure": "CrashLoop"})
    await play.look_at(zone)
    azure.door("POST", "/sim/knobs", {"id": app})
    azure.edit(group, {"tags": {"Domain": "somebody-elses"}})
    await play.drift_pass()
    play.lose_status("DataLandingZone")
    await play.settle()
    await play.delete_all("ApiProduct")
    play.change(
        "DataLandingZone",
        lambda spec: [
            spec.pop(name, None) for name in (*PRIVATE_SERVICES, "kusto", "eventGrid", "apps", "accessPaths")
        ],
    )
    await play.settle()
    named: list[str] = []
    while more := sorted(
        set(play.status(zone).get("retained", [])) - set(named)
    ):  # in the vault is what a product left there
        named += more
        wishes = {"deleteData": list(named), "deletionPolicy": "Delete"}
        play.change("DataLandingZone", partial(dict.update, **wishes))
        await play.settle()
    await play.delete("DataLandingZone")
    assert azure.get(group) is None


def _is_versioned(call: Record) -> bool:
    """Is the call's version one of its type's? What has no type of its own in the tables goes by the nearest above that has."""
    name = GENERIC if call.path.lower().endswith(("/resources", "/resourcegroups")) else call.type
    known = {official.partition("@")[0] for official in official_versions()}
    while name.lower() not in known and name:
        name = name.rpartition("/")[0]
    return f"{name}@{call.version}".lower() in official_versions()


def _need_tables() -> None:
    if not official_versions():
        pytest.skip("Azure's type tables are not on this machine: set LOOM_AZURE_TYPES")
