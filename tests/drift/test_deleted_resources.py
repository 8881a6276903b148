"""A resource that somebody deleted is made again with all that was in it, and nothing else is touched: for every planned resource."""

import json

import pytest

from loom.plan.arm_id import key
from loom.plan.catalog import arm_type
from support.converged import Converged
from support.drifts import APPS, EDITS, FIXED, OF_THE_PRODUCT, TAGGED

pytestmark = pytest.mark.asyncio(loop_scope="session")

FURNISHED = {"storage/blob-service", "event-hubs/network-rules", "service-bus/network-rules"}
"""What Azure makes with what holds it, and nobody can delete."""
ALONE = {"group", *(f"identity/{app}" for app in APPS), "identity/application-gateway", *FURNISHED, "key-vault"}
"""What has a test of its own; and what nobody can delete."""
IN_THE_SHOP = {*OF_THE_PRODUCT, *TAGGED, "api-link/orders-v1", "group-link/developers"} - {"api/orders-v1"}
"""An API goes and comes with its current revision."""
IN_THE_ZONE = ({*EDITS, *FIXED} - IN_THE_SHOP) - ALONE

REMADE = {
    "network": {"peering/from-hub"},
    "peering/to-hub": {"peering/from-hub"},
    "peering/from-hub": {"peering/to-hub"},
    "storage": {"endpoint/storage-blob", "endpoint/storage-dfs"},
    "event-hubs": {"endpoint/event-hubs-namespace"},
    "service-bus": {"endpoint/service-bus-namespace"},
    "cosmos": {"endpoint/cosmos-Sql"},
    "environment": {"front-door/origin"},
    "redis": {"endpoint/redis-redisEnterprise"},
}
"""What loses its other side with a resource, and is deleted and made again as well."""
AGAIN = {
    "product": ["PUT product", *(f"PUT {link}" for link in TAGGED if link.endswith("/product"))],
    "revision/orders-v1/1": ["PUT api-link/orders-v1", *(f"PUT {link}" for link in TAGGED if "/api/" in link)],
    **dict.fromkeys(
        ("environment", "front-door", "front-door/origin-group", "front-door/origin"), ["PUT front-door/approval"] * 2
    ),
}
"""What is written besides: a product is published last, a link goes with its API, and Front Door asks anew for its private link."""


@pytest.mark.parametrize("name", sorted(IN_THE_ZONE))
async def test_what_somebody_deleted_is_made_again(estate: Converged, name: str) -> None:
    await _is_made_again(estate, name)


@pytest.mark.parametrize("name", sorted(IN_THE_SHOP))
async def test_what_somebody_deleted_of_a_product_is_made_again(shop: Converged, name: str) -> None:
    await _is_made_again(shop, name)


@pytest.mark.parametrize("app", APPS)
async def test_a_new_identity_gets_the_roles_and_the_app_and_the_old_ones_rights_go(
    estate: Converged, app: str
) -> None:
    before, old = estate.body(f"identity/{app}")["properties"], dict(estate.ids)
    roles = [name for name in old if name.startswith(f"role/{app}/")]
    estate.delete(f"identity/{app}")
    await estate.mend()
    await estate.meet()
    now = estate.body(f"identity/{app}")["properties"]
    (container,) = estate.body(f"app/{app}")["properties"]["template"]["containers"]
    settings = {row["name"]: row.get("value") for row in container["env"]}
    assert now["clientId"] != before["clientId"]
    assert settings["AZURE_CLIENT_ID"] == now["clientId"]
    granted = [json.dumps(estate.body(name)["properties"]) for name in roles]
    assert all(now["principalId"] in row or now["clientId"] in row for row in granted)
    assert [name for name in roles if estate.azure.get(old[name]) is not None] == []
    assert [name for name in roles if old[name] in estate.inventory()] == []
    await estate.is_quiet()


async def test_a_gateway_whose_identity_is_deleted_reads_its_certificate_by_the_new_one(estate: Converged) -> None:
    old = dict(estate.ids)
    (right,) = (name for name in old if name.startswith("role/application-gateway/"))
    estate.delete("identity/application-gateway")
    await estate.mend()
    await estate.meet()
    now = estate.body("identity/application-gateway")["properties"]["principalId"]
    assert estate.body(right)["properties"]["principalId"] == now
    assert estate.azure.get(old[right]) is None
    await estate.is_quiet()


async def test_a_deleted_vault_is_brought_back_with_its_secrets_and_its_endpoint_is_made_again(
    estate: Converged,
) -> None:
    secret = f"{estate.ids['key-vault']}/secrets/theirs"
    version = arm_type(estate.ids["key-vault"]).api_version
    estate.azure.call("PUT", f"{secret}?api-version={version}", {"properties": {"value": "hush"}})
    estate.azure.call("DELETE", f"{estate.ids['key-vault']}?api-version={version}")
    mended = await estate.mend()
    assert len(mended.told("Recovered")) == 1
    assert {"PUT key-vault", "PUT endpoint/key-vault-vault", "PUT diagnostics/key-vault"} <= set(mended.writes)
    assert estate.azure.get(secret) is not None
    await estate.is_quiet()


async def test_a_whole_zone_is_made_again(estate: Converged) -> None:
    old = {key(arm_id) for name, arm_id in estate.ids.items() if not name.startswith("role/")}
    estate.delete("group")
    mended = await estate.mend()
    await estate.meet()
    assert [name for name in estate.ids if estate.azure.get(estate.ids[name]) is None] == []
    assert old <= {key(arm_id) for arm_id in estate.inventory()}
    once = [write for write in mended.writes if write != "PUT front-door/approval"]  # Front Door asks more than once
    assert len(once) == len(set(once))
    await estate.is_quiet()


async def _is_made_again(estate: Converged, name: str) -> None:
    lost, remade = estate.below(name), REMADE.get(name, set())
    with_it = [inner for other in remade for inner in estate.below(other)]
    estate.delete(name)
    mended = await estate.mend()
    made = [f"PUT {other}" for other in (*lost, *with_it)]
    assert sorted(mended.writes) == sorted([*made, *AGAIN.get(name, []), *(f"DELETE {other}" for other in remade)])
    assert len(mended.told("DriftMended")) == 1
    assert name in mended.told("DriftMended")[0] or remade
    assert {event.reason for event in mended.events} <= {"DriftMended", "Ready", "Unhealthy"}
    assert [record.path for record in estate.records() if record.status >= 500 or record.early] == []
    await estate.is_quiet()
