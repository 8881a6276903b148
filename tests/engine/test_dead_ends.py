"""Some states have no way out but deletion: what is in one is taken away and made again, and nothing that holds data ever is."""

from dataclasses import replace
from typing import Any

import pytest

from loom.engine.work import Event
from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.arm_type import ArmType, DeadEnd
from loom.plan.catalog import TYPES
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Resource
from support.engine_bench import ACCOUNT, ACCOUNT_R, GROUP, GROUP_R, MINE, OTHERS, PLAN, Bench

TYPE = "Microsoft.Network/privateEndpoints"
ENDPOINT = resource(GROUP, TYPE, "pe-blob")
OTHER = resource(GROUP, TYPE, "pe-dfs")
STATUS = "properties.privateLinkServiceConnections.0.properties.privateLinkServiceConnectionState.status"
ENDPOINT_R = Resource("endpoint", ENDPOINT, {"location": "eastus2"}, ("storage",), condition="ServicesReady")
OTHER_R = Resource("other", OTHER, {"location": "eastus2"}, ("storage",), condition="ServicesReady")
ZONE_GROUP = resource(GROUP, f"{TYPE}/privateDnsZoneGroups", "pe-blob", "default")
ZONE_GROUP_R = Resource("endpoint/dns", ZONE_GROUP, {}, ("endpoint",), condition="ServicesReady")
WITH_ENDPOINT = replace(PLAN, resources=(GROUP_R, ACCOUNT_R, ENDPOINT_R))
WITH_GROUP = replace(PLAN, resources=(GROUP_R, ACCOUNT_R, ENDPOINT_R, ZONE_GROUP_R))


def disconnect(bench: Bench, arm_id: str = ENDPOINT) -> None:
    """The other side is gone for good."""
    state = {"privateLinkServiceConnectionState": {"status": "Disconnected"}}
    bench.cloud.body(arm_id)["properties"] |= {"privateLinkServiceConnections": [{"properties": state}]}


async def settled(with_group: bool = False) -> Bench:
    bench = Bench(plan=WITH_GROUP if with_group else WITH_ENDPOINT)
    await bench.settle()
    assert bench.ready == "True"
    bench.events.clear()
    bench.cloud.forget_requests()
    return bench


def told(bench: Bench, reason: str) -> list[Event]:
    return [event for event in bench.events if event.reason == reason]


async def test_what_no_write_can_mend_is_deleted_and_made_again() -> None:
    bench = await settled()
    disconnect(bench)
    await bench.later()
    await bench.settle()
    assert "privateLinkServiceConnections" not in bench.cloud.body(ENDPOINT)["properties"]
    assert bench.ready == "True"


async def test_it_is_told_once_and_with_the_state() -> None:
    bench = await settled()
    disconnect(bench)
    await bench.later()
    await bench.settle()
    assert [event.message for event in told(bench, "DriftMended")] == [f"endpoint: {STATUS}"]


async def test_nothing_but_that_resource_is_written() -> None:
    bench = await settled()
    disconnect(bench)
    await bench.later()
    await bench.settle()
    assert bench.cloud.writes() == [("DELETE", ENDPOINT), ("PUT", ENDPOINT)]


async def test_it_is_made_again_only_when_its_deletion_has_ended() -> None:
    bench = await settled()
    bench.cloud.long_types.add(TYPE)
    disconnect(bench)
    result = await bench.later()
    assert 14.9 < result.requeue_after <= 15.0
    bench.clock.seconds += result.requeue_after
    await bench.look()
    assert bench.cloud.writes() == [("DELETE", ENDPOINT)]
    bench.cloud.finish()
    await bench.settle()
    assert bench.cloud.has(ENDPOINT)
    assert bench.ready == "True"


async def test_others_of_its_type_are_made_after_it_is_taken_away() -> None:
    bench = await settled()
    bench.cloud.long_types.add(TYPE)
    bench.replan(replace(WITH_ENDPOINT, resources=(*WITH_ENDPOINT.resources, OTHER_R)))
    disconnect(bench)
    await bench.later()
    assert bench.cloud.writes() == [("DELETE", ENDPOINT)]
    await bench.settle()
    assert bench.cloud.has(OTHER)


async def test_after_a_restart_in_the_middle_it_is_made_again_all_the_same() -> None:
    bench = await settled()
    disconnect(bench)
    await bench.later()
    assert not bench.cloud.has(ENDPOINT)
    bench.restart()
    await bench.settle()
    assert bench.cloud.has(ENDPOINT)


async def test_what_is_not_proven_ours_is_not_deleted_even_under_adoption() -> None:
    bench = await settled()
    bench.change(adoption="Adopt")
    await bench.settle()
    bench.cloud.body(ENDPOINT)["tags"].pop(TAG)
    disconnect(bench)
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.reason("Converged") == "AdoptionRequired"
    assert "delete" in bench.message("Converged")


async def test_what_another_owns_is_left_alone() -> None:
    bench = await settled()
    bench.cloud.body(ENDPOINT)["tags"][TAG] = OTHERS
    disconnect(bench)
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.reason("Converged") == "OwnedByAnother"


async def test_what_no_grant_covers_is_not_deleted() -> None:
    bench = await settled()
    bench.authority = Authority(exact=frozenset({key(GROUP), key(ACCOUNT)}))
    disconnect(bench)
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.reason("Converged") == "NotGranted"


async def test_what_contains_data_is_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await settled()
    account = TYPES[key("Microsoft.Storage/storageAccounts")]
    inside = ZONE_GROUP
    bench.status["inventory"][0]["ids"].append(inside.partition("/providers/")[2])
    kind = TYPES[key(f"{TYPE}/privateDnsZoneGroups")]
    monkeypatch.setattr(
        "loom.engine.remake.known_type",
        lambda arm_id: replace(kind, protected=account.protected) if key(arm_id) == key(inside) else TYPES[key(TYPE)],
    )
    disconnect(bench)
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.reason("Converged") == "ImmutableInAzure"


async def test_a_deletion_that_fails_is_told_and_tried_again() -> None:
    bench = await settled()
    bench.cloud.fail("DELETE", "pe-blob", CloudError("Locked", "ScopeLocked", "a lock holds it", Retry.SLOWLY))
    disconnect(bench)
    result = await bench.later()
    assert bench.reason("Stalled") == "Locked"
    bench.clock.seconds += result.requeue_after
    await bench.look()
    await bench.settle()
    assert bench.ready == "True"


async def test_what_ends_there_again_at_once_is_told_and_not_deleted_over_and_over() -> None:
    bench = await settled()
    disconnect(bench)
    fill = bench.cloud.fill

    def broken(arm_id: str, body: dict[str, Any]) -> None:
        fill(arm_id, body)
        if key(arm_id) == key(ENDPOINT):
            state = {"privateLinkServiceConnectionState": {"status": "Disconnected"}}
            body["properties"]["privateLinkServiceConnections"] = [{"properties": state}]

    bench.cloud.fill = broken
    for _ in range(6):
        await bench.later()
    assert bench.reason("Converged") == "NotHonored"
    assert bench.cloud.writes() == []


async def test_a_plan_that_waits_for_approval_deletes_nothing() -> None:
    bench = await settled()
    bench.change(policy="Plan")
    disconnect(bench)
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.status["plan"]["changes"] == [{"id": ENDPOINT, "action": "Update", "fields": [STATUS]}]


async def test_one_approval_covers_the_deletion_and_the_making() -> None:
    bench = await settled()
    bench.change(policy="Plan")
    disconnect(bench)
    await bench.later()
    bench.change(approved_plan=bench.status["plan"]["hash"])
    await bench.later()
    await bench.settle()
    assert bench.cloud.has(ENDPOINT)
    assert "privateLinkServiceConnections" not in bench.cloud.body(ENDPOINT)["properties"]
    assert bench.status["appliedPlan"] == bench.wish.approved_plan


@pytest.mark.parametrize("row", TYPES.values(), ids=lambda row: row.name)
def test_no_type_with_a_dead_end_holds_or_contains_data(row: ArmType) -> None:
    within = [
        other for name, other in TYPES.items() if name == row.name.lower() or name.startswith(f"{row.name.lower()}/")
    ]
    assert row.dead_end is None or not any(other.protected for other in within)


def test_a_type_that_holds_data_cannot_be_given_a_dead_end() -> None:
    with pytest.raises(ValueError, match="holds data"):
        ArmType(
            "A/b", "1", "thing", protected="it holds data", dead_end=DeadEnd("properties.state", frozenset({"x"}), "")
        )


async def test_a_resource_of_ours_in_any_other_state_is_mended_by_a_write() -> None:
    bench = await settled()
    bench.cloud.place(ENDPOINT, location="eastus2", tags={**MINE}, properties={"provisioningState": "Failed"})
    await bench.later()
    assert bench.cloud.writes() == [("PUT", ENDPOINT)]


async def test_what_is_in_it_waits_to_be_made_again_with_it() -> None:
    bench = await settled(with_group=True)
    bench.cloud.long_types.add(TYPE)
    disconnect(bench)
    result = await bench.later()
    bench.clock.seconds += result.requeue_after
    bench.requested_at = "now"  # the slow tier is read, and still finds the zone group
    await bench.look()
    assert bench.reason("Converged") == "Progressing"
    assert "endpoint/dns" in bench.message("Converged")
    bench.cloud.finish()
    await bench.settle()
    assert bench.cloud.has(ZONE_GROUP)


async def test_what_is_in_a_resource_that_is_being_written_stays_ours() -> None:
    bench = await settled(with_group=True)
    bench.cloud.long_types.add(TYPE)
    bench.cloud.body(ENDPOINT)["properties"]["provisioningState"] = "Failed"
    result = await bench.later()
    bench.clock.seconds += result.requeue_after
    bench.requested_at = "now"
    await bench.look()
    assert bench.reason("Converged") == "Progressing"
