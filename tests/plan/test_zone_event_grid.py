"""The events of a zone: one topic for its account, a right to send, and subscriptions that only we name so."""

from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan.ownership import TAG
from loom.plan.values import at
from support.engine_bench import Bench
from support.landing import settled
from support.plans import plan_of
from support.worlds import Obj, world, zone_object


def zone(**changes: Any) -> Obj:
    services: Obj = {
        "serviceBus": {"queues": [{"name": "refresh"}]},
        "eventGrid": {
            "subscriptions": [{"name": "new-files", "queue": "refresh", "filesystem": "bronze", "suffix": ".parquet"}]
        },
    }
    return zone_object(**(services | changes))


def topic_id(made: Bench) -> str:
    assert made.plan
    return str(made.plan.find("event-grid").id)


def test_events_are_delivered_by_the_topics_identity_after_it_may_send() -> None:
    plan = plan_of(zone())
    found = plan.find("event-grid/new-files")
    delivery = at(found.body, "properties.deliveryWithResourceIdentity")
    assert delivery["identity"] == {"type": "SystemAssigned"}
    assert delivery["destination"]["endpointType"] == "ServiceBusQueue"
    assert delivery["destination"]["properties"]["resourceId"] == plan.find("queue/refresh").id
    assert at(found.body, "properties.destination") is None
    assert "role/event-grid/service-bus/azure-service-bus-data-sender" in found.depends_on
    role = plan.find("role/event-grid/service-bus/azure-service-bus-data-sender")
    assert "service-bus/network-rules" in role.depends_on


def test_only_blobs_that_were_asked_for_count() -> None:
    found = at(plan_of(zone()).find("event-grid/new-files").body, "properties.filter")
    assert found == {
        "includedEventTypes": ["Microsoft.Storage.BlobCreated"],
        "subjectBeginsWith": "/blobServices/default/containers/bronze/",
        "subjectEndsWith": ".parquet",
    }


def test_the_name_of_a_subscription_is_one_that_only_we_form() -> None:
    owner = world(zone()).owner
    assert str(plan_of(zone()).find("event-grid/new-files").id).endswith(f"/eventSubscriptions/new-files-{owner.hash}")


def test_the_name_of_what_an_app_needs_is_taken() -> None:
    obj = zone(
        cosmos={},
        apps={"environment": {}, "directLakeShim": {}},
        eventGrid={"subscriptions": [{"name": "Direct-Lake", "queue": "refresh"}]},
    )
    with pytest.raises(Refusal, match="direct-lake is what loom-direct-lake-shim needs"):
        plan_of(obj)


def test_a_queue_that_nobody_declares_is_told() -> None:
    with pytest.raises(Refusal, match="delivers to the queue other, which is not in"):
        plan_of(zone(eventGrid={"subscriptions": [{"name": "new-files", "queue": "other"}]}))


async def standing(**body: Any) -> tuple[Bench, str]:
    """A zone that begins to ask for events; its account has a topic of somebody else's already."""
    made = await settled(zone(eventGrid=None))
    made.replan(plan_of(zone()))
    theirs = topic_id(made).rpartition("/")[0] + "/defender-topic"
    assert made.plan
    source = {"source": str(made.plan.find("storage").id), "topicType": "Microsoft.Storage.StorageAccounts"}
    made.cloud.place(theirs, location="eastus2", properties=source, **body)
    give = made.cloud.fill

    def fill(arm_id: str, stored: dict[str, Any]) -> None:
        give(arm_id, stored)
        if stored.get("identity") is not None and "/systemTopics/" in arm_id:
            stored["identity"]["principalId"] = "99999999-0000-0000-0000-000000000009"

    made.cloud.fill = fill
    return made, theirs


async def test_the_topic_that_an_account_has_already_is_used_and_given_an_identity() -> None:
    made, theirs = await standing(tags={"by": "defender"})
    await made.settle(40)
    assert made.ready == "True", made.message()
    body = made.cloud.body(theirs)
    assert body["identity"]["type"] == "SystemAssigned"
    assert body["tags"]["by"] == "defender"
    assert not made.cloud.has(topic_id(made))
    assert made.plan
    name = str(made.plan.find("event-grid/new-files").id).rpartition("/")[2]
    assert made.cloud.has(f"{theirs}/eventSubscriptions/{name}")


async def test_a_topic_that_was_used_is_never_deleted_and_its_subscription_is() -> None:
    made, theirs = await standing()
    await made.settle(40)
    made.restart()
    made.replan(plan_of(zone(eventGrid=None)))
    await made.settle(40)
    assert made.ready == "True", made.message()
    assert made.cloud.has(theirs)
    assert not any("/eventSubscriptions/" in name for name in made.cloud.bodies)


async def test_the_topic_of_another_zone_is_used_as_it_is() -> None:
    others = {TAG: "prod/domain-risk/DataLandingZone/risk"}
    identity = {"type": "SystemAssigned", "principalId": "99999999-0000-0000-0000-000000000008"}
    made, theirs = await standing(tags=dict(others), identity=identity)
    await made.settle(40)
    assert made.ready == "True", made.message()
    assert ("PUT", theirs) not in made.cloud.writes()
    assert made.cloud.body(theirs)["tags"] == others


async def test_a_topic_that_vanished_is_made_anew_under_our_name() -> None:
    made, theirs = await standing()
    await made.settle(40)
    for name in [name for name in made.cloud.bodies if name.startswith(theirs.lower())]:
        del made.cloud.bodies[name]
    await made.later()
    await made.settle(40)
    assert made.ready == "True", made.message()
    assert made.cloud.has(topic_id(made))


async def test_a_subscription_that_waits_for_a_person_says_so() -> None:
    made, _ = await standing()
    await made.settle(40)
    (name,) = (name for name in made.cloud.bodies if "/eventsubscriptions/" in name)
    made.cloud.bodies[name]["properties"]["provisioningState"] = "AwaitingManualAction"
    made.requested_at = "now"
    await made.look()
    assert made.reason("ServicesReady") == "AwaitingManualAction"


async def test_rules_by_age_are_the_accounts_only_ones() -> None:
    rules = [{"name": "old-files", "prefixes": ["bronze/landing/"], "coolAfterDays": 30, "deleteAfterDays": 365}]
    made = await settled(zone_object(storage={"filesystems": [{"name": "bronze"}], "lifecycle": rules}))
    assert made.plan
    policy = made.cloud.body(str(made.plan.find("storage/lifecycle").id))["properties"]["policy"]
    assert policy["rules"][0]["definition"] == {
        "actions": {
            "baseBlob": {
                "tierToCool": {"daysAfterModificationGreaterThan": 30},
                "delete": {"daysAfterModificationGreaterThan": 365},
            }
        },
        "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["bronze/landing/"]},
    }
    made.replan(plan_of(zone_object(storage={"filesystems": [{"name": "bronze"}]})))
    await made.settle(20)
    assert not any("managementpolicies" in name for name in made.cloud.bodies)
