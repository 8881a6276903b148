"""Names of vaults on bad days: a deleted one of somebody else's holds the name, and one of this zone's comes back."""

from typing import Any

import pytest

from loom.api.data_landing_zone import PRIVATE_SERVICES
from loom.sim.clock import StandingClock
from support.rehearsal import Rehearsal, rehearsal
from support.samples import sample
from support.simulator import Simulator

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME, VERSION = "kv-finance-1", "2025-05-01"


def documents() -> list[dict[str, Any]]:
    """The sample plane, and the sample zone with nothing but a vault of a given name."""
    zone = sample("DataLandingZone")
    for field in (*PRIVATE_SERVICES, "kusto", "eventGrid", "apps", "access", "accessPaths"):
        zone["spec"].pop(field, None)
    zone["spec"]["keyVault"] = {"name": NAME}
    return [sample("AdminPlane"), zone]


def deleted_elsewhere(azure: Simulator, subscription: str) -> None:
    """A vault of that name was made and deleted by others, in a group of theirs."""
    group = f"/subscriptions/{subscription}/resourceGroups/rg-of-others"
    azure.seed(group, {"location": "eastus2"})
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/{NAME}?api-version={VERSION}"
    properties = {"tenantId": azure.tenant_id, "sku": {"family": "A", "name": "standard"}}
    assert azure.call("PUT", vault, {"location": "eastus2", "properties": properties}).status == 200
    azure.advance(60)
    assert azure.call("DELETE", vault).status == 200


async def looked_at(play: Rehearsal, passes: int = 30) -> dict[str, Any]:
    """The conditions of the zone after so many passes."""
    zone = play.key("DataLandingZone")
    for _ in range(passes):
        result = await play.look_at(zone)
        play.azure.advance(min(result.requeue_after, 600))
    return {row["type"]: row for row in play.status(zone)["conditions"]}


@pytest.mark.parametrize("where", [0, 1], ids=["in our subscription", "in another one"])
async def test_a_name_that_a_deleted_vault_of_others_holds_is_told(where: int) -> None:
    given = documents()
    subscription = given[where == 0]["spec"]["subscriptionId"]
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, given) as play:
        deleted_elsewhere(azure, subscription)
        rows = await looked_at(play)
        assert (rows["ServicesReady"]["status"], rows["ServicesReady"]["reason"]) == ("False", "NameTaken")
        assert rows["Stalled"]["reason"] == "NameTaken"
        assert rows["NetworkReady"]["reason"] in ("DependencyNotReady", "NameTaken")


async def test_a_zone_that_was_deleted_with_its_vault_gets_it_back_when_it_is_made_again() -> None:
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, documents()) as play:
        await play.settle()
        zone = play.key("DataLandingZone")
        vault = next(arm_id for arm_id in azure.ids() if arm_id.endswith(f"/vaults/{NAME}"))
        azure.call("PUT", f"{vault}/secrets/theirs?api-version={VERSION}", {"properties": {"value": "hush"}})
        assert azure.call("DELETE", f"{vault}?api-version={VERSION}").status == 200
        await play.drift_pass()
        assert azure.get(f"{vault}/secrets/theirs") is not None
        assert not [line for line in play.status(zone).get("retained", []) if "key-vault" in line]
