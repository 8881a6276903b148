"""What nobody declared is not ours: it causes no write, and it is still there after a write that something else caused."""

from collections.abc import Mapping
from typing import Any

import pytest

from loom.plan.arm_id import subscription_of
from support.converged import Converged
from support.drifts import ADDED, CHILDREN, EDITS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("name", ADDED)
async def test_what_somebody_added_is_left_alone_and_outlives_a_write(estate: Converged, name: str) -> None:
    estate.edit(name, ADDED[name])
    await estate.look()
    await estate.is_quiet()
    estate.edit(name, EDITS[name][0])
    mended = await estate.mend()
    assert mended.writes == (f"PUT {name}",)
    assert _lost(ADDED[name], estate.body(name)) == []


@pytest.mark.parametrize("what", CHILDREN)
async def test_a_resource_of_somebody_elses_in_ours_is_left_alone(estate: Converged, what: str) -> None:
    arm_id, body = (_filled(part, estate) for part in CHILDREN[what])
    estate.azure.seed(arm_id, body)
    await estate.look()
    await estate.is_quiet()
    estate.edit("network", EDITS["network"][0])
    estate.edit("nsg", EDITS["nsg"][0])
    await estate.mend()
    assert estate.azure.get(arm_id) is not None


async def test_a_setting_that_somebody_gave_to_an_app_is_taken_out_and_told(estate: Converged) -> None:
    (container,) = estate.body("app/loom-mirroring")["properties"]["template"]["containers"]
    container["env"].append({"name": "LOG_LEVEL", "value": "debug"})
    estate.edit("app/loom-mirroring", {"properties": {"template": {"containers": [container]}}})
    mended = await estate.mend()
    name = container["name"]
    assert mended.told("DriftMended") == [f"app/loom-mirroring: properties.template.containers[{name}].env[LOG_LEVEL]"]
    (container,) = estate.body("app/loom-mirroring")["properties"]["template"]["containers"]
    assert "LOG_LEVEL" not in [setting["name"] for setting in container["env"]]


async def test_a_log_that_somebody_added_to_our_own_setting_is_taken_out(estate: Converged) -> None:
    (logs,) = estate.body("diagnostics/nsg")["properties"]["logs"]
    theirs = {"category": "NetworkSecurityGroupEvent", "enabled": True}
    estate.edit("diagnostics/nsg", {"properties": {"logs": [logs, theirs]}})
    mended = await estate.mend()
    assert mended.told("DriftMended") == ["diagnostics/nsg: properties.logs"]
    assert len(estate.body("diagnostics/nsg")["properties"]["logs"]) == 1


async def test_throughput_that_auto_inflate_raised_is_never_lowered(estate: Converged) -> None:
    estate.edit("event-hubs", {"sku": {"capacity": 7}, "tags": {"Domain": "x"}})
    await estate.mend()
    assert estate.body("event-hubs")["sku"]["capacity"] == 7


async def test_an_api_and_a_subscription_of_somebody_elses_stay_in_a_product(shop: Converged) -> None:
    service = shop.ids["product"].partition("/products/")[0]
    shop.azure.seed(f"{service}/apis/theirs", {"properties": {"displayName": "Theirs", "path": "theirs"}})
    link, body = f"{shop.ids['product']}/apiLinks/theirs", {"properties": {"apiId": f"{service}/apis/theirs"}}
    shop.azure.seed(link, body)
    shop.azure.seed(
        f"{service}/subscriptions/anna", {"properties": {"displayName": "Anna", "scope": shop.ids["product"]}}
    )
    await shop.look()
    await shop.is_quiet()
    shop.edit("product", {"properties": {"subscriptionsLimit": 500}})
    await shop.mend()
    assert shop.azure.get(link) is not None
    assert shop.azure.get(f"{service}/subscriptions/anna") is not None


def _filled(value: Any, estate: Converged) -> Any:
    """A value of `CHILDREN` with ids for plan keys."""
    if isinstance(value, Mapping):
        return {name: _filled(item, estate) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    workspace = estate.body("diagnostics/nsg")["properties"]["workspaceId"]
    words = {**estate.ids, "workspace": workspace, "subscription": subscription_of(estate.ids["group"])}
    for name, word in words.items():
        value = value.replace(f"{{{name}}}", word)
    return value


def _lost(patch: Any, body: Any, path: str = "") -> list[str]:
    """The paths of a patch that a body does not hold."""
    if isinstance(patch, Mapping):
        inner = body if isinstance(body, Mapping) else {}
        return [lost for name, item in patch.items() for lost in _lost(item, inner.get(name), f"{path}.{name}")]
    if isinstance(patch, list):
        others = body if isinstance(body, list) else []
        missing = [item for item in patch if all(_lost(item, other) for other in others)]
        return [path] if missing else []
    return [] if patch == body else [path]
