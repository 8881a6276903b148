"""A plan becomes reality: what is created, in which order, with how many requests, and what a pass without a change costs."""

from dataclasses import replace

from loom.engine.inventory import Inventory
from loom.plan.arm_id import key, resource
from loom.plan.resource import Mode, Named, Plan, Resource
from loom.plan.values import Ref
from support.engine_bench import (
    ACCOUNT,
    ACCOUNT_R,
    CONTAINER,
    CONTAINER_R,
    GROUP,
    GROUP_R,
    IDENTITY_R,
    PLAN,
    ROLE_R,
    Bench,
)

STORAGE = "Microsoft.Storage/storageAccounts"


async def test_everything_declared_is_made_and_the_object_is_ready() -> None:
    bench = Bench()
    await bench.settle()
    assert bench.ready == "True"
    assert bench.cloud.has(CONTAINER)
    assert bench.status["resourceCount"] == 5
    assert bench.status["plan"] == {"create": 0, "update": 0, "delete": 0, "blocked": 0}


async def test_what_depends_on_another_is_written_after_it() -> None:
    bench = Bench()
    await bench.settle()
    order = [arm_id.rpartition("/")[2] for verb, arm_id in bench.cloud.writes()]
    assert order.index("rg-finance") < order.index("safinance") < order.index("bronze")


async def test_below_a_group_that_this_run_made_nothing_is_read_before_it_is_written() -> None:
    bench = Bench()
    await bench.look()
    before_first_list = [verb for verb, arm_id in bench.cloud.requests if verb == "GET" and "/providers/" in arm_id]
    assert before_first_list == []


async def test_a_pass_without_a_change_writes_nothing_and_changes_no_status() -> None:
    bench = Bench()
    await bench.settle()
    before = bench.status
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.status == before


async def test_a_pass_without_a_change_reads_lists_and_leaves_the_slow_tier_alone() -> None:
    bench = Bench()
    await bench.settle()
    await bench.later()
    assert {verb for verb, _ in bench.cloud.requests} == {"LIST"}
    assert not any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)


async def test_the_slow_tier_is_read_when_its_turn_comes() -> None:
    bench = Bench()
    await bench.settle()
    for _ in range(7):
        await bench.later()
        if any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests):
            break
    assert any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)


async def test_drift_is_named_by_field_and_mended_without_touching_ready() -> None:
    bench = Bench()
    await bench.settle()
    since = bench.condition("Ready")["lastTransitionTime"]
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] is False
    assert bench.condition("Ready")["lastTransitionTime"] == since
    assert any(e.reason == "DriftMended" and "allowSharedKeyAccess" in e.message for e in bench.events)


async def test_what_nobody_declared_is_left_as_it_is_even_when_the_resource_is_written() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.body(ACCOUNT)["tags"]["team"] = "theirs"
    bench.cloud.body(ACCOUNT)["properties"]["isHnsEnabled"] = True
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.body(ACCOUNT)["tags"]["team"] == "theirs"


APP = resource(GROUP, "Microsoft.App/containerApps", "loom-mirroring")
POOLS = resource(GROUP, "Microsoft.App/managedEnvironments", "cae")


async def test_what_others_add_to_a_list_stays_unless_the_list_is_declared_whole() -> None:
    env = [{"name": "A", "value": "1"}]
    app_r = Resource(
        "app", APP, {"properties": {"template": {"containers": [{"name": "main", "env": env}]}}}, ("group",)
    )
    pools_r = Resource("pools", POOLS, {"properties": {"workloadProfiles": [{"name": "Consumption"}]}}, ("group",))
    bench = Bench(plan=Plan(GROUP, (GROUP_R, app_r, pools_r)))
    await bench.settle()
    containers = bench.cloud.body(APP)["properties"]["template"]["containers"]
    containers[0]["env"].append({"name": "B", "value": "theirs"})
    pools = bench.cloud.body(POOLS)
    pools["properties"]["workloadProfiles"].append({"name": "theirs"})
    await bench.later()
    assert [arm_id for _, arm_id in bench.cloud.writes()] == [APP]
    assert bench.cloud.body(APP)["properties"]["template"]["containers"][0]["env"] == env
    assert bench.events[-1].message == "app: properties.template.containers[main].env[B]"
    bench.replan(replace(PLAN, resources=(GROUP_R, app_r, replace(pools_r, body={**pools_r.body, "kind": "x"}))))
    await bench.settle()
    assert [pool["name"] for pool in bench.cloud.body(POOLS)["properties"]["workloadProfiles"]] == [
        "Consumption",
        "theirs",
    ]


async def test_a_deleted_resource_is_made_again() -> None:
    bench = Bench()
    await bench.settle()
    del bench.cloud.bodies[key(CONTAINER)]
    bench.memory.last_slow = float("-inf")
    await bench.later()
    assert bench.cloud.has(CONTAINER)


async def test_what_is_on_its_way_is_told_by_what_people_know_and_access_last() -> None:
    access = replace(ROLE_R, key="access/77777777-7777-4777-8777-777777777777/storage/owner")
    bench = Bench(plan=replace(PLAN, resources=(GROUP_R, ACCOUNT_R, CONTAINER_R, IDENTITY_R, access)))
    bench.cloud.long_types.add(STORAGE)
    await bench.look()
    assert bench.message() == f"not there yet: storage, storage/bronze, {access.key}"


async def test_what_is_there_and_takes_time_to_change_is_not_called_not_there() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.long_types.add(STORAGE)
    account = replace(ACCOUNT_R, body={**ACCOUNT_R.body, "tags": {"cost": "4711"}})
    bench.replan(replace(PLAN, resources=tuple(account if r.key == account.key else r for r in PLAN.resources)))
    await bench.look()
    assert bench.message() == f"being changed: {account.key}"


async def test_intended_ids_stand_in_the_inventory_before_the_first_write() -> None:
    bench = Bench()
    await bench.look()
    assert bench.journaled
    first = bench.journaled[0]["inventory"]
    assert {"scope": GROUP, "ids": sorted(first[0]["ids"], key=str.lower)} == first[0]
    assert f"{GROUP}/providers/Microsoft.Storage/storageAccounts/safinance" in Inventory.read(bench.journaled[0])


async def test_names_that_one_answer_gives_stand_in_the_inventory_after_one_write() -> None:
    name = Named(
        f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/", (Ref("identity", "properties.principalId"),)
    )
    early = replace(ROLE_R, key="early", id=name, depends_on=("group",))
    bench = Bench(plan=replace(PLAN, resources=(*PLAN.resources, early)))
    bench.cloud.long_types.add(STORAGE)  # the role on the account waits for it, the one on the group does not
    await bench.look()
    bench.cloud.finish()
    await bench.settle()
    roles = [str(status["inventory"]).count("roleAssignments") for status in bench.journaled]
    assert roles == [0, 2]


async def test_an_emptied_status_costs_no_write_and_is_built_again() -> None:
    bench = Bench()
    await bench.settle()
    inventory = bench.status["inventory"]
    bench.status = {"observedGeneration": -1}
    bench.restart()
    bench.cloud.forget_requests()
    await bench.look()
    assert bench.cloud.writes() == []
    assert bench.status["inventory"] == inventory
    assert bench.ready == "True"


async def test_a_request_to_look_reads_everything_anew_and_is_echoed() -> None:
    bench = Bench()
    await bench.settle()
    bench.requested_at = "2026-01-01T00:00:00Z"
    bench.cloud.forget_requests()
    await bench.look()
    assert bench.status["lastHandledReconcileAt"] == "2026-01-01T00:00:00Z"
    assert any("roleAssignments" in arm_id for _, arm_id in bench.cloud.requests)


async def test_a_later_stage_is_not_looked_at_before_everything_else_holds() -> None:
    opened = Resource("opened", ACCOUNT, {"kind": "x"}, ("storage", "identity"), mode=Mode.STAGE)
    bench = Bench(plan=Plan(GROUP, (GROUP_R, ACCOUNT_R, IDENTITY_R, opened)))
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    await bench.look()
    bench.cloud.forget_requests()
    bench.clock.seconds += 16.0
    await bench.look()
    assert bench.condition("Converged")["status"] == "False"
    assert [verb for verb, arm_id in bench.cloud.requests if verb != "POLL"] == []
