"""What can bear neither tag nor words is known by a name that only its owner forms out of what it holds."""

from dataclasses import replace

import pytest

from loom.engine.marks import Ownership, judge
from loom.engine.ports import Observed
from loom.plan.arm_id import resource
from loom.plan.catalog import arm_type
from loom.plan.ownership import Authority
from loom.plan.resource import Mode, Named, Plan, Resource, formed
from loom.plan.values import Ref
from support.engine_bench import GROUP, GROUP_R, IDENTITY_R, OWNER, Bench

SHARED = "/subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/rg-shared"
ACCOUNT = resource(SHARED, "Microsoft.DocumentDB/databaseAccounts", "cosmos-shared")
CACHE = resource(SHARED, "Microsoft.Cache/redisEnterprise/databases", "redis-shared", "default")
ROLE = f"{ACCOUNT}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
PRINCIPAL = Ref("identity", "properties.principalId")

CASES = [
    Resource(
        "access",
        Named(f"{ACCOUNT}/sqlRoleAssignments/", (ACCOUNT, PRINCIPAL, ROLE, OWNER.mark)),
        {"properties": {"scope": ACCOUNT, "principalId": PRINCIPAL, "roleDefinitionId": ROLE}},
        ("theirs",),
    ),
    Resource(
        "access",
        Named(f"{CACHE}/accessPolicyAssignments/", (PRINCIPAL, "default", OWNER.mark), dashes=False),
        {"properties": {"accessPolicyName": "default", "user": {"objectId": PRINCIPAL}}},
        ("theirs",),
    ),
]


async def settled(access: Resource) -> Bench:
    """An identity of ours with access to what is somebody else's."""
    theirs = ACCOUNT if "sqlRole" in getattr(access.id, "prefix", "") else CACHE
    kept = Resource("theirs", theirs, mode=Mode.EXISTING)
    bench = Bench(
        plan=Plan(GROUP, (GROUP_R, IDENTITY_R, kept, access)), authority=Authority(home=GROUP, scopes=(SHARED,))
    )
    bench.cloud.place(theirs, properties={})
    await bench.settle()
    assert bench.ready == "True", bench.message()
    return bench


def made(bench: Bench) -> str:
    (found,) = (body["id"] for body in bench.cloud.bodies.values() if "Assignments/" in body["id"])
    return str(found)


@pytest.mark.parametrize("access", CASES, ids=["documents", "cache"])
async def test_access_in_what_is_anothers_is_ours_by_its_name_and_goes_when_it_is_planned_no_more(
    access: Resource,
) -> None:
    bench = await settled(access)
    arm_id = made(bench)
    bench.cloud.forget_requests()
    await bench.later()
    assert (bench.ready, bench.cloud.writes()) == ("True", [])
    assert bench.plan
    bench.replan(replace(bench.plan, resources=bench.plan.resources[:-1]))
    await bench.settle()
    assert not bench.cloud.has(arm_id)


@pytest.mark.parametrize("access", CASES, ids=["documents", "cache"])
async def test_another_owners_access_of_the_same_content_is_not_ours(access: Resource) -> None:
    bench = await settled(access)
    arm_id = made(bench)
    live = Observed(arm_id, bench.cloud.body(arm_id), "")
    others = replace(OWNER, name="sales")
    assert judge(arm_type(arm_id), live, OWNER, lambda _: False) is Ownership.OURS
    assert judge(arm_type(arm_id), live, others, lambda _: False) is Ownership.UNMARKED


async def test_access_that_was_turned_to_somebody_else_is_not_taken_for_ours() -> None:
    bench = await settled(CASES[0])
    arm_id = made(bench)
    bench.cloud.body(arm_id)["properties"]["principalId"] = "99999999-9999-4999-8999-999999999999"
    bench.requested_at = "now"
    await bench.later()
    row = next(row for row in bench.status["resources"] if row["id"] == arm_id)
    assert (row["state"], row["reason"]) == ("Blocked", "AdoptionRequired")


def test_a_formed_name_depends_on_every_value_and_on_no_letter_case() -> None:
    assert formed(["A", "b"]) == formed(["a", "B"])
    assert len({formed(parts) for parts in (["a", "b"], ["a", "c"], ["b", "a"], ["a"])}) == 4


ENDPOINTS = "Microsoft.Network/privateEndpoints"
PEERINGS = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"


@pytest.mark.parametrize(
    "arm_id",
    [
        resource(GROUP, f"{ENDPOINTS}/privateDnsZoneGroups", f"pe-{OWNER.hash}", "default"),
        resource(GROUP, PEERINGS, "vnet-hub", f"to-{OWNER.hash}-of-others"),
        resource(GROUP, PEERINGS, "vnet-hub", f"to{OWNER.hash}"),
    ],
    ids=["in what says by its tag whose it is", "not at the end", "not a part of its own"],
)
def test_a_hash_where_we_form_no_name_proves_nothing(arm_id: str) -> None:
    live = Observed(arm_id, {"properties": {}}, "")
    assert judge(arm_type(arm_id), live, OWNER, lambda _: False) is Ownership.UNMARKED


def test_a_hash_at_the_end_of_a_name_that_only_we_form_is_ours() -> None:
    arm_id = resource(GROUP, PEERINGS, "vnet-hub", f"to-{OWNER.hash}")
    assert judge(arm_type(arm_id), Observed(arm_id, {}, ""), OWNER, lambda _: False) is Ownership.OURS
