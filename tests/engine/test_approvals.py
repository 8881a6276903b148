"""An approval: it allows exactly what its plan showed, is never lost half way, and is used up when its last change is done."""

from dataclasses import replace

import pytest

from loom.plan.arm_id import key
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import ACCOUNT, ACCOUNT_R, GROUP, GROUP_R, IDENTITY, IDENTITY_R, PLAN, Bench

STORAGE = "Microsoft.Storage/storageAccounts"
STAGE_R = Resource(
    "storage-opened", ACCOUNT, {"properties": {"publicNetworkAccess": "Enabled"}}, ("storage", "identity"),
    condition="ServicesReady", mode=Mode.STAGE,
)  # fmt: skip


class Killed(Exception):
    """The process ends here."""


async def approved(bench: Bench) -> Bench:
    """The plan was shown, and a person approved exactly that."""
    bench.change(policy="Plan")
    await bench.look()
    assert bench.reason() == "WaitingForApproval"
    bench.change(approved_plan=bench.status["plan"]["hash"])
    bench.cloud.forget_requests()
    return bench


async def converged() -> Bench:
    bench = Bench()
    await bench.settle()
    return bench


async def test_what_drifted_since_the_plan_was_shown_is_not_written_with_it() -> None:
    bench = await converged()
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    bench.clock.seconds += 600
    await approved(bench)
    bench.cloud.body(ACCOUNT)["properties"]["provisioningState"] = "Failed"
    await bench.look()
    assert bench.cloud.writes() == []
    await bench.later()
    assert bench.reason() == "WaitingForApproval"


async def test_what_appeared_since_the_plan_was_shown_is_not_written_over() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    bench.change(adoption="Adopt")
    await approved(bench)
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "sales"})
    await bench.look()
    assert bench.cloud.writes() == []


async def test_an_approval_outlives_an_operator_that_is_killed_after_its_first_write() -> None:
    bench = await approved(Bench())
    put, done = bench.cloud.put, list[str]()

    async def put_and_die(arm_id: str, *rest: object, **more: object) -> object:
        if done:
            raise Killed
        done.append(arm_id)
        return await put(arm_id, *rest, **more)  # type: ignore[arg-type]

    bench.cloud.put = put_and_die  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        await bench.look()
    bench.cloud.put = put  # type: ignore[method-assign]
    bench.restart()
    await bench.settle()
    assert bench.ready == "True"


async def test_an_approved_deletion_outlives_a_kill_as_well() -> None:
    bench = await converged()
    bench.replan(replace(PLAN, resources=tuple(r for r in PLAN.resources if r.key not in ("identity", "role"))))
    await approved(bench)
    delete = bench.cloud.delete
    gone: list[str] = []

    async def delete_and_die(arm_id: str, etag: str = "") -> object:
        if gone:
            raise Killed
        gone.append(arm_id)
        return await delete(arm_id, etag)

    bench.cloud.delete = delete_and_die  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        await bench.look()
    bench.cloud.delete = delete  # type: ignore[method-assign]
    bench.restart()
    await bench.settle()
    assert not bench.cloud.has(IDENTITY)
    assert bench.ready == "True"


async def test_one_approval_covers_a_later_write_to_what_it_creates() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R, ACCOUNT_R, IDENTITY_R, STAGE_R), conditions=("ServicesReady",)))
    bench.cloud.long_types |= {STORAGE, "Microsoft.ManagedIdentity/userAssignedIdentities"}
    await approved(bench)
    await bench.settle()
    assert bench.cloud.body(ACCOUNT)["properties"]["publicNetworkAccess"] == "Enabled"
    assert bench.ready == "True"


async def test_what_is_left_of_an_approval_that_is_used_up_asks_for_another_soon() -> None:
    bench = await converged()
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    bench.clock.seconds += 600
    await approved(bench)
    bench.cloud.body(GROUP)["tags"]["Domain"] = "stolen"
    result = await bench.look()
    bench.clock.seconds += result.requeue_after
    assert result.requeue_after < 60
    await bench.look()
    assert bench.reason() in ("WaitingForApproval", "ApprovalOutdated")
    assert bench.cloud.body(GROUP)["tags"]["Domain"] == "stolen"
    assert key(GROUP) not in {key(arm_id) for _, arm_id in bench.cloud.writes()}


async def test_what_is_planned_no_more_since_an_approval_began_is_not_deleted_with_it() -> None:
    bench = await converged()
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    bench.cloud.long_types.add(STORAGE)
    bench.clock.seconds += 600
    await approved(bench)
    await bench.look()
    # The plane changed, not the spec: the approval goes on, for what it showed.
    bench.plan = replace(PLAN, resources=tuple(r for r in PLAN.resources if r.key not in ("identity", "role")))
    await bench.settle()
    assert [verb for verb, _ in bench.cloud.writes()] == ["PUT"]
    assert bench.cloud.has(IDENTITY)
