"""Events: one for each cause, however often it strikes, and none too long for a person or for Kubernetes."""

import pytest

from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.resource import Plan, Resource
from support.engine_bench import ACCOUNT, GROUP, GROUP_R, Bench

LATE = CloudError("OperationFailed", "AllocationFailed", "no capacity in this zone", Retry.SLOWLY)


async def fail_late(bench: Bench, times: int, error: CloudError = LATE) -> None:
    """The account's operation is accepted, and fails at its end, again and again."""
    bench.cloud.long_types.add("Microsoft.Storage/storageAccounts")
    for _ in range(times):
        bench.cloud.late[key(ACCOUNT)] = error
        for _ in range(3):
            bench.clock.seconds += (await bench.look()).requeue_after
            bench.cloud.finish()
        bench.clock.seconds += 400


def warnings(bench: Bench) -> list[str]:
    return [event.message for event in bench.events if event.type == "Warning"]


async def test_what_fails_for_one_cause_again_and_again_is_told_once() -> None:
    bench = Bench()
    await fail_late(bench, times=5)
    assert len([request for request in bench.cloud.writes() if request == ("PUT", ACCOUNT)]) >= 4
    assert warnings(bench) == ["storage: no capacity in this zone"]


async def test_another_cause_is_told_as_well() -> None:
    bench = Bench()
    await fail_late(bench, times=2)
    await fail_late(bench, 2, CloudError("OperationFailed", "Failed", "the zone is on fire", Retry.SLOWLY))
    assert warnings(bench) == ["storage: no capacity in this zone", "storage: the zone is on fire"]


async def test_of_causes_without_end_the_last_ones_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loom.engine.conclude.MOST_TOLD", 2)
    bench = Bench()
    for cause in ("one", "two", "three", "three"):
        await fail_late(bench, 1, CloudError("OperationFailed", "Failed", cause, Retry.SLOWLY))
    assert warnings(bench) == [f"storage: {cause}" for cause in ("one", "two", "three")]
    assert [words for *_, words in bench.so_far.told] == ["storage: two", "storage: three"]


async def test_what_was_well_in_between_is_told_anew() -> None:
    bench = Bench()
    await fail_late(bench, times=1)
    bench.cloud.late.clear()
    bench.cloud.long_types.clear()
    await bench.settle()
    assert bench.ready == "True"
    bench.cloud.bodies[key(ACCOUNT)]["properties"]["allowSharedKeyAccess"] = True
    bench.clock.seconds += 4000
    await fail_late(bench, times=2)
    assert warnings(bench).count("storage: no capacity in this zone") == 2


async def test_what_stays_behind_is_listed_as_far_as_an_event_holds_it_and_the_rest_is_counted() -> None:
    names = [f"uami-{number:03d}-" + "x" * 60 for number in range(300)]
    identities = (
        Resource(name, resource(GROUP, "Microsoft.ManagedIdentity/userAssignedIdentities", name), {}, ("group",))
        for name in names
    )
    bench = Bench(plan=Plan(GROUP, (GROUP_R, *identities)))
    await bench.settle()
    bench.deleting = True
    assert (await bench.look()).release
    (told,) = [event.message for event in bench.events if event.reason == "Detached"]
    assert len(told) < 1000
    listed, _, more = told.partition(" and ")
    assert more == f"{301 - len(listed.split(', '))} more"
