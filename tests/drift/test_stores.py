"""Databases and caches: what people tune in Azure stays as they tuned it, what closes a store is closed again, and no data goes."""

from typing import Any

import pytest

from support.converged import ZONE, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

TUNED: list[dict[str, Any]] = [
    {"defaultTtl": 3600},
    {"indexingPolicy": {"indexingMode": "consistent", "excludedPaths": [{"path": "/blob/*"}, {"path": '/"_etag"/?'}]}},
    {"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/email"]}]}},
]


@pytest.mark.parametrize("tuned", TUNED, ids=lambda tuned: next(iter(tuned)))
async def test_what_somebody_tunes_of_a_container_is_no_drift(estate: Converged, tuned: dict[str, Any]) -> None:
    estate.edit("cosmos/loom/workspaces", {"properties": {"resource": tuned}})
    await estate.is_quiet()
    (now,) = (estate.body("cosmos/loom/workspaces")["properties"]["resource"][name] for name in tuned)
    assert now == tuned[next(iter(tuned))] or now | tuned[next(iter(tuned))] == now


async def test_a_container_with_another_partition_key_is_told_and_never_made_anew(estate: Converged) -> None:
    estate.edit("cosmos/loom/workspaces", {"properties": {"resource": {"partitionKey": {"paths": ["/other"]}}}})
    estate.azure.reset_counters()
    await estate.look()
    (change,) = estate.play.status(estate.name)["plan"]["changes"]
    assert (change["action"], change["reason"]) == ("Blocked", "ImmutableInAzure")
    assert "partitionKey.paths" in change["message"]
    assert estate.writes() == []


async def test_a_region_that_somebody_added_outlives_the_closing_of_an_account(estate: Converged) -> None:
    regions = [{"locationName": name, "failoverPriority": place} for place, name in enumerate(("eastus2", "centralus"))]
    estate.edit("cosmos", {"properties": {"locations": regions}})
    await estate.is_quiet()
    estate.edit("cosmos", {"properties": {"publicNetworkAccess": "Enabled", "disableLocalAuth": False}})
    mended = await estate.mend()
    now = estate.body("cosmos")["properties"]
    assert mended.writes == ("PUT cosmos",)
    assert (now["publicNetworkAccess"], now["disableLocalAuth"]) == ("Disabled", True)
    assert [region["locationName"] for region in now["locations"]] == ["East US 2", "Central US"]


async def test_a_container_and_its_database_that_leave_the_spec_stay_until_they_are_named(estate: Converged) -> None:
    more = {"name": "reports", "containers": [{"name": "monthly", "partitionKey": "/month"}]}  # no app needs it
    estate.play.change(ZONE, lambda spec: spec["cosmos"].update(databases=[more]))
    await estate.play.settle()
    await estate.meet()
    estate.play.change(ZONE, lambda spec: spec["cosmos"].pop("databases"))
    await estate.play.settle()
    retained = [name for name in estate.play.status(estate.name)["retained"] if "cosmos" in name]
    account = estate.ids["cosmos"].rpartition("/")[2]
    assert sorted(retained) == [f"container/{account}/reports/monthly", f"database/{account}/reports"]
    estate.play.change(ZONE, lambda spec: spec.update(deleteData=[f"container/{account}/reports/monthly"]))
    mended = await estate.mend()
    assert mended.writes == ("DELETE cosmos/reports/monthly",)
    assert estate.azure.get(estate.ids["cosmos/reports"]) is not None


async def test_a_cache_that_somebody_opened_is_closed_and_keeps_what_is_in_it(estate: Converged) -> None:
    estate.edit("redis", {"properties": {"publicNetworkAccess": "Enabled"}})
    estate.edit(
        "redis/database", {"properties": {"accessKeysAuthentication": "Enabled", "evictionPolicy": "NoEviction"}}
    )
    mended = await estate.mend()
    database = estate.body("redis/database")["properties"]
    assert sorted(mended.writes) == ["PUT redis", "PUT redis/database"]
    assert estate.body("redis")["properties"]["publicNetworkAccess"] == "Disabled"
    assert database["accessKeysAuthentication"] == "Disabled"
    assert (database["evictionPolicy"], database["clusteringPolicy"]) == ("NoEviction", "EnterpriseCluster")
    await estate.is_quiet()
