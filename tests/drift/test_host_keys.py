"""The key that a product makes on a Function App: made, shown, renewed or taken away by hand, mended, and gone with its product."""

from typing import Any

import pytest
import pytest_asyncio

from loom.sim.app import serve
from loom.sim.wire import Request, Response
from support.converged import PRODUCT, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEY, SECRET, NAMED = "host-key/jobs", "key-secret/jobs", "key/jobs"
VERSION = "properties.keyVault.secretIdentifier"


@pytest_asyncio.fixture(loop_scope="session")
async def jobs(made: Converged) -> Converged:
    await made.begin(PRODUCT, "jobs")
    return made


def on_the_app(jobs: Converged) -> str:
    return str(jobs.body(KEY)["properties"]["value"])


def hidden(jobs: Converged, name: str) -> str:
    """What only a data plane would show."""
    held = jobs.azure.world.store.get(jobs.ids[name])
    assert held is not None
    return str(held.hidden["value"])


def everywhere(jobs: Converged) -> set[str]:
    return {on_the_app(jobs), hidden(jobs, SECRET), hidden(jobs, NAMED)}


def call(jobs: Converged, path: str = "/finance/jobs/jobs/7") -> Response:
    service = jobs.ids["product"].partition("/products/")[0]
    mine = f"{service}/subscriptions/tests"
    jobs.azure.seed(mine, {"properties": {"scope": jobs.ids["product"], "displayName": "Tests", "state": "active"}})
    keys = jobs.azure.call("POST", f"{mine}/listSecrets?api-version=2024-05-01").body
    headers = {"host": f"{service.rpartition('/')[2]}.azure-api.net", "Ocp-Apim-Subscription-Key": keys["primaryKey"]}
    return serve(jobs.azure.world, Request.of("GET", path, None, headers))


async def test_the_key_is_the_same_on_the_app_in_the_vault_and_in_the_service(jobs: Converged) -> None:
    assert len(everywhere(jobs)) == 1
    assert len(on_the_app(jobs)) >= 50
    shown = jobs.body(NAMED)["properties"]["keyVault"]["secretIdentifier"]
    assert shown == jobs.body(SECRET)["properties"]["secretUriWithVersion"]
    await jobs.is_quiet()


async def test_a_call_through_the_gateway_shows_the_key_and_an_app_that_lost_it_refuses_it(jobs: Converged) -> None:
    assert call(jobs).status == 200
    jobs.delete(KEY)
    assert call(jobs).status == 401


async def test_the_key_is_in_no_status(jobs: Converged) -> None:
    assert on_the_app(jobs) not in str(jobs.play.status(jobs.name))


async def test_a_key_that_somebody_deleted_is_made_anew_and_shown_at_once(jobs: Converged) -> None:
    before = on_the_app(jobs)
    jobs.delete(KEY)
    mended = await jobs.mend()
    assert mended.writes == (f"PUT {KEY}", f"PUT {SECRET}", f"PUT {NAMED}")
    assert everywhere(jobs) == {on_the_app(jobs)}
    assert on_the_app(jobs) != before
    assert call(jobs).status == 200
    await jobs.is_quiet()


async def test_a_key_that_somebody_renewed_on_the_app_is_taken_over(jobs: Converged) -> None:
    jobs.edit(KEY, {"properties": {"value": "renewed-in-the-portal"}})
    assert call(jobs).status == 401
    mended = await jobs.mend()
    assert mended.told("DriftMended") == [f"{SECRET}: properties.value; {NAMED}: {VERSION}"]
    assert everywhere(jobs) == {"renewed-in-the-portal"}
    assert call(jobs).status == 200
    await jobs.is_quiet()


async def test_a_secret_that_somebody_disabled_holds_the_key_again(jobs: Converged) -> None:
    jobs.edit(SECRET, {"properties": {"attributes": {"enabled": False}}})
    mended = await jobs.mend()
    assert mended.told("DriftMended") == [f"{SECRET}: properties.attributes.enabled; {NAMED}: {VERSION}"]
    assert len(everywhere(jobs)) == 1
    await jobs.is_quiet()


async def test_a_secret_that_somebody_wrote_anew_by_hand_is_theirs_and_calls_go_on(jobs: Converged) -> None:
    jobs.edit(SECRET, {"tags": {"csaloom-io-owner": None}})
    await jobs.look()
    assert jobs.conditions()["Converged"]["reason"] == "AdoptionRequired"
    assert jobs.writes() == []
    assert call(jobs).status == 200


async def test_a_named_value_that_somebody_led_elsewhere_reads_the_key_again(jobs: Converged) -> None:
    jobs.edit(NAMED, {"properties": {"keyVault": {"secretIdentifier": "https://kv-theirs.vault.azure.net/secrets/x"}}})
    mended = await jobs.mend()
    assert mended.told("DriftMended") == [f"{NAMED}: {VERSION}"]
    assert len(everywhere(jobs)) == 1


async def test_a_key_that_leaves_the_spec_leaves_the_app_and_is_covered_in_the_vault(jobs: Converged) -> None:
    gone, secret, others = jobs.ids[KEY], jobs.ids[SECRET], f"{jobs.ids[KEY].rpartition('/')[0]}/default"

    def with_a_token(spec: dict[str, Any]) -> None:
        app = spec["apis"][0]["revisions"][0]["source"]["functionApp"]
        del app["key"]
        app["audience"] = "api://jobs"

    def granted(spec: dict[str, Any]) -> None:
        for grant in spec["grants"]:
            grant.get("apiManagement", {})["audiences"] = ["api://jobs"]

    jobs.play.change("AdminPlane", granted, "eastus2")
    jobs.play.change(PRODUCT, with_a_token, jobs.called)
    await jobs.mend()
    held = jobs.azure.world.store.get(secret)
    assert held is not None
    assert (held.hidden["value"], held.properties["attributes"]["enabled"]) == ("withdrawn", False)
    assert jobs.azure.get(gone) is None
    assert jobs.azure.get(others) is not None
    assert jobs.play.status(jobs.name).get("retained") is None
    assert secret not in jobs.inventory()


async def test_a_product_that_is_deleted_takes_its_key_along(jobs: Converged) -> None:
    gone, secret = jobs.ids[KEY], jobs.ids[SECRET]
    await jobs.play.delete("ApiProduct", "jobs")
    held = jobs.azure.world.store.get(secret)
    assert held is not None
    assert (jobs.azure.get(gone), held.hidden["value"]) == (None, "withdrawn")


async def test_a_product_that_is_deleted_after_its_status_was_lost_takes_its_key_along(jobs: Converged) -> None:
    gone, secret = jobs.ids[KEY], jobs.ids[SECRET]
    jobs.play.store(jobs.name, {**jobs.play.obj(jobs.name), "status": {}})
    jobs.restart()
    await jobs.play.delete("ApiProduct", "jobs")
    held = jobs.azure.world.store.get(secret)
    assert held is not None
    assert (jobs.azure.get(gone), held.hidden["value"]) == (None, "withdrawn")


async def test_a_key_on_an_app_that_no_grant_reaches_any_more_is_left(jobs: Converged) -> None:
    jobs.play.change("AdminPlane", lambda spec: [grant.pop("scopes", None) for grant in spec["grants"]], "eastus2")
    jobs.delete(KEY)
    await jobs.look()
    assert jobs.writes() == []
    assert jobs.conditions()["Ready"]["reason"] == "NotGranted"


async def test_a_status_that_was_lost_costs_no_write(jobs: Converged) -> None:
    jobs.play.store(jobs.name, {**jobs.play.obj(jobs.name), "status": {}})
    jobs.restart()
    jobs.azure.reset_counters()
    await jobs.mend_on()
    assert jobs.writes() == []
    assert {jobs.ids[KEY], jobs.ids[SECRET]} <= set(jobs.inventory())


async def test_keys_are_listed_in_the_slow_tiers_turn_and_not_in_every_pass(jobs: Converged) -> None:
    await jobs.play.look_at(jobs.name)  # whose turn it may be, as the product was done long before its zone
    jobs.azure.reset_counters()
    for _ in range(3):
        jobs.azure.advance(1)
        await jobs.play.look_at(jobs.name)
    assert [record.path for record in jobs.records("POST")] == []
