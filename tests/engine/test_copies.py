"""What only repeats what stands elsewhere: it follows that, is known to others that need it, and is emptied when it goes."""

import json

from loom.plan.arm_id import resource
from loom.plan.catalog.key_vault import COPY
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Plan, Resource
from loom.plan.values import Generated, Ref
from loom.plan.vault_secrets import held
from support.engine_bench import GROUP, GROUP_R, OTHERS, OWNER, Bench

SHARED = GROUP.replace("rg-finance", "rg-shared")
SITE, VAULT = (resource(SHARED, kind, "shared") for kind in ("Microsoft.Web/sites", "Microsoft.KeyVault/vaults"))
KEY = f"{SITE}/host/default/functionKeys/jobs-{OWNER.hash}"
SECRET = f"{VAULT}/secrets/jobs"
NAMED = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"
KEY_R = Resource("key", KEY, {"properties": {"name": "jobs"}}, on_create={"properties": {"value": Generated()}})
SECRET_R = Resource("copy", SECRET, {"tags": {COPY: "shared"}, "properties": held(Ref("key", "properties.value"))})
READER_R = Resource(
    "reader",
    NAMED,
    {"location": "eastus2", "tags": {"version": Ref("copy", "properties.secretUriWithVersion")}},
    ("group",),
)
PLAN = Plan(GROUP, (GROUP_R, KEY_R, SECRET_R, READER_R), conditions=("ServicesReady",))
REACH = Authority(
    home=GROUP,
    inner=(("Microsoft.KeyVault/vaults/secrets", VAULT), ("Microsoft.Web/sites/host/functionKeys", SHARED)),
)


def value(made: Bench, arm_id: str = SECRET) -> str:
    return str(made.cloud.body(arm_id)["properties"]["value"])


def reads(made: Bench, arm_id: str) -> int:
    return made.cloud.requests.count(("GET", arm_id))


async def settled() -> Bench:
    made = Bench(plan=PLAN, authority=REACH)
    made.cloud.place(SITE, location="eastus2")
    made.cloud.place(VAULT, location="eastus2")
    await made.settle()
    assert made.ready == "True"
    return made


async def test_a_copy_is_what_it_repeats() -> None:
    made = await settled()
    assert value(made) == value(made, KEY)


async def test_a_copy_follows_what_it_repeats_and_says_it_nowhere() -> None:
    made = await settled()
    made.cloud.body(KEY)["properties"]["value"] = "renewed"
    made.requested_at = "now"
    await made.settle()
    await made.look()
    assert value(made) == "renewed"
    assert "renewed" not in json.dumps([made.status, made.journaled, [str(event) for event in made.events]])


async def test_what_every_pass_compares_is_known_though_the_slow_tier_is_not_read() -> None:
    made = await settled()
    await made.later()
    assert reads(made, KEY) == reads(made, SECRET) == 0, "these are the slow tier's"
    assert (made.ready, made.cloud.writes()) == ("True", [])


async def test_what_every_pass_compares_follows_in_the_slow_tiers_turn() -> None:
    made = await settled()
    made.cloud.body(SECRET)["properties"]["secretUriWithVersion"] = "renewed"
    made.clock.seconds += 6 * 600
    await made.settle()
    assert reads(made, SECRET) >= 1
    assert made.cloud.body(NAMED)["tags"]["version"] == "renewed"


async def test_a_copy_whose_deletion_waits_for_approval_is_read_in_the_slow_tiers_turn() -> None:
    made = await settled()
    made.change(policy="Plan")
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.look()
    planned = made.status["plan"]["hash"]
    await made.later()
    assert (reads(made, SECRET), made.status["plan"]["hash"]) == (0, planned)
    made.clock.seconds += 6 * 600
    await made.look()
    assert reads(made, SECRET) >= 1


async def test_a_copy_that_leaves_the_plan_is_emptied_and_forgotten() -> None:
    made = await settled()
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.settle()
    assert (value(made), made.cloud.has(KEY)) == ("withdrawn", False)
    assert made.status.get("retained", []) == []


async def test_a_copy_goes_with_its_object() -> None:
    made = await settled()
    made.deleting = True
    made.change(deletion_policy="Delete")
    await made.settle()
    assert (value(made), made.cloud.has(KEY)) == ("withdrawn", False)


async def test_what_only_looks_like_a_copy_of_ours_is_left_alone() -> None:
    made = await settled()
    made.cloud.body(SECRET)["tags"] = {TAG: OTHERS, COPY: "shared"}
    before = value(made)
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.settle()
    assert value(made) == before


async def test_a_copy_where_no_grant_reaches_any_more_is_left_as_it_is() -> None:
    made = await settled()
    before = value(made)
    made.authority = Authority(home=GROUP)
    made.replan(Plan(GROUP, (GROUP_R,), conditions=("ServicesReady",)))
    await made.settle(3)
    assert value(made) == before
    assert made.cloud.has(KEY)
