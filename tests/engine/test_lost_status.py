"""A status that was lost, or that another version of the operator wrote: what it held is found again, and nothing is deleted blindly."""

from dataclasses import replace

from loom.engine.ports import Observed
from loom.engine.work import Result
from loom.errors import CloudError, Refusal, Retry
from loom.plan.arm_id import key, resource
from loom.plan.ownership import Authority
from loom.plan.resource import Plan, Resource
from support.engine_bench import ACCOUNT, GROUP, GROUP_R, IDENTITY, IDENTITY_R, MINE, SUBSCRIPTION, Bench

ORPHAN = resource(GROUP, "Microsoft.ManagedIdentity/userAssignedIdentities", "uami-old")
HUBS = resource(GROUP, "Microsoft.EventHub/namespaces", "evhns-finance")
FORGOTTEN = resource(GROUP, "Microsoft.EventHub/namespaces/eventhubs", "evhns-finance", "orders")
HUBS_R = Resource("event-hubs", HUBS, {"location": "eastus2"}, ("group",), condition="ServicesReady")
WITH_HUBS = Plan(GROUP, (GROUP_R, IDENTITY_R, HUBS_R), conditions=("ServicesReady",))
WITHOUT_HUBS = replace(WITH_HUBS, resources=(GROUP_R, IDENTITY_R))
LINK = resource(
    "/subscriptions/55555555-5555-5555-5555-555555555555/resourceGroups/rg-dns",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "privatelink.blob.core.windows.net",
    "link-to-dlz-finance",
)


async def lost(bench: Bench) -> Bench:
    """Converged, with something of ours in Azure that the spec names no more; then the status is gone."""
    await bench.settle()
    bench.cloud.place(ORPHAN, location="eastus2", tags=MINE, properties={})
    bench.status = {"observedGeneration": -1}
    bench.restart()
    return bench


async def deleted(bench: Bench) -> Result:
    bench.deleting = True
    return await bench.settle()


async def test_a_first_look_that_fails_does_not_make_the_loss_final() -> None:
    bench = await lost(Bench())
    bench.cloud.fail("LIST", "", CloudError("CloudUnavailable", "503", "no answer", Retry.NOW))
    await bench.look()
    await bench.later()
    assert not bench.cloud.has(ORPHAN)


async def test_a_first_look_while_the_plane_is_not_there_yet_does_not_make_the_loss_final() -> None:
    bench = await lost(Bench())
    bench.refusal = Refusal("ReferenceNotFound", "AdminPlane eastus2 does not exist", wait=True)
    await bench.look()
    bench.refusal = None
    await bench.later()
    assert not bench.cloud.has(ORPHAN)


async def test_a_first_look_while_suspended_does_not_make_the_loss_final() -> None:
    bench = await lost(Bench())
    bench.change(suspend=True)
    await bench.look()
    bench.change(suspend=False)
    await bench.later()
    assert not bench.cloud.has(ORPHAN)


async def test_an_object_refused_since_its_status_was_lost_takes_what_it_made_with_it() -> None:
    bench = Bench(plan=Plan(GROUP, (GROUP_R, IDENTITY_R), conditions=("ServicesReady",)))
    bench.change(deletion_policy="Delete")
    await lost(bench)
    bench.refusal = Refusal("AddressSpaceOverlaps", "it overlaps the hub")
    await bench.look()
    result = await deleted(bench)
    assert result.release
    assert not bench.cloud.has(IDENTITY)
    assert not bench.cloud.has(ORPHAN)


async def test_nobody_is_asked_for_tags_where_nothing_carries_any() -> None:
    api = resource(GROUP, "Microsoft.ApiManagement/service/apiVersionSets", "apim", "orders")
    bench = Bench(plan=Plan(GROUP, (Resource("set", api, {"properties": {"displayName": "Orders"}}),)))
    await bench.look()
    assert bench.cloud.has(api)
    assert "MARKED" not in {verb for verb, _ in bench.cloud.requests}


async def test_single_places_of_the_grant_are_looked_at_too() -> None:
    bench = Bench(authority=Authority(home=GROUP, exact=frozenset({key(LINK)})))
    bench.change(deletion_policy="Delete")
    await lost(bench)
    bench.cloud.place(LINK, tags=MINE, properties={})
    await deleted(bench)
    assert not bench.cloud.has(LINK)


async def test_a_place_of_the_grant_that_holds_somebody_elses_is_left_alone() -> None:
    bench = Bench(authority=Authority(home=GROUP, exact=frozenset({key(LINK)})))
    bench.change(deletion_policy="Delete", delete_data=("storage/safinance", "filesystem/safinance/bronze"))
    await lost(bench)
    bench.cloud.place(LINK, tags={}, properties={})
    assert (await deleted(bench)).release
    assert bench.cloud.has(LINK)


async def test_a_namespace_with_a_hub_that_no_inventory_names_is_not_deleted_with_its_object() -> None:
    bench = Bench(plan=WITH_HUBS)
    bench.change(deletion_policy="Delete")
    await lost(bench)
    bench.cloud.place(FORGOTTEN, properties={})
    result = await deleted(bench)
    assert result.release
    assert bench.cloud.has(FORGOTTEN)
    assert not bench.cloud.has(IDENTITY)
    assert any(event.reason == "Detached" and "evhns-finance" in event.message for event in bench.events)


async def test_a_namespace_left_out_of_the_spec_stays_with_somebody_elses_hub_and_says_which() -> None:
    bench = Bench(plan=WITH_HUBS)
    await bench.settle()
    bench.cloud.place(FORGOTTEN, properties={})
    bench.replan(WITHOUT_HUBS)
    await bench.settle()
    assert bench.cloud.has(FORGOTTEN)
    assert "hub/evhns-finance/orders" in str(bench.status["resources"])
    assert bench.ready == "True"


async def test_a_hub_that_is_named_goes_with_its_namespace() -> None:
    bench = Bench(plan=WITH_HUBS)
    await bench.settle()
    bench.cloud.place(FORGOTTEN, properties={})
    bench.change(delete_data=("hub/evhns-finance/orders",))
    bench.replan(WITHOUT_HUBS)
    await bench.settle()
    assert not bench.cloud.has(HUBS)


async def test_an_account_that_is_named_stays_with_a_filesystem_that_is_not() -> None:
    bench = Bench()
    somebodys = resource(
        GROUP, "Microsoft.Storage/storageAccounts/blobServices/containers", "safinance", "default", "theirs"
    )
    bench.change(deletion_policy="Delete", delete_data=("storage/safinance", "filesystem/safinance/bronze"))
    await bench.settle()
    bench.cloud.place(somebodys, properties={})
    assert (await deleted(bench)).release
    assert bench.cloud.has(ACCOUNT)
    assert bench.cloud.has(somebodys)


async def test_a_type_that_this_version_does_not_know_stays_and_stops_nothing() -> None:
    bench = Bench()
    await bench.settle()
    newer = f"{ACCOUNT}/providers/Contoso.New/things/one"
    bench.status["inventory"][0]["ids"].append(newer.partition(f"{GROUP}/providers/")[2])
    await bench.later()
    assert bench.ready == "True"
    assert "Contoso.New" in str(bench.status["inventory"])
    bench.change(deletion_policy="Delete", delete_data=("storage/safinance", "filesystem/safinance/bronze"))
    result = await deleted(bench)
    assert result.release
    assert bench.cloud.has(ACCOUNT)
    assert not bench.cloud.has(IDENTITY)
    assert SUBSCRIPTION in newer


async def test_what_is_found_again_is_spelled_as_it_was_planned() -> None:
    bench = Bench()
    await bench.settle()
    before = bench.status["inventory"]
    bench.cloud.body(ACCOUNT)["id"] = ACCOUNT.replace("storageAccounts", "storageaccounts")
    bench.status = {"observedGeneration": -1}
    bench.restart()
    await bench.look()
    assert bench.status["inventory"] == before


async def test_a_condition_without_a_message_or_no_condition_at_all_ends_no_pass() -> None:
    bench = Bench()
    await bench.settle()
    bench.status["conditions"] = [
        {name: value for name, value in row.items() if name != "message"} for row in bench.status["conditions"]
    ]
    bench.status["conditions"] += ["no condition", {"status": "True"}]
    bench.cloud.fail("LIST", "resourceGroups", CloudError("CloudUnavailable", "503", "no answer", Retry.NOW))
    await bench.later()
    assert (bench.ready, bench.reason("Healthy")) == ("True", "NotMeasured")
    await bench.later()
    assert bench.reason("Healthy") == "NothingToMeasure"


async def test_what_carries_our_mark_where_the_grant_does_not_reach_is_not_taken_in() -> None:
    elsewhere = resource(
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-others",
        "Microsoft.ManagedIdentity/userAssignedIdentities", "uami-forged",
    )  # fmt: skip
    bench = Bench()
    await bench.settle()
    bench.cloud.place(elsewhere, location="eastus2", tags=MINE, properties={})
    bench.status = {"observedGeneration": -1}
    bench.restart()
    await bench.settle()
    assert "uami-forged" not in str(bench.status["inventory"])
    assert bench.ready == "True"


async def test_a_hub_that_came_a_moment_before_the_delete_keeps_its_namespace() -> None:
    bench = Bench(plan=WITH_HUBS)
    await bench.settle()
    bench.change(delete_data=("event-hubs/evhns-finance",))
    bench.replan(WITHOUT_HUBS)
    get = bench.cloud.get

    async def get_late(arm_id: str) -> Observed | None:
        if key(arm_id) == key(HUBS):
            bench.cloud.place(FORGOTTEN, properties={})
        return await get(arm_id)

    bench.cloud.get = get_late  # type: ignore[method-assign]
    bench.clock.seconds += 600
    await bench.look()
    assert bench.cloud.has(FORGOTTEN)
    assert bench.cloud.has(HUBS)


async def test_a_namespace_whose_hubs_cannot_be_listed_is_not_deleted() -> None:
    bench = Bench(plan=WITH_HUBS)
    await bench.settle()
    bench.change(delete_data=("event-hubs/evhns-finance",))
    bench.replan(WITHOUT_HUBS)
    denied = CloudError("PermissionDenied", "AuthorizationFailed", "no right to list", Retry.SLOWLY)
    bench.cloud.fail("LIST", "evhns-finance/eventhubs", denied)
    await bench.later()
    assert bench.cloud.has(HUBS)
    assert "no right to list" in str(bench.status["conditions"])


async def test_a_role_whose_name_is_not_known_again_yet_is_not_revoked() -> None:
    bench = Bench()
    await bench.settle()
    del bench.cloud.bodies[key(IDENTITY)]
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    bench.restart()
    await bench.later()
    assert [arm_id for verb, arm_id in bench.cloud.writes() if verb == "DELETE"] == []
    bench.cloud.finish()
    await bench.settle()
    assert bench.ready == "True"
