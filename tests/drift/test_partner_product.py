"""A partner's product: subscriptions and telemetry changed or deleted by hand, found by name and brought back."""

import pytest
import pytest_asyncio

from loom.sim.apim.subscriptions import keys_of
from support.converged import PRODUCT, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEY = "subscription/fabrikam"
EDITS = {
    "suspended": ({"state": "suspended"}, "properties.state"),
    "renamed": ({"displayName": "somebody"}, "properties.displayName"),
}


@pytest_asyncio.fixture(loop_scope="session")
async def partners(made: Converged) -> Converged:
    await made.begin(PRODUCT, "partners")
    return made


@pytest.mark.parametrize("what", EDITS)
async def test_a_subscription_that_somebody_changed_is_brought_back(partners: Converged, what: str) -> None:
    patch, field = EDITS[what]
    before = partners.body(KEY)["properties"]
    partners.edit(KEY, {"properties": patch})
    mended = await partners.mend()
    assert mended.told("DriftMended") == [f"{KEY}: {field}"]
    assert {name: partners.body(KEY)["properties"][name] for name in patch} == {name: before[name] for name in patch}
    await partners.is_quiet()


async def test_a_subscription_that_somebody_deleted_is_made_again(partners: Converged) -> None:
    partners.delete(KEY)
    mended = await partners.mend()
    assert [write for write in mended.writes if write.startswith("PUT")] == [f"PUT {KEY}"]
    await partners.is_quiet()


async def test_a_subscription_that_leaves_the_spec_is_deleted_and_no_other(partners: Converged) -> None:
    theirs = f"{partners.ids['product'].partition('/products/')[0]}/subscriptions/theirs"
    partners.azure.seed(
        theirs,
        {"properties": {"scope": partners.ids["product"], "displayName": "Theirs", "state": "active"}},
    )
    partners.play.change(PRODUCT, lambda spec: spec["subscriptions"].pop(0), partners.called)
    gone = partners.ids[KEY]
    mended = await partners.mend()
    assert partners.azure.get(gone) is None
    assert [write for write in mended.writes if write.startswith("DELETE")] == [f"DELETE {KEY}"]
    assert partners.azure.get(theirs) is not None


SECRET = "northwind-orders-key"


def secret(partners: Converged) -> str:
    (found,) = (arm_id for arm_id in partners.azure.ids() if arm_id.endswith(f"/secrets/{SECRET}"))
    return found


def key_in_vault(partners: Converged) -> str:
    """What the vault's data plane would show: no GET of Resource Manager does."""
    held = partners.azure.world.store.get(secret(partners))
    assert held is not None
    return str(held.hidden["value"])


def primary_key(partners: Converged) -> str:
    held = partners.azure.world.store.get(partners.ids["subscription/northwind"])
    assert held is not None
    return keys_of(held)["primaryKey"]


async def test_a_key_in_the_zones_vault_is_the_one_to_call_with_and_is_never_read(partners: Converged) -> None:
    assert key_in_vault(partners) == primary_key(partners)
    row = partners.play.status(partners.name)["subscriptions"][1]
    assert row["keysExportedTo"].endswith(f"/{SECRET}")
    shown = partners.azure.get(secret(partners))
    assert shown is not None
    assert "value" not in shown["properties"]


async def test_a_key_that_somebody_deleted_from_the_vault_is_there_again(partners: Converged) -> None:
    before = key_in_vault(partners)
    partners.azure.delete(secret(partners))
    await partners.look()
    assert key_in_vault(partners) == before
    await partners.is_quiet()


async def test_a_subscription_that_is_made_again_has_its_new_key_handed_out_at_once(partners: Converged) -> None:
    before = key_in_vault(partners)
    partners.delete("subscription/northwind")
    await partners.mend()
    assert key_in_vault(partners) == primary_key(partners) != before
    await partners.is_quiet()


async def test_a_secret_that_somebody_wrote_anew_by_hand_is_theirs_and_is_told(partners: Converged) -> None:
    partners.azure.edit(secret(partners), {"tags": {"csaloom-io-owner": None}})
    await partners.look()
    converged = partners.conditions()["Converged"]
    assert (converged["status"], converged["reason"]) == ("False", "SecretNotOurs")
    assert f"secret {SECRET} of Key Vault" in converged["message"]


async def test_a_key_is_made_anew_in_the_vault_when_somebody_asks(partners: Converged) -> None:
    before = key_in_vault(partners)
    rotation = {"request": "leaked", "overlap": "1m"}
    partners.play.change(PRODUCT, lambda spec: spec["subscriptions"][1].update(rotation=rotation), partners.called)
    await partners.look()
    assert key_in_vault(partners) != before
    partners.azure.advance(60)
    await partners.look()
    assert key_in_vault(partners) == primary_key(partners)


async def test_a_key_that_is_handed_out_no_more_is_covered_in_the_vault(partners: Converged) -> None:
    partners.play.change(PRODUCT, lambda spec: spec["subscriptions"][1].pop("exportKeysTo"), partners.called)
    await partners.look()
    assert key_in_vault(partners) == "withdrawn"
    await partners.is_quiet()


DIAGNOSTICS = "api-diagnostics/partner-orders"


async def test_bodies_that_somebody_had_logged_are_logged_no_more(partners: Converged) -> None:
    partners.edit(
        DIAGNOSTICS, {"properties": {"frontend": {"request": {"body": {"bytes": 8192}}}, "logClientIp": True}}
    )
    mended = await partners.mend()
    assert mended.told("DriftMended") == [
        f"{DIAGNOSTICS}: properties.frontend.request.body.bytes, properties.logClientIp"
    ]
    assert partners.body(DIAGNOSTICS)["properties"]["frontend"]["request"]["body"] == {"bytes": 0}
    await partners.is_quiet()


@pytest.mark.parametrize("name", [DIAGNOSTICS, "logger"])
async def test_telemetry_that_somebody_took_away_is_there_again(partners: Converged, name: str) -> None:
    partners.delete(name)
    await partners.mend()
    assert partners.body(name)["properties"]
    await partners.is_quiet()


async def test_telemetry_that_leaves_the_spec_is_taken_away(partners: Converged) -> None:
    gone = [partners.ids[name] for name in (DIAGNOSTICS, "logger")]
    partners.play.change(PRODUCT, lambda spec: spec.pop("diagnostics"), partners.called)
    await partners.mend()
    assert [partners.azure.get(arm_id) for arm_id in gone] == [None, None]


@pytest_asyncio.fixture(loop_scope="session")
async def jobs(made: Converged) -> Converged:
    await made.begin(PRODUCT, "jobs")
    return made


async def test_addresses_of_apps_and_functions_are_those_that_azure_reports(jobs: Converged) -> None:
    assert jobs.body("backend/jobs")["properties"]["url"] == "https://func-contoso-finance.azurewebsites.net/api"
    await jobs.begin(PRODUCT, "connectors")
    app = jobs.body("backend/mirroring")["properties"]["url"]
    assert app.startswith("https://loom-mirroring.internal.")


async def test_a_backend_that_somebody_moved_is_moved_back(jobs: Converged) -> None:
    jobs.edit("backend/jobs", {"properties": {"url": "https://elsewhere.contoso.com"}})
    mended = await jobs.mend()
    assert mended.told("DriftMended") == ["backend/jobs: properties.url"]
    await jobs.is_quiet()


async def test_a_key_that_somebody_pointed_elsewhere_points_back(jobs: Converged) -> None:
    wanted = jobs.body("key/jobs")["properties"]["keyVault"]["secretIdentifier"]
    jobs.edit(
        "key/jobs", {"properties": {"keyVault": {"secretIdentifier": "https://theirs.vault.azure.net/secrets/x"}}}
    )
    mended = await jobs.mend()
    assert mended.told("DriftMended") == ["key/jobs: properties.keyVault.secretIdentifier"]
    assert jobs.body("key/jobs")["properties"]["keyVault"]["secretIdentifier"] == wanted
    await jobs.is_quiet()


async def test_a_pool_with_breakers_is_made_and_mended(made: Converged) -> None:
    await made.begin(PRODUCT, "assistant")
    await made.is_quiet()
    made.edit("backend/east", {"properties": {"circuitBreaker": None}})
    made.edit("backend/models", {"properties": {"pool": {"services": []}}})
    mended = await made.mend()
    assert mended.told("DriftMended")
    assert made.body("backend/east")["properties"]["circuitBreaker"]["rules"][0]["tripDuration"] == "PT1M"
    assert len(made.body("backend/models")["properties"]["pool"]["services"]) == 2
    await made.is_quiet()
