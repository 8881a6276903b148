"""Plan, approvedPlan, Observe and suspend: what each shows, and that none writes more than it may."""

from dataclasses import replace

from loom.errors import Refusal
from loom.plan.arm_id import key
from support.engine_bench import ACCOUNT, GROUP, IDENTITY, OWNER, Bench


async def test_plan_shows_every_change_and_writes_nothing() -> None:
    bench = Bench()
    bench.change(policy="Plan")
    await bench.look()
    assert bench.cloud.writes() == []
    assert bench.status["plan"]["create"] == 5
    assert bench.status["plan"]["hash"].startswith("sha256:")
    assert bench.reason() == "WaitingForApproval"
    assert not bench.condition("Stalled")


async def test_the_plan_that_was_approved_is_applied_once() -> None:
    bench = Bench()
    bench.change(policy="Plan")
    await bench.look()
    bench.change(approved_plan=bench.status["plan"]["hash"])
    await bench.settle()
    assert bench.ready == "True"
    assert bench.status["appliedPlan"] == bench.wish.approved_plan
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.status["plan"]["update"] == 1
    assert bench.condition("InSync")["reason"] == "DriftFound"


async def test_an_approval_of_another_plan_applies_nothing() -> None:
    bench = Bench()
    bench.change(policy="Plan", approved_plan="sha256:" + "0" * 64)
    await bench.look()
    assert bench.cloud.writes() == []
    assert bench.reason() == "ApprovalOutdated"


async def test_an_approval_survives_a_restart_in_the_middle_and_allows_nothing_more() -> None:
    bench = Bench()
    bench.cloud.long_types.add("Microsoft.Storage/storageAccounts")
    bench.change(policy="Plan")
    await bench.look()
    bench.change(approved_plan=bench.status["plan"]["hash"])
    await bench.look()
    assert bench.status["applyingPlan"]["hash"] == bench.wish.approved_plan
    bench.restart()
    bench.cloud.finish()
    await bench.settle()
    assert bench.ready == "True"
    assert "applyingPlan" not in bench.status


async def test_the_hash_ignores_order() -> None:
    one, two = Bench(), Bench()
    one.change(policy="Plan")
    two.change(policy="Plan")
    two.plan = type(two.plan)(GROUP, tuple(reversed(two.plan.resources)), conditions=two.plan.conditions)  # type: ignore[union-attr, misc]
    await one.look()
    await two.look()
    assert one.status["plan"]["hash"] == two.status["plan"]["hash"]


async def test_observe_reports_what_exists_and_compares_nothing() -> None:
    bench = Bench()
    await bench.settle()
    bench.change(policy="Observe")
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.ready == "True"
    del bench.cloud.bodies[key(IDENTITY)]
    await bench.later()
    assert bench.ready == "False"
    assert "uami-finance" in bench.message()


async def test_observing_what_is_anothers_makes_nobody_converged() -> None:
    others = Bench()
    await others.settle()
    bench = Bench(owner=replace(OWNER, namespace="domain-sales"))
    bench.cloud = others.cloud
    bench.change(policy="Observe")
    await bench.later()
    assert (bench.ready, bench.reason()) == ("False", "OwnedByAnother")
    assert bench.condition("Converged")["status"] == "False", (
        "what refers to it would take another's vault and apps for its own"
    )


async def test_a_suspended_object_asks_nothing_of_the_cloud() -> None:
    bench = Bench()
    bench.change(suspend=True)
    await bench.look()
    assert bench.cloud.requests == []
    assert bench.reason() == "Suspended"


async def test_a_refusal_says_why_and_stalls() -> None:
    bench = Bench(refusal=Refusal("ReferenceNotFound", "there is no AdminPlane named eastus3"))
    await bench.look()
    assert bench.reason() == "ReferenceNotFound"
    assert bench.condition("Stalled")["status"] == "True"
    assert bench.cloud.requests == []


async def test_a_refusal_that_waits_for_another_object_goes_on_reconciling() -> None:
    bench = Bench(refusal=Refusal("ReferenceNotFound", "AdminPlane eastus2 does not exist", wait=True))
    await bench.look()
    assert bench.condition("Reconciling")["status"] == "True"
    assert not bench.condition("Stalled")


async def test_a_refusal_keeps_what_exists_and_what_is_known_of_it() -> None:
    bench = Bench()
    await bench.settle()
    inventory = bench.status["inventory"]
    bench.refusal = Refusal("InvalidSpec", "no")
    await bench.later()
    assert bench.status["inventory"] == inventory
    assert bench.cloud.writes() == []


async def test_observe_takes_nothing_into_the_inventory_that_it_did_not_make() -> None:
    bench = Bench()
    bench.change(policy="Observe")
    bench.cloud.place(GROUP, location="eastus2", tags={})
    bench.cloud.place(IDENTITY, location="eastus2", tags={}, properties={})
    await bench.look()
    assert "inventory" not in bench.status
