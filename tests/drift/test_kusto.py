"""A database in a Data Explorer cluster of others: made, kept, known by its name, and never deleted by leaving it out."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from loom.plan.arm_id import name_of
from support.converged import ZONE, Converged, converged
from support.samples import bare_zone, sample

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIPTION = sample("DataLandingZone")["spec"]["subscriptionId"]
SHARED = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shared"
CLUSTER = f"{SHARED}/providers/Microsoft.Kusto/clusters/adxshared"
THEIRS = f"{CLUSTER}/databases/theirs"


STANDS: dict[str, dict[str, Any]] = {
    CLUSTER: {"location": "eastus2", "sku": {"name": "Standard_E2ads_v5", "tier": "Standard"}},
    THEIRS: {"kind": "ReadWrite", "properties": {}},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made() -> AsyncIterator[Converged]:
    """A zone with nothing but the database, under a grant for what is shared."""
    plane = sample("AdminPlane")
    plane["spec"]["grants"][0]["scopes"] = [SHARED]
    async with converged([plane, bare_zone(kusto={"clusterId": CLUSTER})], STANDS) as estate:
        yield estate


async def test_the_database_is_made_and_the_clusters_address_is_told(estate: Converged) -> None:
    assert name_of(estate.ids["kusto/database"]).startswith("loomdb-finance-")
    assert estate.play.status(estate.name)["endpoints"]["kusto"] == "https://adxshared.eastus2.kusto.windows.net"
    await estate.is_quiet()


async def test_how_long_it_keeps_what_it_holds_is_left_to_who_runs_it(estate: Converged) -> None:
    estate.edit("kusto/database", {"properties": {"softDeletePeriod": "P30D", "hotCachePeriod": "P7D"}})
    await estate.is_quiet()
    assert estate.body("kusto/database")["properties"]["softDeletePeriod"] == "P30D"


async def test_a_database_that_somebody_deleted_is_made_again(estate: Converged) -> None:
    estate.delete("kusto/database")
    mended = await estate.mend()
    assert mended.writes == ("PUT kusto/database",)
    await estate.is_quiet()


async def test_it_stays_until_it_is_named_and_nothing_of_others_goes_with_it(estate: Converged) -> None:
    database = estate.ids["kusto/database"]
    estate.play.change(ZONE, lambda spec: spec.pop("kusto"))
    await estate.play.settle()
    (retained,) = estate.play.status(estate.name)["retained"]
    assert retained == f"kusto-database/adxshared/{name_of(database)}"
    estate.play.change(ZONE, lambda spec: spec.update(deleteData=[retained]))
    await estate.mend()
    assert estate.azure.get(database) is None
    assert estate.azure.get(THEIRS) is not None
    assert estate.azure.get(CLUSTER) is not None


async def test_a_cluster_outside_the_grants_scopes_is_not_granted(estate: Converged) -> None:
    other = CLUSTER.replace("rg-shared", "rg-other")
    estate.play.change(ZONE, lambda spec: spec.update(kusto={"clusterId": other}))
    await estate.look()
    row = estate.conditions()["Ready"]
    assert (row["reason"], "adxshared, which spec.kusto attaches" in row["message"]) == ("NotGranted", True)
