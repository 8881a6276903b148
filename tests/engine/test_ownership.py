"""Whose a resource is, and what that allows: adoption, other owners, forged marks and forged status."""

from dataclasses import replace

import pytest

from loom.engine.marks import Ownership, judge
from loom.engine.ports import Observed
from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource, resource_group
from loom.plan.catalog import arm_type
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Plan, Resource
from support.engine_bench import (
    ACCOUNT,
    CONTAINER,
    GROUP,
    GROUP_R,
    MINE,
    OTHERS,
    OWNER,
    PLAN,
    SUBSCRIPTION,
    Bench,
    Wish,
)

FOREIGN_GROUP = resource_group(SUBSCRIPTION, "rg-shared")
FOREIGN = resource(FOREIGN_GROUP, "Microsoft.ManagedIdentity/userAssignedIdentities", "uami-victim")


async def test_what_exists_unmarked_is_refused_and_left_alone() -> None:
    bench = Bench()
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.place(ACCOUNT, location="eastus2", properties={"theirs": True})
    await bench.look()
    assert bench.reason() == "AdoptionRequired"
    assert "spec.adoption" in bench.message()
    assert bench.condition("Stalled")["status"] == "True"
    assert bench.cloud.body(ACCOUNT)["properties"] == {"theirs": True}


async def test_adoption_marks_what_exists_and_manages_it() -> None:
    bench = Bench()
    bench.change(adoption="Adopt")
    bench.cloud.place(GROUP, location="East US 2", tags={"old": "tag"})
    await bench.settle()
    assert bench.ready == "True"
    assert bench.cloud.body(GROUP)["tags"] == {"old": "tag", "Domain": "finance", **MINE}


async def test_what_is_marked_for_another_owner_is_never_adopted() -> None:
    bench = Bench()
    bench.change(adoption="Adopt")
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.place(ACCOUNT, location="eastus2", tags={TAG: OTHERS}, properties={})
    await bench.look()
    assert bench.reason() == "OwnedByAnother"
    assert OTHERS in bench.message()
    assert bench.cloud.body(ACCOUNT)["tags"] == {TAG: OTHERS}


async def test_what_lies_in_anothers_resource_and_carries_no_mark_is_theirs_even_under_adoption() -> None:
    victim = Bench()
    await victim.settle()
    other = Bench(cloud=victim.cloud, owner=replace(victim.owner, name="other"), wish=Wish(adoption="Adopt"))
    await other.look()
    row = next(row for row in other.status["resources"] if row["id"] == CONTAINER)
    assert (row["state"], row["reason"]) == ("Blocked", "OwnedByAnother")
    assert (
        row["message"]
        == f"containers safinance/default/bronze lies in what belongs to {OWNER.mark}, and is never taken over"
    )
    assert "inventory" not in other.status


async def test_a_foreign_resource_in_a_forged_inventory_is_not_deleted() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.place(FOREIGN, location="eastus2", tags={}, properties={})
    bench.status["inventory"].append(
        {"scope": FOREIGN_GROUP, "ids": ["Microsoft.ManagedIdentity/userAssignedIdentities/uami-victim"]}
    )
    await bench.later()
    assert bench.cloud.has(FOREIGN)


async def test_a_foreign_resource_with_a_forged_mark_is_not_deleted_either() -> None:
    bench = Bench()
    await bench.settle()
    bench.cloud.place(FOREIGN, location="eastus2", tags=MINE, properties={})
    bench.status["inventory"].append(
        {"scope": FOREIGN_GROUP, "ids": ["Microsoft.ManagedIdentity/userAssignedIdentities/uami-victim"]}
    )
    await bench.later()
    assert bench.cloud.has(FOREIGN)
    assert bench.reason() == "NotGranted"


@pytest.mark.parametrize(
    "scope",
    [
        f"{GROUP}/../rg-shared",
        f"{GROUP}/%2e%2E/rg-shared",
        f"{GROUP}/.%2e/rg-shared",
        f"{GROUP}/.\t./rg-shared",
        f"{GROUP}\\..\\rg-shared",
        f"{ACCOUNT}/../../../../rg-shared",
        f"{GROUP}?/../rg-shared",
        f"{GROUP}/#/../rg-shared",
        f"{GROUP}//../../rg-shared",
    ],
)
async def test_no_detour_in_a_forged_id_leads_out_of_the_grant(scope: str) -> None:
    identity = "Microsoft.ManagedIdentity/userAssignedIdentities/uami-victim"
    detour = f"{scope}/providers/{identity}"
    bench = Bench()
    await bench.settle()
    # As Azure does it, which sees the path after the client has resolved it: both show the victim, with a forged mark.
    bench.cloud.place(detour, location="eastus2", tags=MINE, properties={})
    bench.status["inventory"].append({"scope": scope, "ids": [identity]})
    bench.cloud.forget_requests()
    await bench.later()
    assert [verb for verb, arm_id in bench.cloud.requests if "uami-victim" in arm_id] == []
    assert bench.cloud.has(detour)
    assert bench.ready == "True"


async def test_a_name_that_anybody_may_have_given_to_an_account_proves_nothing_for_what_is_in_it() -> None:
    account = resource(GROUP, "Microsoft.Storage/storageAccounts", f"sa{OWNER.hash}")
    inner = "Microsoft.Storage/storageAccounts/blobServices/containers"
    container = resource(GROUP, inner, f"sa{OWNER.hash}", "default", "gold")
    bench = Bench()
    await bench.settle()
    bench.cloud.place(account, location="eastus2", tags={TAG: OTHERS}, properties={})
    bench.cloud.place(container, properties={})
    bench.status["inventory"][0]["ids"].append(container.removeprefix(f"{GROUP}/providers/"))
    bench.change(delete_data=(f"filesystem/sa{OWNER.hash}/gold",))
    await bench.later()
    assert bench.cloud.has(container)
    assert "NotOurs" in [event.reason for event in bench.events]


async def test_a_foreign_resource_in_a_forged_inventory_does_not_hold_up_the_deletion_of_the_object() -> None:
    bench = Bench()
    bench.change(deletion_policy="Delete", delete_data=("storage/safinance", "filesystem/safinance/bronze"))
    await bench.settle()
    bench.cloud.place(FOREIGN, location="eastus2", tags={}, properties={})
    bench.status["inventory"].append(
        {"scope": FOREIGN_GROUP, "ids": ["Microsoft.ManagedIdentity/userAssignedIdentities/uami-victim"]}
    )
    bench.deleting = True
    result = await bench.settle()
    assert result.release
    assert bench.cloud.has(FOREIGN)
    assert not bench.cloud.has(GROUP)
    assert "NotOurs" in [event.reason for event in bench.events]


async def test_a_marked_resource_outside_the_grant_is_not_written() -> None:
    bench = Bench(authority=Authority(home=FOREIGN_GROUP))
    await bench.look()
    assert bench.cloud.writes() == []
    assert bench.reason() == "NotGranted"


async def test_a_grant_withdrawn_stops_writing_but_not_reading_and_deletes_nothing() -> None:
    bench = Bench()
    await bench.settle()
    bench.authority = Authority(denied="no grant of admin plane eastus2 names namespace domain-finance")
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert bench.cloud.writes() == []
    assert any(verb == "LIST" for verb, _ in bench.cloud.requests)
    assert bench.reason() == "NotGranted"
    assert bench.reason("InSync") == "DriftFound"
    assert bench.message("InSync") == "storage: properties.allowSharedKeyAccess"
    assert bench.cloud.has(ACCOUNT)


async def test_two_objects_that_claim_one_resource_do_not_fight() -> None:
    first = Bench()
    await first.settle()
    second = Bench(cloud=first.cloud, owner=replace(first.owner, name="other"))
    await second.look()
    assert second.reason() == "OwnedByAnother"
    await first.later()
    assert first.ready == "True"
    assert first.cloud.writes() == []


async def test_a_role_assignment_that_somebody_else_made_is_accepted_and_not_tracked() -> None:
    bench = Bench()
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    await bench.look()
    ours = next(b for b in bench.cloud.bodies.values() if "roleAssignments" in b["id"])
    other = {**ours, "id": ours["id"].rpartition("/")[0] + "/11111111-0000-0000-0000-000000000000"}
    other["properties"] = {**other["properties"], "description": "by hand"}
    bench.cloud.bodies = {name: body for name, body in bench.cloud.bodies.items() if "roleassignments" not in name} | {
        other["id"].lower(): other
    }
    bench.status = {"observedGeneration": -1}
    bench.restart()
    bench.cloud.forget_requests()
    await bench.look()
    assert bench.cloud.writes() == []
    assert bench.ready == "True"
    assert "roleAssignments" not in str(bench.status["inventory"])
    await bench.later()  # a look that leaves the slow tier as it was
    assert "roleAssignments" not in str(bench.status["inventory"])


async def test_an_inventory_lost_with_its_spec_line_is_found_again_by_its_mark() -> None:
    bench = Bench()
    await bench.settle()
    orphan = resource(GROUP, "Microsoft.ManagedIdentity/userAssignedIdentities", "uami-old")
    bench.cloud.place(orphan, location="eastus2", tags=MINE, properties={})
    bench.status = {"observedGeneration": -1}
    bench.restart()
    await bench.look()
    assert not bench.cloud.has(orphan)
    assert bench.plan is PLAN


async def test_what_stalls_beside_something_that_is_made_is_told_as_an_event() -> None:
    bench = Bench()
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.place(ACCOUNT, location="eastus2", properties={"theirs": True})
    await bench.look()
    assert bench.journaled
    assert [event.reason for event in bench.events if event.type == "Warning"] == ["AdoptionRequired"]


async def test_a_parent_that_changed_hands_a_moment_ago_proves_nothing_any_more() -> None:
    endpoint = resource(GROUP, "Microsoft.Network/privateEndpoints", "pe-finance")
    inside = resource(GROUP, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "pe-finance", "default")
    parts = (Resource("endpoint", endpoint, {"location": "eastus2"}), Resource("dns", inside, {}, ("endpoint",)))
    bench = Bench(plan=Plan(GROUP, parts))
    await bench.settle()
    bench.replan(Plan(GROUP, ()))
    bench.cloud.fail(
        "DELETE", "privateDnsZoneGroups", CloudError("ProgressingWithRetry", "Conflict", "busy", Retry.NOW)
    )
    result = await bench.look()
    assert bench.cloud.has(inside)
    bench.cloud.body(endpoint)["tags"] = {TAG: OTHERS}
    bench.clock.seconds += result.requeue_after
    await bench.look()
    assert bench.cloud.has(inside)
    assert bench.cloud.has(endpoint)


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        (f"Orders [{TAG}: {OWNER.mark}] [{TAG}: {OTHERS}]", Ownership.ANOTHERS),
        (f"Orders [{TAG}: {OTHERS}] [{TAG}: {OWNER.mark}]", Ownership.OURS),
    ],
)
def test_of_two_marks_in_a_description_the_last_counts_which_no_spec_can_write(text: str, whose: Ownership) -> None:
    product = resource(GROUP, "Microsoft.ApiManagement/service/products", "apim", "orders")
    live = Observed(product, {"properties": {"description": text}}, "")
    assert judge(arm_type(product), live, OWNER, lambda _: False) is whose


@pytest.mark.parametrize(("mark", "written"), [(OTHERS, False), ("", True)], ids=["anothers", "nobody's"])
async def test_the_one_that_azure_allows_under_another_name_is_written_unless_it_is_anothers(
    mark: str, written: bool
) -> None:
    topics = "Microsoft.EventGrid/systemTopics"
    planned, theirs = (resource(GROUP, topics, name) for name in ("egst-finance", "made-in-the-portal"))
    body = {"location": "eastus2", "properties": {"source": ACCOUNT, "topicType": "Microsoft.Storage.StorageAccounts"}}
    wanted = Resource("event-grid", planned, {**body, "identity": {"type": "SystemAssigned"}}, ("group",), adopts=True)
    bench = Bench(plan=Plan(GROUP, (GROUP_R, wanted)))
    bench.cloud.place(GROUP, location="eastus2", tags={"Domain": "finance", **MINE})
    bench.cloud.place(theirs, **body, tags={TAG: mark} if mark else {})
    await bench.settle()
    assert bench.ready == "True"
    assert not bench.cloud.has(planned)
    assert (theirs in [arm_id for _, arm_id in bench.cloud.writes()]) is written
