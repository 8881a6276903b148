"""What comes in between: a restart while something is made again, a write that Azure gave up, a person's own deletion under way."""

import pytest

from loom.plan.catalog import arm_type
from support.converged import PRODUCT, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = ["network", "storage", "event-hubs", "identity/loom-mirroring", "app/loom-mirroring"]
"""Resources that take Azure some time to make, or whose fellows do."""
STATEFUL = ["network", "storage", "endpoint/storage-dfs", "app/loom-mirroring"]


@pytest.mark.parametrize("name", LONG)
async def test_an_operator_that_starts_anew_at_every_step_writes_nothing_twice(estate: Converged, name: str) -> None:
    estate.delete(name)
    result = await estate.look()
    for _ in range(60):
        if estate.holds():
            break
        estate.restart()
        estate.azure.advance(result.requeue_after)
        result = await estate.play.look_at(estate.name)
    assert estate.holds(), estate.conditions()
    assert len(set(estate.writes())) == len(estate.writes())
    await estate.meet()
    await estate.is_quiet()


async def test_an_import_that_was_begun_before_a_restart_is_not_sent_again(made: Converged) -> None:
    await made.begin(PRODUCT)
    made.delete("revision/orders-v1/1")
    result = await made.look()
    made.restart()
    made.azure.advance(result.requeue_after)
    await made.mend_on()
    assert made.writes().count("PUT revision/orders-v1/1") == 1
    await made.is_quiet()


@pytest.mark.parametrize("name", STATEFUL)
async def test_what_azure_left_failed_is_written_again(estate: Converged, name: str) -> None:
    estate.edit(name, {"properties": {"provisioningState": "Failed"}})
    mended = await estate.mend()
    assert mended.writes == (f"PUT {name}",)
    assert mended.told("DriftMended") == [f"{name}: properties.provisioningState"]
    assert estate.body(name)["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    "name", ["peering/to-hub", "peering/from-hub", "storage", "endpoint/storage-blob", "app/loom-mirroring"]
)
async def test_what_a_person_is_deleting_is_made_again_after_that(estate: Converged, name: str) -> None:
    version = arm_type(estate.ids[name]).api_version
    answer = estate.azure.call("DELETE", f"{estate.ids[name]}?api-version={version}")
    mended = await estate.mend()
    assert answer.status in (200, 202)
    assert f"PUT {name}" in mended.writes
    assert "Stalled" not in estate.conditions()
    await estate.is_quiet()
